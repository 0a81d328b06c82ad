"""Which language an answer's sentences are in."""

from __future__ import annotations

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

VIETNAMESE, ENGLISH = "vi", "en"


def preferred(header: str | None) -> str:
    """Vietnamese where the ``Accept-Language`` header would rather have it, else English."""
    if not header:
        return ENGLISH
    accepted = parse_accept_header(header, LanguageAccept)
    return accepted.best_match((ENGLISH, VIETNAMESE), ENGLISH) or ENGLISH
