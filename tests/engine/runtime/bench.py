"""Drives one instance in memory, as the service would: each input in turn, reloaded from its snapshot if asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from engine.domain.calendar import Calendar
from engine.domain.record import Draft
from engine.domain.values import moment
from engine.runtime.checks import check
from engine.runtime.compiled import CompiledProcess, compile_diagram
from engine.runtime.diagram import Diagram
from engine.runtime.execution import Execution, late_by
from engine.runtime.program import Program
from engine.runtime.report import Report

INSTANCE = "01890000-0000-7000-8000-000000000001"
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, 08:00 in Vietnam."""
CALENDAR = Calendar.from_json(
    {"weekdays": [0, 1, 2, 3, 4], "hours": [["07:00", "11:30"], ["13:30", "17:00"]], "years": [2026], "special": {}}
)


def report_on(content: bytes, forms: frozenset[str] = frozenset()) -> Report:
    """What the checks say about a diagram."""
    report = Report("m.bpmn")
    check(Diagram("m.bpmn", content), forms, report)
    return report


def compiled(content: bytes) -> dict[str, CompiledProcess]:
    """The compiled processes of a diagram that must be right."""
    report = report_on(content)
    assert report.problems == [], [(p.code, p.en) for p in report.problems]
    return compile_diagram(Diagram("m.bpmn", content))


class Run:
    """One instance. ``reload`` throws the execution away after every input and loads its snapshot."""

    def __init__(
        self,
        content: bytes,
        values: dict[str, Any] | None = None,
        *,
        key: str = "p",
        reload: bool = False,
        begin: bool = True,
    ) -> None:
        processes = compiled(content)
        self.program = Program(processes[key], processes)
        self.reload, self.now = reload, MONDAY
        self.execution = Execution.new(self.program, INSTANCE, CALENDAR, "K1")
        self.records: list[Draft] = []
        self.rows: list[list[Draft]] = []
        self.scopes: dict[str, bytes] = {}
        self.tokens = b""
        if begin:
            self.give("ProcessInstanceStarted", {"values": values or {}})

    def give(self, kind: str, payload: dict[str, Any]) -> list[Draft]:
        """Give an input; the records that follow from it."""
        drafts = self.execution.handle(kind, payload, self.now)
        self.rows.append(drafts)
        self.records += drafts
        self._keep()
        return drafts

    def _keep(self) -> None:
        snapshot = self.execution.snapshot()
        self.tokens = snapshot.tokens
        for owner, content in snapshot.scopes.items():
            if content is None:
                self.scopes.pop(owner, None)
            else:
                self.scopes[owner] = content
        if self.reload:
            self.load()

    def load(self) -> None:
        """Restart from the snapshot; it must describe itself exactly."""
        self.execution = Execution.load(self.program, INSTANCE, CALENDAR, "K1", self.tokens, self.scopes)
        assert self.execution.snapshot().tokens == self.tokens

    # what the log says
    def of(self, kind: str) -> list[dict[str, Any]]:
        return [payload for k, payload in self.records if k == kind]

    def open(self, opened: str, closed: tuple[str, ...], id: str) -> list[dict[str, Any]]:
        """What was opened and not closed since, in order."""
        rows: dict[str, dict[str, Any]] = {}
        for kind, payload in self.records:
            if kind == opened:
                rows[payload[id]] = payload
            elif kind in closed and id in payload:
                rows.pop(payload[id], None)
            elif kind == "SignalDelivered" and id == "subscription":
                for receiver in payload["receivers"]:
                    rows.pop(receiver["subscription"], None)
        return list(rows.values())

    @property
    def tasks(self) -> list[dict[str, Any]]:
        return self.open("UserTaskCreated", ("UserTaskCompleted", "UserTaskCancelled"), "userTask")

    @property
    def timers(self) -> list[dict[str, Any]]:
        return self.open("TimerArmed", ("TimerFired", "TimerCancelled"), "timer")

    @property
    def subscriptions(self) -> list[dict[str, Any]]:
        return self.open("SubscriptionOpened", ("MessageDelivered", "SubscriptionClosed"), "subscription")

    @property
    def incidents(self) -> list[dict[str, Any]]:
        return self.open("IncidentRaised", ("IncidentResolved",), "incident")

    @property
    def jobs(self) -> list[dict[str, Any]]:
        return self.open("ContinuationRequested", ("ProcessInstanceContinued",), "job")

    @property
    def state(self) -> str:
        return self.execution.state

    def variables(self, scope: str = "") -> dict[str, Any]:
        values: dict[str, Any] = orjson.loads(self.scopes.get(scope, b"{}"))
        return values

    def finished(self) -> list[str]:
        """Elements left, in order."""
        elements = {p["activity"]: p["element"] for p in self.of("ElementEntered")}
        return [elements[p["activity"]] for p in self.of("ElementLeft")]

    # what people and the world do
    def complete(self, element: str, values: dict[str, Any] | None = None, nth: int = 0) -> list[Draft]:
        task = [task for task in self.tasks if task["element"] == element][nth]
        payload = {"userTask": task["userTask"], "activity": task["activity"], "values": values or {}}
        return self.give("UserTaskCompleted", payload)

    def deliver(self, name: str, values: dict[str, Any] | None = None) -> list[Draft]:
        (s,) = [s for s in self.subscriptions if s["name"] == name and s["event"] == "message"]
        place = {"subscription": s["subscription"], "activity": s["activity"], "element": s["element"]}
        return self.give("MessageDelivered", {**place, "name": name, "values": values or {}})

    def signal(self, name: str, values: dict[str, Any] | None = None) -> list[Draft]:
        places = [
            {"subscription": s["subscription"], "activity": s["activity"], "element": s["element"]}
            for s in self.subscriptions
            if s["name"] == name and s["event"] == "signal"
        ]
        return self.give("SignalDelivered", {"name": name, "receivers": places, "values": values or {}})

    def wait(self, **time: float) -> None:
        """Let time pass; each timer fires at its own moment."""
        until = self.now + timedelta(**time)
        while due := sorted((t["due"], t["timer"]) for t in self.timers if moment(t["due"]) <= until):
            self.now = max(self.now, moment(due[0][0]))
            self.fire(due[0][1])
        self.now = until

    def fire(self, timer: str) -> list[Draft]:
        (t,) = [t for t in self.timers if t["timer"] == timer]
        payload = {"timer": timer, "activity": t["activity"], "element": t["element"], "due": t["due"]}
        payload["lateBy"] = late_by(t["due"], self.now)
        return self.give("TimerFired", payload)

    def retry(self, nth: int = 0) -> list[Draft]:
        return self.give("IncidentRetried", {"incident": self.incidents[nth]["incident"]})

    def mend(self, **values: Any) -> list[Draft]:
        return self.give("VariablesMended", {"reason": "test", "values": values})

    def go_on(self) -> list[Draft]:
        return self.give("ProcessInstanceContinued", {"job": self.jobs[0]["job"]})

    def nothing_left(self) -> bool:
        """Nothing alive, nothing waiting, no variables but the process's."""
        tokens = orjson.loads(self.tokens)
        return not (self.tasks or self.timers or self.subscriptions or self.incidents) and all(
            not workflow[3] and not workflow[4] and not workflow[5] for workflow in tokens[8]
        ) and set(self.scopes) <= {""}  # fmt: skip


__all__ = ["CALENDAR", "INSTANCE", "MONDAY", "Run", "compiled", "report_on"]
