"""Settings: every variable that the product reads, with its unit and default.

A test compares `docs/settings.md` with `TABLE`, so that no setting can be undocumented.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from server.config.variables import MOST_OF_ANY, setting

#: Shipped languages, each in its own words, in the order in which pages list them.
LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
    "ht": "Kreyòl ayisyen",
    "ar": "العربية",
    "hi": "हिन्दी",
    "vi": "Tiếng Việt",
}


MOST_DAYS = 3650  # for which anything is kept that goes by itself
_HOST = r"\w[\w-]*(\.\w[\w-]*)*"
_URL = (r"https?://[^\s/]+(/\S*)?", "an address like https://gateway.example.org/send")
_ADDRESS = r"[^@\s<>]+@[^@\s<>]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decided. Build it with `load`; every value is checked there."""

    database_url: str = setting(
        "UNDERSIGNED_DATABASE_URL",
        "sqlite:///undersigned.db",
        "where signatures are kept: `sqlite:///relative.db`, `sqlite:////absolute.db` or"
        " `postgresql://user:password@host/name`",
    )
    migrate_to: str = setting(
        "UNDERSIGNED_MIGRATE_TO",
        "",
        "where `undersigned migrate-to` moves everything, so that no password stands in the list of"
        " processes: `postgresql://user:password@host/name`",
        must=("postgres(ql)?://.*", "postgresql://user:password@host/name"),
        secret=True,
    )
    tombstones: str = setting(
        "UNDERSIGNED_TOMBSTONES",
        "",
        "where it is noted outside the database what people took back: a file, or"
        " `postgresql://user:password@host/name` for several servers; empty: a file beside that of"
        " SQLite, and nowhere with PostgreSQL",
        must=(
            "postgres(ql)?://.*|(?!.*://).*",
            "the path of a file, or postgresql://user:password@host/name",
        ),
        secret=True,
    )
    tombstones_days: int = setting(
        "UNDERSIGNED_TOMBSTONES_DAYS",
        "90",
        "days for which that is kept; no copy of the database that is older can be put back",
        within=(1, MOST_DAYS),
    )
    public_url: str = setting(
        "UNDERSIGNED_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "the address that people and gateways use; every link and signature check is built on it",
        must=(
            rf"https?://({_HOST}|\[[0-9A-Fa-f:.]+\])(:\d+)?",
            "like https://petition.example.org, with nothing behind it",
        ),
    )
    secret_key: str = setting(
        "UNDERSIGNED_SECRET_KEY",
        "",
        "at least 32 characters of chance; all keys come from it, so keep a copy somewhere safe",
    )
    language: str = setting(
        "UNDERSIGNED_LANGUAGE",
        "en",
        "language of pages that belong to no petition",
        must=("|".join(LANGUAGES), f"one of {', '.join(LANGUAGES)}"),
    )
    country: str = setting(
        "UNDERSIGNED_COUNTRY",
        "US",
        "ISO code; phone numbers written without + are read as numbers of this country",
        must=("[A-Z]{2}", "an ISO code like US"),
    )
    name: str = setting(
        "UNDERSIGNED_NAME",
        "",
        "who runs these petitions, as the answer to HELP by text says it, and as the sender of"
        " mail; empty: the host of the public address, and no name",
        must=(r"[^\x00-\x1f]*", "on one line"),
    )
    contact: str = setting(
        "UNDERSIGNED_CONTACT",
        "",
        "an e-mail address for people who need help, shown on /help; answers to our mail go there",
        must=(_ADDRESS, "an address like help@example.org"),
    )
    sms_number: str = setting(
        "UNDERSIGNED_SMS_NUMBER",
        "",
        "the number that people text, like `+14065550100`, or a short code, like `40404`; shown on"
        " pages; empty: no texts",
        must=(r"\+\d{3,15}|\d{3,8}", "like +14065550100, or a short code"),
    )
    sms_console: bool = setting(
        "UNDERSIGNED_SMS_CONSOLE", "0", "1 lets `undersigned sms simulate` play a phone"
    )
    sms_countries: frozenset[str] = setting(
        "UNDERSIGNED_SMS_COUNTRIES",
        "",
        "ISO codes, comma-separated, to which texts may be sent; empty: only the number's own",
    )
    sms_rate: frozenset[str] = setting(
        "UNDERSIGNED_SMS_RATE",
        "",
        "segments a second that the number may send, `10`, or by gateway, `twilio=10, http=30`;"
        " empty: 1 from a long number, 3 from a toll-free one, 100 from a short code; with several"
        " servers, the part of each",
        must=(r"([a-z]+=)?(?=.*[1-9])\d{1,4}(\.\d{1,2})?", "a number like 10, or twilio=10"),
    )
    sms_daily_segments: int = setting(
        "UNDERSIGNED_SMS_DAILY_SEGMENTS",
        "20000",
        "SMS segments a day (UTC) that may be sent; beyond it texts are acted on, unanswered",
    )
    sms_petition_segments: int = setting(
        "UNDERSIGNED_SMS_PETITION_SEGMENTS",
        "10000",
        "the same for each petition; its dashboard shows how much is used",
    )
    leaked_passwords: str = setting(
        "UNDERSIGNED_LEAKED_PASSWORDS",
        "",
        "a file of passwords that organizers may not choose: their SHA-1 in 40 letters, one on each"
        ' line, sorted, as "Have I Been Pwned" gives them out; empty: none but common ones',
    )
    topics: str = setting(
        "UNDERSIGNED_TOPICS",
        "",
        "topics that organizers choose from for their petitions, by commas; they can write others"
        " too",
    )
    review: bool = setting(
        "UNDERSIGNED_REVIEW",
        "0",
        "1 lets a petition open only once a reviewer has accepted it; `undersigned organizer"
        " reviewer` names them",
    )
    sms_codes_daily: int = setting(
        "UNDERSIGNED_SMS_CODES_DAILY",
        "0",
        "codes that may go out by text in a day (UTC), for petitions whose organizer has turned"
        " that on; 0: none",
    )
    sms_price: str = setting(
        "UNDERSIGNED_SMS_PRICE",
        "",
        "what a segment costs, in or out, like `0.0083 USD`; empty: no costs are shown",
        must=(r"\d+(\.\d+)? [A-Z]{3}", "like `0.0083 USD`"),
    )
    sms_keep_days: int = setting(
        "UNDERSIGNED_SMS_KEEP_DAYS",
        "30",
        "days after which numbers and words of texts are erased, at Twilio too",
        within=(1, MOST_DAYS),
    )
    pending_hours: int = setting(
        "UNDERSIGNED_PENDING_HOURS",
        "72",
        "hours after which a contact that nobody has verified is erased; the signature stays",
        within=(1, MOST_DAYS * 24),
    )
    reminders: bool = setting(
        "UNDERSIGNED_REMINDERS",
        "1",
        "0: nobody is reminded, a day before that, to type the code",
    )
    clock_days: int = setting(
        "UNDERSIGNED_CLOCK_DAYS",
        "30",
        "days for which all servers may be stopped; after more, or with a clock that goes back,"
        " nothing is done by time until `undersigned clock --confirm`",
        within=(1, MOST_DAYS),
    )
    sms_gateway: str = setting(
        "UNDERSIGNED_SMS_GATEWAY",
        "",
        "which gateway carries what answers no text: `twilio`, `http`, `android`,"
        " `africastalking`; empty: the first that is set up",
    )
    sms_secret: str = setting(
        "UNDERSIGNED_SMS_SECRET",
        "",
        "16 characters or more; the last part of the webhook address of gateways that sign nothing"
        " (`http`, `africastalking`)",
        must=(".{16,}", "16 characters or more"),
        secret=True,
    )
    twilio_account_sid: str = setting("TWILIO_ACCOUNT_SID", "", "Twilio's account, `AC…`")
    twilio_auth_token: str = setting(
        "TWILIO_AUTH_TOKEN", "", "Twilio's token; without it every Twilio webhook is refused"
    )
    twilio_auth_token_secondary: str = setting(
        "TWILIO_AUTH_TOKEN_SECONDARY", "", "a second token that is believed, while tokens change"
    )
    twilio_shared_key: str = setting(
        "TWILIO_SHARED_KEY", "", "the key of webhooks that are signed by HMAC-SHA256"
    )
    twilio_messaging_service_sid: str = setting(
        "TWILIO_MESSAGING_SERVICE_SID", "", "`MG…`; texts then go out by this messaging service"
    )
    voice: bool = setting(
        "UNDERSIGNED_VOICE", "0", "1 lets people sign by calling the number (Twilio Voice)"
    )
    sms_http: str = setting(
        "UNDERSIGNED_SMS_HTTP",
        "",
        "a gateway that speaks HTTP: `kannel`, `jasmin`, `vonage`, or JSON with its field names",
    )
    sms_http_send_url: str = setting(
        "UNDERSIGNED_SMS_HTTP_SEND_URL", "", "the address at which it takes texts", must=_URL
    )
    sms_http_send_auth: str = setting(
        "UNDERSIGNED_SMS_HTTP_SEND_AUTH",
        "",
        "`user:password` for that address",
        must=(r"[^:]+:.+", "like user:password"),
        secret=True,
    )
    sms_http_hmac_key: str = setting(
        "UNDERSIGNED_SMS_HTTP_HMAC_KEY", "", "the key of its signatures, if it signs"
    )
    android_url: str = setting(
        "UNDERSIGNED_ANDROID_URL",
        "",
        "a phone as gateway (SMS Gateway for Android): the address of its API",
        must=_URL,
    )
    android_user: str = setting("UNDERSIGNED_ANDROID_USER", "", "the name for that API")
    android_password: str = setting("UNDERSIGNED_ANDROID_PASSWORD", "", "the password for that API")
    android_signing_key: str = setting(
        "UNDERSIGNED_ANDROID_SIGNING_KEY", "", "the key with which the phone signs its webhooks"
    )
    africastalking_username: str = setting(
        "AFRICASTALKING_USERNAME", "", "Africa's Talking's user, for texts and USSD"
    )
    africastalking_api_key: str = setting("AFRICASTALKING_API_KEY", "", "its API key")
    africastalking_api_url: str = setting(
        "AFRICASTALKING_API_URL",
        "",
        "another address of its API, such as the sandbox's",
        must=_URL,
    )
    smtp_host: str = setting(
        "UNDERSIGNED_SMTP_HOST",
        "",
        "the server that takes our mail; empty: mails are written to standard output, which is for"
        " trying things out",
        must=(rf"{_HOST}|\[?[0-9A-Fa-f:.]+\]?", "a name like mail.example.org, without its port"),
    )
    mail: str = setting(
        "UNDERSIGNED_MAIL",
        "",
        "`console`: mails are written to standard output, codes and all; without it a site on https"
        " that has no mail server is not served",
        must=("console", "console, or empty"),
    )
    smtp_port: int = setting("UNDERSIGNED_SMTP_PORT", "587", "its port", within=(1, 65535))
    smtp_username: str = setting("UNDERSIGNED_SMTP_USERNAME", "", "the name to sign in there with")
    smtp_password: str = setting("UNDERSIGNED_SMTP_PASSWORD", "", "the password for it")
    smtp_tls: str = setting(
        "UNDERSIGNED_SMTP_TLS",
        "starttls",
        "`starttls`, `tls` (from the start) or `none`",
        must=("starttls|tls|none", "starttls, tls or none"),
    )
    smtp_connections: int = setting(
        "UNDERSIGNED_SMTP_CONNECTIONS",
        "4",
        "connections that we open to it at once, and as many again for news; ask how many it"
        " allows",
        within=(1, 100),
    )
    mail_from: str = setting(
        "UNDERSIGNED_MAIL_FROM",
        "",
        "whom our mail comes from; empty: `petition@` and the host of the public address",
        must=(_ADDRESS, "an address like petition@example.org"),
    )
    mail_bounces: str = setting(
        "UNDERSIGNED_MAIL_BOUNCES",
        "",
        "where mail comes back that cannot be delivered, like `bounces+*@example.org`; in place of"
        " `*` stands whom it went to, as a signed word; empty: the sender's address",
        # RFC 5321, 4.5.3.1.1: 64 characters before the @, of which our word takes 42.
        must=(
            r"[A-Za-z0-9._+=-]{0,22}\*@[^@\s<>*]+",
            "like bounces+*@example.org, with at most 22 characters before the *",
        ),
    )
    dkim_key: str = setting(
        "UNDERSIGNED_DKIM_KEY",
        "",
        "the private key that our mail is signed with (DKIM), in PEM; `undersigned key dkim FILE`"
        " makes one and says what to put in the DNS; empty: the mail server signs, or nobody",
        must=("-----BEGIN .*-----", "a private key in PEM, like `-----BEGIN PRIVATE KEY-----` ..."),
        secret=True,
    )
    dkim_selector: str = setting(
        "UNDERSIGNED_DKIM_SELECTOR",
        "undersigned",
        "the name of that key in the DNS, below `_domainkey` of the sender's domain",
        must=(
            "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*",
            "letters, digits and hyphens, like undersigned",
        ),
    )
    mail_daily: int = setting(
        "UNDERSIGNED_MAIL_DAILY",
        "50000",
        "mails that may be sent in 24 hours, as many as your mail server takes; more wait",
    )
    mail_petition_daily: int = setting(
        "UNDERSIGNED_MAIL_PETITION_DAILY", "20000", "the same for each petition"
    )
    mail_network_hourly: int = setting(
        "UNDERSIGNED_MAIL_NETWORK_HOURLY",
        "60",
        "mails and texts that one network may ask for in an hour; more wait, see below",
        within=(1, MOST_OF_ANY),
    )
    letters_hourly: int = setting(
        "UNDERSIGNED_LETTERS_HOURLY",
        "10",
        "letters that may go to one office in an hour; more wait",
        within=(1, MOST_OF_ANY),
    )
    letters_reply_to: str = setting(
        "UNDERSIGNED_LETTERS_REPLY_TO",
        "",
        "where offices answer letters of people who gave them no address, like"
        " `answers+*@example.org`: in place of `*` stands the letter, as a signed word, and"
        " `undersigned mail-in` passes the answer on; without `*` people of yours read it; empty:"
        " the sender's address",
        must=(
            rf"(?=[^*]*$|[A-Za-z0-9._+=-]{{0,22}}\*@[^*]+$){_ADDRESS}",
            "an address like answers+*@example.org, with at most 22 characters before the *",
        ),
    )
    imap_url: str = setting(
        "UNDERSIGNED_IMAP_URL",
        "",
        "a mailbox of which the worker takes what comes in, like `imaps://answers@imap.example.org`;"
        " a folder may stand behind it, like `/INBOX`; empty: the mail server calls `undersigned"
        " mail-in`",
        must=(
            rf"imaps?://[^\s/]+@{_HOST}(:\d{{1,5}})?(/[^\s]*)?",
            "like imaps://answers@imap.example.org",
        ),
    )
    imap_password: str = setting(
        "UNDERSIGNED_IMAP_PASSWORD", "", "the password for it", secret=True
    )
    cwc_url: str = setting(
        "UNDERSIGNED_CWC_URL",
        "",
        "where a delivery agent of the US House hands letters over (Communicating With Congress);"
        " none go there until all of these are set",
        must=_URL,
    )
    cwc_key: str = setting("UNDERSIGNED_CWC_KEY", "", "the agent's key there", secret=True)
    cwc_agent: str = setting(
        "UNDERSIGNED_CWC_AGENT",
        "",
        "the agent's name, as the House knows it",
        must=(".{4,500}", "4 letters or more"),
    )
    cwc_contact: str = setting(
        "UNDERSIGNED_CWC_CONTACT",
        "",
        "a person whom offices can ask about letters",
        must=(".{6,500}", "a first and a last name"),
    )
    cwc_email: str = setting(
        "UNDERSIGNED_CWC_EMAIL",
        "",
        "their e-mail",
        must=(rf"{_ADDRESS}\.[^@\s<>]+", "an address like letters@example.org"),
    )
    cwc_phone: str = setting(
        "UNDERSIGNED_CWC_PHONE",
        "",
        "their phone",
        must=("[0-9]{3}-[0-9]{3}-[0-9]{4}", "like 406-555-0123"),
    )
    hosts: frozenset[str] = setting(
        "UNDERSIGNED_HOSTS",
        "",
        "further names, comma-separated, by which people may ask for the site; one that is neither"
        " here nor in the public address is answered 421",
        must=(r"[^\s/:@]+(:\d+)?", "names like example.org"),
    )
    trusted_proxies: frozenset[str] = setting(
        "UNDERSIGNED_TRUSTED_PROXIES",
        "",
        "addresses or networks (`10.0.0.0/8`), comma-separated, whose `X-Forwarded-For` is"
        " believed; used for sign-in limits and to notice one place that signs many times",
    )
    queue_limit: int = setting(
        "UNDERSIGNED_QUEUE_LIMIT",
        "5000",
        "signings that may wait for the disk; beyond it people are asked to come back",
        within=(1, MOST_OF_ANY),
    )
    metrics_token: str = setting(
        "UNDERSIGNED_METRICS_TOKEN",
        "",
        "what Prometheus sends as bearer token to read /metrics; empty: there is no /metrics",
    )
    log_level: str = setting(
        "UNDERSIGNED_LOG_LEVEL",
        "INFO",
        "DEBUG, INFO, WARNING or ERROR",
        must=("DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR"),
    )

    @property
    def leaked_file(self) -> Path | None:
        """The file of passwords that nobody may choose, if there is one."""
        return Path(self.leaked_passwords) if self.leaked_passwords else None

    @property
    def tombstones_place(self) -> str:
        """The path or URL of the tombstones; '' where they are not kept."""
        file = self.database_url.removeprefix("sqlite:///")
        beside = "" if file == self.database_url else f"{file}-tombstones"
        return self.tombstones or beside

    @property
    def cwc_is_set_up(self) -> bool:
        """Whether letters can go to the US House."""
        agent = (self.cwc_agent, self.cwc_contact, self.cwc_email, self.cwc_phone)
        return all((self.cwc_url, self.cwc_key, *agent))

    @property
    def secure(self) -> bool:
        """True where people reach us over TLS: cookies are then `__Host-` and `Secure`."""
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Scheme and host of the public address, as a browser writes it in `Origin`."""
        return _origin_of(self.public_url)


@lru_cache(maxsize=8)  # every form is compared with it
def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


TABLE = tuple(
    (f.metadata["variable"], f.metadata["default"], f.metadata["doc"])
    for f in dataclasses.fields(Settings)
)
