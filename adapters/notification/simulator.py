"""The gateways of SMS and e-mail, played: they send whatever they are given, as often as they are given it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.notification import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class NotificationSimulator:
    """Both gateways."""

    password: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send it."""
        said = from_json(body)
        try:
            if path.endswith("/sms"):
                return Reply(200, as_json({"RPLY": {"name": "send_sms_list", **self._sms(said["RQST"])}}))
            read(packet.MAIL, said)
        except PacketRefused as no:
            self.refused.append(str(no))
            return Reply(200, as_json({"RPLY": {"ERROR": "2"}, "ERROR": "2", "ERROR_DESC": str(no)}))
        if headers.get("authorization") != f"Bearer {self.password}":
            return Reply(200, as_json({"ERROR": "1", "ERROR_DESC": "Sai mật khẩu"}))
        return Reply(200, as_json(self._keep(said)))

    def _sms(self, said: dict[str, Any]) -> dict[str, str]:
        read(packet.SMS, said)
        if said["APIPASS"] != self.password:
            return {"ERROR": "1", "ERROR_DESC": "Sai mật khẩu"}
        return self._keep(said)

    def _keep(self, said: dict[str, Any]) -> dict[str, str]:
        self.sent.append(said)
        return {"ERROR": packet.OK, "ERROR_DESC": "Thành công"}

    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """It sends nothing."""
        raise KeyError(service)
