"""Which language an answer's sentences are in."""

from __future__ import annotations

from typing import TypeVar

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

VIETNAMESE, ENGLISH = "vi", "en"
Said = TypeVar("Said", str, str | None)


def preferred(header: str | None) -> str:
    """Vietnamese where the ``Accept-Language`` header would rather have it, else English."""
    if not header:
        return ENGLISH
    accepted = parse_accept_header(header, LanguageAccept)
    return accepted.best_match((ENGLISH, VIETNAMESE), ENGLISH) or ENGLISH


def in_language(language: str, vi: Said, en: Said) -> Said:
    """The one of two sentences that is in this language."""
    return vi if language == VIETNAMESE else en
