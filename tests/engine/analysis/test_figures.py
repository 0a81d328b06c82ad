"""Figures: a year of a province against somebody who reads every dossier with the rule book beside him."""

from __future__ import annotations

import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timezone
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.rulebook import read_rulebook
from engine.analysis.facts import DOSSIERS, PAPERS, Kinds, Period
from engine.analysis.indicators import Figure, IndicatorSet, Outside, figures, points
from engine.analysis.reports import ReportForm, tabulated
from engine.domain.organisation import Organisation
from engine.service.catalog import Catalog
from engine.service.counted import counted
from engine.service.figures import chosen
from tests.engine.analysis.year import BEGIN, END, HOUR, LEVELS, STEPS, UNITS, Event, Told, milestones, stored, year

BOOK = read_rulebook()
PROVINCE, NATIONAL = (chosen(BOOK.sets, id, "2025-12-31") for id in ("tinh_2021", "qd_766"))
FORM = chosen(BOOK.forms, "07a", "2026-12-31")
YEAR = Period(BEGIN, END)
SPRING = Period(
    datetime.fromisoformat("2026-03-01T00:00:00+07:00"), datetime.fromisoformat("2026-04-01T00:00:00+07:00")
)
HANOI = timezone(7 * HOUR)
TREE = {"units": [{"code": f"u{n}", "name": f"Đơn vị {n}", "level": LEVELS[n % 4]} for n in range(UNITS)]}


class Reader:
    """One dossier, read from its first event to the last one of the period, as a person would with a pencil."""

    def __init__(self, told: Told, period: Period) -> None:
        self.told, self.period = told, period
        self.code, self.fee, self.rating = None, None, None
        self.accepted: datetime | None = None
        self.ended: datetime | None = None
        self.law: datetime | None = None
        self.promised: datetime | None = None
        self.waits: datetime | None = None
        self.asked, self.paid, self.online, self.net = 0, 0, 0, 0
        self.last_paid: datetime | None = None
        self.last_rated: datetime | None = None
        self.reopened = False
        self.out: set[str] = set()
        self.documents: list[str] = []
        self.steps: dict[str, list[bool]] = defaultdict(list)
        for event in told.events:
            if event.at < period.end:
                getattr(self, f"on_{event.what}")(event)

    def on_status(self, event: Event) -> None:
        self.code = event.value
        if event.value == "2":
            self.accepted = event.at
        if event.value == "5":
            self.asked += 1
        if event.value == "4" and self.ended is not None:
            self.ended, self.reopened, self.rating = None, True, None
        if event.value in ("3", "7", "8", "9"):
            self.ended = event.at

    def on_due(self, event: Event) -> None:
        self.law = self.promised = event.value

    def on_extended(self, event: Event) -> None:
        self.promised = event.value if self.law else None

    def on_asked(self, event: Event) -> None:
        self.waits = event.at if self.law else None

    def on_answered(self, event: Event) -> None:
        self.waits = None

    def on_fee(self, event: Event) -> None:
        self.fee = event.value

    def on_document(self, event: Event) -> None:
        self.documents.append(event.value)

    def on_paper(self, event: Event) -> None:
        self.out.add(event.value)

    def on_step(self, event: Event) -> None:
        self.steps[event.value[0]].append(event.value[1])

    def on_paid(self, event: Event) -> None:
        self.paid += event.value[0]
        self.online += event.value[0] if event.value[1] else 0
        self.last_paid = event.at

    def on_net(self, event: Event) -> None:
        self.net = event.value

    def on_rated(self, event: Event) -> None:
        self.rating, self.last_rated = event.value, event.at

    @property
    def received(self) -> bool:
        return self.accepted is not None and self.accepted >= self.period.begin

    @property
    def closed(self) -> bool:
        return self.ended is not None and self.ended >= self.period.begin

    @property
    def finished(self) -> bool:
        return self.closed and self.accepted is not None and self.code in ("8", "9", "10")

    @property
    def dissatisfied(self) -> bool:
        """Said in the period, of a result of this one or of one before."""
        lately = self.last_rated is not None and self.last_rated >= self.period.begin
        return lately and self.rating == "dissatisfied"

    @property
    def there(self) -> bool:
        return self.accepted is not None and (self.ended is None or self.closed)

    @property
    def word(self) -> str:
        if self.law is None:
            return "onTime"
        stops = self.ended or self.waits or self.period.end
        day, due = stops.astimezone(HANOI).date(), self.law.astimezone(HANOI).date()
        return "late" if day > due else "early" if day < due else "onTime"

    @property
    def nationally(self) -> bool:
        if self.promised is None:
            return True
        if self.ended is not None:
            return bool(self.ended <= self.promised)
        return self.asked < 2 and (self.waits or self.period.end) <= self.promised

    def tell(self) -> Iterable[tuple[str, bool, bool]]:
        """Of each indicator: whether it is in the denominator, and in the numerator."""
        result, handed_in = "quyet_dinh" in self.out, self.documents
        lately = self.last_paid is not None and self.last_paid >= self.period.begin
        collected = bool(self.fee) and self.paid >= (self.fee or 0) and lately
        scanned = bool(handed_in) and handed_in.count("digitised") >= len(handed_in)
        refused = self.code == "3" and self.accepted is None
        back = self.code in ("3", "7") and not refused
        four = all(self.steps.get(step) and all(self.steps[step]) for step in STEPS)
        yield "K1", self.finished, self.word != "late"
        yield "K2", self.closed and not refused, back
        yield "K3", self.received, self.told.channel == "online"
        yield "K4", collected, self.online > 0
        yield "K5b", self.finished, four
        yield "2.1", self.there, self.nationally
        yield "3.6", self.received and bool(self.fee), self.online > 0
        yield "4.1", self.finished, result
        yield "4.2", self.finished, result and scanned
        yield "4.3", self.received, "reused" in handed_in
        yield "4.4", self.received, "shared" in handed_in or result
        yield "5.4", self.finished, self.word != "late"
        yield "2.2", self.finished and self.law is not None, True

    def column(self) -> str:
        """Where it stands in a report."""
        running = "running_late" if self.word == "late" else "running_in_time"
        done = {"early": "finished_early", "onTime": "finished_on_time", "late": "finished_late"}[self.word]
        of = {"2": running, "4": running, "9": done, "10": done, "3": "returned", "7": "returned", "8": "stopped"}
        return {**of, "5": "waiting_supplement", "6": "waiting_obligation"}[str(self.code)]


def level_of(told: Told) -> str:
    """Every fourth unit is of one level."""
    return LEVELS[int(told.unit[1:]) % 4]


def slowly(everything: list[Told], period: Period) -> dict[str | None, dict[str, list[int]]]:
    """Each indicator of everything (None) and of each level, one dossier at a time."""
    found: dict[str | None, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for told in everything:
        reader = Reader(told, period)
        for level in (None, level_of(told)):
            _note(found[level], told, reader, period)
    return found


def _note(found: dict[str, list[int]], told: Told, reader: Reader, period: Period) -> None:
    for id, denominator, numerator in reader.tell():
        found[id][0] += denominator and numerator
        found[id][1] += denominator
    found["2.2"][0] += (reader.net - 1) if reader.finished and reader.law is not None else 0
    found["5.4"][0] -= reader.dissatisfied
    for _, drafted, out, gone in told.papers:
        published = out is not None and period.begin <= out < period.end
        found["K6"][0] += published
        found["K6"][1] += published
        found["K6b"][0] += drafted < period.end and not any(at is not None and at < period.end for at in (out, gone))


def by_hand(everything: list[Told], period: Period) -> dict[str, Counter[str]]:
    """A report by unit, one dossier at a time."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for told in everything:
        if (reader := Reader(told, period)).there:
            rows[told.unit][f"received_{told.channel}" if reader.received else "carried_over"] += 1
            rows[told.unit][reader.column()] += 1
            rows[told.unit]["total"] += 1
    return rows


class Read:
    """The store of a year, and what the service counts in it."""

    def __init__(self, told: list[Told], url: str) -> None:
        self.told, self.store, self.catalog = told, stored(told, url), Catalog()
        self.catalog.organisation_in_force = lambda queries: Organisation.from_json(TREE)  # type: ignore[method-assign]

    def kinds(self, period: Period, now: datetime = END) -> dict[str, Kinds]:
        """All that the sets and the forms ask for, whatever it is to be told apart by."""
        asked: dict[str, set[str]] = defaultdict(set)
        for by, rules in product((None, "level", "unit"), (PROVINCE, NATIONAL)):
            for what, names in rules.asked(by).items():
                asked[what] |= names
        asked[DOSSIERS] |= {*FORM.names, "procedure", "field"}
        with self.store.read() as queries:
            return counted(queries, self.catalog, period, now, asked)


def counts(found: Iterable[Figure]) -> dict[str, list[Any]]:
    """Numerator and denominator of each indicator that has them; nought stands for no denominator."""
    return {f.indicator.id: [f.numerator, f.denominator or 0] for f in found if f.missing is None}


@pytest.mark.parametrize("number", [10_000, pytest.param(100_000, marks=pytest.mark.chaos)])
def test_a_year_is_what_a_slow_reader_finds(number: int, new_store: Callable[[str, Path], str], tmp_path: Path) -> None:
    """Every indicator over everything and by level, every column of a report by unit; reading included, in five seconds."""
    read = Read(year(number), new_store("sqlite", tmp_path))
    begin, cpu = time.perf_counter(), time.process_time()
    kinds = read.kinds(YEAR)
    found = counts(figures(PROVINCE, kinds)) | counts(figures(NATIONAL, kinds))
    by_level = figures(PROVINCE, kinds, "level")
    report = tabulated(FORM, kinds[DOSSIERS])
    took, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"{number} dossiers in {took:.2f} s (CPU {cpu:.2f} s), {len(kinds[DOSSIERS].numbers)} kinds of them")

    by_hand_of = slowly(read.told, YEAR)
    expected = by_hand_of[None]
    assert {"K1", "K4", "K6", "2.1", "2.2", "3.6", "4.2", "5.4"} <= expected.keys() and all(
        expected[id][0] for id in expected
    )
    assert expected == {id: found[id] for id in expected}
    for level in LEVELS:
        mine = counts(figure for figure in by_level if figure.group == level)
        assert all(mine[id] == numbers for id, numbers in by_hand_of[level].items() if id in mine)
    rows = by_hand(read.told, YEAR)
    assert dict(rows) == {row.group: Counter({id: n for id, n in row.numbers.items() if n}) for row in report.rows}
    assert 0 == report.misplaced
    assert cpu <= 5  # of the processor's time: others may be at work beside it
    read.store.close()


def test_a_month_stays_what_it_was(new_store: Callable[[str, Path], str], tmp_path: Path) -> None:
    """March told in December is what it was on its last day, although every dossier went on: told then, from what was known then."""
    everything = year(3_000)
    then = [
        Told(t.id, t.key, t.unit, t.channel, known, t.papers)
        for t in everything
        if (known := [e for e in t.events if e.at < SPRING.end])
    ]
    (tmp_path / "then").mkdir()
    later, earlier = Read(everything, new_store("sqlite", tmp_path)), Read(then, new_store("sqlite", tmp_path / "then"))

    told_later, told_then = later.kinds(SPRING), earlier.kinds(SPRING, SPRING.end)

    assert told_then[DOSSIERS].numbers == told_later[DOSSIERS].numbers
    by_hand_of = slowly(everything, SPRING)[None]
    spring = counts(figures(PROVINCE, told_later)) | counts(figures(NATIONAL, told_later))
    assert by_hand_of == {id: spring[id] for id in by_hand_of}
    assert by_hand_of["K1"] != counts(figures(PROVINCE, later.kinds(YEAR)))["K1"]
    later.store.close()
    earlier.store.close()


def test_the_sums_of_a_report_are_its_parts(new_store: Callable[[str, Path], str], tmp_path: Path) -> None:
    """Whoever adds up the columns, or the rows, comes to the totals; by whatever it is told apart."""
    read = Read(year(2_000), new_store("sqlite", tmp_path))
    kinds = read.kinds(SPRING)[DOSSIERS]
    for form in BOOK.forms:
        totals = []
        for by in ("unit", "level", "procedure", "field"):
            report = tabulated(form, kinds, by)
            for row in (*report.rows, report.total):
                for part in form.parts.values():
                    assert row.numbers["total"] == sum(row.numbers[column] for column in part)
            totals.append(report.total.numbers)
        assert totals[0]["total"] > 0 and all(each == totals[0] for each in totals)
    read.store.close()


NOTHING = {name: Kinds(()) for name in (DOSSIERS, "feedback", "procedures", "publications", PAPERS)}


def _dossiers(*rows: dict[str, Any]) -> dict[str, Kinds]:
    """Dossiers of which so much is known, one of each."""
    names = tuple(sorted({name for row in rows for name in row}))
    kinds = Kinds(names)
    for row in rows:
        kinds.add(tuple(row[name] for name in names))
    return {**NOTHING, DOSSIERS: kinds}


def _rules(*rules: dict[str, Any], **more: Any) -> IndicatorSet:
    head = {"id": "x", "name": "n", "name_en": "n", "valid_from": "2026-01-01", "source": "s", "confirmed": False}
    named = [{"id": f"r{n}", "name": "n", "name_en": "n", **rule} for n, rule in enumerate(rules)]
    return IndicatorSet.read({**head, **more, "indicator": named})


def test_nothing_to_be_counted_is_not_nought() -> None:
    """A commune without dossiers has not failed; no points are given or taken for it."""
    k1 = figures(PROVINCE, NOTHING)[0]
    national = figures(NATIONAL, NOTHING)

    assert (None, None, 0) == (k1.ratio, k1.met, k1.denominator)
    assert (0, 100, 100) == (points(national)[0].points, points(national)[0].most, points(national)[0].unknown)


def test_what_only_others_know_is_named_until_they_say_it() -> None:
    """The national report's number is none of ours: without it the ratio is not known, and so is what is multiplied by it."""
    received = {"received": True, "channel": "online", "level": "commune"}
    kinds = _dossiers(received, received)
    rules = _rules(
        {
            "numerator": {"outside": "synced"},
            "denominator": {"condition": "received", "or_more": "reported"},
            "points": 6,
        },
        {"numerator": "received", "denominator": "received", "points": 6, "times": "r0"},
    )
    given = [Outside(name, value, "2026-01-01", "2026-12-31", "s") for name, value in (("synced", 2), ("reported", 4))]

    assert [("synced", None), ("synced", None)] == [(f.missing, f.ratio) for f in figures(rules, kinds)]
    assert ["reported", "reported"] == [f.missing for f in figures(rules, kinds, outside=given[:1])]
    assert [50, 50] == [f.ratio for f in figures(rules, kinds, outside=given)]
    assert [6.0] == [each.points for each in points(figures(rules, kinds, outside=given))]


def test_a_switch_is_a_word_in_the_data() -> None:
    """The article does not say whether a refusal at the counter counts as returned."""
    closed = [{"closed": True, "status": code, "accepted": code != "3", "level": "commune"} for code in ("3", "7", "9")]
    path = Path("adapters/indicators/tinh_2021.toml")
    switched = _switched(path.read_text())

    [without] = figures(_only(PROVINCE, "K2"), _dossiers(*closed))
    [with_] = figures(_only(switched, "K2"), _dossiers(*closed))

    assert ((1, 2), (2, 3)) == ((without.numerator, without.denominator), (with_.numerator, with_.denominator))


def _switched(text: str) -> IndicatorSet:
    return IndicatorSet.read(
        tomllib.loads(text.replace("refusal_at_counter_counts = false", "refusal_at_counter_counts = true"))
    )


def _only(rules: IndicatorSet, id: str) -> IndicatorSet:
    return replace(rules, indicators=tuple(rule for rule in rules.indicators if rule.id == id))


def test_a_change_of_rules_is_a_change_of_data() -> None:
    """The revision of 2026 is a file: periods before it keep the rules that they had."""
    before, after = (chosen(BOOK.sets, "qd_766", day) for day in ("2025-12-31", "2026-01-01"))

    assert (True, False) == (before.confirmed, after.confirmed)
    assert {"3.1", "3.2", "3.3"} <= {rule.id for rule in before.indicators}
    assert [12] == [
        rule.points for rule in after.indicators if rule.id.startswith("3.") and "." in rule.id and rule.id < "3.5"
    ]
    assert {100} == {sum(rule.points or 0 for rule in rules.indicators) for rules in (before, after)}


@pytest.mark.parametrize(("good", "expected"), [(49, 5.88), (50, 6.0), (80, 6.0), (0, 0.0)])
def test_points_are_in_proportion_below_the_threshold(good: int, expected: float) -> None:
    """A live system gave a constant there."""
    rows = Kinds(("level", "received"))
    rows.add(("commune", True), good)
    rows.add(("commune", False), 100 - good)
    rules = _rules({"numerator": "received", "denominator": "True", "points": 6, "threshold": 50})

    assert [expected] == [figure.points for figure in figures(rules, {**NOTHING, DOSSIERS: rows})]


def test_no_target_is_reached_by_rounding() -> None:
    """97.999 % is shown as 98.00 and is less than 98."""
    rows = Kinds(("level", "finished"))
    rows.add(("province", True), 97_999)
    rows.add(("province", False), 2_001)
    rules = _rules({"numerator": "finished", "denominator": "True", "at_least": {"province": 98}})

    [figure] = figures(rules, {**NOTHING, DOSSIERS: rows})

    assert (98.0, False) == (figure.ratio, figure.met)


@pytest.mark.parametrize(
    "rule",
    [
        {"numerator": "finishd", "denominator": "finished"},
        {"numerator": "finished", "denominator": "finished", "counts": "cats"},
        {"numerator": "unit", "denominator": "True", "counts": "procedures"},
        {"numerator": {}, "denominator": "finished"},
        {"numerator": "finished", "denominator": "finished", "times": "there is none"},
        {"numerator": "finished.x", "denominator": "finished"},
        {"numerator": "finished", "denominator": "finished", "colour": "red"},
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_when_it_is_read(rule: dict[str, Any]) -> None:
    """A misspelt fact would be a figure of nothing for a whole year."""
    with pytest.raises(Exception, match=r"."):
        _rules(rule)


def test_a_form_that_loses_dossiers_says_so() -> None:
    """A status set that forgets one is a mistake in the data: the report counts what it could not place."""
    column = {"id": "a", "name": "n", "name_en": "n", "part": "p", "when": "status == '9'"}
    head = {"id": "x", "name": "n", "name_en": "n", "valid_from": "2026-01-01", "source": "s", "confirmed": False}
    form = ReportForm.read({**head, "by": "level", "among": "counted", "column": [column]})

    found = tabulated(
        form, _dossiers(*({"counted": True, "status": code, "level": "commune"} for code in ("9", "8")))[DOSSIERS]
    )

    assert (1, 1) == (found.total.numbers["a"], found.misplaced)


def test_the_course_of_the_year_is_json() -> None:
    """What the archive keeps can be written."""
    assert all(orjson.dumps(milestones(told)) for told in year(50))
