"""Haitian Creole."""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "sign": (
        "siyen, siyé, m siyen, mwen siyen, m ap siyen, mwen vle siyen, m vle siyen, siyati pou, "
        "siyati m pou"
    ),
    "join": (
        "non mwen sou, siyati mwen sou, mete m, mete non m, mete non mwen, mete mwen, mete, "
        "ajoute m, ajoute non m, ajoute, ajoute mwen, enskri m, enskri mwen, enskri, konte m, "
        "konte sou mwen, mwen sipòte, m sipòte, sipòte, mwen dakò ak, mwen pou, nan non, m apiye, "
        "mwen apiye, anrejistre, anrejistre m, mwen ladan l, m ladan l, anfavè, "
        "{mete|ajoute|enskri|ekri|konte} {non|siyati} {m|mwen|nou} (nan lis la|sou lis la|sou "
        "petisyon an|nan petisyon an|sou li|ladan l)"
    ),
    "refuse": "refize, mwen refize, m refize, mwen kont, m kont, kont",
    "stop": (
        "~rete, ~kanpe, sispann, ~anile, ~dezabòne, ~dezabone m, ~ase, ~sa ase, ~sispann sa, "
        "~sispann la, ~kanpe la, ~rete la, ~fini, ~fini ak sa, ~fè l sispann"
    ),
    "cease": "sispann, rete, kanpe, pinga, ase, mwen bouke ak, anile, bouke ak",
    "offer": "prè, kado, klike, kòd verifikasyon, kòd ou se, genyen",
    "send": (
        "voye, ekri, voye ban, kontakte, rele, deranje, anmède, anmède m, nwi, resevwa, tekste, "
        "enmède, jennen, pale ak, "
        "ekri m, ekri mwen"
    ),
    "messages": "mesaj, mesaj yo, tèks, tèks yo, sms, notifikasyon, alèt, piblisite, spam",
    "me": (
        "m, mwen, ban mwen, ban m, nimewo sa a, nimewo m, nimewo mwen, telefòn sa a, telefòn "
        "mwen, telefòn m, nimewo sa, nan nimewo sa a, "
        "ekri m, ekri mwen"
    ),
    "not": "pa, pa t, pap, pa janm, pinga, san, ni, p ap, poko, non",
    "wish": (
        "{kite|lese} {m|mwen} {trankil|an pè|anpè}, pa {voye|ekri|rele|kontakte|deranje|anmède} "
        "{m|mwen|ban m|ban mwen}, pa voye mesaj, sispann voye, sispann ekri, sispann rele, "
        "sispann deranje, sispann anmède, move nimewo, move moun, nimewo a pa bon, se pa bon moun "
        "nan, pa vle resevwa, pa vle {mesaj|mesaj ankò}, mwen pa vle mesaj, m pa vle mesaj, m pa "
        "vle resevwa, mwen pa vle resevwa, m pa bezwen mesaj, mwen pa bezwen mesaj, li mouri, pa "
        "ekri m ankò, pa tekste m, ban m lapè, ban mwen lapè, dezabòne m, dezabone m, dezabòne "
        "mwen, m vle dezabòne, mwen vle dezabòne, pa deranje, kite {m|mwen|nou} {anrepo|an "
        "repo|trankil|anpè|an pè}, pa voye {anyen|okenn mesaj|mesaj} (ban|bay) (m|mwen|nou) ankò"
    ),
    "forget": (
        "retire, efase m, efase mwen, retire m, retire mwen, wete m, wete mwen, efase, bliye m, "
        "bliye mwen, siprime, wete, siprime m"
    ),
    "data": (
        "done m, done mwen, tout done m, tout done mwen, enfòmasyon m, enfòmasyon mwen, tout "
        "enfòmasyon m, tout sa ou gen sou mwen, tout sa ou genyen sou mwen, done pèsonèl mwen, "
        "done m yo, enfòmasyon m yo, done mwen yo"
    ),
    "number": "nimewo m, nimewo mwen, telefòn mwen, telefòn m, nimewo telefòn mwen, nimewo sa a",
    "lists": "{nan|sou} lis (ou|la|sa|nou|w|sa a), lis ou, lis la, lis sa a",
    "both": "tou de, tout siyati yo, toulède",
    "signature": "siyati m, siyati mwen, non m, non mwen, siyati a, siyati sa a",
    "undo": (
        "defè, defèt, {efase|retire|wete|anile|siprime} {siyati m|siyati mwen|non m|non "
        "mwen|siyati a}, retire siyati, mwen vle retire, m vle retire, retire l"
    ),
    "start": "~komanse, ~rekòmanse, ~kòmanse, ~abòne, ~abòne m, ~kontinye",
    "help": (
        "~ede m, ~ede mwen, bezwen èd, ~asistans, ~èd, ~mwen bezwen èd, ~m bezwen èd, ~enfòmasyon"
    ),
    "status": "~estati, ~eta siyati m",
    "list": "~petisyon, ~lis petisyon, ~lis, ~ki petisyon, ~tout petisyon",
    "count": (
        "~konbyen, ~konbyen siyati, ~konbyen moun, ~konbyen moun ki siyen, ~kantite, ~kantite "
        "siyati"
    ),
    "more": "~plis, ~li plis, ~plis enfòmasyon, ~di m plis, ~plis detay",
    "news": "~nouvèl",
    "news_on": "~nouvèl wi, ~mwen vle nouvèl, ~m vle nouvèl, ~wi nouvèl",
    "news_off": (
        "~nouvèl non, pa gen nouvèl, ~sispann nouvèl, ~pa nouvèl, ~non nouvèl, pa voye nouvèl"
    ),
    "language": (
        "~kreyòl, ~kreyòl ayisyen, ~creole, ~haitian, ~haitian creole, ~ht, pale kreyòl, an kreyòl"
    ),
    "also": "~tou, ~lòt moun, ~yon lòt moun",
    "letter": "~lèt, ~lèt mwen, ~ekri, ~ekri lèt, ~ekri yon lèt",
    "post": "~voye, ~voye l, ~voye lèt la",
    "back": "~tounen, ~retounen",
    "call": "~rele, ~telefone",
    "not_mine": "~pa pou mwen, ~yo pa pou mwen, ~se pa pou mwen",
    "not_sure": "~mwen pa sèten, ~m pa sèten, ~pa sèten",
    "change": (
        "chanje non m, korije non m, non kòrèk mwen se, se pou l, mwen te vle di, m te vle di, li "
        "dwe"
    ),
    "later": (
        "petisyon an, petisyon sa a, lèt, voye, rele, resi, verifye, konfime, kòd, pwochen, lang"
    ),
    "example": (
        "non ou, non w, kòd postal ou, kòd postal w, non konplè ou, non ou kòd postal ou, non ou "
        "ak kòd postal ou, non w ak kòd postal w, non ou kòd postal"
    ),
    "cue": (
        "non mwen se, mwen rele, non m se, m rele, mwen se, m se, se mwen, se mwen menm, non, non "
        "mwen, non m, non konplè mwen se, non konplè, siyati, li rele, rele, siyen pa, mwen menm, "
        "mwen menm se, se, prenon m se, prenon, siyati pa, yo rele m, yo rele mwen, se mwen ki, "
        "non fanmi, tinon m se, sou non, bò kote, non ak siyati, siyati ak non, non ak prenon, "
        "prenon ak non, non konplè m se"
    ),
    "closing": (
        "se non mwen, se non m, ki ekri la, ki la, k ap pale, ki ap pale, k ap ekri, ki ap ekri, "
        "k ap pale la, kap pale, kap ekri, ki pale, ki voye mesaj la"
    ),
    "zip": (
        "kòd postal, kòd postal mwen se, kòd postal mwen, kòd postal m se, kòd postal m, kòd mwen "
        "se, kòd la se, kòd zip, zip, zip mwen se, zip code mwen se, zip code, kòd mwen, kòd pòs, "
        "kòd postal la se, kòd"
    ),
    "kin": (
        "{mari|madanm|manman|papa|pitit|pitit gason|pitit fi|frè|sè|vwazen|vwazin|zanmi|mennaj|"
        "kouzen|kouzin|matant|tonton|grann|granpapa} {m|mwen}"
    ),
    "and": "ak, epi, avèk, e",
    "with": "ansanm ak, ansanm avèk",
    "place": (
        "mwen abite, m abite, mwen rete nan, m rete nan, mwen rete, m rete, abite nan, abite, nan "
        "vil, nan, soti, soti nan, mwen soti, m soti, vil, adrès, adrès mwen se, mwen viv nan, m "
        "viv nan, ki abite, ki rete, k ap viv nan, bò, prè, mwen viv, m viv, nan eta, mwen abite "
        "nan, m abite nan, epi m abite, epi mwen abite"
    ),
    "road": "ri, avni, wout, apatman, kay, etazini, ayiti, nimewo kay",
    "age": "laj, laj mwen, mwen gen an",
    "title": "msye, mesye, madan, madmwazèl, mis, dr, doktè, pè, pastè, sè, mèt",
    "digit": "zewo, de, twa, kat, senk, sis, sèt, uit, nèf",
    "greeting": (
        "bonjou, bonswa, alo, sali, salitasyon, kijan ou ye, koman ou ye, sak pase, sa k pase, ki "
        "jan nou ye, bonjou tout moun, bonjou zanmi, bonjou msye, bonjou madan, cheri, chè zanmi, "
        "chè, bon ane, bon maten, bonjou nou tout, onè"
    ),
    "courtesy": (
        "tanpri, souple, silvouplè, sivouplè, tanpri souple, mèsi, mèsi anpil, mèsi davans, mèsi "
        "bokou, mèsi pou tout, mèsi pou travay nou, mèsi pou travay ou, gras, padon, eskize m, "
        "eskize mwen, dezole, m regrèt, bòn chans, bon kouraj, kouraj, felisitasyon, orevwa, "
        "babay, n a wè, Bondye beni ou, Bondye beni w, Bondye beni nou, Bondye beni yo, mèsi "
        "Bondye, amèn, bon travay, bèl travay, bon jounen, bon nwit, pase bon jounen, pase yon "
        "bon jounen, mwen remèsye nou, m remèsye nou, men wi, respè, kenbe fèm, kenbe la, viv"
    ),
    "yes": (
        "wi, dakò, ok, byen, trè byen, mwen dakò, m dakò, wi wi, sa bon, li bon, pafè, anfòm, "
        "konprann, mwen konprann, m konprann, se vre, bon, se sa, wi souple, wi mèsi, wi tanpri, "
        "wi mwen vle, se fèt"
    ),
    "no": (
        "non mèsi, pa kounye a, pita, mwen pa enterese, m pa enterese, pa enterese, kite sa, m pa "
        "konnen, mwen pa konnen, anyen, tann, yon ti moman, demen, poko, pa jodi a"
    ),
    "why": "poukisa, pou kisa",
    "persist": "kontinye, toujou, ankò, tout tan, toutan, san rete, chak jou",
    "question": (
        "kiyès, ki moun, kisa, ki sa, poukisa, pou kisa, kijan, ki jan, kilè, ki kote, ki bò, "
        "konbyen, èske, eske, kote, ki, m ka, mwen ka, èske mwen ka, kesyon, mwen gen yon kesyon, "
        "m gen yon kesyon, kouman, koman"
    ),
    "footer": "voye soti nan, voye depi, voye sou",
    "reaction": "renmen, te renmen, pa t renmen, ri sou, reyaji ak, pataje, voye pi devan",
    "wrote": "te ekri, ekri",
    "ours": (
        "reponn ak non ou, reponn ak, pou siyen reponn, pou siyen voye, pou retire li, ou te "
        "siyen, ou siyen, dènye etap, petisyon pa tèks, pa gen tèks ankò stop"
    ),
    "insist": (
        "kounye a, touswit, deja, mwen di, m di, mwen di w, m di ou, sa, tout, sa a, nèt, pou "
        "tout tan, ankò, mwen vle, m vle, mwen mande, m mande, fòk, fòk ou, m, mwen, ou, w, yo, "
        "nou, la, a, voye, reponn, imedyatman, tou, souple"
    ),
    "little": (
        "a, an, ankò, anpil, ant, apre, ap, avan, ba, ban, bay, bò, chak, depi, di, dwe, e, fè, "
        "fèt, gen, genyen, gran, isit, isit la, jis, jodi a, ka, kapab, ki, kèk, kote, kounye a, "
        "la, li, l, lè, men, menm, moun, mwen, m, n, nan, nou, non, ou, oswa, pa, pami, pandan, "
        "pi, plis, pou, pral, pwoblèm, renmen, sa, san, se, si, sou, sèl, t ap, ta, te, tèl, "
        "tankou, ti, tou, tout, twòp, va, vini, vle, w, y, yo, yon, youn, ye, ta renmen, mwen ta "
        "renmen, m ta renmen, toujou, jan, bagay, fwa, jou, ane, lòt, anvan, lakay, kay, peyi, "
        "vil la, map, m ap, mwen ap, yè, trankil, anrepo, done nou, done nou yo, done yo, "
        "enfòmasyon nou"
    ),
    "double": (
        "li, jan, gen, san, sou, tan, di, lang, pi, ye, ou, ki, ka, yo, te, ta, va, bay, nan, "
        "sen, an, la, ti, se, ba"
    ),
    "common": (
        "chita, kanpe, dòmi, manje, bwè, travay, lekòl, lopital, doktè, legliz, mache, lakay, "
        "kay, machin, telefòn, òdinatè, figi, eskane, eskan, biwo, gouvènman, leta, lapolis, "
        "lavil, kominote, lajan, pri, chè, bon mache, jodi a, jodia, demen, ayè, semèn, mwa, ane, "
        "maten, aswè, lannwit, granmoun, timoun, fanm, gason, fanmi, zanmi, vwazen, pitit, "
        "manman, papa, grann, granpapa, frè, sè, bezwen, renmen, konnen, panse, kwè, wè, tande, "
        "di, fè, bay, pran, mete, ale, vini, soti, antre, rive, kite, tounen, jwenn, pèdi, "
        "chèche, tann, atann, rekonèt, pale, li, ekri, mande, reponn, ede, malad, fatige, kontan, "
        "tris, fache, pè, bon, move, bèl, lèd, gwo, piti, nèf, vye, vit, dousman, fasil, difisil, "
        "enpòtan, vre, manti, jistis, dwa, lalwa, done, enfòmasyon, papye, kat, dosye, kamera, "
        "pwoblèm, kesyon, repons, poukisa, kijan, kilè, ki kote, anpil, twòp, tout moun, pèsonn, "
        "anyen, kèk, lòt, menm, ankò, toujou, janm, deja, poko, talè, kounye a, isit, laba, anwo, "
        "anba, devan, dèyè, bò, avèk, san, pou, paske, men, oswa, si, lè, tankou, jiskaske, madi, "
        "lendi, mèkredi, jedi, vandredi, samdi, dimanch, mesi bondye, bondye, lanmou, lapè"
    ),
}
