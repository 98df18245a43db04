"""What is the same in every language: what carriers make everybody use, and what the internet does.

Stop: 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel, unsubscribe; Twilio adds
stopall (help.twilio.com/articles/223134027), and its Canadian numbers know arret. Start: Twilio has
start, unstop and yes. Here YES is not among them: it answers questions.
"""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "stop": "stop, stopall, stop all, arret, stop2end, ~stopp, ~=🛑",
    "start": "start, unstop",
    "help": "help, info",
    "undo": "undo",
    "messages": "sms",
    "yes": "ok, okay",
    "reaction": "fwd, fw, rv, tr",
    "zip": "zip, cp",
    "offer": "otp, http, https",
    "footer": "iphone, android, outlook, samsung galaxy, frm, subj, msg, huawei, verizon",
    "title": "mr, dr",
    "suffix": "jr, sr, ii, iii, iv, phd, md, 2nd, 3rd, 4th",
    "later": "sms, ok",
    "particle": (
        "=van 't, =in 't, =op 't, van der, van den, van de, von der, von dem, uit den, dela, "
        "delos, delas, ibn, bint, abu, ould, mac, fitz, ni, nic, av, af, zu, zur"
    ),
    "cue": (
        "я, меня зовут, мене звати, мое имя, 我叫, 我是, 저는, 제 이름은, 이름은, ich bin, ich "
        "heiße, mein name ist, mi chiamo, ako si, ako po si, jina langu ni"
    ),
}
