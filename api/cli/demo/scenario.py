"""Scenarios: a dossier's way, written down beside its procedure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from api.cli.failure import Failed
from api.cli.language import say
from engine.domain.calendar import LOCAL

BPMN = Path(__file__).parent.parent.parent.parent / "bpmn"
"""The procedures that come with the product."""
FIRST = ("main", "worst")
"""The main path and the worst one; they are what is shown unless all are asked for."""

_SPAN = re.compile(r"(\d+)\s+(minute|hour|day)s?")
_STEP = {"wait", "who", "complete", "nth", "message", "packet", "lost", "paid", "rated", "values", "note"}


@dataclass(frozen=True, slots=True)
class Step:
    """Time passes, then somebody does something: completes a task, sends a message, pays at the counter, rates, or acts at another system.

    That system then sends its ``packet`` (``connector.service``), unless it is ``lost`` on the way.
    """

    wait: timedelta = timedelta()
    who: str | None = None
    complete: str | None = None
    nth: int = 1
    message: str | None = None
    packet: str | None = None
    lost: bool = False
    paid: int | None = None
    """What a cashier takes at the counter, in đồng."""
    rated: str | None = None
    """What the citizen says of the result; why stands in the values, as ``comment``."""
    values: dict[str, Any] = field(default_factory=dict)
    note: str | None = None

    @property
    def acts(self) -> bool:
        """Whether somebody does something, rather than only time passing."""
        return any(each is not None for each in (self.complete, self.message, self.packet, self.paid, self.rated))


@dataclass(frozen=True, slots=True)
class Expected:
    """How it must end."""

    state: str
    end: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way through a procedure."""

    procedure: str
    name: str
    title: str
    begins: time
    business_key: str
    variables: dict[str, Any]
    expected: Expected
    steps: tuple[Step, ...]
    message: str | None = None
    """The message that begins it, where no person does."""
    packet: str | None = None
    """The packet of another system that begins it."""

    def begin_after(self, now: datetime) -> datetime:
        """Its hour on the next Monday to Friday."""
        day = now.date() + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return datetime.combine(day, self.begins, now.tzinfo)

    def key(self, day: datetime, number: int) -> str:
        """The dossier's code of that day and number."""
        return self.business_key.format(yymmdd=f"{day:%y%m%d}", n=number)


def filled(values: Any, code: str, at: datetime) -> Any:
    """The values of a packet: ``{code}`` is the dossier's, ``{bill}`` the reference of its bill, ``{at}`` now, ``{day}`` today."""
    if isinstance(values, dict):
        return {name: filled(value, code, at) for name, value in values.items()}
    if isinstance(values, list):
        return [filled(value, code, at) for value in values]
    if not isinstance(values, str):
        return values
    bill = re.sub(r"[^A-Za-z0-9]", "", code)
    local = at.astimezone(LOCAL)
    for name, said in (("code", code), ("bill", bill), ("at", f"{local:%Y%m%d%H%M%S}"), ("day", f"{local:%d-%m-%Y}")):
        values = values.replace(f"{{{name}}}", said)
    return values


def scenarios_of(folder: Path, names: Sequence[str] | None) -> list[Scenario]:
    """The scenarios of a procedure's folder: those named, or all, the first ones first.

    Raises:
        Failed: a file is no scenario, or a name has none.
    """
    files = {path.stem: path for path in sorted(folder.glob("scenarios/*.toml"))}
    ordered = [*(name for name in FIRST if name in files), *(name for name in files if name not in FIRST)]
    return [_read(files[name], folder.name) for name in ordered if names is None or name in names]


def _read(path: Path, procedure: str) -> Scenario:
    try:
        return _scenario(path.stem, procedure, tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        why = say(f"thiếu {error}", f"{error} is missing") if isinstance(error, KeyError) else str(error)
        raise Failed(say(f"{path} không phải kịch bản: {why}", f"{path} is no scenario: {why}")) from error


def _scenario(name: str, procedure: str, content: dict[str, Any]) -> Scenario:
    expect = content["expect"]
    return Scenario(
        procedure,
        name,
        content["title"],
        time.fromisoformat(content["begins"]),
        content["business_key"],
        content["variables"],
        Expected(expect["state"], expect["end"], expect.get("variables", {})),
        tuple(_step(step) for step in content["step"]),
        content.get("message"),
        content.get("packet"),
    )


def _step(content: dict[str, Any]) -> Step:
    unknown = content.keys() - _STEP
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    return Step(**{**content, "wait": _span(content.get("wait", "0 minutes"))})


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"wait = {text!r}")
    return timedelta(**{f"{match[2]}s": int(match[1])})
