"""Letters of signers to those who decide.

letter.py     a letter, its states, and when its words are well formed
offices.py    the offices to which it goes
letters.py    written, read back, taken back, erased
releasing.py  held until somebody of an office is known
carrying.py   which go now, and what came of them
again.py      sent once more by an organizer
answering.py  what offices answer, on its way to the signer
heard/        their signers say whether an answer came, and everybody sees it counted
printing.py   on paper: batches that organizers print and post
congress.py   what members of the US Congress ask for besides
figures.py    what became of them, by office
calls.py      what signers do themselves: how calls went, and that they opened to write
corrections.py  where signers say that their postcode lies
"""
