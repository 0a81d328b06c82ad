"""Indicators: how a province's offices did in a period, by rules that are data.

A rule says what is counted, and has two sides: each a condition in the closed language over the facts of what is counted
(:data:`~engine.analysis.facts.FACTS`), or a figure that only somebody outside knows. What is not known is never nought.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from engine.analysis.facts import DOSSIERS, FACTS, NET, UNSAID, Kinds
from engine.runtime.language import Expression, VariableMissing, expression

GROUPS = ("level", "unit", "field", "procedure")
"""By what figures can be told apart."""
_MINUTES = 480
"""Of a working day."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a rule: how many meet a condition, less those that meet others.

    ``outside`` is a figure from outside in their place, ``or_more`` one that counts where it is the greater; ``total``
    adds up a fact of those that meet the condition.
    """

    condition: str | None = None
    minus: tuple[str, ...] = ()
    outside: str | None = None
    or_more: str | None = None
    total: str | None = None

    @classmethod
    def read(cls, said: Any) -> Side:
        """Read a condition, or a table.

        Raises:
            LanguageError: a condition is none.
            TypeError, ValueError: it is neither, or says nothing.
        """
        content = {"condition": said} if isinstance(said, str) else dict(said)
        side = cls(**{**content, "minus": tuple(content.get("minus", ()))})
        if (side.condition is None) == (side.outside is None) or side.total not in (None, NET):
            raise ValueError(f"a side of a rule is a condition or a figure from outside: {said}")
        for text in side.conditions:
            _condition(text)
        return side

    @property
    def conditions(self) -> tuple[str, ...]:
        return (*(() if self.condition is None else (self.condition,)), *self.minus)

    @property
    def names(self) -> frozenset[str]:
        """The facts that it asks for."""
        return frozenset(name for text in self.conditions for name in _condition(text).names)

    def said(self) -> str:
        """As people read it beside a figure."""
        text = self.condition or f"[{self.outside}]"
        text = f"{self.total}: {text}" if self.total else text
        text += "".join(f" - ({each})" for each in self.minus)
        return f"max({text}, [{self.or_more}])" if self.or_more else text


@dataclass(frozen=True, slots=True)
class Indicator:
    """One rule, with its target by level (percent) or its points. Without a denominator it is a number for information.

    ``times`` is another indicator by whose ratio this one's is multiplied.
    """

    id: str
    name: str
    name_en: str
    numerator: Side
    denominator: Side | None = None
    counts: str = DOSSIERS
    at_least: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)
    points: float | None = None
    threshold: float | None = None
    times: str | None = None

    @classmethod
    def read(cls, row: Mapping[str, Any], switches: Mapping[str, bool]) -> Indicator:
        """Read one from TOML.

        Raises:
            LanguageError, KeyError, TypeError, ValueError: it is none, or asks what nobody knows of what it counts.
        """
        below = row.get("denominator")
        sides = {"numerator": Side.read(row["numerator"]), "denominator": None if below is None else Side.read(below)}
        found = cls(**{**row, **sides})
        known = FACTS[found.counts].keys() | switches.keys()
        if unknown := found.names - known:
            raise ValueError(f"{found.id}: {', '.join(sorted(unknown))}: not known of {found.counts}")
        return found

    @property
    def sides(self) -> tuple[Side, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def names(self) -> frozenset[str]:
        """The facts that it asks for."""
        return frozenset(name for side in self.sides for name in side.names)

    @property
    def in_days(self) -> bool:
        """Whether it is an average of days, not a share."""
        return self.numerator.total is not None


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """Rules that were laid down together, and the days on which they count. ``switches`` are what a decision leaves open."""

    id: str
    name: str
    name_en: str
    valid_from: str
    source: str
    confirmed: bool
    indicators: tuple[Indicator, ...]
    valid_until: str | None = None
    switches: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> IndicatorSet:
        """Read a set from TOML.

        Raises:
            LanguageError, KeyError, TypeError, ValueError: an entry is missing, unknown or no rule.
        """
        about = {name: value for name, value in content.items() if name != "indicator"}
        switches = about.get("switches", {})
        rules = tuple(Indicator.read(row, switches) for row in content["indicator"])
        known = {rule.id for rule in rules}
        if lost := [rule.id for rule in rules if rule.times not in {None, *known}]:
            raise ValueError(f"{', '.join(lost)}: multiplied by what there is not")
        return cls(**about, indicators=rules)

    def asked(self, by: str | None) -> dict[str, frozenset[str]]:
        """What is counted by these rules, and what they ask of it, to be told apart by something."""
        always = frozenset({"level"} if by is None else {"level", by})
        return {
            counts: always.union(*(rule.names for rule in self.indicators if rule.counts == counts))
            for counts in {rule.counts for rule in self.indicators}
        }

    def holds(self, day: str) -> bool:
        """Whether it counts on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Outside:
    """A figure that the service cannot know, as the operator gives it: of a period (both days included), of all or of one group."""

    name: str
    value: float
    first: str
    last: str
    source: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What an indicator came to in a group: counts, percent, what was aimed at. None where nothing was to be counted."""

    indicator: Indicator
    group: str | None
    numerator: float | None
    denominator: float | None
    target: float | None
    missing: str | None = None
    """What is not known, where that kept it from being counted."""
    factor: float | None = 1
    """The share of the indicator that it is multiplied by; None where that has none."""

    @property
    def share(self) -> float | None:
        """Of one: not rounded, so that nothing is reached by rounding."""
        if not self.denominator or self.numerator is None or self.factor is None:
            return None
        return self.numerator / self.denominator * self.factor

    @property
    def ratio(self) -> float | None:
        """Percent, to two digits; of an average, days."""
        if self.share is None:
            return None
        return round(self.share / _MINUTES if self.indicator.in_days else 100 * self.share, 2)

    @property
    def met(self) -> bool | None:
        """Whether the target was reached."""
        if self.share is None or self.target is None:
            return None
        return 100 * self.share < self.target if self.indicator.below else 100 * self.share >= self.target

    @property
    def points(self) -> float | None:
        """Points of the national set: all from the threshold on, below it in proportion."""
        most, share = self.indicator.points, self.share
        if most is None or share is None:
            return None
        return round(most * min(1.0, 100 * share / (self.indicator.threshold or 100)), 2)


@dataclass(frozen=True, slots=True)
class Points:
    """What the points of a group come to: ``unknown`` are those of indicators without a figure, which are not nought."""

    group: str | None
    points: float
    most: float
    unknown: float


def figures(
    rules: IndicatorSet,
    kinds: Mapping[str, Kinds],
    by: str | None = None,
    outside: Sequence[Outside] = (),
) -> list[Figure]:
    """Every indicator of a set: over everything, or for each level, unit, field or procedure."""
    asked = {counts: _asked(kinds[counts], names, by) for counts, names in rules.asked(by).items()}
    groups = {group for grouped in asked.values() for group in grouped} or ({None} if by is None else set())
    found: list[Figure] = []
    for group in sorted(groups, key=lambda group: (group is None, group or "")):
        found += _of_group(rules, group, by, {name: grouped.get(group) for name, grouped in asked.items()}, outside)
    return found


def points(found: Iterable[Figure]) -> list[Points]:
    """The points of each group, where the rules give any."""
    groups: dict[str | None, list[Figure]] = {}
    for figure in found:
        if figure.indicator.points is not None:
            groups.setdefault(figure.group, []).append(figure)
    return [_points(group, within) for group, within in groups.items()]


def _points(group: str | None, within: Sequence[Figure]) -> Points:
    given = [(figure.indicator.points or 0, figure.points) for figure in within]
    return Points(
        group,
        round(sum(points for _, points in given if points is not None), 2),
        sum(most for most, _ in given),
        sum(most for most, points in given if points is None),
    )


def _asked(kinds: Kinds, names: Collection[str], by: str | None) -> dict[Any, Kinds]:
    """What the rules ask for, by group; nothing where what is counted has no such group."""
    return {} if by is not None and by not in kinds.names else dict(kinds.projected(names).split(by))


def _of_group(
    rules: IndicatorSet,
    group: str | None,
    by: str | None,
    kinds: Mapping[str, Kinds | None],
    outside: Sequence[Outside],
) -> Iterator[Figure]:
    given = {figure.name: figure.value for figure in outside if figure.group == group}
    found: dict[str, Figure] = {}
    for rule in sorted(rules.indicators, key=lambda rule: rule.times is not None):
        counted = kinds[rule.counts]
        if counted is None and by is not None and by not in FACTS[rule.counts]:
            found[rule.id] = Figure(rule, group, None, None, None, by)
        else:
            figure = _figure(rule, group, counted or Kinds(()), given, rules.switches)
            found[rule.id] = figure if rule.times is None else _multiplied(figure, found[rule.times])
    return (found[rule.id] for rule in rules.indicators)


def _figure(
    rule: Indicator, group: str | None, kinds: Kinds, outside: Mapping[str, float], switches: Mapping[str, bool]
) -> Figure:
    rows = list(_rows(kinds.projected(rule.names | {"level"}), switches))
    levels = {known["level"] for known, *_ in rows}
    level = levels.pop() if len(levels) == 1 else None
    target = (rule.below or rule.at_least).get(level) if isinstance(level, str) else None
    try:
        numbers = [_side(side, rows, outside) for side in rule.sides]
    except VariableMissing as missing:
        return Figure(rule, group, None, None, target, str(missing.args[0]))
    return Figure(rule, group, numbers[0], numbers[1] if len(numbers) > 1 else None, target)


def _rows(kinds: Kinds, switches: Mapping[str, bool]) -> Iterator[tuple[_Known, int, int]]:
    for known, (number, minutes) in kinds.numbers.items():
        told = {name: value for name, value in zip(kinds.names, known, strict=True) if value != UNSAID}
        yield _Known(told, **switches), number, minutes


def _multiplied(figure: Figure, by: Figure) -> Figure:
    """A figure times the ratio of another: unknown where that is."""
    missing = figure.missing or by.missing
    return Figure(
        figure.indicator, figure.group, figure.numerator, figure.denominator, figure.target, missing, by.share
    )


def _side(side: Side, rows: Sequence[tuple[_Known, int, int]], outside: Mapping[str, float]) -> float:
    for name in (side.outside, side.or_more):
        if name is not None and name not in outside:
            raise VariableMissing(name)
    if side.condition is None:
        return outside[str(side.outside)]
    number: float = _sum(side.condition, rows, minutes=side.total is not None)
    number = max(number - sum(_sum(text, rows) for text in side.minus), 0)
    return number if side.or_more is None else max(number, outside[side.or_more])


def _sum(text: str, rows: Sequence[tuple[_Known, int, int]], *, minutes: bool = False) -> int:
    condition = _condition(text)
    return sum(taken if minutes else number for known, number, taken in rows if condition.value(known) is True)


class _Known(dict[str, Any]):
    """What is known, by name."""

    def __missing__(self, name: str) -> Any:
        raise VariableMissing(name)


@cache
def _condition(text: str) -> Expression:
    return expression(text, strict=True)
