"""Mail servers, mails that come back, and people who sign with an address.

No mail leaves this machine.

    smtp        a mail server on loopback
    mails       a server in this process that sends mail, and people who sign with an address
    congress    a letter to the US House, and its door on loopback
    bounces     mails that come back, in the forms of different mail servers
    answers     what an office answers to a letter, in each style
    imap        a mailbox that is asked by IMAP
"""
