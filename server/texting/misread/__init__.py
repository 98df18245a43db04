"""Texts that were not understood: what becomes of those that organizers judge.

offering.py   one question to the phone, and what YES and NO do
cases.py      the same texts as cases of a test, with nobody in them
"""
