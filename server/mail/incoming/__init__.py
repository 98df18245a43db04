"""What an office answers to a letter: read within bounds, whatever it is made of.

office_mail.py  one message: whose letter it answers, whether a person wrote it, and what it says
quotes.py       what is left of it without the letter that it quotes
plain.py        a page of HTML as plain text
imap.py         messages that wait in a mailbox
"""
