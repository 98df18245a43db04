"""Mails that come back, in the forms of different mail servers."""

from __future__ import annotations

from server.config import load
from server.core.outbox.outbox import Announcement
from server.core.values.keys import Keys
from server.mail import tokens

KEYS = Keys("k" * 40)

SETTINGS = load(
    {
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_MAIL_FROM": "petition@sign.example.org",
        "UNDERSIGNED_MAIL_BOUNCES": "bounces+*@sign.example.org",
    }
)

ANA, BO = "ana@example.com", "bo@example.com"


def mail_to(address: str, keys: Keys = KEYS) -> tuple[str, str]:
    """The `Message-ID` of a mail of ours to that address, and where it comes back to."""
    item = Announcement(
        id=7, channel="email", kind="signed", petition_id=1, language="en", recipient=address
    )
    return tokens.message_id(SETTINGS, keys, item), tokens.return_path(SETTINGS, keys, address)


ID, BACK = mail_to(ANA)

BO_ID, BO_BACK = mail_to(BO)

FORGED_ID, FORGED_BACK = mail_to(ANA, Keys("somebody else's secret, as long as ours"))

FOREIGN = "bounces@sign.example.org"


def report(
    status: str, *, to: str = FOREIGN, returned: str = "", words: str = "It did not work."
) -> str:
    """A delivery status notification (RFC 3464) in MIME, with a returned message or its headers."""
    end = f"--b\n{returned}\n--b--\n" if returned else "--b--\n"
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

{words}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Fri, 15 Jan 2027 08:00:00 +0000

{status}

{end}"""


def status(action: str, code: str, recipient: str = ANA) -> str:
    return f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {code}"


def headers(id_: str) -> str:
    return (
        "Content-Type: text/rfc822-headers\n\nFrom: petition@sign.example.org\n"
        f"To: {ANA}\nMessage-ID: {id_}\n"
    )


def whole(id_: str) -> str:
    return (
        "Content-Type: message/rfc822\n\nFrom: petition@sign.example.org\n"
        f"To: {ANA}\nMessage-ID: {id_}\nSubject: Verify your signature\n\n  012345\n"
    )


FAILED, DELAYED = status("failed", "5.1.1"), status("delayed", "4.4.1")

QMAIL = f"""From: MAILER-DAEMON@mail.example.net
To: {FOREIGN}
Subject: failure notice

Hi. This is the qmail-send program at mail.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<elsewhere@example.net>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{FOREIGN}>
Received: (qmail 4711 invoked from network); 15 Jan 2027 08:00:00 -0000
From: petition@sign.example.org
To: {ANA}
Message-ID:
 {ID}

  012345
"""

EXIM = f"""X-Failed-Recipients: elsewhere@example.net
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@host.example.net>
To: {BACK}
References: <4711@example.net>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  elsewhere@example.net
    all relevant MX records point to non-existent hosts
"""

EXIM_WARNING = f"""Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@host.example.net>
To: {BACK}
Subject: Warning: message 1abcde-0000-00 delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on host.example.net.

The address to which the message has not yet been delivered is:

  {ANA}
    host mx.example.net: SMTP error from remote mail server after RCPT TO:<{ANA}>: 451 later

No action is required on your part.
"""

EXCHANGE = f"""From: System Administrator <postmaster@corp.example.net>
To: {FOREIGN}
Subject: Undeliverable: Verify your signature
X-Mailer: Internet Mail Service (5.5.2653.19)
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset="iso-8859-1"

Your message

  To:      elsewhere@corp.example.net
  Subject: Verify your signature

did not reach the following recipient(s):

elsewhere@corp.example.net on Fri, 15 Jan 2027 09:00:00 +0100
    The recipient name is not recognized
    MSEXCH:IMS:CORP:SITE:SERVER 0 (000C05A6) Unknown Recipient

--b
{whole(ID)}
--b--
"""

AWAY = f"""From: Ana Diaz <{ANA}>
To: {BACK}
In-Reply-To: {ID}
References: {ID}
Auto-Submitted: auto-replied (vacation)
Subject: Out of office: Verify your signature

I am away until Monday. In urgent cases write to my colleague, {BO}, or to <cy@example.com>.

> The following addresses had permanent fatal errors
> {BO}
> 550 5.1.1 <{BO}>: Recipient address rejected: User unknown
"""

#: An answer by a person's own program that looks as much like a notice as it can.
AWAY_REPORT = AWAY.replace("Subject: Out of office", f"X-Failed-Recipients: {BO}\nSubject: ")

NOTICE_OF_A_NOTICE = report(
    FAILED,
    returned=f"""Content-Type: message/rfc822

From: MAILER-DAEMON@mx.example.org
To: postmaster@example.net
Message-ID: <4711@mx.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="c"

--c
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

{FAILED}

--c
{whole(ID)}
--c--
""",
)

RECEIPT = f"""From: {ANA}
To: {BACK}
Subject: Read: Verify your signature
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

Your mail was displayed, {BO}, on Friday.

--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{ANA}
Original-Message-ID: {ID}
Disposition: manual-action/MDN-sent-manually; displayed

--b--
"""
