"""The cast: who acts for one dossier. Its applicant and officers, who call the service; other systems, which are played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from api.cli.client import Client
from api.cli.demo.scenario import Scenario, Step, filled
from api.cli.failure import Failed
from api.cli.language import say
from engine.domain.dossier import COUNTER, ONLINE, POST

CHANNELS: Mapping[str, str] = {"truc_tiep": COUNTER, "truc_tuyen": ONLINE, "buu_chinh": POST}
"""What forms call the channels."""


def channel_of(values: Mapping[str, Any]) -> str:
    """How a dossier was handed in, as its form says it."""
    return CHANNELS.get(values.get("kenh_nop", ""), ONLINE)


@dataclass(slots=True)
class Cast:
    """Does what a scenario says; when it is done is for others to say."""

    client: Client
    scenario: Scenario
    process: str
    """Key of the process definition."""
    code: str | None = None
    """The dossier's; None until the service has given it one."""
    instance: str = ""
    secret: str = ""
    """What its citizen was given with it."""

    def hand_in(self, now: datetime, unit: str | None = None) -> None:
        """The dossier comes from its applicant, or from another system."""
        values, message, packet = self.scenario.variables, self.scenario.message, self.scenario.packet
        if packet is not None:
            self._tell(packet, values, now)
            self.instance = str(self.client.get(f"/v1/dossiers/{self.code}")["id"])
        elif message is not None:
            body = {"businessKey": self.code, "variables": values, "name": message}
            self.instance = str(self.client.post("/v1/messages", body)["processInstanceIds"][0])
        else:
            opened = self._opened(values, unit)
            self.instance, self.secret = opened["id"], opened["secret"]

    def _opened(self, values: dict[str, Any], unit: str | None) -> dict[str, Any]:
        body = {"processDefinitionKey": self.process, "channel": channel_of(values), "variables": values, "unit": unit}
        applicant = say("Người nộp hồ sơ", "The applicant")
        if self.code is None:
            return dict(self.client.post("/v1/dossiers", body, person=applicant))
        return dict(self.client.put(f"/v1/dossiers/{self.code}", body, person=applicant))

    def act(self, step: Step, now: datetime) -> None:
        """Do what a step says, if anything.

        Raises:
            Failed: it cannot be done now.
        """
        if step.complete is not None:
            body = {"variables": step.values}
            self.client.post(f"/v1/tasks/{self._task(step)}/complete", body, person=step.who)
        elif step.message is not None:
            self._send(step)
        elif step.packet is not None:
            self._tell(step.packet, step.values, now, lost=step.lost)
        elif step.paid is not None:
            receipt = {"amount": step.paid, "method": "cash", "receipt": f"BL-{self.known_as}"}
            self.client.post(f"/v1/dossiers/{self.known_as}/payments", receipt, person=step.who)
        elif step.rated is not None:
            said = {"secret": self.secret, "rating": step.rated, **step.values}
            self.client.post(f"/v1/public/dossiers/{self.known_as}/rating", said)

    def _task(self, step: Step) -> str:
        """The open task of an element; of several, the ``nth`` in the order in which they were offered."""
        query = {"processInstanceId": self.instance, "elementId": step.complete}
        open_ = [task["id"] for task in self.client.items("/v1/tasks", **query)]
        if len(open_) < step.nth:
            raise Failed(
                say(f"Cần việc mở thứ {step.nth} của bước này, đang có {len(open_)}.",
                    f"Open tasks of that element: {len(open_)}; number {step.nth} was wanted."),
            )  # fmt: skip
        return str(open_[0] if len(open_) == 1 else self._in_order(open_)[step.nth - 1])

    def _in_order(self, open_: list[str]) -> list[str]:
        history = self.client.items(f"/v1/process-instances/{self.instance}/history")
        return [r["payload"]["userTask"] for r in history
                if r["kind"] == "UserTaskCreated" and r["payload"]["userTask"] in open_]  # fmt: skip

    def _send(self, step: Step) -> None:
        body = {"name": step.message, "businessKey": self.known_as, "variables": step.values}
        outcome = self.client.post("/v1/messages", body, person=step.who)
        if self.instance not in outcome["processInstanceIds"]:
            raise Failed(
                say(f"Tin nhắn không tới hồ sơ này: {outcome['outcome']}.",
                    f"The message did not reach this dossier: {outcome['outcome']}."),
            )  # fmt: skip

    @property
    def known_as(self) -> str:
        """What everybody calls the dossier: by its code, once it has one."""
        if self.code is None:
            self.code = self.client.get(f"/v1/dossiers/{self.instance}")["code"]
        return self.code or self.instance

    def _tell(self, packet: str, values: dict[str, Any], now: datetime, *, lost: bool = False) -> None:
        """Something happens at another system, which is played; what it sends of that is sent to the service."""
        connector, _, service = packet.partition(".")
        sent = _system(self.client, connector).post(f"/happens/{service}", filled(values, self.known_as, now))
        if sent and not lost:
            self.client.send(f"/v1/inbound/{connector}/{service}", sent["body"], sent["headers"])


def _system(client: Client, connector: str) -> Client:
    """Where a system is played.

    Raises:
        Failed: it is none of the service's.
    """
    if connector not in (played := systems(client)):
        raise Failed(say(f"Dịch vụ không có hệ thống {connector}; hãy chạy với --sandbox.",
                         f"The service has no system {connector}; run it with --sandbox."))  # fmt: skip
    return played[connector]


@cache
def systems(client: Client) -> Mapping[str, Client]:
    """Where each connector leads; a service reads that once."""
    known = client.get("/v1/connectors")["items"]
    return {operation["name"].partition(".")[0]: Client(f"http://{operation['host']}", None) for operation in known}
