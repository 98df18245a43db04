"""For gateways that sign nothing: the address that they call ends in a secret."""

import hmac
from typing import Final

from sms import Forged, HookRequest

SECRET_LEAST: Final = 16  # characters


class SecretAddress:
    """Lets only requests pass whose path ends in the secret."""

    def __init__(self, secret: str) -> None:
        """Raises ValueError for a secret that is too short."""
        if len(secret) < SECRET_LEAST:
            raise ValueError(f"a secret needs at least {SECRET_LEAST} characters")
        self._secret = secret.encode()

    def authenticate(self, request: HookRequest) -> None:
        """Raises `Forged`."""
        try:
            given = request.path.rpartition("/")[2].encode("utf-8", "replace")
        except ValueError as error:
            raise Forged("no URL") from error
        if not hmac.compare_digest(given, self._secret):
            raise Forged("not our secret address")
