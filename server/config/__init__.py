"""What the operator decided, read from the environment once."""

from server.config.checks import check_mail
from server.config.loading import load
from server.config.settings import LANGUAGES, TABLE, Settings
from server.config.variables import joined

__all__ = ["LANGUAGES", "TABLE", "Settings", "check_mail", "joined", "load"]
