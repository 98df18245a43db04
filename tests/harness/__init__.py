"""What several rooms of tests share, and benchmarks use: a running product, and those around it.

What one room alone uses lies in that room. Tests import from here and from their own room, never
from a file of tests, and nothing of `bench`; `bench` imports from here.

    product     the demo in processes of its own, and raw HTTP to it
    world       one open petition in a store, without any door around it
    clocks      processes by whose clocks it is another time
    examples    how many examples hypothesis makes
    team        organizations that own petitions
    said        what this process logs
    needs       programs that no Python package brings: installs them, or skips the test
    databases   stores of both engines, and what may happen to them
    people      people who sign, those who decide, and sites with thousands of petitions
    texts       phones that text, what people text with them, and a provider between
    mail        mail servers, mails that come back, and people who sign with an address
    web         pages as browsers, slow links and people without script have them
    attacks     floods and other attacks, and the honest crowds that must not suffer for them
    plugins     what pytest says besides, of skips and figures and logs, and its order of tests
    proofs      what the harness itself promises, tested
"""
