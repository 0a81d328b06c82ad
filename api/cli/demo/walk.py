"""A dossier carried through its procedure, step by step, as a portal and its officers would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeAlias

from api.cli.client import Client
from api.cli.demo.scenario import Scenario, Step, filled
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.moments import at
from api.cli.story import Deed, Story
from engine.domain.dossier import COUNTER, ONLINE, POST
from engine.domain.values import written

ADVANCING = 600.0
"""Seconds to wait for months of virtual time."""

CHANNELS: Mapping[str, str] = {"truc_tiep": COUNTER, "truc_tuyen": ONLINE, "buu_chinh": POST}
"""What forms call the channels."""

Listener: TypeAlias = Callable[[Deed, str | None], None]
"""Hears every deed, with the note of the step that it belongs to."""


def advance(client: Client, length: timedelta) -> datetime:
    """Move a service's virtual time, by whole seconds.

    Raises:
        Refused: it runs on real time.
    """
    body = {"seconds": ceil(length.total_seconds())}
    return at(client.post("/v1/clock/advance", body, timeout=ADVANCING)["now"])


def channel_of(values: Mapping[str, Any]) -> str:
    """How a dossier was handed in, as its form says it."""
    return CHANNELS.get(values.get("kenh_nop", ""), ONLINE)


@dataclass(slots=True)
class Walk:
    """One scenario under way on a service with a virtual clock."""

    client: Client
    scenario: Scenario
    process: str
    """Key of the process definition."""
    listener: Listener
    story: Story = field(default_factory=Story)
    instance: str = ""
    business_key: str = ""
    began: str = ""
    deeds: list[Deed] = field(default_factory=list)

    def go(self) -> None:
        """From the first day to the last step.

        Raises:
            Failed: a step cannot be done as it is written; the message names it.
        """
        self._start()
        for number, step in enumerate(self.scenario.steps, 1):
            try:
                self._step(step)
            except Failed as failed:
                place = f"{number} ({step.complete or step.message or step.packet or '–'})"
                said = say(f"Bước {place} không làm được.", f"Step {place} failed.")
                raise Failed(said, *failed.lines) from failed

    def _start(self) -> None:
        now = self._advance(timedelta())
        day = self.scenario.begin_after(now)
        self._advance(day - now)
        self.business_key = self._free_key(day)
        self.instance = self._begin()
        self._listen(None)
        self.began = self.deeds[0].at

    def _begin(self) -> str:
        """The instance of a dossier that somebody hands in, or that a message from outside opens."""
        values = self.scenario.variables
        if self.scenario.packet is not None:
            self._tell(self.scenario.packet, values)
            return str(self.client.get(f"/v1/dossiers/{self.business_key}")["id"])
        if self.scenario.message is not None:
            body = {"businessKey": self.business_key, "variables": values, "name": self.scenario.message}
            return str(self.client.post("/v1/messages", body)["processInstanceIds"][0])
        body = {"processDefinitionKey": self.process, "channel": channel_of(values), "variables": values}
        applicant = say("Người nộp hồ sơ", "The applicant")
        opened = self.client.put(f"/v1/dossiers/{self.business_key}", body, person=applicant)
        return str(opened["id"])

    def _free_key(self, day: datetime) -> str:
        """The first code of that day that nobody has: dossiers of earlier demonstrations keep theirs."""
        for number in range(1, 10_000):
            key = self.scenario.key(day, number)
            if not self.client.get("/v1/process-instances", businessKey=key, limit=1)["items"]:
                return key
        raise Failed(say("Hết số hồ sơ của ngày này.", "No dossier number of that day is left."))

    def _step(self, step: Step) -> None:
        if step.wait:
            now = self._advance(step.wait)
            happened = self._listen(None if step.acts else step.note)
            if not (happened or step.acts):
                self.listener(Deed(written(now), None, "Waited", say("thời gian trôi qua", "time passes")), step.note)
        if step.complete is not None:
            self._complete(step)
        elif step.message is not None:
            self._send(step)
        elif step.packet is not None:
            self._tell(step.packet, step.values, lost=step.lost)
            self._listen(step.note)
        elif step.paid is not None:
            self._pay(step.paid, step)

    def _complete(self, step: Step) -> None:
        task = self._task(step)
        self.client.post(f"/v1/tasks/{task}/complete", {"variables": step.values}, person=step.who)
        self._listen(step.note)

    def _task(self, step: Step) -> str:
        """The open task of an element; of several, the ``nth`` in the order in which they were offered."""
        query = {"processInstanceId": self.instance, "elementId": step.complete}
        open_ = {task["id"] for task in self.client.items("/v1/tasks", **query)}
        offered = [task for task in self.story.tasks if task in open_]
        if len(offered) < step.nth:
            raise Failed(
                say(f"Cần việc mở thứ {step.nth} của bước này, đang có {len(offered)}.",
                    f"Open tasks of that element: {len(offered)}; number {step.nth} was wanted."),
            )  # fmt: skip
        return offered[step.nth - 1]

    def _send(self, step: Step) -> None:
        body = {"name": step.message, "businessKey": self.business_key, "variables": step.values}
        outcome = self.client.post("/v1/messages", body, person=step.who)
        if self.instance not in outcome["processInstanceIds"]:
            raise Failed(
                say(f"Tin nhắn không tới hồ sơ này: {outcome['outcome']}.",
                    f"The message did not reach this dossier: {outcome['outcome']}."),
            )  # fmt: skip
        self._listen(step.note)

    def _pay(self, amount: int, step: Step) -> None:
        body = {"amount": amount, "method": "cash", "receipt": f"BL-{self.business_key}"}
        self.client.post(f"/v1/dossiers/{self.business_key}/payments", body, person=step.who)
        self._listen(step.note)

    def _tell(self, packet: str, values: dict[str, Any], *, lost: bool = False) -> None:
        """Something happens at another system, which is played; what it sends of that is sent to the service."""
        connector, _, service = packet.partition(".")
        now = self._advance(timedelta())
        sent = self._system(connector).post(f"/happens/{service}", filled(values, self.business_key, now))
        if sent and not lost:
            self.client.send(f"/v1/inbound/{connector}/{service}", sent["body"], sent["headers"])

    def _system(self, connector: str) -> Client:
        """Where a system is played.

        Raises:
            Failed: it is none of the service's.
        """
        known = self.client.get("/v1/connectors")["items"]
        hosts = {operation["name"].partition(".")[0]: operation["host"] for operation in known}
        if connector not in hosts:
            raise Failed(say(f"Dịch vụ không có hệ thống {connector}; hãy chạy với --sandbox.",
                             f"The service has no system {connector}; run it with --sandbox."))  # fmt: skip
        return Client(f"http://{hosts[connector]}", None)

    def _advance(self, length: timedelta) -> datetime:
        """Let time pass; what time it is then."""
        return advance(self.client, length)

    def _listen(self, note: str | None) -> int:
        """Hear what happened since, papers and calls included; how many deeds. The note goes with the last, the step's own."""
        self._advance(timedelta())
        path = f"/v1/process-instances/{self.instance}/history"
        deeds = [d for d in self.story.deeds(self.client.items(path, after=self.story.told or None)) if not d.technical]
        for deed in deeds:
            self.listener(deed, note if deed is deeds[-1] else None)
        self.deeds += deeds
        return len(deeds)
