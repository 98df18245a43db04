"""Phones that text, what people text with them, and a provider between.

No text leaves this machine.

    phones      the text door without HTTP, and any number of phones
    spoken      what speakers of each language text, and where conversations from life lie
    provider    a provider of texts on loopback
    kannel      a real Kannel, and the phones that it reaches
"""
