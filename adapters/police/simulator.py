"""The police's register, played: each declaration once; sometimes it has no time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.police import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class PoliceSimulator:
    """One register; ``busy`` is how often it says that one should come again."""

    token: str
    busy: int = 0
    doubtful: int = 0
    """How often it finds something wrong with a declaration."""
    declarations: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take a declaration."""
        if headers.get("authorization") != f"Bearer {self.token}":
            return Reply(401, b"{}")
        if self.busy > 0:
            self.busy -= 1
            return self._says(packet.LATER, "Hệ thống bận")
        if self.doubtful > 0:
            self.doubtful -= 1
            return self._says(packet.WRONG, "Tờ khai chưa đúng")
        said = from_json(body)
        try:
            id = read(packet.DECLARATION, said)["id_received_dec"]
        except PacketRefused as no:
            self.refused.append(str(no))
            return self._says(packet.WRONG, str(no))
        if id in self.declarations:
            return self._says(packet.WRONG, "Tờ khai đã tồn tại")
        self.declarations[id] = said
        return self._says(packet.OK, "")

    def _says(self, code: str, detail: str) -> Reply:
        return Reply(200, as_json({"statusCode": code, "data": "", "errorDetail": detail}))

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """``busy``: it has no time for a while; ``doubtful``: it finds something wrong. It sends nothing."""
        if service == "busy":
            self.busy = values["times"]
        elif service == "doubtful":
            self.doubtful = values["times"]
        else:
            raise KeyError(service)
        return None
