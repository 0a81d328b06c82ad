"""Conditions as other modelers write them, read where they mean the same: ``${…}`` (JUEL) and ``=…`` (FEEL).

They become the same tree that Python's notation is parsed to, so everything that holds for it holds for them. What
would mean something else here (FEEL counts lists from 1, JUEL turns texts into numbers) is refused or an incident,
never another result: see engine/runtime/sameness.py.
"""

from __future__ import annotations

import ast

from engine.runtime.feel import Feel
from engine.runtime.juel import Juel


def is_foreign(text: str) -> bool:
    """Whether a condition is written in another modeler's notation."""
    return text.startswith(("${", "="))


def parsed(text: str) -> ast.Expression:
    """Read a foreign condition.

    Raises:
        LanguageError: it means nothing here, or something else.
    """
    reader = Feel(text, 1) if text.startswith("=") else Juel(text, 2)
    return ast.Expression(reader.whole())
