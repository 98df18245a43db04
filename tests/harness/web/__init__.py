"""Pages as browsers, slow links and people without script have them, and what they may weigh.

What is met here is what people meet: bytes on the wire, links, forms and buttons.

    browser     a real Chromium, and what to look at in it
    axe         what axe finds on a page, and whether a thumb can hit it
    pages       pages as a browser without script uses them: links, forms, buttons
    pictures    pictures of pages for the documents
    site        the demo with its mail, its organizers, strangers, and all that they see of it
    slow_link   a mobile network of long ago, between a client and a server
    budgets     how many bytes an answer may take, in each coding and language
    npm         packages from npm that tests compare with or read
"""
