"""The provincial bus, played: tokens, documents by their code, each trace once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from adapters.bus import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class BusSimulator:
    """One bus."""

    secret: str
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    traces: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked."""
        if path.endswith("/token"):
            right = parse_qs(body.decode()).get("client_secret") == [self.secret]
            return Reply(200, as_json({"access_token": "the-truc"} if right else {"error": "invalid_client"}))
        if headers.get("authorization") != "Bearer the-truc":
            return Reply(401, b"{}")
        try:
            self._take(path, from_json(body))
        except PacketRefused as no:
            self.refused.append(str(no))
            return Reply(200, as_json({"code": 400, "message": f"Không thành công: {no}"}))
        return Reply(200, as_json({"code": 200, "message": "Thành công"}))

    def _take(self, path: str, said: Any) -> None:
        if path.endswith("/SyncDocument"):
            read(packet.DOCUMENT, said)
            self.documents[said["DocCode"]] = said
            return
        for line in said:
            read(packet.TRACE, line)
        self.traces += [line for line in said if line not in self.traces]

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """It sends nothing."""
        raise KeyError(service)
