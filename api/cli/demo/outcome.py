"""How a walk ended, and whether that is how it should have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from api.cli.client import Client
from api.cli.demo.scenario import Expected, Scenario
from api.cli.demo.walk import ADVANCING, Walk
from api.cli.language import say
from api.cli.moments import at
from api.cli.story import Deed
from api.cli.work import state


@dataclass(slots=True)
class Outcome:
    """A walk that is over. ``faults`` says what did not hold; nothing when all did."""

    scenario: Scenario
    instance: str
    business_key: str
    length: timedelta = timedelta()
    state: str = ""
    end: str = ""
    """Name of the end event that was reached."""
    verification: dict[str, Any] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether it ended as expected, with a history that verifies."""
        return not self.faults and bool(self.verification.get("identical"))

    @property
    def records(self) -> int:
        """Length of the history."""
        return int(self.verification.get("records", 0))

    def answer(self) -> dict[str, Any]:
        """The same for a program."""
        return {
            "procedure": self.scenario.procedure,
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "processInstanceId": self.instance,
            "businessKey": self.business_key,
            "state": self.state,
            "end": self.end,
            "seconds": self.length.total_seconds(),
            "steps": len(self.deeds),
            "records": self.records,
            "held": self.held,
            "faults": self.faults,
            "verification": self.verification,
            "story": [asdict(deed) for deed in self.deeds],
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """An instance looked at from outside: how it ended, whether its history verifies, and what should have been otherwise."""

    state: str
    ends: dict[str, str]
    """End events that were reached, the last one first: id to name."""
    verification: dict[str, Any]
    differences: list[str]


def seen(client: Client, instance: str, expected: Expected) -> Seen:
    """Look at an instance, and have its history executed again."""
    path = f"/v1/process-instances/{instance}"
    state_, ends = client.get(path)["state"], _ends(client, path)
    verification = client.post(f"{path}/verification", timeout=ADVANCING)
    return Seen(state_, ends, verification, list(_differences(expected, state_, ends, client.get(f"{path}/variables"))))


def judged(walk: Walk, stopped: str | None) -> Outcome:
    """Look at the instance from outside and compare; ``stopped`` is why the walk did not get to its end."""
    outcome = Outcome(walk.scenario, walk.instance, walk.business_key, deeds=walk.deeds)
    if stopped is not None:
        outcome.faults.append(stopped)
    if not walk.instance:
        return outcome
    found = seen(walk.client, walk.instance, walk.scenario.expected)
    outcome.length = at(walk.deeds[-1].at) - at(walk.began)
    outcome.state, outcome.verification = found.state, found.verification
    outcome.end = found.ends.get(walk.scenario.expected.end) or next(iter(found.ends.values()), "")
    if stopped is None:
        outcome.faults += found.differences
    return outcome


def _ends(client: Client, path: str) -> dict[str, str]:
    reached = [a for a in client.items(f"{path}/activities") if a["type"] == "endEvent" and a["state"] == "completed"]
    return {a["elementId"]: a.get("name") or a["elementId"] for a in reversed(reached)}


def _differences(expected: Expected, reached: str, ends: dict[str, str], variables: dict[str, Any]) -> Iterator[str]:
    if reached != expected.state:
        yield say(f"trạng thái là “{state(reached)}”, mong đợi “{state(expected.state)}”",
                  f"state is '{reached}', expected '{expected.state}'")  # fmt: skip
    if expected.end not in ends:
        names = ", ".join(ends.values()) or "–"
        yield say(f"không tới kết thúc {expected.end}; đã tới: {names}",
                  f"end {expected.end} was not reached; reached: {names}")  # fmt: skip
    for name, value in expected.variables.items():
        if name not in variables or variables[name] != value:
            yield say(f"{name} = {variables.get(name)!r}, mong đợi {value!r}",
                      f"{name} = {variables.get(name)!r}, expected {value!r}")  # fmt: skip
