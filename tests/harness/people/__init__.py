"""People who sign, those who decide where they live, and sites with thousands of petitions.

All of them are invented; real ones lie beside the checkout, if anywhere.

    signers     people who sign on a running server, and whose names are stored then
    news_readers  somebody whose mailbox wants news, the word that their news carries, and news
    subscribers  verified signers who want news
    writers     a town with two offices, and people who write to them by text
    asked       signers who were asked whether an office has answered, weeks in a moment
    land        invented people and postcodes as files to import, and where real ones lie
    many        a site with thousands of petitions
"""
