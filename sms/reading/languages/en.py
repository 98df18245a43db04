"""English."""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "sign": (
        "{sign|signed|signing|signs} (me|us) (up|on), sign petition, my signature for, my "
        "signature to"
    ),
    "join": (
        "my name on, my name to, my signature on, my signature for, my signature to, add, adding, "
        "put (me|my name) (down), count me in, include, register, enroll, enlist, i support, i am "
        "in, i'm in, i agree, i endorse, i join, i would like to join, want to join, supporting, "
        "endorsing, put me on, add my name, add me, add us, add our names, count me, my support "
        "for, my support to, in support of, in favor of, supports, joining, supporter of, on "
        "behalf of, in the name of, count, {add|put|include|count|use|list} {my|our} "
        "{name|signature|names|signatures} (on|to|in|for|with) (it|this|the list|this one|there), "
        "my name should be on it"
    ),
    "refuse": "refuse, refusing, refuses, decline, oppose, opposed to, against, disagree with",
    "stop": (
        "stop, stopall, stop all, stop2end, stop 2 end, unsubscribe, optout, opt out, revoke, "
        "unsub, ~cancel, ~end, ~quit, ~remove, ~no more, ~enough, ~block, ~quit it, ~knock it "
        "off, ~cut it out, ~end this, ~cancel all, ~cancel this, ~stopped, ~be gone, ~piss off, "
        "~get lost, opting out, {i'm|im|i am} opting out, would like to opt out, how {do|can} i "
        "opt out, stahp, sotp, stpo, tsop, stpp, sttop"
    ),
    "cease": (
        "cancel, quit, cease, end, halt, no more, enough, sick of, tired of, fed up with, done "
        "with, discontinue, opt me out of, block"
    ),
    "offer": (
        "loan, approved, click, free roof, verification code, is your code, your code is, "
        "package, parcel, delivery, invoice, prize, winner, won, discount, coupon, promo, order "
        "now, act now, limited time, reply yes, text yes, msg&data, to end, to opt out, to "
        "unsubscribe"
    ),
    "send": (
        "receive, receiving, text, texting, texted, txt, txting, message, messaging, send, "
        "sending, contact, contacting, write, writing, bother, bothering, spam, spamming, harass, "
        "harassing, email, emailing, call, calling, reach out, hit me up, annoy, annoying, ping, "
        "msging, messging, texing, "
        "pinging, sms, bug, bugging, blow up, blowing up"
    ),
    "messages": (
        "texts, messages, msgs, msg, text messages, textmessages, notifications, alerts, sms, "
        "spam, txts, emails, correspondence, reminders, updates, communications, communication, "
        "junk, blasts, text alerts"
    ),
    "me": (
        "me, this number, this phone, my phone, my number, my cell, my mobile, this line, this "
        "cell, my line, at this number, to this number, my inbox, here, on this number, our "
        "phone, our number, to me, my {mom's|mother's|dad's|father's|wife's|husband's|son's|"
        "daughter's|kid's|grandma's|work} {phone|number|cell}"
    ),
    "not": (
        "not, no, don't, do not, dont, never, won't, wont, can't, cannot, cant, didn't, didnt, "
        "doesn't, isn't, aren't, wasn't, wouldn't, shouldn't, couldn't, haven't, hasn't, without, "
        "nor, neither, ain't, aint, i do not, i will not"
    ),
    "wish": (
        "leave me alone, leave us alone, lose {my|this} number, wrong {number|person|guy|phone}, "
        "take {us|him|her|my number|his number|her number|this number|my phone} off, unsubscribe "
        "me, unsubscribe this, opt me out, want out, want to {opt out|unsubscribe|be removed|be "
        "left alone|stop getting|stop receiving}, like to {opt out|unsubscribe}, no longer "
        "{want|wish} to {receive|get|hear}, i want no more, hear from you again, hear from you "
        "anymore, not want to hear, don't want to hear, don't want to be contacted, don't want to "
        "be texted, never contact, never text, never message, never write, cancel my "
        "subscription, end my subscription, this is a business line, do not disturb, number is no "
        "longer, not the person, not who you think, get off my phone, out of my phone, withdraw "
        "my consent, revoke my consent, revoke consent, withdraw consent, i revoke consent, no "
        "consent, never signed up, never subscribed, did not sign up for, didn't sign up for, "
        "never gave you my number, passed away, is deceased, not {his|her|their} {number|phone} "
        "anymore, don't want your, do not want your, don't want any more, do not want any more, "
        "don't want these, do not want these, not want texts, not want any texts, leave this "
        "number alone, don't want texts, stop it now, make it stop, off your list, off this list, "
        "off the list, off your lists, opt me out please, quit it, stop pestering, stop hounding, "
        "stop blowing up, lose my digits, peace and quiet, off of this list, off of your list, "
        "let me be, end these, stop hitting me up, {do not|don't|dont} consent to "
        "{these|this|your|any} (text|more) {messages|texts|calls|contact|msgs}, leave me {the "
        "hell|the fuck|the heck|tf} alone, leave us {the hell|the heck} alone, {do not|don't} "
        "{call|text|contact} list, {text|call|contact|message|write|bother|email} me again and, "
        "if you {text|call|contact|message|write|bother} me again, go away, text me one more "
        "time, one more text and, leave me in peace, leave us in peace, (i) {do not|don't|dont} "
        "consent to {these|this|your|any} (text|more) {messages|texts|calls|contact|msgs}, "
        "{your|the|a|this|my} {do not call|do not text|do not contact} list, take {my phone "
        "number|my cell number|my cell|our number|this phone} {off|out}, take my number out, take "
        "this number out, leave me be, leave us be, {don't|do not} bother me, quit bothering, "
        "stop bothering me, (i'm|im|i am) blocking {you|this number|u}, cease and desist, fuck "
        "off, f off, f*** off, bugger off, buzz off, get lost, shut up, stop sending (me|us) "
        "(this|your|that|all this) {stuff|things|anything|crap|garbage|shit}, (i) {asked|told} "
        "you to {stop|quit}, how {do|can} i make {this|these|it} stop, how {do|can} i "
        "{stop|end|cancel} {these|the|your} {texts|messages}, {how do i|how can i|how to|would "
        "like to} "
        "unsubscribe, revoke (my) permission"
    ),
    "forget": (
        "take me off, remove, delete, erase, forget, wipe, drop, purge, scrub, destroy, clear, "
        "take off, take me, take my name, take away, get rid of, deleted, erased, removed, wiped"
    ),
    "data": (
        "my data, my info, my information, my details, my personal data, my personal information, "
        "my records, all my data, all my info, everything about me, everything you have, all my "
        "information, all you have on me, all you have about me, data about me, what you have on "
        "me, everything on me, my personal info, any data, my profile, my account, everything you "
        "know about me, all you know about me, everything you have about me, anything about me, "
        "anything you have on me, all data about me, all traces of me, whatever you have on me, "
        "your {system|systems|database|databases|records|files}"
    ),
    "number": (
        "my number, my phone number, my cell number, my phone, my cell, this number, my mobile "
        "number, my digits, this phone number, this cell number"
    ),
    "lists": (
        "{your|the} contacts, mailing list, contact list, "
        "{your|the|this|that|these|all|any|his|her} "
        "(mailing|contact|phone|text|texting|calling|sms|call) {list|lists}, {your|the} "
        "{mailing|contact|phone|text|texting|calling|sms|call} {system|database}, from the "
        "{system|database}, {this|your|that|the} {texting|messaging|text|sms} "
        "{thing|service|program|campaign|chain|group|chat|thread}"
    ),
    "both": "both, both of them, all of them, everyone, everything, all signatures",
    "signature": (
        "my signature, my name, this signature, that signature, the signature, signature, my "
        "vote, my support, my entry, my signing, the petition, our signature, our names, our "
        "signatures"
    ),
    "undo": (
        "undo, unsign, un sign, withdraw, retract, take back, take it back, undone, undoing, "
        "rescind, withdrawal, reverse, withdrawing, revoke my signature, cancel my signature, "
        "cancel my name, take my name off, take my name back, take my signature off, take my "
        "signature back, take my signature away, remove my name, remove my signature, delete my "
        "signature, erase my signature, delete my name, erase my name, pull my name, pull my "
        "signature, scratch my name, remove our signatures, remove our names, take off my name, "
        "take off my signature, scratch my signature, want my name off, want my signature off, "
        "strike my name"
    ),
    "start": (
        "start, unstop, restart, ~resume, subscribe, opt in, optin, opt me in, ~subscribe me, "
        "~begin, ~start again, start texting, start sending, ~start texting again, ~text me "
        "again, resume texts, resume texting"
    ),
    "help": (
        "help, info, ~?, assistance, ~help me, ~helpme, ~how to, instructions, ~menu, ~commands, "
        "~how do i use this, ~information"
    ),
    "status": "status, ~did i sign, ~have i signed",
    "list": (
        "~list, ~petitions, ~list petitions, ~petition list, ~list all, ~all petitions, ~open "
        "petitions, ~what petitions, ~which petitions"
    ),
    "count": (
        "~count, ~how many, ~how many signatures, ~how many signed, ~how many people, ~number of "
        "signatures, ~how many people have signed, ~how many have signed, ~how many names, ~how "
        "many people have signed it, ~how many supporters, ~how many people signed, ~how many "
        "signers, ~signatures, ~total, ~tally"
    ),
    "more": (
        "~more, ~read more, ~tell me more, ~more info, ~more information, ~details, ~info more, "
        "~learn more"
    ),
    "news": "~news",
    "news_on": (
        "~news on, ~news yes, ~news start, ~turn on news, ~send me news, ~send news, ~yes news, "
        "~i want news, ~get news"
    ),
    "news_off": (
        "news off, news stop, ~no news, ~news no, ~stop news, ~turn off news, no more news, ~end "
        "news, stop the news, stop sending news, stop sending me news, ~cancel news, ~don't send "
        "news"
    ),
    "language": (
        "~english, ~ingles, ~anglais, ~angle, ~en, ~in english, ~english please, speak english, "
        "in english"
    ),
    "also": "~also, also sign, sign also",
    "letter": "~letter, ~letters, ~my letter, ~write, ~write letter, ~write a letter",
    "post": "~send, ~send it, ~send letter, ~send my letter, ~send the letter, ~send it now",
    "back": "~back, ~go back",
    "call": "~call, ~phone call, ~call them",
    "not_mine": (
        "~not mine, ~not my lawmakers, ~not my senator, ~not my senators, ~not my "
        "representative, ~wrong lawmakers, ~wrong district"
    ),
    "not_sure": "~not sure, ~i'm not sure, ~i am not sure, ~unsure",
    "change": (
        "change my name to, correct my name to, my name should be, name should be, the name "
        "should be, change name to, should be, it should be, spelled, it is spelled, my correct "
        "name is, correct name is, my zip should be, fix my name to, i meant, change my zip to, "
        "change zip to, correct zip is, typo, correction"
    ),
    "later": "letter, receipt, verify, confirm, code, next, back, petition, keyword, delete",
    "example": (
        "(your) name {and|your|comma} (your) {zip|zip code|postcode}, your name, your full name, "
        "your first and last name, your zip code, your zip, your postcode, your zipcode, name "
        "zip, name zipcode, name postcode, first name last name, name here, zip here, name and "
        "zip, insert name, name goes here, zip goes here, full name zip"
    ),
    "given": "first name, given name, first, my first name is, first name is",
    "family": "last name, surname, family name, last, my last name is, last name is",
    "cue": (
        "my name is, my name's, my names, my full name is, the name is, the name's, name is, "
        "name's, i am, i'm, im, this is, it is, it's, its, it's me, it is me, called, i am "
        "called, i'm called, my name, full name, first name, last name, given name, surname, "
        "family name, signed by, sincerely, yours truly, best regards, regards, respectfully, i "
        "go by, here is my name, name to add is, name to use is, goes by, speaking as, sincerely "
        "yours, yours sincerely, my legal name is, my first name is, my first and last name is, "
        "here's my name, from me, signatory, put it under, under the name, by the name of, in my "
        "name, name on it is, answer to, known as, respectfully yours, warmly, cordially, me is, "
        "first, last, last name is, first name is, my last name is, first and last name, i the "
        "undersigned, undersigned, undersigned is"
    ),
    "closing": (
        "here, speaking, signing off, is my name, is the name, that's me, thats me, that is me, "
        "is me"
    ),
    "name": "name, names, nombre",
    "zip": (
        "zip, zipcode, zip code, zips, zip's, postcode, postal code, post code, zip is, zip code "
        "is, postcode is, {my|the|our|his|her} {zip|zipcode|zip code|postcode|postal code|post "
        "code} (is|'s), pin code, area code, my zips, my zip's, my code is, the zip's, mailing "
        "code, zip number, postal"
    ),
    "kin": (
        "husband, wife, mom, mother, dad, son, daughter, brother, sister, partner, neighbor, "
        "neighbour, roommate, spouse, grandma, grandmother, grandpa, grandfather, aunt, uncle, "
        "cousin, boyfriend, girlfriend, fiance, kid, child, nephew, niece, coworker, hubby, "
        "parents, kids, my friend, my father, her father, his father, our friend, my mama"
    ),
    "and": "and, plus, as well as",
    "with": "with, along with, together with",
    "place": (
        "from, live in, lives in, living in, in, at, near, based in, city of, town of, resident "
        "of, i'm from, i am from, residing in, reside in, outside, outside of, out of, located "
        "in, citizen of, county of, state of, located at, and i live in, and live in, city, town, "
        "address, i live at, i live in, i live, by way of, originally from, staying in, up in, "
        "down in, over in, out in, here in, just outside, born in, voter in, registered in, "
        "county, i reside in, i'm in, i am in, state, my city is, my town is, hometown, my "
        "address is, just moved to, address is"
    ),
    "road": (
        "st, street, rd, road, ave, avenue, blvd, boulevard, lane, ln, drive, hwy, highway, apt, "
        "apartment, suite, ste, unit, court, ct, po box, p o box, box, pkwy, parkway, trail, "
        "square, circle, cir, terrace, alley, route, rural route, floor, general delivery, c/o, u "
        "s"
    ),
    "age": (
        "age, aged, years old, year old, yrs old, yo, yrs, years of age, born, dob, birthday, "
        "date of birth"
    ),
    "title": (
        "mr, mrs, ms, miss, dr, prof, rev, sir, mister, madam, doctor, professor, reverend, father"
    ),
    "suffix": (
        "jr, sr, ii, iii, iv, esq, phd, md, rn, dds, mba, cpa, 2nd, 3rd, 4th, junior, senior, ph "
        "d, m d, esquire"
    ),
    "digit": (
        "zero, oh, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, "
        "twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety, hundred, thousand, double"
    ),
    "greeting": (
        "hi, hello, hey, hiya, howdy, yo, hi there, hello there, hey there, good morning, good "
        "afternoon, good evening, good day, greetings, dear, dear sir, dear sirs, dear madam, "
        "dear friends, dear team, morning, evening, hi all, hello all, hello everyone, hi "
        "everyone, hi folks, hey folks, hey guys, hi guys, hi team, hello team, to whom it may "
        "concern, good night, goodnight, hello friends, hi friends, what's up, whats up, sup, hey "
        "y'all, happy monday, happy new year, merry christmas, happy holidays, happy "
        "{thanksgiving|easter|halloween}, good to hear from "
        "you, how are you, how are you doing, how is it going, hope you are well, hope all is "
        "well, hope this finds you well, hello sir, hi sir, hello ma'am, dear sir or madam, "
        "aloha, welcome, hey siri, greetings to all"
    ),
    "courtesy": (
        "please and {thank you|thanks}, please, pls, plz, plse, pleas, thanks, thank you, thank "
        "you so much, thank you very "
        "much, thanks a lot, thanks so much, thx, ty, tysm, tks, thnx, thank u, many thanks, "
        "cheers, kindly, much appreciated, appreciate it, appreciated, i appreciate it, i "
        "appreciate you, god bless, god bless you, bless you, blessings, best wishes, all the "
        "best, good luck, great work, good work, good job, great job, nice work, keep it up, keep "
        "up the good work, well done, sorry, excuse me, pardon, apologies, have a "
        "{good|great|nice|lovely|wonderful|blessed} (one|day|evening|night|week|weekend), take "
        "care, bye, goodbye, see you, see ya, talk soon, later, thanks for {doing|all} "
        "{this|that|it|you do|your help|your work}, thank you for {doing|all} {this|that|it|you "
        "do|your help|your work}, thanks again, thank you again, thanks in advance, thank you in "
        "advance, thank you kindly, grateful, much obliged, peace, best, love you all, you're "
        "welcome, no problem, welcome, amen, hugs, xoxo, yay, woohoo, hooray, bravo, thank "
        "goodness, thank god, tia, yours, thanks for your help, thanks for everything, thank you "
        "for everything, thankyou, wishing you well, power to the people, keep fighting, go team, "
        "stay safe, stay strong, in solidarity, solidarity, onward, hope so, i hope so, much "
        "love, with love, lots of love, love from, thanks in advance and god bless, god bless "
        "america, peace and love, (thanks|thank you|thank you so much|thanks so much|god bless "
        "you) for {what|all|everything} (that) {you do|you're doing|you are doing|you did|you "
        "have done|you've done|you all do}, i appreciate what you do"
    ),
    "yes": (
        "yes, yeah, yep, yup, yea, ya, ok, okay, k, kk, sure, sure thing, alright, all right, of "
        "course, absolutely, definitely, certainly, fine, got it, right, great, awesome, cool, "
        "done, perfect, nice, sounds good, will do, you bet, totally, yessir, ok then, i do, i "
        "will, aye, correct, agreed, affirmative, wonderful, excellent, amazing, fantastic, "
        "super, sweet, good, very good, all good, all set, received, noted, understood, gotcha, "
        "roger, lol, haha, hahaha, wow, love it, i love it, yes please, oh ok, oh okay, great "
        "idea, okie dokie, okey dokey, okidoki, okie, cool beans, yes maam, yes sir, yup yup, "
        "same here"
    ),
    "no": (
        "~no, nope, nah, no thanks, no thank you, not interested, nevermind, never mind, not now, "
        "maybe later, not today, no way, forget it, ~nothing, ~none, not yet, another time, no "
        "wait, ~pass, not me, not really, i'm good, no ty, not for me, count me out, hell no, "
        "fuck you, screw you, scam, spam, ~wrong"
    ),
    "why": "why, how come",
    "persist": (
        "keep, keeps, keep on, keeps on, still, always, constantly, continually, continue, "
        "continue to, again and again, over and over, all the time, nonstop, non stop, every "
        "day, every time, so much, so often"
    ),
    "question": (
        "who, who's, whos, what, what's, whats, why, how, how's, when, where, which, whose, whom, "
        "is, are, was, were, does, do, did, can, could, would, has, have, had, should, am i, "
        "wondering, how come, huh, wat, wut, what for, anybody, explain, tell me about, question, "
        "questions, is this, are you, who is, what is, can i, can you, could you, did you, have "
        "you, will you, would you, do you, how do i, how can i, how to, where do i, is it, is "
        "there"
    ),
    "footer": (
        "sent from, sent via, sent with, get outlook for, get outlook, sent using, sent by, sent "
        "on the go, sent on my, yahoo mail, this email and any, confidentiality notice, please "
        "excuse typos, please excuse any typos, excuse typos, typed on my, texted from my, excuse "
        "my brevity, please excuse brevity, virus free, do not reply to this, sent wirelessly, "
        "powered by"
    ),
    "reaction": (
        "liked, loved, laughed at, emphasized, emphasised, disliked, questioned, reacted, reacted "
        "with, reacted to, removed a like from, removed a heart from, removed a laugh from, "
        "removed a dislike from, removed an exclamation from, removed a question mark from, fwd, "
        "fw, forwarded, forwarded message, re, replied to, to, in reply to, marked, thumbs up to, "
        "smiled at, edited to, translated from, a sticker to"
    ),
    "wrote": "wrote, writes, original message, begin forwarded message",
    "ours": (
        "reply with your, reply with only your, to take it back text, take back undo, no more "
        "texts stop, you signed, nearly done, last step reply, we kept your, petitions by text, "
        "to hear from us again, to sign reply with, to sign text sign"
    ),
    "insist": (
        "just, now, already, i said, told you, i told you, all, it, this, that, immediately, "
        "asap, right now, right away, forever, for good, text, reply, send, say, the, ever, "
        "again, anymore, any more, damn, fucking, f***ing, bloody, goddamn, for the last time, "
        "last time, this time, want to, need to, want, wish, would, like, have, would you, could "
        "you, can you, you must, you need to, you have to, i mean it, seriously, need you to, "
        "want you to, asked you to, asking you to, once and for all, i repeat, i beg you, i'm "
        "begging you, begging you, "
        "like to, wish to, "
        "wanna, let me, i, you, me, my, your, to, of, from, on, at, one, ones, us, please do, "
        "kindly, sms, karo"
    ),
    "little": (
        "you people, "
        "ffs, wait, ready, guess, anon, np, yw, gn, idk, brb, hmm, hm, sec, secs, min, nvm, omg, "
        "wtf, lmao, tbh, imo, btw, ttyl, gtg, "
        "hbu, "
        "ikr, smh, jk, rn, dm, aight, bruh, dude, bro, y'all, kinda, sorta, prolly, cuz, cos, bc, "
        "meh, ugh, ooh, uh, um, umm, er, oops, whoops, yikes, dang, darn, heck, gee, ah, oh, eh, "
        "hee, yay, wrong, button, glasses, a, an, am, as, be, been, being, but, by, else, for, "
        "get, gets, getting, got, he, her, here, hers, him, himself, his, i'd, i'll, i've, id, "
        "ive, if, into, it'll, itself, like, let, lets, let's, may be, maybe, might, mine, must, "
        "myself, need, needs, off, or, other, others, our, ours, ourselves, over, own, really, "
        "same, shall, she, since, so, some, someone, something, somebody, soon, still, such, "
        "than, that's, thats, them, then, there, there's, these, they, they're, theyre, thing, "
        "things, those, though, through, too, under, until, unless, up, upon, very, via, we, "
        "we're, we've, well, what's, while, whether, who'd, with, within, wants, wanted, want, "
        "would like, yet, you, you're, your's, youre, yours, yourself, about, above, across, "
        "after, almost, along, although, always, among, another, any, anyone, anything, around, "
        "away, because, before, below, both, down, during, each, either, even, every, everyone, "
        "everything, few, further, hence, however, indeed, instead, less, many, much, most, more, "
        "my, next, nobody, none, often, once, only, out, per, perhaps, quite, rather, several, "
        "somehow, sometimes, somewhere, tho, thru, together, towards, unto, w, whatever, "
        "whenever, wherever, going to, gonna, gotta, dunno, etc, tonight, today, tomorrow, "
        "yesterday, also, the, their, its, of, on, to, u, ur, r, b4, comma, period, dot, new "
        "line, newline, full stop, semicolon, on my way, omw, love you, see you soon"
    ),
    "double": "will, may, can, do, an, so, ha, ma, la, le, ho, my, sing, see, long ago",
    "particle": (
        "van, von, de, der, den, la, di, da, du, le, el, al, bin, ibn, ben, st, mac, mc, o, y, i, "
        "ap, ter, ten"
    ),
    "state": "usa, u s a, united states, united states of america, us of a",
    "common": (
        "tell, told, asking, hear, heard, clinic, poster, scan, scans, scanner, scanning, "
        "scanned, clerk, dmv, benefits, dignity, correction, mistake, mistaken, actually, "
        "instead, joke, radio, newspaper, line, stood, waiting, hours, governor, mayor, senator, "
        "appointment, birthday, grandson, granddaughter, grandkids, neighbors, meeting, pharmacy, "
        "sale, coupon, welfare, medicaid, food stamps, fingerprint, fingerprints, id, machine, "
        "machines, tablet, kiosk, password, login, username, way, ways, unknown, anonymous, retry, "
        "resend, bank of america"
    ),
}
