"""What is heard of letters once their offices have them.

asking.py    their signers are asked once whether an answer came
saying.py    what they say
public.py    what everybody may know
"""
