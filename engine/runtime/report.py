"""What was found while looking at an upload: problems that refuse it, warnings that do not."""

from __future__ import annotations

from typing import Any

from engine.domain.errors import Problem
from engine.domain.table import Tables
from engine.runtime.diagram import Element
from engine.runtime.language import LanguageError, check_lookups, expression
from engine.runtime.rules import RULES
from engine.xml import line_of, local


class Report:
    """Collects findings of one file, so that all of them can be told at once.

    ``tables`` are the data tables beside it.
    """

    def __init__(self, file: str, tables: Tables | None = None) -> None:
        self.file, self.tables = file, tables or {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def refuse(self, code: str, element: Element | None = None, **facts: Any) -> None:
        """A rule is broken."""
        self.problems.append(self._problem(code, element, facts))

    def warn(self, code: str, element: Element | None = None, **facts: Any) -> None:
        """Legal, but suspect."""
        self.warnings.append(self._problem(code, element, facts))

    def refuse_text(
        self,
        code: str,
        element: Element,
        error: LanguageError | ValueError,
        text: str,
        *,
        line: int | None = None,
        **facts: Any,
    ) -> None:
        """A condition, script or time that is not of its language; tells the place in it.

        ``line`` is where it stands when that is not the line of the element.
        """
        vi, en = (error.vi, error.en) if isinstance(error, LanguageError) else ("không phải ISO 8601", "not ISO 8601")
        place = {"line": error.line, "column": error.column} if isinstance(error, LanguageError) else {}
        template_vi, template_en = RULES[code]
        facts = {"id": element.get("id"), "name": called(element), "text": text, **facts}
        self.problems.append(
            Problem(
                self.file,
                code,
                template_vi.format(reason=vi, **facts),
                template_en.format(reason=en, **facts),
                element.get("id"),
                element.get("name"),
                line or line_of(element),
                {"text": text, **{key: value for key, value in place.items() if value is not None}},
            )
        )

    def check_expression(self, code: str, element: Element, text: str) -> None:
        """Refuse a text that is no expression."""
        try:
            check_lookups(expression(text, strict=True), self.tables)
        except LanguageError as error:
            self.refuse_text(code, element, error, text)

    def _problem(self, code: str, element: Element | None, facts: dict[str, Any]) -> Problem:
        vi, en = RULES[code]
        known = {} if element is None else {"id": element.get("id"), "name": called(element)}
        facts = {**known, **facts, "file": self.file}
        return Problem(
            self.file,
            code,
            vi.format(**facts),
            en.format(**facts),
            None if element is None else element.get("id"),
            None if element is None else element.get("name"),
            None if element is None else line_of(element),
        )


def called(element: Element) -> str:
    """What a person calls the element: its name, else its id, else its kind."""
    return element.get("name") or element.get("id") or local(element)


def identified(element: Element) -> Element:
    """What a person can find in the drawing: the element, or the next one around it that has an id."""
    at: Element | None = element
    while at is not None and not at.get("id"):
        at = at.getparent()
    return element if at is None else at
