"""What the operator decided, read from the environment once."""

from server.config.settings import LANGUAGES, TABLE, Settings, check_mail, load

__all__ = ["LANGUAGES", "TABLE", "Settings", "check_mail", "load"]
