"""Indicators: how a province's offices did in a period, by rules that are data.

A rule is two conditions in the closed language over what is known of one dossier in the period (:data:`KNOWN`). Dossiers of which
the same is known are counted together, so a year of a province is a few thousand evaluations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from engine.domain import legal_clock, status
from engine.domain.dossier import Dossier
from engine.domain.timeliness import LATE, Rating, by_date
from engine.domain.values import moment, written
from engine.runtime.language import Expression, VariableMissing, expression

KNOWN = (
    "level", "unit", "procedure", "channel", "received", "finished", "closed", "counted", "withdrawn", "refused", "timeliness",
    "in_time", "waiting", "supplements",
)  # fmt: skip
"""What rules may ask of a dossier; what comes from elsewhere (fees, payments, papers) may be added by name."""
FINISHED = frozenset({status.FINISHED, status.RETURNED, status.STOPPED})
"""How a dossier ends whose work was done; withdrawn and not accepted ones are counted apart."""
GROUPS = ("level", "unit", "procedure")


@dataclass(frozen=True)
class Period:
    """From a moment up to another, which does not belong to it."""

    begin: datetime
    end: datetime

    @cached_property
    def first(self) -> str:
        """Its beginning, as the log writes times."""
        return written(self.begin)

    @cached_property
    def last(self) -> str:
        """Its end, as the log writes times."""
        return written(self.end)

    def has(self, at: str | None) -> bool:
        """Whether something happened in it."""
        return at is not None and self.first <= at < self.last


@dataclass(frozen=True, slots=True)
class Indicator:
    """One rule, with its target by level (percent) or its points."""

    id: str
    name: str
    name_en: str
    numerator: str
    denominator: str
    at_least: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)
    points: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """Rules that were laid down together, and from when on they count."""

    id: str
    name: str
    name_en: str
    valid_from: str
    source: str
    confirmed: bool
    indicators: tuple[Indicator, ...]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> IndicatorSet:
        """Read a set from TOML.

        Raises:
            LanguageError: a condition is none.
            TypeError, KeyError: an entry is missing or unknown.
        """
        indicators = tuple(Indicator(**row) for row in content["indicator"])
        for indicator in indicators:
            _condition(indicator.numerator)
            _condition(indicator.denominator)
        about = {name: content[name] for name in ("id", "name", "name_en", "valid_from", "source", "confirmed")}
        return cls(**about, indicators=indicators)


@dataclass(frozen=True, slots=True)
class Figure:
    """What an indicator came to in a group: counts, percent, what was aimed at. None where nothing was to be counted."""

    indicator: Indicator
    group: str | None
    numerator: int | None
    denominator: int | None
    target: float | None
    missing: str | None = None
    """What is not known of dossiers, where that kept it from being counted."""

    @property
    def ratio(self) -> float | None:
        """Percent, to two digits."""
        return (
            None
            if not self.denominator or self.numerator is None
            else round(100 * self.numerator / self.denominator, 2)
        )

    @property
    def met(self) -> bool | None:
        """Whether the target was reached."""
        if self.ratio is None or self.target is None:
            return None
        return self.ratio < self.target if self.indicator.below else self.ratio >= self.target

    @property
    def points(self) -> float | None:
        """Points of the national set: all from the threshold on, below it in proportion."""
        most, threshold = self.indicator.points, self.indicator.threshold
        if most is None or self.ratio is None:
            return None
        return round(most * min(1.0, self.ratio / (threshold or 100)), 2)


def facts(dossier: Dossier, period: Period, level: str | None, now: str, rate: Rating = by_date) -> tuple[Any, ...]:
    """What is known of a dossier in a period, in the order of :data:`KNOWN`. Times as the log writes them sort like moments."""
    ended_at, end = dossier.ended_at, min(period.last, now)
    over = ended_at is not None and ended_at < period.last
    ended = over and period.has(ended_at)
    code = dossier.status if over else None
    accepted = dossier.accepted_at is not None and dossier.accepted_at < period.last
    until = ended_at if over and ended_at is not None else end
    since = None if over else _waits_since(dossier, period)
    return (
        level,
        dossier.unit,
        dossier.key,
        dossier.channel,
        period.has(dossier.accepted_at),
        ended and accepted and code in FINISHED,
        ended,
        accepted and (ended or not over),
        code == status.WITHDRAWN,
        code == status.REFUSED,
        _rated(dossier, until, rate, over=over),
        _in_time(dossier, min(until, since or until), over=over),
        since is not None,
        min(dossier.supplements, 2),
    )


def _rated(dossier: Dossier, until: str, rate: Rating, *, over: bool) -> str | None:
    """By the province's rule; a new date that was given too late makes nothing of it good."""
    if dossier.due_at is None:
        return None
    return LATE if _excused_late(dossier) else rate(moment(until), moment(dossier.due_at), over=over)


def _excused_late(dossier: Dossier) -> bool:
    return dossier.clock is not None and dossier.clock.get("extendedLate", False)


def _in_time(dossier: Dossier, until: str, *, over: bool) -> bool:
    """The national rule: no due time is in time; of one that waits, the request is the end; asked twice without a result is late."""
    if dossier.due_at is None or dossier.clock is None:
        return True
    return until <= dossier.due_at and not _excused_late(dossier) and (over or dossier.supplements < 2)


def _waits_since(dossier: Dossier, period: Period) -> str | None:
    """Since when the citizen is waited for at the end of the period."""
    if dossier.clock is None or not dossier.clock["pauses"]:
        return None
    clock = legal_clock.read(dossier.clock)
    waits = [p.begin for p in clock.pauses if p.begin < period.last and (p.end is None or p.end >= period.last)]
    return waits[-1] if waits else None


def count(
    dossiers: Iterable[Dossier],
    period: Period,
    level_of: Callable[[Dossier], str | None],
    now: datetime,
    rate: Rating = by_date,
) -> Counter[tuple[Any, ...]]:
    """How many dossiers there are of which the same is known. ``rate`` is the province's rule of early and late."""
    at = written(now)
    return Counter(facts(dossier, period, level_of(dossier), at, rate) for dossier in dossiers)


def figures(rules: IndicatorSet, counted: Counter[tuple[Any, ...]], by: str | None = None) -> list[Figure]:
    """Every indicator of a set: over everything, or for each level, unit or procedure."""
    groups: dict[Any, list[tuple[_Known, int]]] = {} if by else {None: []}
    for known, number in _asked(rules, counted, by):
        groups.setdefault(known[by] if by else None, []).append((known, number))
    return [
        _figure(indicator, group, groups[group])
        for group in sorted(groups, key=lambda group: (group is None, group or ""))
        for indicator in rules.indicators
    ]


def _asked(rules: IndicatorSet, counted: Counter[tuple[Any, ...]], by: str | None) -> Iterator[tuple[_Known, int]]:
    """Only what the rules ask for: dossiers that differ in nothing else are one kind."""
    texts = [text for indicator in rules.indicators for text in (indicator.numerator, indicator.denominator)]
    names = {"level", by} | {name for text in texts for name in _condition(text).names}
    at = [n for n, name in enumerate(KNOWN) if name in names]
    kinds = Counter[tuple[Any, ...]]()
    for known, number in counted.items():
        kinds[tuple(known[n] for n in at)] += number
    for kind, number in kinds.items():
        yield _Known(zip((KNOWN[n] for n in at), kind, strict=True)), number


class _Known(dict[str, Any]):
    """What is known of a dossier, by name."""

    def __missing__(self, name: str) -> Any:
        raise VariableMissing(name)


@cache
def _condition(text: str) -> Expression:
    return expression(text, strict=True)


def _figure(indicator: Indicator, group: str | None, rows: Sequence[tuple[_Known, int]]) -> Figure:
    levels = {known["level"] for known, _ in rows}
    level = levels.pop() if len(levels) == 1 else None
    target = (indicator.below or indicator.at_least).get(level or "")
    try:
        denominator = _sum(_condition(indicator.denominator), rows)
        numerator = _sum(_condition(indicator.numerator), rows)
    except VariableMissing as missing:
        return Figure(indicator, group, None, None, target, str(missing.args[0]))
    return Figure(indicator, group, numerator, denominator, target)


def _sum(condition: Expression, rows: Sequence[tuple[_Known, int]]) -> int:
    return sum(number for known, number in rows if condition.value(known) is True)
