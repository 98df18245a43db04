"""Names in twelve scripts, and sentences in which they stand: written without a look at the tables.

`\\n` in a sentence is a new line; `{n}` is the name, `{z}` the postcode.
"""

NAMES = """
Ana Diaz
Robert Brown
Maria del Carmen de la Cruz
Siobhán O'Brien
José Ortega y Gasset
Nguyễn Văn An
Lê Thị Hồng Nhung
Tran Van Hai
Jean-Pierre Dupont
Renée Lefèvre
João da Silva
Ludwig van Beethoven
Anne-Marie St. Clair
J. R. Ewing
Malcolm X
Will Smith
Grace Young
May List
Van Nguyen
An Do
Mohammed bin Salman
Al-Amin Hassan
Kwame Nkrumah
Ngozi Okonjo-Iweala
Siri Hustvedt
Björn Åkesson
Łukasz Żółć
Þórunn Egilsdóttir
İbrahim Yılmaz
Zoë Kravitz
Conor McGregor
Dwayne Johnson Jr.
Henry Ford III
Martin Luther King
Rosa Parks
Cher
Madonna
Ok Ja Kim
Kim Yu-na
Wei Zhang
Li Na
Xiaoming Wang
Yuki Tanaka
Sitting Bull
Tecumseh
Leilani Kealoha
Fatima Zahra
Aisha Abdullahi
Woz Pyè
Jan Batis Pyè
Mirlande Manigat
Toussaint Louverture
Angela Flores
Jesus Santos
Luz Paz
Dolores Huerta
Hope Solo
Christian Bale
Summer Rain
Mark Price
Rich Little
Mary White
王小明
李娜
山田太郎
やまだ はなこ
김유나
홍 길동
Γιώργος Παππάς
Иван Петров
Мария Иванова
Олена Шевченко
שרה כהן
דוד לוי
سارة حداد
محمد علي حسن
ليلى بنت أحمد
نور الدين محمود
राधा शर्मा
सीता देवी
अमित कुमार वर्मा
নাসরিন আক্তার
রহিম উদ্দিন
முத்து குமார்
செல்வி ராஜன்
ሰላም አበበ
ጌታቸው ረዳ
สมชาย ใจดี
ნინო ბერიძე
Արամ Խաչատրյան
ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ
જયેશ પટેલ
မောင် မောင်
""".strip().splitlines()

#: Names that are words as well: they may be asked about, and are never cut.
HARD = frozenset(
    {"Cher", "An Do", "Ok Ja Kim", "Li Na", "Hope Solo", "Sitting Bull", "May List", "Van Nguyen"}
)

FRAMES = {
    "en": r"""
SIGN FACE {n} {z}
sign face {n} {z}
FACE {n} {z}
{n} {z} FACE
Sign FACE. {n}, {z}
Hi, please sign me up for FACE. My name is {n}, zip {z}. Thanks!
Hello! My name is {n} and I would like to sign the FACE petition. My zip code is {z}.
I'm {n} from Denver, CO {z} and I want to sign FACE
This is {n}. SIGN FACE {z}
SIGN FACE {n}, Missoula, MT {z}
SIGN FACE {n} Chicago IL {z}
Name: {n}\nZip: {z}\nFACE
SIGN FACE\n{n}\n{z}
{n}, {z}. I want to sign FACE, thank you very much!
Please add my name to FACE: {n} {z}
please add {n} to face, zip {z}
Count me in for FACE! {n}, {z}
I support FACE - {n}, {z}
Good morning, I'd like to sign FACE. {n}. {z}. God bless you all
Yes! SIGN FACE {n} {z}
I, {n}, sign FACE. ZIP {z}
{n} here, sign FACE for me please, {z}
Hey there, it's {n}, put me down for FACE, I live in Seattle Washington {z}
SIGN FACE {n} {z} Sent from my iPhone
SIGN FACE {n} {z}\n\nSent from my Galaxy
SIGN FACE {n} {z} thanks so much for doing this
Dear Sir or Madam, I wish to sign FACE. Sincerely, {n}, Boston, MA {z}
my name's {n} and my zip's {z}, sign FACE
sign face my name is {n} zip code {z}
I am {n}, a teacher from Portland, Oregon. SIGN FACE {z}
FACE {z} {n}
{z} {n} FACE
SIGN FACE for {n} at {z}
SIGN FACE as {n}, {z}
Can you please add me to FACE? I'm {n}, {z}.
We need this so badly. Sign me up for FACE please! Name is {n}, zip {z}
i want to sign FACE. name {n} zip {z}
Sign FACE - {n} - {z}
SIGN FACE {n} / {z}
"SIGN FACE {n} {z}"
SIGN FACE {n} ({z})
My wife told me about FACE. I'm {n} and I live in {z}. Please sign me up.
Ok, I will sign FACE. {n} {z}
Hello my name is {n} I live in Billings Montana {z} and I would love to sign FACE
Full name: {n}, ZIP code: {z}, petition: FACE
Hi! {n} from San Diego here. SIGN FACE, {z}. Keep up the good work!
👋 SIGN FACE {n} {z} 👍
SIGN FACE {n}, zip {z}, thank you and God bless
Signing FACE: {n} {z}
Sign me up: FACE, {n}, {z}
""",
    "es": r"""
FIRMA FACE {n} {z}
Hola, quiero firmar FACE. Me llamo {n}, código postal {z}. Gracias
Buenos días, mi nombre es {n} y quiero firmar FACE, mi código postal es {z}
Soy {n} de Houston, Texas, {z}. Firmo FACE
FIRMAR FACE {n}, vivo en Los Ángeles {z}
firmo FACE: {n}, CP {z}, muchas gracias
Yo, {n}, firmo FACE. {z}
FIRMA FACE {n} {z} por favor
Le escribe {n}, quisiera firmar la petición FACE, código postal {z}. Dios los bendiga
Nombre: {n}\nCódigo postal: {z}\nFIRMA FACE
Apúnteme en FACE por favor, soy {n}, {z}
Buenas tardes, deseo apoyar FACE. {n}, {z}. Saludos
Hola buenas, aquí {n}, firma FACE {z}
FIRMA FACE {n}, Miami FL {z}
Quiero sumarme a FACE, mi nombre completo es {n} y vivo en Denver {z}
""",
    "fr": r"""
SIGNER FACE {n} {z}
Bonjour, je voudrais signer FACE. Je m'appelle {n}, code postal {z}. Merci beaucoup
Je suis {n} et je signe FACE, {z}
Bonsoir, je soussigné {n}, demeurant à Boston {z}, souhaite signer FACE
Signez FACE svp : {n}, {z}
Nom : {n}, code postal : {z}, SIGNER FACE
SIGNER FACE {n}, j'habite à Montréal, {z}
Moi c'est {n}, je veux signer FACE, mon code postal est {z}, merci d'avance
Ajoutez-moi à FACE s'il vous plaît. {n} {z}
Bonjour, mon nom est {n} et j'habite à Miami, {z}. SIGNER FACE
""",
    "pt": r"""
ASSINAR FACE {n} {z}
Olá, quero assinar FACE. Meu nome é {n}, CEP {z}. Obrigado!
Oi, sou {n} de Boston, quero assinar a petição FACE, CEP {z}
Bom dia, me chamo {n} e gostaria de assinar FACE. Meu CEP é {z}
Assino FACE: {n}, {z}, obrigada
Eu, {n}, assino FACE. {z}
Aqui é {n}, moro em Miami {z}, ASSINAR FACE por favor
Nome: {n} CEP: {z} ASSINAR FACE
Me inclua em FACE por gentileza: {n}, {z}
ASSINAR FACE {n}, moro em Newark {z}
""",
    "ht": r"""
SIYEN FACE {n} {z}
Bonjou, mwen vle siyen FACE. Mwen rele {n}, kòd postal mwen se {z}. Mèsi anpil
Non mwen se {n}, m ap siyen FACE, {z}
M rele {n}, m abite Miami {z}, siyen FACE souple
Bonswa, se mwen menm {n}, mwen ta renmen siyen FACE {z}
SIYEN FACE {n}, {z} mèsi
Mete non m nan FACE tanpri: {n} {z}
""",
    "vi": r"""
ky ten FACE {n} {z}
ký tên FACE {n} {z}
Xin chào, tôi tên là {n}, tôi muốn ký tên FACE, mã bưu chính {z}. Cảm ơn
Tôi là {n}, sống ở Houston, mã bưu điện {z}, ký tên FACE
Chào anh chị, em tên {n}, em muốn ký FACE, mã zip {z} ạ
Họ tên: {n}. Mã bưu chính: {z}. Ký tên FACE
ký tên FACE {n}, {z}, cảm ơn nhiều
Làm ơn ghi tên tôi vào FACE: {n} {z}
""",
    "ar": r"""
وقع FACE {n} {z}
السلام عليكم، أريد التوقيع على FACE، اسمي {n}، الرمز البريدي {z}، شكرا
أنا {n} من شيكاغو، أوقع FACE، {z}
مرحبا، اسمي {n} وأسكن في ديترويت {z}. أوقع FACE
وقع FACE {n}، {z}، جزاكم الله خيرا
الاسم: {n}\nالرمز البريدي: {z}\nوقع FACE
صباح الخير، أود التوقيع على عريضة FACE. {n}، {z}. مع الشكر
أضيفوا اسمي إلى FACE: {n} {z}
""",
    "hi": r"""
साइन FACE {n} {z}
नमस्ते, मेरा नाम {n} है और मैं FACE पर साइन करना चाहता हूँ, पिन कोड {z}, धन्यवाद
मैं {n} हूँ, FACE को साइन करती हूँ, {z}
FACE पर हस्ताक्षर करें: {n}, {z}
नाम: {n}\nपिन: {z}\nसाइन FACE
कृपया FACE में मेरा नाम जोड़ें, {n}, {z}
नमस्कार जी, मैं {n}, मुंबई से, FACE साइन करना चाहती हूँ। पिन {z}। धन्यवाद
साइन FACE {n} {z} शुक्रिया
mera naam {n} hai, FACE sign karna hai, pin {z}
""",
}
