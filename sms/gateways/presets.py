"""What Kannel, Jasmin and Vonage call things: tables for `sms/gateways/http.py`.

Kannel's user guide, "Setting up a SMS Gateway" (get-url, dlr-url, sendsms);
https://docs.jasminsms.com/en/latest/apis/ (HTTP API, callbacks); https://developer.vonage.com/api/sms
(sending, webhooks, error codes).
"""

from typing import Any, Final

from sms import Status

#: What a gateway's word for the state of a text means, in small letters.
STATUSES: Final[dict[str, Status]] = {
    # Kannel's numbers for a delivery report.
    "1": "delivered",
    "2": "undelivered",
    "4": "queued",
    "8": "sent",
    "16": "failed",
    # SMPP's words, as Jasmin passes them on.
    "esme_rok": "sent",
    "acceptd": "sent",
    "enroute": "sent",
    "delivrd": "delivered",
    "undeliv": "undelivered",
    "expired": "undelivered",
    "deleted": "undelivered",
    "rejectd": "failed",
    # Everybody else's.
    "queued": "queued",
    "buffered": "queued",
    "accepted": "sent",
    "submitted": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "rejected": "failed",
}

#: What an operator names instead of spelling out; the arguments of `Http`.
PRESETS: Final[dict[str, dict[str, Any]]] = {
    # In the group sms-service:
    #   get-url = ".../sms/http/SECRET?id=%I&from=%p&to=%P&text=%b&charset=%C"
    #   accept-x-kannel-headers = true, without which a reply outside GSM-7 arrives as "?"
    #   omit-empty = true, without which Kannel answers by itself where we do not
    #   max-messages = 5, without which a reply ends with its first segment
    "kannel": {
        "answer": "text",
        "send_method": "GET",
        "send_fields": {
            "username": "{user}",
            "password": "{password}",
            "to": "{to}",
            "from": "{from}",
            "text": "{text}",
            "charset": "UTF-8",
            "dlr-mask": "31",
            "dlr-url": "{status_url}?status=%d&status_id={id}",
        },
        "unicode_fields": {"coding": "2"},
        "unicode_headers": {"x-kannel-coding": "2"},
        "verdicts": [(r"^[03]: ", "sent"), (r"(?i)temporal|try again", "retry")],
        "troubles": {"2": "unreachable"},
    },
    "jasmin": {
        "fields": {"text": "content", "status": "message_status", "status_id": "id"},
        "answer": "ack",
        "send_method": "POST",
        "send_fields": {
            "username": "{user}",
            "password": "{password}",
            "to": "{to}",
            "from": "{from}",
            "content": "{text}",
            "dlr": "yes",
            "dlr-level": "2",
            "dlr-method": "POST",
            "dlr-url": "{status_url}",
        },
        "unicode_fields": {"coding": "8", "content": "", "hex-content": "{utf16}"},
        "verdicts": [(r'^Success "([^"]+)"', "sent"), (r"(?i)throughput|quota", "throttled")],
    },
    "vonage": {
        "fields": {"id": "messageId", "from": "msisdn", "status_id": "messageId"}
        | {"error": "err-code"},
        "answer": "empty",
        "bare_numbers": True,
        "send_method": "POST",
        "send_fields": {
            "api_key": "{user}",
            "api_secret": "{password}",
            "to": "{to_digits}",
            "from": "{from_digits}",
            "text": "{text}",
            "client-ref": "{id}",
        },
        "unicode_fields": {"type": "unicode"},
        "verdicts": [
            (r'"status"\s*:\s*"0"', "sent"),
            (r'"status"\s*:\s*"1"', "throttled"),
            # 4, 8, 9 and 11: our account; once it is mended, the same text is taken.
            (r'"status"\s*:\s*"(?:4|5|8|9|10|11)"', "retry"),
            (r'"status"\s*:\s*"\d+"', "failed"),
        ],
        "message_id": r'"message-id"\s*:\s*"([^"]+)"',
        "troubles": dict.fromkeys(
            ["status-4", "status-8", "status-9", "status-11"], "configuration"
        )
        | dict.fromkeys(["status-1", "status-5", "status-10"], "busy")
        # The err-code of a delivery receipt: phone off, phone full, a fault of the network ...
        | dict.fromkeys(["2", "7", "8"], "busy")
        # ... and a number that is gone, barred, wrong, or beyond every route.
        | dict.fromkeys(["3", "4", "9", "11", "12"], "unreachable")
        | {"6": "filtered", "14": "filtered", "15": "configuration"},
    },
}
