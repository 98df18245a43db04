"""French."""

from typing import Final

from sms.reading.languages.row import Row

ROW: Final[Row] = {
    "sign": (
        "signer, signe, signez, signons, signé, je signe, signature pour, ma signature pour, "
        "signer pour, signature à, je signerai"
    ),
    "join": (
        "mon nom sur, mon nom à, ma signature sur, ma signature à, ajoutez moi, ajoutez, ajouter, "
        "ajoute moi, ajoutez mon nom, inscrivez moi, inscrivez, inscrire, inscris moi, comptez "
        "moi, comptez sur moi, je soutiens, nous soutenons, soutient, je suis pour, j'appuie, "
        "j'adhère à, je me joins à, je rejoins, rejoindre, j'approuve, enregistrez, mettez moi, "
        "mettez, mettre, au nom de, en faveur de, pour soutenir, soutenir, appuyer, en soutien à, "
        "incluez, incluez moi, rajoutez, rajoutez moi, notez, notez moi, je participe, j'en suis, "
        "{ajoutez|ajoute|ajouter|mettez|mets|mettre|inscrivez|inscris|inscrire|notez|comptez|"
        "incluez|inclure|rajoutez} {mon nom|ma signature} (à la liste|à la pétition|sur la "
        "liste|sur la pétition), {pouvez vous|vous pouvez|peux tu|tu peux|pourriez vous} "
        "{ajouter|mettre|inscrire|inclure|noter|compter} {mon nom|ma signature}, ajoutez nous, "
        "inscrivez nous"
    ),
    "refuse": "refuse, je refuse, refusons, je m'oppose, contre, opposé à, opposée à",
    "stop": (
        "arrêter, ~arrête, ~arrêtez, ~annuler, ~désabonner, ~désinscrire, ~résilier, ~fin, "
        "désabonnement, désinscription, ~assez, ~ça suffit, ~ça suffit comme ça, ~stoppez, ~stop "
        "ça, ~stop tout, ~arrêtez tout, ~arrêtez ça, ~arrêtez cela, ~arrête ça, ~fichez le camp, "
        "~résiliation, ~terminer, ~plus jamais, ~cessez"
    ),
    "cease": (
        "arrêtez de, arrête de, arrêter de, cessez de, cesse de, cesser de, arrêtez, arrête, "
        "cessez, plus de, plus aucun, stoppez, annulez, marre de, assez de, finissez de, veuillez "
        "cesser de, veuillez arrêter de, stop à, halte à, stop aux"
    ),
    "offer": (
        "prêt, approuvé, offre, colis, livraison, cliquez, code de vérification, votre code est, "
        "gagné, gagnant, réduction, répondez oui"
    ),
    "send": (
        "envoyer, envoyez, envoie, m'envoyer, m'envoyez, écrire, écrivez, écris, m'écrire, "
        "m'écrivez, m'écris, contacter, contactez, me contacter, déranger, dérangez, embêter, "
        "embêtez, harceler, harcelez, textoter, texter, textez, appeler, appelez, m'appeler, "
        "m'appelez, recevoir, importuner, importunez, ennuyer, m'ennuyer, m'embêter, spammer, "
        "m'importuner"
    ),
    "messages": (
        "messages, message, sms, textos, texto, notifications, alertes, publicités, spam, spams, "
        "pubs, mails, courriels"
    ),
    "me": (
        "me, moi, à moi, ce numéro, à ce numéro, mon numéro, mon téléphone, ce téléphone, mon "
        "portable, mon mobile, sur mon téléphone, sur ce numéro, "
        "m'envoyer, m'envoyez, m'écrire, m'écrivez, m'appeler"
    ),
    "not": "ne, pas, jamais, n', non, sans, ni, n'est, n'ai, aucun, aucune, plus jamais",
    "wish": (
        "{laissez|laisse|lâchez|lâche} moi {tranquille|en paix}, {fichez|foutez|fiche|fous} moi "
        "la paix, {désabonnez|désinscrivez|désabonne|désinscris} moi, je veux me désabonner, me "
        "désabonner, me désinscrire, je me désabonne, je me désinscris, mauvais numéro, faux "
        "numéro, erreur de numéro, mauvaise personne, vous vous trompez de numéro, vous vous "
        "trompez de personne, ce n'est pas la bonne personne, ne "
        "{m'écrivez|m'envoyez|m'écris|m'envoie|m'appelez|m'embêtez} {plus|pas}, ne me {contactez|"
        "contacte|dérangez|dérange|textez|harcelez|texte|spammez} {plus|pas}, plus {rien "
        "recevoir|recevoir de|être contacté|être contactée|être dérangé|recevoir}, plus envie de "
        "recevoir, je ne souhaite plus, je ne veux plus, je ne désire plus, je veux plus, ne veux "
        "plus recevoir, plus de messages, plus de sms, plus de textos, plus de message, je ne "
        "veux pas recevoir, je ne veux pas de, résiliez mon abonnement, annulez mon abonnement, "
        "ne pas déranger, n'appartient plus, est décédé, est décédée, je n'ai jamais demandé, je "
        "ne me suis jamais inscrit, la paix svp, laissez nous tranquilles, otez moi de votre "
        "liste, sortez moi de, retirez moi de la liste, me laisser tranquille, me laisser en "
        "paix, arrêtez de m'écrire, plus me contacter, plus m'écrire, plus m'envoyer"
    ),
    "forget": (
        "rayez, rayez moi, ôtez, ôtez moi, sortez moi, retire moi, enlève moi, supprime moi, "
        "supprimez, supprime, effacez, efface, enlevez, enlève, effacer, supprimer, enlever, "
        "oubliez, détruisez, supprimez moi, effacez moi, oubliez moi, retirez moi, enlevez moi, "
        "supprimiez, effaciez, enleviez, retiriez, supprimées, effacées"
    ),
    "data": (
        "mes données, toutes mes données, mes informations, toutes mes informations, mes données "
        "personnelles, mes infos, mes coordonnées, tout ce que vous avez sur moi, tout sur moi, "
        "mon compte"
    ),
    "number": "mon numéro, mon téléphone, mon portable, ce numéro, mon numéro de téléphone",
    "lists": (
        "{la|votre|cette|vos|de votre|de vos|de la|de cette|de ta|toutes vos} {liste|listes}, vos "
        "fichiers, votre fichier, votre base"
    ),
    "both": "les deux, toutes, toutes les signatures",
    "signature": (
        "ma signature, mon nom, cette signature, la signature, ma voix, notre signature, mon "
        "soutien"
    ),
    "undo": (
        "retirer, retirez, retire, défaire, annuler ma signature, annulez ma signature, "
        "{supprimez|supprime|effacez|efface|enlevez|enlève|supprimer|effacer|enlever|retirer|"
        "rayez} {ma signature|mon nom}, rétracter, je retire, révoquer"
    ),
    "start": (
        "~commencer, ~reprendre, ~recommencer, ~s'abonner, ~abonner, ~réabonner, ~reprenez, "
        "abonnez moi, réabonnez moi"
    ),
    "help": (
        "~aide, ~aidez moi, ~aide moi, ~à l'aide, ~aider, ~besoin d'aide, ~j'ai besoin d'aide, "
        "~infos, ~informations"
    ),
    "status": "~statut, ~état, mes signatures",
    "list": "~liste, ~pétitions, ~liste des pétitions, ~quelles pétitions",
    "count": (
        "~combien, ~compte, ~combien de signatures, ~combien ont signé, ~combien de personnes, "
        "~combien de personnes ont signé, ~nombre de signatures"
    ),
    "more": (
        "~plus, ~lire plus, ~en savoir plus, ~plus d'infos, ~plus d'informations, ~dites m'en "
        "plus, ~détails, ~la suite"
    ),
    "news": "~nouvelles, ~actualités",
    "news_on": "~nouvelles oui, ~oui nouvelles, je veux des nouvelles, ~recevoir des nouvelles",
    "news_off": (
        "~nouvelles non, pas de nouvelles, plus de nouvelles, ~stop nouvelles, ~arrêter "
        "nouvelles, ~non nouvelles, ~sans nouvelles"
    ),
    "language": (
        "~français, ~french, ~francés, ~fr, ~en français, parlez vous français, parlez français, "
        "en français"
    ),
    "also": "~aussi, ~autre personne, ~une autre personne, ~également",
    "letter": "~lettre, ~ma lettre, ~écrire, ~écrire une lettre",
    "post": "~envoyer, ~envoyez, ~envoyer la lettre",
    "back": "~retour, ~revenir",
    "call": "~appeler, ~appel, ~téléphoner",
    "not_mine": "~pas le mien, ~pas la mienne, ~pas les miens, ~ce ne sont pas les miens",
    "not_sure": "~pas sûr, ~pas sûre, ~je ne suis pas sûr, ~je ne suis pas sûre",
    "change": (
        "corrigez mon nom, mon nom correct est, ça doit être, ce devrait être, je voulais dire, "
        "changez mon nom en, c'est plutôt, s'écrit"
    ),
    "later": (
        "lettre, envoyer, appeler, reçu, vérifier, confirmer, code, suivant, retour, langue, "
        "pétition"
    ),
    "example": (
        "{votre|ton} nom, {votre|ton} nom complet, {votre|ton} code postal, {votre|ton} nom "
        "{et|,} {votre|ton} code postal, {votre|ton} nom {votre|ton} code postal, nom code "
        "postal, vos nom et prénom, votre nom et prénom"
    ),
    "given": "prénom, mon prénom est",
    "family": "nom de famille, mon nom de famille est, nom",
    "cue": (
        "mon nom est, je m'appelle, je me nomme, je suis, c'est, moi c'est, mon nom c'est, mon "
        "prénom est, mon nom complet est, nom, prénom, nom complet, mon nom, ici, signé, "
        "cordialement, je soussigné, je soussignée, soussigné, soussignée, s'appelle, de la part "
        "de, mon identité est, bien à vous, sincèrement, nom de famille, on m'appelle, mappelle, "
        "je mappelle, moi, je m appelle, m'appelle, votre dévoué, appelez moi, nom est, mes nom "
        "et prénom sont, à l'appareil, il s'agit de, respectueusement, nom prénom, nom et prénom, "
        "prénom et nom, nom et prénoms, signature de, ici c'est, c'est moi"
    ),
    "closing": "est mon nom, à votre service, à l'appareil",
    "zip": (
        "code postal, cp, c p, mon code postal est, mon code est, mon code postal c'est, le code "
        "postal est, code, mon zip est, code postal est, et mon code postal est, au code postal, "
        "mon code postal, le mien est, code zip, zip"
    ),
    "kin": (
        "mari, ma femme, époux, épouse, ma mère, mon père, mon fils, fille, frère, ma soeur, ma "
        "sœur, voisin, voisine, mon ami, mon amie, compagnon, compagne, conjoint, conjointe, "
        "cousin, cousine, oncle, tante, maman, papa, copain, copine, mes parents, mes enfants, "
        "grand mère, grand père"
    ),
    "and": "et, et aussi, ainsi que",
    "with": "avec",
    "place": (
        "de la ville de, j'habite à, j'habite, habite à, habitant à, habitant de, habitante de, "
        "nous habitons à, demeurant à, demeure à, résidant à, résident de, résidente de, je vis "
        "à, je vis, vivant à, vis à, à, au, en, dans, de, domicilié à, domiciliée à, je viens de, "
        "venant de, originaire de, ville, ville de, adresse, citoyen de, citoyenne de, depuis, "
        "près de, je réside à, je demeure à, et j'habite à, et je vis à, basé à, basée à, je suis "
        "de, ma ville est, né à, née à"
    ),
    "road": (
        "rue, avenue, av, boulevard, bd, place, appartement, appt, bâtiment, étage, chemin, "
        "route, impasse, allée, quartier, états unis, usa, canada, boîte postale, bp"
    ),
    "age": "ans, âgé de, âgée de, âge, né le, née le, date de naissance, j'ai ans",
    "title": (
        "m, mme, mlle, mr, monsieur, madame, mademoiselle, dr, docteur, pr, maître, père, soeur, "
        "sœur"
    ),
    "suffix": "fils, père",
    "digit": "zéro, un, deux, trois, quatre, cinq, six, sept, huit, neuf",
    "greeting": (
        "bonjour, bonsoir, salut, coucou, bonjour à tous, bonjour à toutes et à tous, bonjour "
        "madame, bonjour monsieur, cher, chère, chers, chers amis, allô, bonne journée, madame "
        "monsieur, à qui de droit, ça va, comment ça va, comment allez vous, comment vas tu, "
        "bonne année, rebonjour, hello, bonjour l'équipe, chère équipe, j'espère que vous allez "
        "bien, salut à tous"
    ),
    "courtesy": (
        "s'il vous plaît, s'il te plaît, svp, stp, merci, merci beaucoup, merci bien, mille "
        "mercis, merci d'avance, merci à vous, merci pour tout, merci pour votre travail, merci "
        "infiniment, un grand merci, je vous en prie, je vous remercie, avec mes remerciements, "
        "remerciements, de rien, désolé, désolée, pardon, excusez moi, bonne chance, bon courage, "
        "courage, félicitations, bravo, au revoir, à bientôt, à plus tard, à plus, bonne journée, "
        "bonne soirée, bonne nuit, bonne continuation, bien cordialement, salutations, meilleures "
        "salutations, amitiés, bisous, que dieu vous bénisse, dieu vous bénisse, amen, à demain, "
        "merci de votre aide, merci pour votre aide, merci de faire ça, sincères salutations, "
        "veuillez, prière de, je vous prie de, vive, super travail, beau travail, bon travail, "
        "continuez comme ça, volontiers, merci pour {ce que vous faites|tout ce que vous "
        "faites|ce que tu fais}, pour ce que vous faites"
    ),
    "yes": (
        "oui, ouais, ok, d'accord, bien sûr, parfait, très bien, c'est bon, entendu, compris, "
        "génial, super, exact, certainement, absolument, évidemment, bien, reçu, c'est fait, pas "
        "de problème, excellent, avec plaisir, tout à fait, mdr, haha, cool, oui bien sûr, oui "
        "merci, oui je veux, okay, ça marche, formidable, bien reçu, c'est noté, noté, dac, d'ac, "
        "lol"
    ),
    "no": (
        "non, non merci, pas maintenant, plus tard, pas intéressé, pas intéressée, ça ne "
        "m'intéresse pas, laissez tomber, je ne sais pas, rien, jamais de la vie, pas du tout, "
        "attendez, attends, un instant, une minute, demain, pas encore, pas aujourd'hui"
    ),
    "why": "pourquoi",
    "persist": (
        "continue, continues, continuez, continuent, continuez vous, encore, toujours, sans "
        "arrêt, sans cesse, tout le temps, tous les jours, n'arrêtez pas, n'arrêtez pas de, "
        "insistez"
    ),
    "question": (
        "qui, que, quoi, pourquoi, comment, quand, où, quel, quelle, quels, quelles, lequel, "
        "combien, est ce que, est ce, qu'est ce que, qu'est ce, c'est quoi, qui êtes vous, qui "
        "est ce, avez vous, êtes vous, pouvez vous, puis je, peut on, pouvez, question, j'ai une "
        "question, de quoi, à quoi, pour qui, pourriez vous, ai je, a t il, a t elle, est il, "
        "savez vous, faut il, dois je, hein"
    ),
    "footer": (
        "envoyé de, envoyé depuis, envoyé avec, envoyé à partir de, envoyé via, envoyé par, "
        "télécharger outlook, obtenez outlook"
    ),
    "reaction": (
        "a aimé, a adoré, n'a pas aimé, a ri à, a ri de, a rigolé à, a souligné, a mis l'accent "
        "sur, a accentué, a insisté sur, a été intrigué par, a questionné, s'interroge sur, s'est "
        "interrogé sur, a réagi avec, a réagi à, a réagi par, a retiré un j'aime de, a supprimé "
        "un coeur de, tr, transféré, à, a exclamé, aimé, adoré"
    ),
    "wrote": "a écrit, écrit, message d'origine, message transféré",
    "ours": (
        "répondez avec votre, répondez seulement avec votre, répondez avec, pour signer répondez, "
        "pour signer envoyez, pour la retirer, pour la retirer envoyez, pour vous retirer, plus "
        "de textos stop, plus de sms stop, vous avez signé, dernière étape, pétitions par sms, "
        "pétitions par texto"
    ),
    "insist": (
        "maintenant, tout de suite, immédiatement, j'ai dit, je vous dis, je dis, ça, cela, ceci, "
        "tout, déjà, enfin, une fois pour toutes, définitivement, à jamais, je veux, je voudrais, "
        "je souhaite, j'aimerais, il faut, je vous demande de, je vous prie de, merci de, "
        "veuillez, prière de, je, me, de, d', le, la, les, l', ces, vos, ce, cette, désormais, "
        "un, une, des, du, dès maintenant, dès à présent, s'il vous plait, envoyer, répondre, "
        "texto, à"
    ),
    "little": (
        "conduis, conduire, occupé, occupée, occupés, fatigué, malade, désormais, hier, ai, "
        "ainsi, alors, après, as, au, aux, aussi, autre, autres, avais, avait, avant, avec, "
        "avoir, avons, ayant, beaucoup, car, ce, ceci, cela, celle, celui, certains, ces, cet, "
        "cette, ceux, chaque, chez, ci, comme, contre, d, dans, de, dedans, depuis, des, dès, "
        "devant, dire, dit, doit, donc, dont, du, elle, elles, encore, entre, est, et, étaient, "
        "était, été, être, eu, eux, fait, faire, faut, font, fois, ici, il, ils, j'ai, j, je, l, "
        "la, là, le, les, leur, leurs, lui, ma, mais, mal, me, même, mes, mien, moi, moins, mon, "
        "ne, ni, nos, notre, nous, on, ont, or, ou, par, parce, parmi, pas, pendant, peu, peut, "
        "peux, pour, près, puis, qu, quand, quelque, quelques, qu'il, qu'on, sa, sans, se, selon, "
        "ses, seulement, si, sien, sois, soit, son, sont, sous, suis, sur, ta, tandis, te, tel, "
        "telle, tes, toi, ton, tous, tout, toute, toutes, très, trop, tu, un, une, va, vais, "
        "vers, veux, veut, voici, voilà, vont, vos, votre, vous, vu, y, aimerais, aimerait, "
        "voudrais, voudrait, souhaite, souhaiterais, désire, aime, peut être, afin, lors, "
        "personne, rien, j'aimerais, c, qu'elle, l'on, jusqu'à, aujourd'hui, demain, toujours, "
        "déjà, bien, s, m, t, n, également, souhaitons, voulons, voudrions, aimerions, virgule, "
        "point, à la ligne"
    ),
    "double": "ma, ta, sa, lui, vu, son, vas, la, le, si, an, ai",
    "particle": "=de, =du, =des, =le, =la, =les, =d, =saint, =sainte",
    "state": "états unis, usa",
}
