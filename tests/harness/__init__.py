"""What several rooms of tests share, and benchmarks use: a running product, and those around it.

What one room alone uses lies in that room. Tests import from here and from their own room, never
from a file of tests, and nothing of `bench`; `bench` imports from here.

    product     the demo in processes of its own, and raw HTTP to it
    world       one open petition in a store, without any door around it
    team        organizations that own petitions
    many        a site with thousands of petitions
    land        invented people and postcodes as files to import, and where real ones lie
    stores      stores that count what is asked of them, are away, or are of an earlier version
    phones      the text door without HTTP, and any number of phones
    spoken      what speakers of each language text, and where conversations from life lie
    signers     people who sign on a running server, and whose names are stored then
    attacks     floods and other attacks, and the honest crowds that must not suffer for them
    drills      the machine is gone, and comes back from what was kept elsewhere
    postgres    a PostgreSQL of the tests' own, its replica and its archive
    provider    a provider of texts on loopback
    mail        mail servers, mails that come back, and people who sign with an address
    web         pages as browsers, slow links and people without script have them
    said        what this process logs
    needs       programs that no Python package brings: installs them, or skips the test
    plugins     what pytest says besides, of skips and figures and logs, and its order of tests
"""
