"""What a gateway's `parse` may make of whatever comes."""

from __future__ import annotations

from sms import Gateway, HookRequest, Ignored, Inbound, Malformed, OptedOut, StatusUpdate


def is_whole_or_malformed(gateway: Gateway, request: HookRequest) -> bool:
    """Whether it is refused as `Malformed`, or an event that says of whom or of which text it is.

    Whatever else is raised fails the test.
    """
    try:
        event = gateway.parse(request)
    except Malformed:
        return True
    match event:
        case Inbound(message_id=id_, sender=sender):
            return bool(id_ and sender)
        case StatusUpdate(message_id=id_):
            return bool(id_)
        case OptedOut(phone=sender):
            return bool(sender)
        case Ignored():
            return True
