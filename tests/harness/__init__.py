"""What several rooms of tests share, and benchmarks use: a running product, and those around it.

What one room alone uses lies in that room. Tests import from here and from their own room, never
from a file of tests, and nothing of `bench`; `bench` imports from here.

    product     the demo in processes of its own, and raw HTTP to it
    world       one open petition in a store, without any door around it
    stores      stores that count what is asked of them, are away, or are of an earlier version
    phones      the text door without HTTP, and any number of phones
    spoken      what speakers of each language text, and where conversations from life lie
    signers     people who sign on a running server, and whose names are stored then
    attacks     floods, and the honest crowds that must not suffer for them
    drills      the machine is gone, and comes back from what was kept elsewhere
    postgres    a PostgreSQL of the tests' own, its replica and its archive
    smtp        a mail server on loopback
    mails       a server in this process that sends mail, and people who sign with an address
    bounces     mails that come back, in the forms of different mail servers
    budgets     how many bytes an answer may take, in each coding and language
    provider    a provider of texts on loopback
    slow_link   a mobile network of long ago, between a client and a server
    pages       pages as a browser without script uses them: links, forms, buttons
    site        the demo with its mail, its organizers, strangers, and all that they see of it
    browser     a real Chromium, and what to look at in it
    needs, npm  programs that no Python package brings: installs them, or skips the test
    plugins     what pytest says besides, of skips and figures and logs, and its order of tests
"""
