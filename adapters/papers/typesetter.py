"""Typesets papers with Typst: the same sheet gives the same bytes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any
from unicodedata import normalize

import orjson
import segno
import typst

from engine.domain.errors import PaperRefused
from engine.domain.paper import Form, Sheet

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"
LARGEST = 64 * 1024
"""Bytes of what is printed, as JSON."""
LONGEST_CODE = 500
"""Characters that a QR code has room for."""
LONGEST_WORD, _PIECE = 30, 10
"""Characters after which a word that has no end is given places to break at."""
_BREAK, _UNKNOWN = "\u200b", "\u25a1"
_DRAWN = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1E00, 0x1EFF), (0x2010, 0x2027),
    (0x2030, 0x2033), (0x2039, 0x203A), (0x20AB, 0x20AC), (0x2116, 0x2116), (0x2190, 0x2193), (0x25A0, 0x25A1),
)  # fmt: skip
"""What the font can draw and letters of citizens and offices have; PDF/A forbids to leave a character undrawn."""


class TypstTypesetter:
    """The port ``Typesetter``. Its font comes with the library and is embedded in every paper; the machine's are not looked at."""

    def __init__(self, mark: str = "") -> None:
        self._mark = mark
        """Stands on every page, so that nobody takes a paper made for trial for a real one."""
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        self._compilers: dict[str, typst.Compiler] = {}
        self._one_at_a_time = Lock()

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The forms that can be printed, by name."""
        said = tomllib.loads((_HERE / "forms.toml").read_text())
        return {name: Form(name, **table) for name, table in said.items()}

    def typeset(self, sheet: Sheet) -> bytes:
        """The paper as PDF/A-2b.

        Raises:
            PaperRefused: there is no such form, or more is to be printed than a paper holds.
        """
        if sheet.form not in self.forms:
            raise PaperRefused.no_form(sheet.form, self.forms)
        size = len(
            orjson.dumps({"values": dict(sheet.values), "rows": [row.said() for row in sheet.rows]}, default=str)
        )
        if size > LARGEST:
            raise PaperRefused.too_large(size, LARGEST)
        said = orjson.dumps(self._said(sheet))
        day = datetime(sheet.day.year, sheet.day.month, sheet.day.day, tzinfo=UTC)
        try:
            with self._one_at_a_time:
                made = self._compiler(sheet.form).compile(
                    format="pdf", sys_inputs={"sheet": said.decode()}, pdf_standards="a-2b", timestamp=day
                )
        except typst.TypstError as error:
            raise PaperRefused.not_set(error.message) from error
        assert isinstance(made, bytes)
        return made

    def _compiler(self, form: str) -> typst.Compiler:
        if form not in self._compilers:
            self._compilers[form] = typst.Compiler(_TEMPLATES / f"{form}.typ", _TEMPLATES, self._fonts)
        return self._compilers[form]

    def _said(self, sheet: Sheet) -> dict[str, Any]:
        day = sheet.day
        return {
            **drawn(
                {
                    "title": self.forms[sheet.form].title, "number": sheet.number, "above": sheet.above,
                    "agency": sheet.agency, "place": sheet.place, "dossier": sheet.dossier,
                    "mark": self._mark, "procedure": sheet.procedure, "received": sheet.received, "due": sheet.due, "basis": sheet.basis,
                    "values": dict(sheet.values), "rows": [row.said() for row in sheet.rows],
                }
            ),
            "year": day.year, "month": day.month, "day": day.day,
            "two": {"day": f"{day.day:02}", "month": f"{day.month:02}" if day.month < 3 else str(day.month)},
            "qr": segno.make(sheet.coded[:LONGEST_CODE], error="m", micro=False).svg_inline(),
        }  # fmt: skip


def drawn(value: Any) -> Any:
    """A value as texts that the font can draw: whatever a citizen sent, it is shown, and where it cannot be, a box stands there."""
    if isinstance(value, Mapping):
        return {str(name): drawn(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [drawn(inner) for inner in value]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    return " ".join(map(_breakable, _characters(str(value)).split(" ")))


def _characters(text: str) -> str:
    text = normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(each if each == "\n" or _is_drawn(ord(each)) else _UNKNOWN for each in text)


def _is_drawn(code: int) -> bool:
    return any(first <= code <= last for first, last in _DRAWN)


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return _BREAK.join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
