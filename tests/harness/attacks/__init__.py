"""Scripted attacks on a running server, and the honest crowds that must not suffer for them.

Tests make them small, `bench.attacks` makes them large.

    floods      floods of signatures and messages, and crowds
    guesses     whoever wants to learn from the public figure whether one person has signed
    trailers    bytes without end around the body of a form
    slices      an organizer who takes signatures out alone, a few at a time
"""
