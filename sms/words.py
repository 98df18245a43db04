"""The command words of every language: one row a language, to be read and mended by its speakers.

Phrases are separated by commas. Accents and case do not matter. A word that stands in the rows of
several languages is understood in all of them, and tells nothing of the sender's language.

- `stop` and `start` count only as a whole message, so that they may be everyday words, but not
  names: a text can be the answer to "What is your name?". Vietnamese `dừng` and `hủy` are missing
  for that reason (Dũng, Huy).
- `wish` is free wording that asks for the same as `stop` and counts anywhere in a text that names
  no petition (47 CFR 64.1200(a)(10): any reasonable means of revoking consent).
- `before` are words that people put before the sign word ("I want to SIGN"); a name is not there.
- `later` are words that nothing understands yet; they are kept from becoming keywords.
"""

from typing import Final, Literal

Kind = Literal["sign", "stop", "start", "help", "undo", "status", "list"]
Category = Literal[Kind, "wish", "before", "later"]
Row = dict[Category, str]

# What carriers make everybody use, whatever their language.
# Stop: 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel, unsubscribe; Twilio
# adds stopall (help.twilio.com/articles/223134027), and its Canadian numbers know arret.
# Start: Twilio has start, unstop and yes. Here YES is not among them: it will answer questions,
# and Twilio lifts its own block on YES whatever we make of it.
EVERYWHERE: Final[Row] = {
    "stop": "stop, stopall, stop all, arret",
    "start": "start, unstop",
    "help": "help, info",
    "later": "ok, sms",
}

LANGUAGES: Final[dict[str, Row]] = {
    "en": {
        "sign": "sign, signed, signing",
        "stop": "unsubscribe, cancel, end, quit, revoke, optout, opt out, remove, remove me",
        "start": "restart, resume, subscribe, opt in, optin",
        "undo": "undo, withdraw, unsign",
        "status": "status",
        "list": "list, petitions",
        "wish": "please stop, stop please, stop it, stop this, stop now, stop that, stop texting, "
        "stop messaging, stop sending, stop contacting, stop bothering, stop these, stop the texts,"
        "stop the messages, stop all texts, stop all messages, stop texts, stop messages, "
        "quit texting, please remove, remove me, remove my number, delete my number, "
        "take me off, leave me alone, no more texts, no more messages, unsubscribe me, "
        "please unsubscribe, opt me out, want to opt out, want to unsubscribe, don't text me, "
        "don't message me, don't contact me, dont text me, dont message me, dont contact me, "
        "do not text me, do not message me, do not contact me, cancel my subscription",
        "later": "letter, send, call, receipt, verify, confirm, code, yes, no, next, more, back, "
        "language, english, petition, delete, name, postcode, zip, keyword",
        "before": "i, i'd, i'm, please, pls, want, wish, would, like, to, hi, hello, yes, ok",
    },
    "es": {
        "sign": "firma, firmar, firmo, firme",
        "stop": "alto, parar, pare, baja, darme de baja, dar de baja, cancelar, cancela, cancele, "
        "terminar, salir, detener, revocar, desuscribir, desuscribirme, fin",
        "start": "alta, darme de alta, comenzar, empezar, iniciar, reanudar",
        "help": "ayuda, informacion",
        "undo": "deshacer, deshaz, retirar",
        "status": "estado",
        "list": "lista, peticiones",
        "wish": "por favor pare, por favor paren, deje de, dejen de, deja de, dejenme en paz, "
        "dejeme en paz, denme de baja, deme de baja, dame de baja, quiero darme de baja, "
        "no me escriban, no me escriba, no me envien, no me envie, no me manden, no me mande, "
        "no me molesten, no me contacten, no mas mensajes, no quiero mas mensajes, "
        "no quiero recibir, borren mi numero, borre mi numero, quiten mi numero, saquenme, "
        "quitenme, eliminenme, borrenme",
        "later": "carta, enviar, llamar, llama, recibo, verificar, confirmar, codigo, si, "
        "siguiente, mas, atras, idioma, espanol, peticion, borrar, nombre, palabra",
        "before": "yo, quiero, deseo, quisiera, por, favor, hola, si, ok",
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
        "later": "lettre, envoyer, appeler, recu, verifier, confirmer, code, oui, non, suivant, "
        "plus, retour, langue, francais, petition, nom",
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
        "later": "carta, enviar, ligar, recibo, verificar, confirmar, codigo, sim, nao, proximo, "
        "mais, voltar, idioma, portugues, peticao, nome",
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
        "later": "lèt, voye, rele, resi, verifye, konfime, kòd, wi, non, pwochen, plis, lang, "
        "kreyòl",
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
        "later": "رسالة, ارسل, اتصل, ايصال, تحقق, تأكيد, رمز, نعم, لا, التالي, المزيد, لغة, عربي",
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
        "later": "पत्र, भेजें, भेजो, कॉल, रसीद, सत्यापित, कोड, हाँ, हां, नहीं, अगला, और, भाषा, हिंदी",
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
        "later": "thư, gửi, gọi, biên nhận, xác minh, mã, vâng, không, tiếp, thêm, "
        "ngôn ngữ, tiếng việt",
    },
}
