"""The province's units: which stand below which, on any day. Units come and go by law; the tree is data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from engine.domain.errors import Fault
from engine.domain.level import OF_UNITS

MOST_UNITS = 10_000
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
_FIELDS = {"code", "name", "level", "parent", "validFrom", "validTo", "successor"}
_NEEDED = {"code", "name", "level"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One office, as it stood for a time: both days count. One code may have several such times, with other parents."""

    code: str
    name: str
    level: str
    parent: str | None = None
    valid_from: str = FIRST_DAY
    valid_to: str = LAST_DAY
    successor: str | None = None
    """Who has its dossiers after the last day."""

    def stands(self, day: str) -> bool:
        """Whether it is there on that day."""
        return self.valid_from <= day <= self.valid_to


class Organisation:
    """A published tree: nothing in it changes; what comes later is another tree."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = tuple(units)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Organisation:
        """Read what :func:`faults` found nothing wrong with."""
        return cls([_read(row) for row in content["units"]])

    @cached_property
    def times(self) -> dict[str, list[Unit]]:
        """The times of each code, the first one first."""
        times: dict[str, list[Unit]] = {}
        for unit in sorted(self.units, key=lambda unit: unit.valid_from):
            times.setdefault(unit.code, []).append(unit)
        return times

    @cached_property
    def _turns(self) -> list[str]:
        ends = {unit.valid_to for unit in self.units} - {LAST_DAY}
        gone = {date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat() for day in ends}
        return sorted(gone | {unit.valid_from for unit in self.units})

    def turned(self, day: str) -> str:
        """The last day up to this one on which a unit began, or was gone: the tree stands so since then."""
        return max((turn for turn in self._turns if turn <= day), default=FIRST_DAY)

    def unit(self, code: str, day: str) -> Unit | None:
        """The unit as it stands on a day."""
        return next((unit for unit in self.times.get(code, ()) if unit.stands(day)), None)

    def standing(self, code: str, day: str) -> Unit | None:
        """Who has the dossiers of a unit on a day: itself, its successor once it is gone, else who stood above it."""
        seen: set[str] = set()
        while code not in seen:
            seen.add(code)
            if (unit := self.unit(code, day)) is not None:
                return unit
            before = [unit for unit in self.times.get(code, ()) if unit.valid_to < day]
            code = (before[-1].successor or before[-1].parent or code) if before else code
        return None

    def below(self, code: str, day: str) -> frozenset[str]:
        """The codes of a unit's dossiers on a day: of all that stand at or below it, and of all whose place those took.

        Of a unit that the tree does not have: its own.
        """
        root = self.standing(code, day)
        if root is None:
            return frozenset({code})
        return frozenset(other for other in self.times if root.code in self.line(other, day))

    def line(self, code: str, day: str) -> Iterator[str]:
        """The unit that stands for a code, and those above it."""
        unit = self.standing(code, day)
        while unit is not None:
            yield unit.code
            unit = None if unit.parent is None else self.standing(unit.parent, day)


def faults(content: Any) -> list[Fault]:
    """Everything that keeps a tree from being published."""
    rows = content.get("units") if isinstance(content, dict) and content.keys() == {"units"} else None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_UNITS:
        return [_fault("/units", "units", f"cần 1 đến {MOST_UNITS} đơn vị", f"1 to {MOST_UNITS} units are needed")]
    found = [fault for at, row in enumerate(rows) for fault in _misshapen(at, row)]
    return found or list(_contradictions([_read(row) for row in rows]))


def _misshapen(at: int, row: Any) -> Iterator[Fault]:
    place = f"/units/{at}"
    if not isinstance(row, dict) or not row.keys() >= _NEEDED or not row.keys() <= _FIELDS:
        yield _fault(place, "unitFields", "cần code, name, level", "it needs code, name, level, and nothing unknown")
        return
    for name in ("code", "name", "parent", "successor"):
        value = row.get(name)
        if not (_is_text(value) or (value is None and name not in _NEEDED)):
            yield _fault(
                f"{place}/{name}", "unitText", "phải là chuỗi 1–255 ký tự", "must be a text of 1 to 255 characters"
            )
    if row["level"] not in OF_UNITS:
        yield _fault(f"{place}/level", "unitLevel", f"phải là một trong {OF_UNITS}", f"must be one of {OF_UNITS}")
    days = [_day(row.get(name), other) for name, other in (("validFrom", FIRST_DAY), ("validTo", LAST_DAY))]
    if None in days or str(days[0]) > str(days[1]):
        yield _fault(
            f"{place}/validFrom", "unitDays", "ngày không hợp lệ", "the days are none, or end before they begin"
        )


def _contradictions(units: Sequence[Unit]) -> Iterator[Fault]:
    tree = Organisation(units)
    for at, unit in enumerate(units):
        yield from _against_others(f"/units/{at}", unit, tree)
    above = {code: {unit.parent for unit in times} for code, times in tree.times.items()}
    after = {code: {unit.successor for unit in times} for code, times in tree.times.items()}
    for code in tree.times:
        if _is_loop(code, above):
            yield _fault("/units", "unitLoop", f"“{code}” đứng trên chính nó", f"'{code}' stands above itself")
        if _is_loop(code, after):
            yield _fault("/units", "successorLoop", f"“{code}” kế thừa chính nó", f"'{code}' succeeds itself")


def _against_others(place: str, unit: Unit, tree: Organisation) -> Iterator[Fault]:
    for other in tree.times[unit.code]:
        if other is not unit and other.valid_from <= unit.valid_to and unit.valid_from <= other.valid_to:
            yield _fault(
                place, "unitTwice", f"“{unit.code}” có hai bản cùng lúc", f"'{unit.code}' is there twice at once"
            )
    if unit.parent is not None and not _covers(tree.times.get(unit.parent, ()), unit):
        yield _fault(
            f"{place}/parent", "parentMissing", f"“{unit.parent}” không có trong suốt thời gian của “{unit.code}”",
            f"'{unit.parent}' is not there all the time that '{unit.code}' is",
        )  # fmt: skip
    if unit.successor is not None and unit.successor not in tree.times:
        yield _fault(
            f"{place}/successor", "successorMissing", f"không có “{unit.successor}”", f"there is no '{unit.successor}'"
        )


def _covers(parents: Iterable[Unit], unit: Unit) -> bool:
    """Whether one of them is there on each day of the unit."""
    day = unit.valid_from
    for parent in parents:
        if parent.valid_from <= day <= parent.valid_to:
            if parent.valid_to >= unit.valid_to:
                return True
            day = date.fromordinal(date.fromisoformat(parent.valid_to).toordinal() + 1).isoformat()
    return False


def _is_loop(start: str, leads: Mapping[str, set[str | None]]) -> bool:
    """Whether one comes back to where one began, at whatever times: what leads around in turns is drawn wrongly too."""
    todo, seen = [code for code in leads.get(start, ()) if code], set()
    while todo:
        code = todo.pop()
        if code == start:
            return True
        if code not in seen:
            seen.add(code)
            todo += [next_ for next_ in leads.get(code, ()) if next_]
    return False


def _read(row: Mapping[str, Any]) -> Unit:
    return Unit(
        row["code"], row["name"], row["level"], row.get("parent"), row.get("validFrom") or FIRST_DAY,
        row.get("validTo") or LAST_DAY, row.get("successor"),
    )  # fmt: skip


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()


def _day(text: Any, otherwise: str) -> str | None:
    """A day as ISO 8601 writes it; ``otherwise`` where none is given, None where it is none."""
    if text is None:
        return otherwise
    try:
        return text if isinstance(text, str) and date.fromisoformat(text).isoformat() == text else None
    except ValueError:
        return None


def _fault(pointer: str, code: str, vi: str, en: str) -> Fault:
    return Fault(pointer, code, f"Cây đơn vị: {vi}.", f"The tree of units: {en}.")
