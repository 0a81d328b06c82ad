"""A province for the tests of its procedures: an office, all outside systems played, a signer that everybody shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from adapters.calendar.vietnam import computed
from adapters.papers.typesetter import TypstTypesetter
from api.bootstrap import SYSTEMS, simulators
from api.cli.demo.cast import channel_of
from api.cli.demo.scenario import Scenario, Step, filled
from api.procedures import files_of, read
from api.sandbox import NAMES, Sandbox
from engine.domain.calendar import LOCAL
from engine.domain.paper import Signed
from engine.domain.user_task import UserTask
from engine.domain.values import written
from engine.domain.waiting import Incident
from engine.ports import Page
from engine.runtime.connectors import Connectors
from engine.service import inbound
from engine.service.connectors import registered
from engine.service.dossiers import OpenDossier, stored
from engine.service.history import records
from engine.service.payments import RecordPayment
from engine.service.ratings import RateDossier
from tests.engine.service.office import Office
from tests.signatures import signer

BPMN = Path(__file__).parents[2] / "bpmn"
CALENDAR = computed(2026)
SHARED = sorted(path.parent for path in BPMN.glob("*/process.bpmn") if not (path.parent / "procedure.toml").exists())
"""Processes that procedures call or send messages to: no citizen hands in a dossier for them."""


class RepeatingSigner:
    """Signs the same paper once: its signature names the minute, and two lives of one dossier are to be the same to the byte."""

    def __init__(self) -> None:
        self._signed: dict[bytes, bytes] = {}

    def sign(self, content: bytes) -> bytes:
        if content not in self._signed:
            self._signed[content] = signer().sign(content)
        return self._signed[content]

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        return signer().checked(content, signed)


@cache
def typesetter() -> TypstTypesetter:
    """One for all: it reads its fonts once."""
    return TypstTypesetter()


@cache
def repeating() -> RepeatingSigner:
    """One for all lives of this run."""
    return RepeatingSigner()


@cache
def sandbox() -> Sandbox:
    """One for all: its ports stay open until the tests end."""
    return Sandbox.open()


@cache
def connectors() -> Connectors:
    """What leads to the sandbox."""
    return registered(sandbox().connectors().encode(), lambda name: sandbox().secret, SYSTEMS)


def deployed(folder: Path) -> list[tuple[str, bytes]]:
    """What is deployed of a procedure's folder."""
    return [(resource.name, resource.content) for resource in read(folder, files_of(folder))]


class Province:
    """Lives one scenario. Outside systems know nothing when it begins."""

    def __init__(self, folder: Path, scenario: Scenario, *, forgetful: bool = False) -> None:
        self.folder, self.scenario = folder, scenario
        for system, simulator in simulators(sandbox().secret).items():
            sandbox().played[system].simulator = simulator  # type: ignore[attr-defined]
        self.office = Office(
            forgetful=forgetful, calendar=CALENDAR, signer=repeating(), typesetter=typesetter(), connectors=connectors()
        )
        self.instance = self.code = ""

    def played(self, connector: str) -> Any:
        """The simulator behind a connector."""
        [system] = [system for system, name in NAMES.items() if name == connector]
        return sandbox().played[system].simulator  # type: ignore[attr-defined]

    def live(self) -> str:
        """Carry a dossier along the scenario; its instance."""
        office = self.office
        diagram = (self.folder / "process.bpmn").read_text()
        called = {BPMN / key for key in re.findall(r'calledElement="(\w+)"', diagram)}
        for folder in sorted({*SHARED, *called}, key=lambda each: each not in SHARED):
            office.deploy(*deployed(folder))
        office.deploy(*deployed(self.folder))
        begins = self.scenario.begin_after(office.clock.now().astimezone(LOCAL))
        office.advance(seconds=(begins - office.clock.now()).total_seconds())
        self.code = self.scenario.key(begins, 1)
        self.instance = self._begun()
        office.settle()
        for step in self.scenario.steps:
            office.advance(seconds=step.wait.total_seconds())
            self._do(step)
            office.settle()
        return self.instance

    def _begun(self) -> str:
        scenario, office = self.scenario, self.office
        if scenario.packet is not None:
            self._tell(scenario.packet, scenario.variables)
            with office.store.read() as queries:
                return stored(queries, self.code, None).id
        key = self.folder.parent.name if self.folder.name == "before" else self.folder.name
        values = scenario.variables
        return str(office.do(OpenDossier(key, channel_of(values), self.code, values=values)).dossier.id)

    def _do(self, step: Step) -> None:
        if step.complete is not None:
            self.office.complete(self._offered(step.complete)[step.nth - 1], step.values)
        elif step.message is not None:
            self.office.message(step.message, self.code, step.values)
        elif step.packet is not None:
            self._tell(step.packet, step.values, lost=step.lost)
        elif step.paid is not None:
            self.office.do(RecordPayment(self.instance, amount=step.paid, receipt=f"BL-{self.code}"))
        elif step.rated is not None:
            self.office.do(RateDossier(self.instance, step.rated, step.values.get("comment")))

    def _tell(self, packet: str, values: dict[str, Any], *, lost: bool = False) -> None:
        connector, _, service = packet.partition(".")
        now = self.office.clock.now()
        sent = self.played(connector).happen(service, filled(values, self.code, now))
        if sent is None or lost:
            return
        headers = {name.lower(): value for name, value in sent.headers.items()}
        incoming = inbound.incoming(service, sent.body, headers, written(now))
        inbound.take_in(connectors(), incoming, connector, self.office.do)

    def _offered(self, element: str) -> list[UserTask]:
        """The open tasks of an element in the order in which they were offered."""
        office = self.office
        with office.store.read() as queries:
            order = [
                r.payload["userTask"] for r in records(queries, self.instance, 0, 10_000) if r.kind == "UserTaskCreated"
            ]
        open_ = [task for task in office.tasks(self.instance) if task.element_id == element]
        return sorted(open_, key=lambda task: order.index(task.id))

    def incidents(self) -> list[Incident]:
        """Open incidents of all instances, those that its messages began included."""
        with self.office.store.read() as queries:
            return list(queries.list_incidents(None, "open", Page(200)).rows)

    def others(self) -> Iterator[str]:
        """The instances that the dossier's messages began."""
        with self.office.store.read() as queries:
            for record in records(queries, self.instance, 0, 10_000):
                if record.kind == "Dispatched" and record.payload["outcome"] == "started":
                    yield from record.payload["receivers"]

    def records_of(self, instance: str) -> list[Any]:
        """The history of an instance."""
        with self.office.store.read() as queries:
            return list(records(queries, instance, 0, 10_000))


__all__ = ["BPMN", "CALENDAR", "SHARED", "Province", "deployed"]
