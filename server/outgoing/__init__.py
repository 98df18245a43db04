"""What runs beside the doors: it sends what waits, erases what is due, asks providers.

loops.py      the loops, and what is due by time
texts.py      sends texts from the outbox
mails.py      sends mails from it
questions.py  did they answer? asked of signers, and shown to everybody
reconcile.py  asks providers for texts that never arrived
"""
