"""Sentences about the world, wishes to be left alone, and sentences in which nobody is named: each
written without a look at the tables."""

ABOUT_THE_WORLD = """
Stop face scans now!
Stop these scans
please stop this madness
Stop the war
We must stop facial recognition
Stop! Face scans are wrong
They have to stop spying on us
Stop selling our data
delete our data from your police computers
Remove the cameras from our schools
No more face scans
Stop polluting the lake
End the surveillance state
cancel the contract with the police
Quit wasting our tax money
I want them to stop texting and driving
stop texting while driving
Don't send our kids to war
Stop sending weapons to other countries
Stop calling immigrants illegal
Take the cameras off our streets
Let's stop this together
Can we stop this?
Unsubscribe our city from this program
Get rid of these cameras
This needs to end
Put an end to face scans
Enough is enough, protect our privacy
Stop the hate
stop killing the trees
Block this bill
Remove the governor
withdraw the troops
We will not stop fighting
never stop fighting for our rights
I can't stop thinking about this
Do not delete the park
Stop asking poor people for ID
the police should stop scanning my face
please stop scanning my kids
stop tracking me with cameras
I want my data deleted by the city
Paren los escaneos de cara
Basta de violencia
Alto a los escaneos
Ya no queremos cámaras
No más vigilancia
Dejen de escanear nuestras caras
Paren esto ya en las escuelas
Borren nuestros datos de la policía
Quiten las cámaras de la calle
No envíen nuestros hijos a la guerra
Arrêtez de scanner nos visages
Arrêtez ces caméras
Stop aux scans
Non aux caméras
Plus de caméras dans nos écoles
Supprimez ces caméras
Parem de escanear nossos rostos
Chega de vigilância
Não queremos câmeras
Pare com esses escaneamentos na escola
Sispann eskane figi moun
Nou pa vle kamera sa yo
Kanpe vyolans la
أوقفوا مسح الوجوه
أوقفوا الحرب
لا نريد كاميرات
احذفوا صورنا من الشرطة
توقفوا عن مراقبتنا
चेहरा स्कैन करना बंद करो
कैमरे हटाओ
हमें कैमरे नहीं चाहिए
युद्ध बंद करो
Hãy dừng việc quét khuôn mặt
Ngừng quét mặt người dân
Chấm dứt chiến tranh
Đừng quét mặt chúng tôi
Không cần máy quay ở trường học
""".strip().splitlines()

LEFT_ALONE = """
Stop
STOP!!!
stop please
please stop
Stop it
stop texting me
STOP TEXTING ME PLEASE
stop messaging me
Quit texting me
please quit sending me these texts
don't text me
do not contact me again
dont message me anymore
never text me again
No more texts
no more messages please
I don't want any more texts
I do not want to receive these messages
take me off your list
Please remove me from your list
remove my number
please delete my number from your system
Lose my number
wrong number
You have the wrong number
This is the wrong number, stop
leave me alone
Unsubscribe
unsubscribe me please
opt out
I want to opt out
opt me out
cancel these texts
Stop sending me messages
Stop. Thank you
Stop, I'm not interested
I said stop it already
stop bothering me
Please stop contacting this number
I no longer wish to receive texts
stop spamming me
Get me off this list
end these texts
stop these texts now
stop the messages
stop all messages
can you please stop texting me
could you stop sending these
Who is this? Stop texting me
I don't know you, stop texting
remove this phone number from your records
STOP u have wrong person
I am not Robert, wrong number
Please stop
kindly stop sending texts to this phone
Hi, please stop messaging me. Thanks
alto
ALTO por favor
no me manden más mensajes
no me escriba más
ya no quiero mensajes
no quiero recibir más mensajes
déjenme en paz
quítenme de la lista
borre mi número por favor
número equivocado
dejen de mandarme mensajes
paren de escribirme
ya no me molesten
dar de baja
cancelar suscripción
deje de enviarme textos
basta de mensajes
no me contacten
por favor dejen de molestarme
Arrêtez
arrêtez de m'envoyer des messages
ne m'écrivez plus
ne m'envoyez plus de messages s'il vous plaît
plus de messages
laissez-moi tranquille
désabonnez-moi
retirez-moi de votre liste
supprimez mon numéro
mauvais numéro
je ne veux plus recevoir de sms
Je ne veux plus de vos messages
arrêtez vos messages
stop svp
ne me contactez plus
parar
pare
pare de me mandar mensagens
não me mande mais mensagens
não quero mais receber mensagens
me tire da lista
me deixe em paz
número errado
cancelar
remova meu número
chega de mensagens
não me envie mais nada
parem de me mandar mensagem
não quero mais mensagens
por favor pare de me escrever
descadastrar
sispann voye mesaj ban mwen
pa voye mesaj ban m ankò
pa ekri m ankò
kite m trankil
retire m nan lis la
retire nimewo m
move nimewo
rete tanpri
sispann
mwen pa vle resevwa mesaj ankò
tanpri sispann rele m
توقف
توقف من فضلك
لا ترسلوا لي رسائل
أوقفوا الرسائل من فضلكم
لا أريد رسائل
لا أريد المزيد من الرسائل
احذف رقمي
أزيلوا رقمي من القائمة
رقم خاطئ
اتركوني وشأني
إلغاء الاشتراك
لا تراسلوني مرة أخرى
توقفوا عن إرسال الرسائل
لا تتصلوا بي
बंद करो
कृपया बंद करें
मैसेज बंद करो
मुझे मैसेज मत भेजो
संदेश भेजना बंद करें
मुझे और संदेश नहीं चाहिए
मेरा नंबर हटाओ
मेरा नंबर सूची से हटा दो
गलत नंबर
मुझे परेशान मत करो
message mat bhejo
mujhe message mat karo
mera number hata do
dừng lại
Làm ơn dừng lại
đừng nhắn tin nữa
đừng gửi tin nhắn cho tôi
ngừng gửi tin nhắn
xóa số của tôi
nhầm số rồi
để tôi yên
hủy đăng ký
tôi không muốn nhận tin nhắn nữa
dung nhan tin nua
xin đừng làm phiền tôi nữa
ngưng gửi tin cho tôi
STOP 👎
stop.
Stop stop stop
NO MORE
f off stop texting
""".strip().splitlines()

NOBODY = """
why do you need that?
hold on
one sec
I'm driving right now
let me think about it
maybe later
not now
never mind
ok
okay thanks
yes please
no thanks
who is this
who dis
what is this about
is this a scam?
how did you get my number
I don't have one
call me later
good morning
hello there
lol
haha that's funny
I'm at work
can't talk right now
I'll do it tomorrow
sounds good
great idea
this is awesome
thank you so much
God bless you
I support this
I agree with this petition
my phone is dying
sorry wrong button
I lost my glasses
what do you mean
I don't understand
can you repeat that
do I have to
is it free
how much does it cost
will this cost me money
I already signed
my husband signed already
ask me again tomorrow
busy
in a meeting
this is an automated reply
I am out of the office until Monday
sorry I'm busy
see you tonight
what's for dinner
I have no home
I live on the street
Missoula Montana
we just moved here
I moved last month
I'm not from here
none of your business
not telling you
you first
come on
seriously?
really
whatever
nope
huh
hmm
idk
brb
k
cool cool
sure thing
absolutely not
how are you
nice to meet you
happy birthday mom
the bus is late
it is raining again
I'm cooking dinner
turn left at the light
can I do it by mail
my postcode is on the letter
I forgot my zip
don't know
let me ask my wife
wait a minute please
just a moment
are you a robot
is this a real person
test
testing 123
no sé
no entiendo
¿para qué es esto?
estoy manejando
ahorita no puedo
espéreme un momento
quién es usted
muchas gracias
buenos días
no tengo
después lo hago
estoy ocupada
qué es esto
¿es gratis?
no gracias
ya firmé ayer
je ne sais pas
je suis occupé
c'est quoi ça
qui êtes-vous
merci beaucoup
plus tard
je conduis
pourquoi faire
attendez un instant
pas maintenant
não sei
estou dirigindo
quem é você
obrigado
depois eu faço
agora não
o que é isso
estou ocupado
tudo bem
m pa konnen
kisa sa ye
mèsi anpil
pita
mwen okipe
ki moun ou ye
tann yon ti moman
لا أعرف
من أنتم
ما هذا
أنا مشغول
شكرا جزيلا
لاحقا
لماذا تحتاجون هذا
मुझे नहीं पता
यह क्या है
आप कौन हैं
बाद में
मैं गाड़ी चला रहा हूँ
धन्यवाद
क्यों चाहिए
tôi không biết
bạn là ai
cái này là gì
đang bận
đang lái xe
cảm ơn nhiều
để sau
tại sao
chờ một chút
""".strip().splitlines()
