"""The command words of every language: one row a language, to be read and mended by its speakers.

Phrases are separated by commas. Accents and case do not matter. A word that stands in the rows of
several languages is understood in all of them, and tells nothing of the sender's language.

- `stop` and `start` count only as a whole message, so that they may be everyday words, but not
  names: a text can be the answer to "What is your name?". Vietnamese `dừng` and `hủy` are missing
  for that reason (Dũng, Huy).
- `wish` is free wording that asks for the same as `stop` and counts anywhere in a text that names
  no petition (47 CFR 64.1200(a)(10): any reasonable means of revoking consent).
- `remove` is free wording too, which asks for both: no more texts, and the signature taken back.
- `language` are the names of the language itself; like `count`, `more` and the `news` they count
  only where nothing else but a petition's word stands beside them.
- `before` are words that people put before the sign word ("I want to SIGN"); a name is not there.
- `later` are words that nothing understands yet; they are kept from becoming keywords.
"""

from typing import Final, Literal

Kind = Literal[
    "sign", "stop", "remove", "start", "help", "undo", "status", "list", "count", "more",
    "name", "zip", "news", "news_on", "news_off", "language",
]  # fmt: skip
Category = Literal[Kind, "wish", "before", "later"]
Row = dict[Category, str]

# What carriers make everybody use, whatever their language.
# Stop: 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel, unsubscribe; Twilio
# adds stopall (help.twilio.com/articles/223134027), and its Canadian numbers know arret.
# Start: Twilio has start, unstop and yes. Here YES is not among them: it will answer questions,
# and Twilio lifts its own block on YES whatever we make of it.
EVERYWHERE: Final[Row] = {
    "stop": "stop, stopall, stop all, arret",
    "news_on": "news on, news start",
    "news_off": "news off, news stop",
    "start": "start, unstop",
    "help": "help, info",
    "later": "ok, sms",
}

LANGUAGES: Final[dict[str, Row]] = {
    "en": {
        "sign": "sign, signed, signing",
        "stop": "unsubscribe, cancel, end, quit, revoke, optout, opt out, remove",
        "start": "restart, resume, subscribe, opt in, optin",
        "undo": "undo, withdraw, unsign",
        "status": "status",
        "list": "list, petitions",
        "wish": "please stop, stop please, stop it, stop this, stop now, stop that, stop texting, "
        "stop messaging, stop sending, stop contacting, stop bothering, stop these, stop the texts,"
        "stop the messages, stop all texts, stop all messages, stop texts, stop messages, "
        "quit texting, remove my number, delete my number, lose my number, forget my number, "
        "take me off, leave me alone, no more texts, no more messages, unsubscribe me, "
        "no more sms, wrong number, do not want texts, don't want texts, stop it now, "
        "please unsubscribe, opt me out, want to opt out, want to unsubscribe, don't text me, "
        "don't message me, don't contact me, dont text me, dont message me, dont contact me, "
        "do not text me, do not message me, do not contact me, cancel my subscription",
        "before": "i, i'd, i'm, please, pls, want, wish, would, like, to, hi, hello, yes, ok",
        "remove": "remove me, please remove, remove my signature, delete me, erase me, delete my "
        "data, erase my data, delete my signature, take my name off, remove my name",
        "count": "count, how many",
        "more": "more, read more, tell me more",
        "name": "name, my name is, my name, name is",
        "zip": "zip, zipcode, zip code, postcode, postal code, my zip is, my postcode is",
        "news": "news",
        "news_on": "news yes",
        "news_off": "no news, news no",
        "language": "english, ingles, anglais, angle, en",
        "later": "letter, send, call, receipt, verify, confirm, code, yes, no, next, back, "
        "language, petition, delete, keyword",
    },
    "es": {
        "sign": "firma, firmar, firmo, firme",
        "stop": "alto, parar, pare, baja, darme de baja, dar de baja, cancelar, cancela, cancele, "
        "terminar, salir, detener, revocar, desuscribir, desuscribirme, fin",
        "start": "alta, darme de alta, comenzar, empezar, iniciar, reanudar",
        "help": "ayuda, informacion",
        "undo": "deshacer, deshaz, retirar",
        "status": "estado, mis firmas",
        "list": "lista, peticiones",
        "wish": "por favor pare, por favor paren, deje de, dejen de, deja de, dejenme en paz, "
        "dejeme en paz, denme de baja, deme de baja, dame de baja, quiero darme de baja, "
        "no me escriban, no me escriba, no me envien, no me envie, no me manden, no me mande, "
        "no me molesten, no me contacten, no mas mensajes, no quiero mas mensajes, "
        "no quiero recibir, borren mi numero, borre mi numero, quiten mi numero, saquenme, "
        "quitenme de la lista, quitenme de esta lista, numero equivocado",
        "before": "yo, quiero, deseo, quisiera, por, favor, hola, si, ok",
        "remove": "borrenme, borrame, borreme, eliminenme, eliminame, elimineme, quitenme, "
        "quiteme, quitame, borren mi firma, borre mi firma, quiten mi firma, borren mis "
        "datos, borre mis datos",
        "count": "cuantos, cuantas, cuenta",
        "more": "mas, leer mas",
        "name": "nombre, mi nombre es, me llamo",
        "zip": "codigo postal, cp, mi codigo postal es",
        "news": "noticias",
        "news_on": "noticias si, quiero noticias",
        "news_off": "noticias no, no noticias, sin noticias",
        "language": "espanol, castellano, spanish, espagnol, es",
        "later": "carta, enviar, llamar, llama, recibo, verificar, confirmar, codigo, si, "
        "siguiente, atras, idioma, peticion, borrar, palabra",
    },
    "fr": {
        "sign": "signer, signe, signez",
        "stop": "arreter, arretez, annuler, desabonner, desinscrire, resilier, fin",
        "start": "commencer, reprendre",
        "help": "aide",
        "undo": "retirer, defaire",
        "status": "statut, etat",
        "list": "liste",
        "wish": "arretez de, ne m'envoyez plus, plus de messages, laissez moi tranquille, "
        "desabonnez moi, desinscrivez moi",
        "remove": "supprimez moi, effacez moi, effacez mes donnees, supprimez mes donnees, "
        "retirez mon nom, retirez ma signature",
        "count": "combien, compte",
        "more": "plus, lire plus, en savoir plus",
        "name": "nom, mon nom est, je m'appelle",
        "zip": "code postal, mon code postal est",
        "news": "nouvelles, actualites",
        "news_on": "nouvelles oui",
        "news_off": "nouvelles non, pas de nouvelles",
        "language": "francais, french, frances, fr",
        "later": "lettre, envoyer, appeler, recu, verifier, confirmer, code, oui, non, suivant, "
        "retour, langue, petition",
    },
    "pt": {
        "sign": "assinar, assine, assino",
        "stop": "parar, pare, sair, cancelar, cancele, remover, descadastrar, fim",
        "start": "comecar, iniciar, retomar",
        "help": "ajuda",
        "undo": "desfazer, retirar",
        "status": "situacao, estado",
        "list": "peticoes, lista",
        "wish": "pare de, parem de, nao me mande, nao me mandem, nao me envie, nao me enviem, "
        "nao quero receber, me deixe em paz, me deixem em paz, chega de mensagens",
        "remove": "me remova, me remove, me apague, apague meus dados, apaguem meus dados, tire "
        "meu nome, tirem meu nome",
        "count": "quantos, quantas, contagem",
        "more": "mais, ler mais, saiba mais",
        "name": "nome, meu nome e",
        "zip": "cep, codigo postal, meu cep e",
        "news": "novidades",
        "news_on": "novidades sim, quero novidades",
        "news_off": "novidades nao, sem novidades",
        "language": "portugues, portuguese, pt",
        "later": "carta, enviar, ligar, recibo, verificar, confirmar, codigo, sim, nao, proximo, "
        "voltar, idioma, peticao",
    },
    "ht": {
        "sign": "siyen, siyé",
        "stop": "rete, kanpe, sispann, anile",
        "start": "komanse, rekomanse",
        "help": "ede m, bezwen èd, asistans",
        "undo": "defè, retire",
        "status": "estati",
        "list": "petisyon, lis petisyon",
        "wish": "sispann voye, pa voye mesaj",
        "remove": "efase m, retire m, efase non m, retire non m",
        "count": "konbyen",
        "more": "plis, li plis",
        "name": "non mwen, mwen rele, non m se",
        "zip": "kòd postal",
        "news": "nouvèl",
        "news_on": "nouvèl wi",
        "news_off": "nouvèl non, pa gen nouvèl",
        "language": "kreyòl, kreyòl ayisyen, creole, haitian, haitian creole, ht",
        "later": "lèt, voye, rele, resi, verifye, konfime, kòd, wi, non, pwochen, lang",
    },
    "ar": {
        "sign": "وقع, توقيع, اوقع",
        "stop": "توقف, اوقف, ايقاف, قف, الغاء, الغاء الاشتراك",
        "start": "ابدأ, ابدا, بدء, استئناف",
        "help": "مساعدة",
        "undo": "تراجع, سحب",
        "status": "حالة, الحالة",
        "list": "قائمة, القائمة",
        "wish": "توقفوا عن, لا ترسلوا, لا تراسلني",
        "remove": "احذفني, احذفوني, امسحني, امسحوني, احذف بياناتي, احذفوا بياناتي, احذف اسمي",
        "count": "عدد, العدد, كم",
        "more": "المزيد, اقرأ المزيد",
        "name": "اسم, الاسم, اسمي",
        "zip": "الرمز البريدي, رمز بريدي, رمزي البريدي",
        "news": "اخبار, الاخبار",
        "news_on": "اخبار نعم, الاخبار نعم",
        "news_off": "اخبار لا, الاخبار لا, لا اخبار",
        "language": "عربي, العربية, عربية, arabic, arabe, ar",
        "later": "رسالة, ارسل, اتصل, ايصال, تحقق, تأكيد, رمز, نعم, لا, التالي, لغة",
    },
    "hi": {
        "sign": "हस्ताक्षर, साइन",
        "stop": "रोकें, रोको, रुकें, रुको, बंद, बंद करें, बंद करो, रद्द, रद्द करें",
        "start": "शुरू, शुरू करें",
        "help": "मदद, सहायता",
        "undo": "वापस, वापस लें",
        "status": "स्थिति",
        "list": "सूची",
        "wish": "संदेश मत भेजो, संदेश न भेजें, मैसेज मत भेजो",
        "remove": "मुझे हटाओ, मुझे हटाएं, मुझे हटाएँ, मेरा नाम हटाओ, मेरा नाम हटाएं, मेरा डेटा मिटाओ",
        "count": "गिनती, कितने",
        "more": "और, और पढ़ें",
        "name": "नाम, मेरा नाम",
        "zip": "पिन, पिनकोड, पिन कोड",
        "news": "समाचार, खबर",
        "news_on": "समाचार हाँ, समाचार हां, खबर हाँ",
        "news_off": "समाचार नहीं, समाचार बंद, खबर नहीं",
        "language": "हिंदी, हिन्दी, hindi",
        "later": "पत्र, भेजें, भेजो, कॉल, रसीद, सत्यापित, कोड, हाँ, हां, नहीं, अगला, भाषा",
    },
    "vi": {
        # Not `ký` alone: without its accent it is a given name and the state of Kentucky.
        "sign": "ký tên, kyten",
        "stop": "ngừng, dừng lại, hủy đăng ký, từ chối",
        "start": "bắt đầu, tiếp tục",
        "help": "trợ giúp, giúp đỡ",
        "undo": "hoàn tác, rút lại",
        "status": "trạng thái",
        "list": "danh sách",
        "wish": "đừng nhắn tin, đừng gửi, ngừng gửi, ngừng nhắn tin",
        "remove": "xóa tôi, xóa tên tôi, xóa chữ ký của tôi, gỡ tên tôi",
        "count": "bao nhiêu, số lượng",
        "more": "thêm, đọc thêm",
        "name": "họ tên, tên tôi, tên tôi là, tôi tên là",
        "zip": "mã bưu điện, mã bưu chính",
        "news": "tin tức",
        "news_on": "tin tức có, nhận tin",
        "news_off": "tin tức không, không nhận tin",
        "language": "tiếng việt, vietnamese, vietnam, vn",
        "later": "thư, gửi, gọi, biên nhận, xác minh, mã, vâng, không, tiếp, ngôn ngữ",
    },
}
