"""Procedures as the catalogue has them: what procedure.toml says of the law, limits, fees and papers of a diagram.

Everything that is law or decision carries its source, whether somebody has compared it with that, and its days.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.domain.calendar import is_cut_off
from engine.domain.errors import Fault
from engine.domain.escalation import Escalation, read_escalation
from engine.domain.level import OF_PROCEDURES, codes
from engine.domain.owner import Owner, read_owner
from engine.domain.reading import Reading

UNITS = ("working-day", "calendar-day", "working-hour", "calendar-hour", "same-day")
_NATIONAL = re.compile(r"\d\.\d{6}")
ELSEWHERE = ("four_eyes", "retention")
"""Parts of the file that other rules read."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where a figure or text is from, whether it was compared with that, and on which days it holds (both included)."""

    source: str = ""
    confirmed: bool = False
    valid_from: str | None = None
    valid_until: str | None = None

    def ended(self, day: str) -> bool:
        """Whether it held once and does not any more."""
        return self.valid_until is not None and self.valid_until < day


@dataclass(frozen=True, slots=True)
class Limit:
    """Time that the law, or the province, gives. ``name`` tells limits of parts (``opinion``) from that of the whole ("")."""

    name: str
    value: int
    unit: str
    cutoff: str | None
    said: Said

    @property
    def rule(self) -> str | None:
        """As calendars read it: ``10 working-days before 15:00``; None where it says no unit."""
        if not self.unit:
            return None
        rule = "same-day" if self.unit == "same-day" else f"{self.value} {self.unit}s"
        return rule if self.cutoff is None or not is_cut_off(self.cutoff) else f"{rule} before {self.cutoff}"


@dataclass(frozen=True, slots=True)
class Fee:
    """What is paid: an amount, or a rule in words, or the data table that has it."""

    kind: str
    amount: int | None
    formula: str | None
    table: str | None
    currency: str
    said: Said
    code: str = ""
    """What the national portal numbers it by."""
    element: str = ""
    """The element of the diagram that determines it."""


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A law or decision that the procedure rests on, as people cite it."""

    text: str
    said: Said


@dataclass(frozen=True, slots=True)
class ResultPaper:
    """A paper that is a result of the procedure: its form, its name, and what the national portal numbers it by."""

    form: str
    name: str
    component: str
    code: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure (thủ tục hành chính)."""

    code: str
    name: str
    name_en: str
    field: str
    levels: tuple[str, ...]
    agency: str
    online_level: int | None
    documents: tuple[str, ...]
    papers: tuple[str, ...]
    results: tuple[str, ...]
    limits: tuple[Limit, ...] = ()
    fees: tuple[Fee, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    others: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    escalation: Escalation = dataclasses.field(default_factory=Escalation)
    field_code: str = ""
    owner: Owner = dataclasses.field(default_factory=Owner)
    result_papers: tuple[ResultPaper, ...] = ()

    @property
    def is_national(self) -> bool:
        """Whether its code is one of the national catalogue (``2.000815``), so that the national portal knows it."""
        return _NATIONAL.fullmatch(self.code) is not None

    feedback: bool = False
    """Whether what is handed in is no application but feedback or a petition (phản ánh, kiến nghị), which is counted apart."""
    online_payment: bool | None = None
    """Whether its fees can be paid through the payment platform; None where nobody has said."""
    decided_on: str | None = None
    """The day of the decision that announces it."""

    @property
    def level_codes(self) -> tuple[str, ...]:
        """Its levels as units have them."""
        return codes(self.levels)

    @property
    def has_fee(self) -> bool:
        """Whether anything is ever to be paid for it."""
        return any(fee.amount != 0 for fee in self.fees)

    @property
    def complete(self) -> bool:
        """Whether everything is said that has to be public: who, how long, what is handed in, what comes of it, by which law."""
        return all((self.name, self.agency, self.documents, self.results, self.limits, self.legal_bases))

    def ended(self, day: str) -> tuple[LegalBasis, ...]:
        """The legal bases that have ended by a day."""
        return tuple(basis for basis in self.legal_bases if basis.said.ended(day))


def read_procedure(content: Any) -> tuple[Procedure, list[Fault]]:
    """A procedure from its file, and everything that is wrong with it. Without a code it is in no catalogue."""
    reading = Reading(content)
    code = reading.text("code", most=100)
    procedure = Procedure(
        code,
        reading.text("name"),
        reading.text("name_en"),
        reading.text("field"),
        _levels(reading),
        reading.text("agency"),
        reading.whole("online_level", 1, 4),
        reading.texts("documents"),
        reading.texts("papers"),
        _results(reading),
        tuple(_limits(reading)),
        tuple(_fee(each) for each in reading.each("fee")),
        tuple(_legal_basis(each) for each in reading.each("legal_basis")),
        {"code_2021": reading.text("code_2021"), "four_on_spot": reading.flag("four_on_spot")},
        read_escalation(reading.inside("escalation")),
        reading.text("field_code", most=100),
        read_owner(reading.inside("owner")),
        tuple(_result_paper(each) for each in reading.each("result_paper")),
        feedback=reading.flag("feedback"),
        online_payment=reading.maybe_flag("online_payment"),
        decided_on=reading.day("decided_on"),
    )
    reading.asked.update(ELSEWHERE)
    reading.end()
    return procedure, reading.faults


def _levels(reading: Reading) -> tuple[str, ...]:
    """One level as a text, several as a list."""
    if isinstance(reading.content.get("level"), list):
        levels = reading.texts("level")
        if unknown := [level for level in levels if level not in OF_PROCEDURES]:
            known = ", ".join(OF_PROCEDURES)
            reading.refuse(
                "level", f"không có cấp “{unknown[0]}”; có: {known}", f"there is no '{unknown[0]}'; there are: {known}"
            )
        return levels
    level = reading.one_of("level", OF_PROCEDURES)
    return (level,) if level else ()


def _results(reading: Reading) -> tuple[str, ...]:
    result = reading.text("result")
    return (*((result,) if result else ()), *reading.texts("results"))


def _limits(reading: Reading) -> Iterator[Limit]:
    whole = reading.inside("limit")
    if whole is None:
        return
    parts = [name for name, value in whole.content.items() if isinstance(value, dict)]
    yield _limit(whole, "", parts)
    for name in parts:
        part = whole.inside(name)
        assert part is not None
        yield _limit(part, name, [])


def _limit(reading: Reading, name: str, parts: list[str]) -> Limit:
    value, unit = reading.whole("value", 1, 10_000), reading.one_of("unit", UNITS)
    cutoff = reading.text("cutoff", most=5)
    if cutoff and not is_cut_off(cutoff):
        reading.refuse("cutoff", "phải là giờ dạng 15:00", "it must be a time such as 15:00")
    for missing in (key for key in ("value", "unit") if key not in reading.content):
        reading.refuse(missing, "thời hạn phải có value và unit", "a limit has a value and a unit; add it")
    limit = Limit(name, value or 0, unit, cutoff or None, _said(reading))
    reading.asked.update(parts)
    reading.end()
    return limit


def _fee(reading: Reading) -> Fee:
    kind, amount = reading.text("kind", required=True), reading.whole("amount", 0, 10**12)
    formula, table = reading.text("formula"), reading.text("table")
    fee = Fee(
        kind, amount, formula or None, table or None, reading.text("currency", "VND", most=3), _said(reading),
        reading.text("code", most=100), reading.text("element", most=100),
    )  # fmt: skip
    if amount is None and not formula and not table and not reading.faults:
        reading.refuse(None, "cần amount, formula hoặc table", "one of amount, formula and table is needed")
    reading.end()
    return fee


def _result_paper(reading: Reading) -> ResultPaper:
    paper = ResultPaper(*(reading.text(key, required=True) for key in ("form", "name", "component", "code")))
    reading.end()
    return paper


def _legal_basis(reading: Reading) -> LegalBasis:
    basis = LegalBasis(reading.text("text", required=True), _said(reading))
    reading.end()
    return basis


def _said(reading: Reading) -> Said:
    first, last = reading.days()
    return Said(reading.text("source"), reading.flag("confirmed"), first, last)


def catalogued(content: Mapping[str, Any]) -> Procedure | None:
    """What a stored definition is in the catalogue; None when it is in none."""
    return read_procedure(content)[0] if content.get("code") else None


def plain(value: Any) -> Any:
    """What TOML has, as JSON has it: dates as texts."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
