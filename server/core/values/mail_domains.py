"""What an e-mail address says of its owner: which mailbox it is, and whose domain.

Large providers and those that throw mail away say nothing of who signs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import idna

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

#: Anybody may have a mailbox there, and millions do: no number of signers from one is odd.
LARGE = frozenset(
    """
    126.com 139.com 163.com 189.cn abv.bg aim.com aliyun.com alice.it aol.com arcor.de att.net
    bellsouth.net bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com centurylink.net
    centurytel.net charter.net comcast.net cox.net earthlink.net email.com embarqmail.com
    fastmail.com foxmail.com free.fr freenet.de frontier.com frontiernet.net gmail.com gmx.at
    gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hotmail.co.uk hotmail.com hotmail.de
    hotmail.es hotmail.fr hotmail.it hughes.net icloud.com ig.com.br inbox.lv inbox.ru juno.com
    laposte.net libero.it list.ru live.ca live.co.uk live.com live.com.mx live.fr mac.com mail.com
    mail.ru me.com mediacombb.net msn.com naver.com netscape.net netzero.net ntlworld.com o2.pl
    onet.pl optimum.net optonline.net orange.fr outlook.com outlook.de outlook.es outlook.fr
    pacbell.net pm.me posteo.de proton.me protonmail.com qq.com rambler.ru rediffmail.com
    roadrunner.com rocketmail.com rogers.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca
    sina.com sky.com suddenlink.net sympatico.ca t-online.de talktalk.net telenet.be telus.net
    terra.com.br tiscali.it tuta.com tutanota.com ukr.net uol.com.br verizon.net
    videotron.ca virginmedia.com virgilio.it vodafone.de walla.co.il wanadoo.fr web.de
    windstream.net wp.pl xtra.co.nz yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
    yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.com.vn yahoo.de yahoo.es yahoo.fr
    yahoo.in yahoo.it yandex.com yandex.ru ymail.com ziggo.nl
    """.split()
)


#: Providers that deliver to the same mailbox with or without some signs in its name (Google's help,
#: "Dots don't matter in Gmail addresses"; Proton gives away no name that differs by these alone).
_UNHEARD = {
    "gmail.com": str.maketrans("", "", "."),
    "proton.me": str.maketrans("", "", ".-_"),
}
#: One provider's further names, under which the same name before the @ is the same mailbox.
_SAME = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "protonmail.com": "proton.me",
    "pm.me": "proton.me",
}
#: Where all names before the @ of a domain below lead to the mailbox that this domain is named
#: after (Fastmail's help, "Subdomain addressing").
_ABOVE = "fastmail.com"


#: SQL for what stands behind the @ of a contact, in the words of both engines; of a phone nothing.
DOMAIN = (
    "CASE WHEN {0} LIKE '%@%' THEN replace({0}, rtrim({0}, replace({0}, '@', '')), '') ELSE '' END"
)


def domain_of(email: str) -> str:
    return email.rpartition("@")[2]


def mailbox(email: str) -> str:
    """What an address in normal form leads to: the domain in ASCII under one name, without a
    `+tag` (RFC 5233) and without signs that mean nothing there."""
    local, _, domain = email.rpartition("@")
    domain = _ascii(domain)
    domain = _SAME.get(domain, domain)
    below, _, above = domain.partition(".")
    if above == _ABOVE:
        return f"{below}@{above}"
    name = local.partition("+")[0] or local
    if unheard := _UNHEARD.get(domain):
        name = name.translate(unheard) or name
    return f"{name}@{domain}"


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def owned_domain(email: str) -> str:
    """The domain that somebody has registered: all addresses under it may be one person's.

    By the public suffix list's first part, that of the registries. Its second part, of companies
    that give away names under their own, would make a group of each name that costs nothing. An
    address right under a suffix is grouped by what it has.
    """
    return _owned(domain_of(email))


@lru_cache(maxsize=4096)
def _owned(domain: str) -> str:
    domain = _ascii(domain)
    if domain in LARGE:
        return domain
    return _suffixes().privatesuffix(domain) or domain


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # Ten thousand names, 3 MB: loaded when the first domain of no large provider is looked at.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


@lru_cache(maxsize=1)
def _disposable() -> frozenset[str]:
    # Ten thousand names, 2 MB: loaded when the first address is looked at.
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def is_disposable(domain: str) -> bool:
    """Whether the public list of throw-away mail knows this domain, or one above it."""
    parts = domain.split(".")
    return any(".".join(parts[i:]) in _disposable() for i in range(len(parts) - 1))
