"""Files of the operator: for how long instances are kept, and by what figures are made."""

from __future__ import annotations

import tomllib
from pathlib import Path

from api.rulebook import Rulebook, RulebookRefused, read_rulebook
from api.settings import Settings, SettingsRefused
from engine.domain.retention import BUILT_IN, Retention


def read_retention(settings: Settings) -> Retention:
    """The retention classes of the settings.

    Raises:
        SettingsRefused: the file cannot be read, or what it says.
    """
    if settings.retention is None:
        return BUILT_IN
    try:
        return Retention.read(tomllib.loads(Path(settings.retention).read_text()))
    except (OSError, ValueError) as error:
        raise SettingsRefused(
            f"MOTCUA_RETENTION={settings.retention} không dùng được: {error}.",
            f"MOTCUA_RETENTION={settings.retention} cannot be used: {error}.",
        ) from error


def rulebook(settings: Settings) -> Rulebook:
    """Read once: a change of a rule takes effect at the next start."""
    try:
        return read_rulebook(None if settings.figures is None else Path(settings.figures))
    except RulebookRefused as error:
        raise SettingsRefused(
            f"MOTCUA_FIGURES={settings.figures} không dùng được: {error}.",
            f"MOTCUA_FIGURES={settings.figures} cannot be used: {error}.",
        ) from error
