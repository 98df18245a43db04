"""Spanish."""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "sign": (
        "firma, firmar, firmo, firme, firmé, firmamos, firmando, fírmame, quiero firmar, firmar por"
    ),
    "join": (
        "mi nombre en, mi nombre a, mi firma en, mi firma a, mi firma para, apúntame, apúnteme, "
        "apúntenme, apunten, apunta, apunte, súmenme, sumen, inscriban, registren, incluyan, "
        "agrégame, agrégueme, agréguenme, agregue, agregar, agregen, agreguen, agrega, añádame, "
        "añádanme, añadir, añada, anoten, anóteme, anótame, anótenme, inscribir, inscríbame, "
        "inscríbanme, súmame, súmeme, sumarme, unirme, sumarse, me sumo, me uno, apoyar, apoyo, "
        "apoyamos, apoya, apoyando, estoy a favor de, cuenten conmigo, cuente conmigo, cuenta "
        "conmigo, incluya, incluir, inclúyame, inclúyanme, ponga, pongan, a favor de, en apoyo "
        "de, mi apoyo a, registrar, regístrenme, suscribo, {agreguen|agrega|agregue|agregar|"
        "añadan|añade|añada|añadir|pongan|pon|ponga|poner|sumen|suma|sume|sumar|incluyan|incluye|"
        "incluya|incluir|apunten|apunta|anoten|anota|inscriban|registren|metan|cuenten|cuente} "
        "(a) mi {nombre|firma} (en la lista|en la petición|a la petición|a la lista), añadan, "
        "añade, suma, sume, pónganme, póngame, ponme, pónme, pónganos, apúntanos, apúntennos, "
        "{pónganme|póngame|ponme|inclúyanme|inclúyame} en la {lista|petición} (de|para)"
    ),
    "refuse": "rechazo, me niego, me opongo, en contra de, no apoyo",
    "stop": (
        "alto, ~parar, ~pare, ~paren, ~baja, darme de baja, dar de baja, ~cancelar, ~cancela, "
        "~cancele, ~terminar, ~salir, ~detener, ~revocar, desuscribir, desuscribirme, ~fin, "
        "~basta, ~basta ya, ~ya basta, ~ya no, ~no más, ~ya no más, ~alto ya, ~pare ya, ~para, "
        "~para ya, ~ya paren, ~ya párenle, ~párale, ~detente, ~deténganse, ~suficiente, ~ya "
        "estuvo, "
        "~date de baja, ~dense de baja"
    ),
    "cease": (
        "basta de, basta ya de, deje de, dejen de, deja de, paren de, pare de, para de, parar de, "
        "dejar de, basta con, no más, ya no más, cancelen, cancele, cancelar, paren, pare, "
        "detengan, detenga, suspendan, suspenda, suspender, suspende, "
        "alto a, ni un, ni un solo, terminen con, "
        "párenle, párale, párele, bájenle, ya estuvo"
    ),
    "offer": (
        "préstamo, aprobado, oferta, premio, ganador, paquete, código de verificación, su código "
        "es, haga clic, descuento, responda sí"
    ),
    "send": (
        "mandar, mande, manden, mandarme, mandes, mandando, enviar, envíe, envíen, enviarme, "
        "envíes, enviando, escribir, escriba, escriban, escribas, escribirme, escribiendo, "
        "escribirnos, mensajear, mensajeen, textear, texteen, texteo, llamar, llame, llamen, "
        "llamarme, llames, llamando, contactar, contacten, contacte, contactarme, molestar, "
        "moleste, molesten, molestarme, molestes, molestando, fastidiar, fastidien, joder, jodan, "
        "jodas, acosar, acosen, recibir, recibo mensajes, "
        "escribiéndome, mandándome, enviándome, molestándome, llamándome, escribiéndonos, "
        "texteándome"
    ),
    "messages": (
        "mensajes, mensaje, mensajitos, textos, sms, msjs, msj, msgs, notificaciones, avisos, "
        "alertas, mensajes de texto, publicidad, spam"
    ),
    "me": (
        "me, mí, conmigo, a mí, a este número, este número, este teléfono, este celular, mi "
        "teléfono, mi celular, mi número, a mi número, a mi celular, "
        "mandarme, enviarme, escribirme, molestarme, llamarme, escribiéndome, "
        "mandándome, enviándome, molestándome, llamándome, texteándome"
    ),
    "not": "no, nunca, jamás, ni, sin, tampoco, ya no",
    "wish": (
        "{déjenme|déjeme|déjame|dejarme} {en paz|tranquilo|tranquila}, {denme|deme|dame|darme} de "
        "baja, número equivocado, persona equivocada, se equivocó de número, se equivocaron de "
        "número, no soy esa persona, no quiero {recibir|saber|que me|más|mensajes|sus|tus}, no "
        "deseo {recibir|más|que me}, no quiero nada, no quiero más, no me {escriban|escriba|"
        "escribas|envíen|envíe|envíes|manden|mande|mandes|molesten|moleste|molestes|contacten|"
        "contacte|contactes|llamen|llame|texteen|textee|jodan|fastidien}, no me vuelvan a, no me "
        "vuelva a, no vuelvan a, no vuelva a, quiero darme de baja, quiero que me dejen, quiero "
        "que paren, desuscríbanme, desuscríbame, cancelen mi suscripción, cancele mi suscripción, "
        "cancelar mi suscripción, cancelar suscripción, no molestar, no autorizo, no estoy "
        "interesado en recibir, no me interesa recibir, este número ya no es, falleció, nunca me "
        "suscribí, dejen de molestar, deje de molestar, deja de molestar, dejen de joder, dejen "
        "de fastidiar, ya no me, ya no quiero, sáquenme, no escriban más, no manden más, no "
        "envíen más, no más por favor, no me interesa recibir más, {cancelen|cancele|cancela|"
        "quiten|quite|quita|suspendan|eliminen} {mis|los|sus|tus} mensajes, "
        "{olvídense|olvídese|olvídate} de {mi|este} {número|teléfono|celular}, si me "
        "{vuelven|vuelve|vuelves} a {escribir|llamar|mandar|molestar|contactar|textear}, "
        "{pierdan|borren} mi teléfono"
    ),
    "forget": (
        "bórrenme, bórrame, bórreme, elimínenme, elimíname, elimíneme, quítenme, quíteme, "
        "quítame, borren, borre, borra, borrar, eliminen, elimine, elimina, eliminar, quiten, "
        "quite, quita, quitar, olvídenme, saquen, saque, destruyan, borrados, eliminados, borradas"
    ),
    "data": (
        "mis datos, mi información, todos mis datos, toda mi información, mis datos personales, "
        "todo lo mío, todo lo que tienen de mí, todo sobre mí, mi información personal"
    ),
    "number": "mi número, mi teléfono, mi celular, este número, mi número de teléfono",
    "lists": (
        "{la|su|esta|tu|sus|estas|de su|de la|de tu|de esta|de sus} {lista|listas}, la base de "
        "datos, su base de datos, lista de contactos"
    ),
    "both": "ambas, ambos, todas, las dos, todas las firmas",
    "signature": "mi firma, mi nombre, esta firma, la firma, mi apoyo, nuestra firma",
    "undo": (
        "deshacer, deshaz, deshaga, retirar, retiro, retiren, retire, retira, anular, anulen, "
        "anule, anula, desfirmar, revocar mi firma, {borren|borre|borra|quiten|quite|quita|"
        "eliminen|elimine|elimina|cancelen|cancele|cancelar|quitar|borrar|eliminar|saquen} {mi "
        "firma|mi nombre}, ya no quiero {firmar|mi firma|haber firmado}"
    ),
    "start": (
        "~alta, darme de alta, ~comenzar, ~empezar, ~iniciar, ~reanudar, ~suscribir, "
        "~suscribirme, ~volver a recibir"
    ),
    "help": (
        "ayuda, ~información, ~ayúdame, ~ayúdeme, ~ayúdenme, ~necesito ayuda, ~info, ~instrucciones"
    ),
    "status": "~estado, mis firmas, ~estado de mi firma, ~ya firmé",
    "list": "~lista, ~peticiones, ~qué peticiones, ~todas las peticiones",
    "count": (
        "~cuántos, ~cuántas, ~cuenta, ~cuántas firmas, ~cuántos han firmado, ~cuántas personas, "
        "~cuántos firmaron, ~número de firmas, ~cuántas firmas llevan, ~cuántas firmas hay"
    ),
    "more": (
        "~más, ~leer más, ~más información, ~más info, ~saber más, ~dígame más, ~dime más, "
        "~cuénteme más, ~cuéntame más, ~detalles"
    ),
    "news": "~noticias",
    "news_on": "~noticias sí, quiero noticias, ~sí noticias, ~recibir noticias, ~activar noticias",
    "news_off": (
        "~noticias no, ~no noticias, sin noticias, no quiero noticias, no más noticias, ~alto "
        "noticias, ~parar noticias, ~cancelar noticias, basta de noticias"
    ),
    "language": (
        "~español, ~castellano, ~spanish, ~espagnol, ~es, ~en español, habla español, hablan "
        "español, hablas español, en español"
    ),
    "also": "~también, ~otra persona, ~además",
    "letter": "~carta, ~mi carta, ~escribir, ~escribir carta, ~escribir una carta",
    "post": "~enviar, ~envía, ~enviar carta, ~enviar la carta, ~mandar",
    "back": "~atrás, ~volver, ~regresar",
    "call": "~llamar, ~llamada",
    "not_mine": "~no es mío, ~no son míos, ~no es el mío, ~no son los míos",
    "not_sure": "~no estoy seguro, ~no estoy segura, ~no sé cuál",
    "change": (
        "cambie mi nombre a, corrija mi nombre, mi nombre correcto es, debe ser, debería ser, "
        "quise decir, el correcto es, es con, cambiar mi nombre a, cambien mi nombre a"
    ),
    "later": (
        "carta, enviar, llamar, llama, recibo, verificar, confirmar, código, siguiente, atrás, "
        "idioma, petición, borrar, palabra"
    ),
    "example": (
        "{su|tu} nombre, {su|tu} nombre completo, {su|tu} código postal, {su|tu} nombre y {su|tu} "
        "código postal, {su|tu} nombre {su|tu} código postal, nombre código postal, {su|tu} "
        "nombre y apellido, su nombre su código"
    ),
    "given": "nombre, nombres",
    "family": "apellido, apellidos, mi apellido es, mis apellidos son",
    "cue": (
        "mi nombre es, mi nombre completo es, me llamo, soy, yo soy, el nombre es, nombre "
        "completo, mi nombre, nombre, nombres, apellido, apellidos, habla, le habla, les habla, "
        "le escribe, les escribe, aquí, aquí está, se llama, a nombre de, en nombre de, de parte "
        "de, firmado, atentamente, quien suscribe, el suscrito, la suscrita, el abajo firmante, "
        "la abajo firmante, mi apellido es, llamo, nombre es, es de parte de, te escribe, te "
        "habla, firmante, cordialmente, atte, mi nombre y apellido es, mi nombre y apellido son, "
        "con el nombre de, me dicen, acá, le saluda, les saluda, te saluda, os saluda, saluda, "
        "quien escribe, quien les escribe, quien le escribe, quien habla, nombre y apellido, "
        "nombre y apellidos, nombres y apellidos, mi nombre y apellidos, firma de, la firma de, "
        "de parte mía, atentos saludos"
    ),
    "closing": "es mi nombre, para servirle, a sus órdenes, al habla, presente",
    "zip": (
        "código postal, cp, c p, mi código postal es, mi código es, el código postal es, mi zip "
        "es, zip, código, mi cp es, el mío es, cód postal, código postal es, y mi código postal "
        "es, con código postal, mi código postal, mi cp, el código es, el cp es, es el código "
        "postal"
    ),
    "kin": (
        "esposo, esposa, marido, mi mujer, mamá, madre, papá, hijo, hija, hermano, hermana, "
        "vecino, vecina, mi amigo, mi amiga, suegra, suegro, abuela, abuelo, tía, tío, novio, "
        "novia, pareja, prima, cuñado, cuñada, nieta, nieto, sobrino, sobrina, hijos, mi padre, "
        "mi primo"
    ),
    "and": "y, e, y también, más",
    "with": "con, junto con, junto a",
    "place": (
        "de la ciudad de, vivo en, vivimos en, vive en, en, desde, resido en, residente de, "
        "residente en, vecino de, vecina de, radico en, soy de, nací en, colonia, ciudad, ciudad "
        "de, col, barrio, dirección, domicilio, domiciliado en, domiciliada en, con domicilio en, "
        "originario de, originaria de, estoy en, cerca de, municipio de, estado de, condado de, "
        "mi ciudad es, y vivo en, y resido en"
    ),
    "road": (
        "calle, avenida, av, apto, apartamento, departamento, depto, dpto, núm, número, piso, "
        "edificio, interior, exterior, estados unidos, eeuu, ee uu, eua, méxico, carretera, "
        "apartado postal, bulevar"
    ),
    "age": "años, años de edad, edad, nacido, nacida, fecha de nacimiento, tengo años",
    "title": (
        "sr, sra, srta, señor, señora, señorita, don, doña, dr, dra, ing, lic, licenciado, "
        "licenciada, doctor, doctora, profesor, profesora, padre"
    ),
    "suffix": "hijo, jr",
    "digit": "cero, uno, =dos, tres, cuatro, cinco, seis, siete, ocho, nueve",
    "greeting": (
        "hola, buenos días, buen día, buenas tardes, buenas noches, buenas, qué tal, saludos, "
        "estimado, estimada, estimados, estimadas, estimados señores, estimado señor, a quien "
        "corresponda, hola a todos, hola buenas tardes, hola buenos días, hola qué tal, cómo "
        "está, cómo están, cómo estás, muy buenas, muy buenos días, muy buenas tardes, espero que "
        "estén bien, feliz año, querido equipo, estimado equipo, feliz año nuevo, feliz navidad, "
        "felices fiestas, próspero año nuevo, feliz día"
    ),
    "courtesy": (
        "por favor, porfa, porfavor, xfavor, x favor, pf, plis, gracias, muchas gracias, mil "
        "gracias, muchísimas gracias, gracias por todo, gracias por su trabajo, gracias por su "
        "ayuda, de antemano, gracias de antemano, de nada, saludos cordiales, un saludo, atentos "
        "saludos, bendiciones, dios los bendiga, dios les bendiga, dios te bendiga, dios le "
        "bendiga, que dios los bendiga, perdón, disculpe, disculpen, perdone, con permiso, buena "
        "suerte, suerte, éxito, éxitos, felicidades, felicitaciones, ánimo, adelante, adiós, "
        "hasta luego, que tengan buen día, que tenga buen día, que tengan un buen día, buen "
        "trabajo, muy amable, muy amables, se agradece, les agradezco, le agradezco, agradecido, "
        "agradecida, un abrazo, abrazos, hasta pronto, nos vemos, bravo, viva, excelente trabajo, "
        "sigan así, amén, cuídense, cuídate, lo siento, le agradecería, les agradecería, si es "
        "tan amable, gracias por hacer esto, gracias por la ayuda, por lo que {hacen|hace|haces}, "
        "gracias por lo que {hacen|hace|haces}, gracias por todo lo que hacen"
    ),
    "yes": (
        "=sí, ~si, claro, claro que sí, por supuesto, de acuerdo, vale, bueno, está bien, ok, "
        "okay, listo, perfecto, excelente, genial, muy bien, entendido, correcto, dale, sale, "
        "órale, exacto, desde luego, con gusto, seguro, ya está, ya quedó, enterado, enterada, "
        "recibido, qué bien, qué bueno, jaja, jajaja, jeje, estupendo, sí por favor, sí claro, sí "
        "quiero, bien, híjole, ándale, buenísimo, okey, okei, oki, okis, va, simón"
    ),
    "no": (
        "no gracias, ahora no, no me interesa, no estoy interesado, no estoy interesada, quizás "
        "después, mejor no, para nada, olvídelo, olvídalo, no sé, no tengo, nada, ninguno, hoy "
        "no, después, más tarde, luego, espere, espera, un momento, momento, todavía no, aún no, "
        "mañana"
    ),
    "why": "=por qué, por que, porque, porqué",
    "persist": (
        "sigue, sigues, siguen, seguís, continúa, continúas, continúan, insiste, insistes, "
        "insisten, todavía, aún, siempre, otra vez, a cada rato, una y otra vez, todo el tiempo, "
        "todos los días, sin parar, tanto, tantos"
    ),
    "question": (
        "=qué, =quién, =quiénes, =cómo, =cuándo, =dónde, =cuánto, =cuánta, =cuál, =cuáles, =por "
        "qué, por que, quien es, quienes son, que es, para qué, de qué, de que se trata, cómo "
        "puedo, cómo le hago, puede, pueden, podría, puedo, hay, pregunta, tengo una pregunta, es "
        "verdad, es cierto, acaso, ya firmó, ya quedó, se puede, cómo firmo, dónde firmo, cómo "
        "obtuvieron, funcionó"
    ),
    "footer": (
        "enviado desde, enviado con, enviado por, enviado mediante, obtener outlook, descargar "
        "outlook, mandado desde mi"
    ),
    "reaction": (
        "le gustó, me gustó, le gusta, me gusta, le encantó, me encantó, se rió de, se rio de, le "
        "dio risa, enfatizó, no le gustó, no me gustó, preguntó por, cuestionó, dudó sobre, dudó "
        "de, reaccionó, reaccionó con, reaccionó a, quitó un me gusta de, eliminó un corazón de, "
        "rv, rm, reenviado, a, destacó, exclamó, subrayó"
    ),
    "wrote": "escribió, mensaje original, mensaje reenviado",
    "ours": (
        "responda con su, responda solo con su, responda con, para firmar responda, para firmar "
        "envíe, para retirarla envíe, para retirarla, no más textos stop, no más mensajes stop, "
        "ayuda help, usted firmó, último paso, peticiones por texto"
    ),
    "insist": (
        "ya, ahora, mismo, ahora mismo, inmediatamente, he dicho, dije, dije que, que, de una "
        "vez, todo, esto, eso, de una vez por todas, para siempre, nunca más, por última vez, "
        "quiero, quiero que, necesito, deseo, le pido que, les pido que, favor de, favor, yo, me, "
        "la, el, mi, en, más, de, a, pido, solicito, haga el favor de, hagan el favor de, enviar, "
        "responder, texto, los, las, sus, su, tus, tu, esos, estos, estas"
    ),
    "little": (
        "ayer, ahorita, manejando, manejo, ocupado, ocupada, ocupados, trabajando, cansado, "
        "cansada, enfermo, enferma, espéreme, espérame, avísame, avíseme, pues, nomás, ándele, "
        "mañana, al, algo, alguien, algún, alguna, allí, ahí, ante, antes, aunque, bajo, cada, "
        "casi, como, con, contra, cosa, cosas, cual, cualquier, cuando, cuyo, del, desde, donde, "
        "dónde, durante, él, ella, ellas, ellos, entonces, entre, era, eran, eres, es, esa, ese, "
        "está, están, estar, estoy, éste, fue, ha, había, hace, hacer, hacia, han, hasta, hay, "
        "haya, he, hoy, la, las, le, les, lo, los, me, mí, mis, mucha, mucho, muchos, muy, nada, "
        "nadie, nos, nosotros, nuestra, nuestro, o, otra, otro, otros, para, pero, poco, porque, "
        "que, quien, se, sea, según, ser, será, si, sido, siempre, sino, sobre, solo, sólo, "
        "somos, son, su, suyo, también, tan, tanto, te, tener, tengo, ti, tiene, tienen, toda, "
        "todas, todo, todos, tu, tú, tus, u, un, una, unas, uno, unos, usted, ustedes, va, van, "
        "vez, voy, vamos, ya, yo, quisiera, deseo, deseamos, quiere, queremos, quieren, gustaría, "
        "me gustaría, aquel, aquella, así, cuya, esas, esos, estas, este, luego, menos, mientras, "
        "ni, ningún, ninguna, tras, tuyo, mío, mía, sr, podrían, parte, atención, además, cuanto, "
        "cuesta, imagina, imagínate, sigan, llámenme, burócratas, responda, confirmar, coma, "
        "punto, punto y aparte, tantito, espere tantito, merito, ya merito, ahorita vengo, con los"
    ),
    "double": "mi, su, tu, son, ni, mas, dan, da, al, la, sol, mar",
    "particle": "=de, =del, =la, =las, =los, =san, =santa",
    "state": "estados unidos, eeuu, ee uu",
    "common": "corrección, error, radio, fila, equivoqué, equivocado",
}
