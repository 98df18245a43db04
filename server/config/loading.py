"""The settings of an environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from urllib.parse import urlsplit

from server.config.checks import check
from server.config.settings import Settings
from server.config.variables import value_of


def load(environ: Mapping[str, str]) -> Settings:
    """The settings of this environment; each `VARIABLE` may come as a file named `VARIABLE_FILE`.

    Raises `Misconfigured` in words that name the variable.
    """
    values = {field.name: value_of(field, environ) for field in dataclasses.fields(Settings)}
    settings = Settings(**values)
    check(settings)
    if settings.mail_from:
        return settings
    host = urlsplit(settings.public_url).hostname or "localhost"
    return dataclasses.replace(settings, mail_from=f"petition@{host}")
