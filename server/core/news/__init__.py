"""News: what organizers write to those who asked for it.

piece.py       one piece of news, its states, and when its words are well formed
writing.py     written, edited, read, deleted
recipients.py  whom it goes to
sending.py     begun, halted, gone on with; put in the outbox a little at a time
telling.py     what one message says when it goes out, and that nobody gets it twice
figures.py     what became of it
"""
