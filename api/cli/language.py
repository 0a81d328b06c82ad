"""The two languages that people are spoken to in."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

LANGUAGES = ("vi", "en")

_chosen: ContextVar[str] = ContextVar("language", default="vi")


def say(vi: str, en: str) -> str:
    """The sentence in the language that was chosen."""
    return en if _chosen.get() == "en" else vi


def either(sentence: Any) -> str:
    """The same of an answer that has both languages, or of one that has only one."""
    return str(sentence.get(language(), "")) if isinstance(sentence, Mapping) else str(sentence)


def language() -> str:
    """``vi`` or ``en``."""
    return _chosen.get()


def speak(language: str) -> None:
    """Choose a language for everything that follows."""
    _chosen.set(language)


def of_environment(environment: Mapping[str, str]) -> str:
    """English where the system is set to it, Vietnamese everywhere else."""
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "vi"
