"""Portuguese."""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "sign": (
        "assinar, assine, assino, assina, assinei, assinado, assinada, assinamos, assinando, "
        "minha assinatura para"
    ),
    "join": (
        "meu nome em, meu nome na, meu nome à, minha assinatura em, minha assinatura na, "
        "adicione, adicionem, me adicione, adicionar, me inclua, inclua, incluam, incluir, me "
        "inscreva, inscreva, inscrever, conte comigo, contem comigo, apoio, apoiamos, apoia, "
        "apoiar, sou a favor de, me junto, quero participar, registre, registrar, coloque, "
        "coloquem, me coloque, ponha, acrescente, em nome de, a favor de, em apoio a, meu apoio "
        "a, pode me incluir, pode colocar, quero apoiar, anote, anotem, estou dentro, tô dentro, "
        "{coloquem|coloque|coloca|colocar|ponham|ponha|põe|pôr|botem|bota|botar|adicionem|"
        "adiciona|adicionar|incluam|inclui|incluir|acrescentem|acrescente|acrescentar|somem|"
        "contem|registrem|anotem} (o|a) {meu nome|minha assinatura} (na lista|na petição|no "
        "abaixo assinado), {pode|podem|poderia|poderiam} {colocar|pôr|botar|adicionar|incluir|"
        "acrescentar|registrar|anotar|contar} (o|a) {meu nome|minha assinatura}, me coloquem, me "
        "incluam, me adicionem, podem contar comigo, pode contar comigo"
    ),
    "refuse": "recuso, me recuso, sou contra, contra, me oponho",
    "stop": (
        "~parar, ~pare, ~sair, ~cancelar, ~cancele, ~remover, descadastrar, descadastre, ~fim, "
        "~chega, ~basta, ~parem, ~para, ~para com isso, ~parem com isso, ~pare com isso, ~chega "
        "disso, ~já chega, ~encerrar, ~desinscrever, ~suspender, ~para já, ~não mais"
    ),
    "cease": (
        "pare de, parem de, para de, parar de, deixe de, deixem de, chega de, basta de, pare com, "
        "parem com, pare, parem, cancele, cancelem, cancelar, não mais, suspenda, suspendam, "
        "favor parar de, cansei de, chega com"
    ),
    "offer": (
        "empréstimo, aprovado, oferta, pacote, encomenda, clique, código de verificação, seu "
        "código é, ganhou, ganhador, desconto, promoção, responda sim"
    ),
    "send": (
        "mandar, mande, mandem, manda, mandando, enviar, envie, enviem, envia, enviando, "
        "escrever, escreva, escrevam, escreve, escrevendo, ligar, ligue, liguem, contatar, "
        "contate, contatem, contactar, contacte, contactem, incomodar, incomode, incomodem, "
        "incomodando, perturbar, perturbe, perturbem, encher, encha, encham, importunar, receber, "
        "chatear, me mandar, me enviar, me escrever, me ligar, me contatar, me incomodar, me "
        "perturbar, me encher"
    ),
    "messages": (
        "mensagens, mensagem, sms, torpedos, torpedo, textos, notificações, avisos, alertas, "
        "msgs, msg, spam, propaganda, propagandas, lembretes"
    ),
    "me": (
        "me, mim, pra mim, para mim, comigo, este número, esse número, para este número, meu "
        "número, meu celular, meu telefone, este telefone, no meu celular, neste número, nesse "
        "número"
    ),
    "not": "não, nao, nunca, jamais, nem, sem, num",
    "wish": (
        "{me deixe|me deixem|me deixa|deixe me|deixem me} {em "
        "paz|sossegado|sossegada|quieto|quieta}, não {me|nos} {mande|mandem|manda|envie|enviem|"
        "envia|escreva|escrevam|contate|contatem|contacte|contactem|incomode|incomodem|incomoda|"
        "ligue|liguem|perturbe|perturbem|encha|encham|importune}, não quero {receber|mais|que "
        "me|suas|essas|nada|saber}, não desejo {receber|mais}, não gostaria de receber, não quero "
        "mais receber, número errado, pessoa errada, enganou-se no número, ligou errado, não sou "
        "essa pessoa, me descadastre, me descadastrem, quero me descadastrar, quero sair, cancele "
        "minha inscrição, cancelem minha inscrição, cancelar minha inscrição, cancelar inscrição, "
        "não perturbe, faleceu, nunca me inscrevi, não autorizo, pare de me, parem de me, chega "
        "de mensagens, chega de sms, me esqueçam, não tenho interesse em receber, este número não "
        "é mais, deixe-me em paz, deixem-me em paz, larguem do meu pé, larga do meu pé, sai do "
        "meu pé"
    ),
    "forget": (
        "me tire, me tirem, me retire, me retirem, me removam, tire me, me excluam, me tira, "
        "retirar me, me remova, me remove, me apague, me apaguem, me exclua, me delete, apague, "
        "apaguem, apagar, exclua, excluam, excluir, delete, deletem, deletar, remova, removam, "
        "remover, tire, tirem, tirar, me esqueça, apagados, excluídos, tira"
    ),
    "data": (
        "meus dados, todos os meus dados, minhas informações, todas as minhas informações, meus "
        "dados pessoais, tudo sobre mim, tudo que vocês têm sobre mim, tudo o que têm sobre mim, "
        "meu cadastro, minha conta"
    ),
    "number": "meu número, meu telefone, meu celular, este número, esse número",
    "lists": (
        "{a|da|sua|da sua|dessa|desta|essa|esta|de sua|suas|das suas} {lista|listas}, lista de "
        "contatos, seu cadastro"
    ),
    "both": "ambas, ambos, todas, as duas, todas as assinaturas",
    "signature": (
        "minha assinatura, meu nome, esta assinatura, essa assinatura, a assinatura, o meu nome, "
        "a minha assinatura, meu apoio"
    ),
    "undo": (
        "desfazer, desfaça, desfaz, retirar, retiro, retire, retirem, anular, anule, revogar, "
        "{apague|apaguem|exclua|excluam|remova|removam|tire|tirem|tirar|cancele|cancelem|cancelar|"
        "remover|apagar|excluir|delete|risque} {minha assinatura|meu nome|a minha assinatura|o "
        "meu nome}"
    ),
    "start": (
        "~começar, ~iniciar, ~retomar, ~recomeçar, ~voltar a receber, ~inscrever-me, quero "
        "receber de novo"
    ),
    "help": (
        "~ajuda, ~me ajuda, ~me ajude, ~socorro, ~ajudar, ~preciso de ajuda, ~informação, "
        "~informações, ~me ajudem"
    ),
    "status": "~situação, minhas assinaturas, ~estado",
    "list": "~petições, ~lista, ~quais petições, ~lista de petições, ~abaixo-assinados",
    "count": (
        "~quantos, ~quantas, ~contagem, ~quantas assinaturas, ~quantos assinaram, ~quantas "
        "pessoas, ~quantas pessoas assinaram, ~número de assinaturas"
    ),
    "more": (
        "~mais, ~ler mais, ~saiba mais, ~mais informações, ~mais informação, ~saber mais, "
        "~detalhes, ~me conte mais, ~fale mais"
    ),
    "news": "~novidades",
    "news_on": "~novidades sim, quero novidades, ~sim novidades, ~receber novidades",
    "news_off": (
        "~novidades não, sem novidades, ~não novidades, não quero novidades, chega de novidades, "
        "~parar novidades, ~cancelar novidades"
    ),
    "language": (
        "~português, ~portuguese, ~pt, ~em português, fala português, falam português, em português"
    ),
    "also": "~também, ~outra pessoa, ~mais uma pessoa",
    "letter": "~carta, ~minha carta, ~escrever, ~escrever carta, ~escrever uma carta",
    "post": "~enviar, ~envie, ~enviar carta, ~enviar a carta",
    "back": "~voltar",
    "call": "~ligar, ~ligação, ~telefonar",
    "not_mine": "~não é meu, ~não é o meu, ~não são meus, ~não são os meus",
    "not_sure": "~não tenho certeza, ~não sei qual",
    "change": (
        "mude meu nome para, corrija meu nome, meu nome correto é, deveria ser, deve ser, quis "
        "dizer, o correto é, corrigir meu nome para"
    ),
    "later": (
        "abaixo-assinado, carta, enviar, ligar, recibo, verificar, confirmar, código, próximo, "
        "voltar, idioma, petição"
    ),
    "example": (
        "{seu|teu} nome, {seu|teu} nome completo, {seu|teu} cep, seu código postal, o seu código "
        "postal, {seu|teu} nome e {seu|teu} cep, {seu|teu} nome {seu|teu} cep, {o seu|seu} nome "
        "{o seu|seu} código postal, {o seu|seu} nome e {o seu|seu} código postal, nome cep, o seu "
        "nome"
    ),
    "given": "nome, primeiro nome",
    "family": "sobrenome, apelido, meu sobrenome é",
    "cue": (
        "meu nome é, o meu nome é, me chamo, chamo-me, sou, eu sou, sou o, sou a, eu sou o, eu "
        "sou a, nome, nome completo, sobrenome, meu nome, aqui é, aqui é o, aqui é a, aqui quem "
        "fala é, aqui quem fala é o, aqui quem fala é a, quem fala é, é o, é a, assinado, "
        "atenciosamente, se chama, da parte de, meu nome completo é, meu nome e sobrenome são, "
        "fala, fala o, fala a, nome é, eu me chamo, cordialmente, respeitosamente, abaixo "
        "assinado, abaixo assinada, o abaixo assinado, a abaixo assinada, em nome da, em nome do, "
        "sou eu, apelido, quem assina é, ass, chamada, chamado, pode me chamar de, nome e "
        "sobrenome, assinatura de, quem escreve é, quem escreve"
    ),
    "closing": "é meu nome, é o meu nome, falando",
    "zip": (
        "cep, código postal, meu cep é, o meu cep é, meu código postal é, o meu código postal é, "
        "cep é, código, meu código é, o cep é, cod postal, meu cep, e meu cep é, zip, meu zip é, "
        "o meu é, com cep, no cep"
    ),
    "kin": (
        "marido, esposa, esposo, minha mulher, mãe, meu pai, minha filha, meu filho, filha, "
        "irmão, irmã, vizinho, vizinha, meu amigo, minha amiga, namorado, namorada, avó, avô, "
        "tia, sogra, sogro, prima, meu primo, meu tio, companheiro, companheira, sobrinha, meus "
        "pais, meus filhos"
    ),
    "and": "e, e também, mais",
    "with": "com, junto com",
    "place": (
        "da cidade de, moro em, moro na, moro no, moramos em, mora em, vivo em, vive em, resido "
        "em, residente em, em, na, no, desde, cidade, cidade de, bairro, endereço, venho de, "
        "natural de, morador de, moradora de, moradora em, morador em, sou de, sou da, sou do, "
        "aqui de, aqui em, estou em, perto de, estado de, nasci em, e moro em, e vivo em, minha "
        "cidade é, cidadão de, cidadã de, lá de, vim de, falo de"
    ),
    "road": (
        "rua, avenida, av, apto, apartamento, número, bloco, casa, praça, travessa, estrada, "
        "rodovia, edifício, andar, estados unidos, eua, brasil, portugal, caixa postal, quadra, "
        "lote"
    ),
    "age": "anos, anos de idade, idade, nascido em, nascida em, data de nascimento, tenho anos",
    "title": (
        "sr, sra, srta, senhor, senhora, dona, seu, dr, dra, doutor, doutora, prof, profa, "
        "professor, professora, padre"
    ),
    "suffix": "filho, neto, júnior, jr, sobrinho",
    "digit": "zero, um, dois, três, quatro, cinco, seis, sete, oito, nove",
    "greeting": (
        "oi, olá, bom dia, boa tarde, boa noite, oi tudo bem, tudo bem, tudo bom, como vai, como "
        "vão, e aí, opa, alô, prezado, prezada, prezados, prezadas, prezados senhores, caro, "
        "cara, caros, saudações, oi gente, olá pessoal, oi pessoal, a quem possa interessar, "
        "espero que estejam bem, feliz ano novo, como está, beleza, salve, oie, olá a todos, oi a "
        "todos, prezada equipe, cara equipe"
    ),
    "courtesy": (
        "por favor, pfv, pf, por gentileza, obrigado, obrigada, muito obrigado, muito obrigada, "
        "obg, brigado, brigada, valeu, agradeço, agradecido, agradecida, obrigado por tudo, "
        "obrigada por tudo, obrigado pelo trabalho, obrigada pelo trabalho, de nada, desculpe, "
        "desculpa, perdão, com licença, boa sorte, sucesso, parabéns, força, abraço, abraços, um "
        "abraço, beijos, bjs, tchau, até logo, até mais, até breve, deus abençoe, deus os "
        "abençoe, que deus abençoe, fiquem com deus, fique com deus, amém, tenha um bom dia, "
        "tenham um bom dia, bom trabalho, ótimo trabalho, grato, grata, desde já obrigado, desde "
        "já agradeço, obrigado desde já, obrigada desde já, gratidão, viva, bom fim de semana, "
        "boa semana, saudações cordiais, faz favor, se faz favor, obrigado pela ajuda, obrigada "
        "pela ajuda, (obrigado|obrigada) pelo que {vocês fazem|fazem|faz}, pelo que vocês fazem"
    ),
    "yes": (
        "sim, claro, claro que sim, com certeza, tá bom, está bem, tá, ok, beleza, perfeito, "
        "ótimo, muito bem, entendi, certo, combinado, pode ser, legal, excelente, isso, isso "
        "mesmo, exato, deu certo, feito, pronto, recebido, maravilha, kkk, kkkk, rsrs, haha, sim "
        "por favor, sim claro, sim quero, com prazer, show, bacana, joia, okay, bom, bem, blz, "
        "isso aí, rs, kk, valeu"
    ),
    "no": (
        "não obrigado, não obrigada, agora não, não tenho interesse, não estou interessado, não "
        "estou interessada, depois, mais tarde, talvez, deixa pra lá, não sei, nada, nenhum, "
        "espera, espere, um momento, amanhã, hoje não, ainda não, nem pensar"
    ),
    "why": "por que, por quê, porque, porquê, pq",
    "persist": (
        "continua, continuas, continuam, fica, ficam, insiste, insistem, ainda, sempre, toda "
        "hora, o tempo todo, todo dia, todos os dias, de novo, tanto"
    ),
    "question": (
        "que, quê, quem, como, quando, onde, quanto, quanta, qual, quais, por que, porque, por "
        "quê, o que, o quê, quem é, o que é, do que se trata, de que se trata, pra que, para que, "
        "posso, pode, podem, poderia, há, tem, pergunta, tenho uma pergunta, é verdade, será que, "
        "já assinou, cadê, de onde, como faço, como assino, foi, deu certo"
    ),
    "footer": (
        "enviado do, enviado do meu, enviado de, enviado pelo, enviado por, enviado com, enviado "
        "a partir do, obter o outlook, baixe o outlook"
    ),
    "reaction": (
        "curtiu, gostou de, gostou, adorou, amou, não curtiu, não gostou de, não gostou, riu de, "
        "riu-se de, enfatizou, questionou, deu ênfase a, reagiu com, reagiu a, removeu um curtir "
        "de, removeu uma curtida de, enc, encaminhada, encaminhado, a, para, em, destacou, achou "
        "graça de"
    ),
    "wrote": "escreveu, mensagem original, mensagem encaminhada",
    "ours": (
        "responda com seu, responda com o seu, responda só com, responda apenas com, responda "
        "com, para assinar responda, para assinar envie, para retirar envie, para retirá-la, para "
        "desfazer envie, sem mais sms stop, você assinou, último passo, petições por sms"
    ),
    "insist": (
        "já, agora, imediatamente, eu disse, disse, falei, já disse, isso, isto, tudo, de uma "
        "vez, de vez, de uma vez por todas, para sempre, nunca mais, pela última vez, quero, "
        "quero que, preciso, desejo, gostaria, peço que, peço, solicito, favor, por gentileza, "
        "eu, me, o, a, os, as, de, em, da, do, com, mais, vocês, você, essas, esses, estas, suas, "
        "seus, minha, meu, enviar, responder, texto, para"
    ),
    "little": (
        "dirigindo, dirijo, ocupado, ocupada, ocupados, trabalhando, cansado, cansada, doente, "
        "daqui a pouco, à, ainda, algo, alguém, algum, alguma, ali, ao, aos, apenas, aquela, "
        "aquele, aqui, até, bem, cada, com, como, da, daqui, das, de, dela, dele, deles, depois, "
        "desde, dessa, desse, desta, deste, disso, do, dos, e, é, ela, elas, ele, eles, em, "
        "então, entre, era, essa, esse, esta, está, estão, estar, estava, este, estou, eu, faz, "
        "fazer, foi, foram, há, hoje, isso, isto, já, lá, lhe, logo, mais, mas, menos, mesmo, "
        "meu, meus, minha, minhas, muita, muito, muitos, na, nada, nas, nem, nenhum, nessa, "
        "nesse, nesta, neste, no, nos, nós, nossa, nosso, num, numa, o, onde, ontem, os, ou, "
        "outra, outro, outros, para, pela, pelas, pelo, pelos, pois, por, pouco, pra, pro, "
        "própria, próprio, quando, quase, que, quem, quer, quero, queremos, queria, se, seja, "
        "sem, sempre, sendo, ser, será, seu, seus, só, sobre, somos, sou, sua, suas, também, tão, "
        "te, tem, têm, tenho, ter, teu, tinha, toda, todas, todo, todos, tua, tudo, um, uma, "
        "umas, uns, vai, vamos, vão, você, vocês, vou, gostaria, gostaríamos, desejo, querem, tô, "
        "né, porém, enquanto, através, além, ambos, cujo, demais, vírgula, ponto, daí"
    ),
    "double": "na, tem, tao, sou, da, do, dos, das, vai, luz, sol",
    "particle": "=de, =da, =do, =dos, =das, =são, =santa",
    "state": "estados unidos, eua",
}
