"""The national portal, played: sessions that expire, dossiers that are there already, procedures that it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.portal import packet
from engine.domain.packet import PacketRefused, as_json, from_json, read
from engine.ports import Reply, Sent


@dataclass(slots=True)
class PortalSimulator:
    """One portal. It says what it has been told; ``calls_of_a_session`` is how long a session lasts."""

    profile: str = packet.P2023
    password: str = "mat-khau"  # noqa: S105 - of a played system
    procedures: frozenset[str] | None = None
    """Those that it knows; None: all."""
    calls_of_a_session: int = 1_000
    forgetful: bool = False
    """Says of no dossier that it has it, until it is added again."""
    in_words: bool = False
    """Answers as gateways do that leave the code out."""
    objections: list[str] = field(default_factory=list)
    """What it says of the next dossiers instead of taking them: that a date is wrong, or whatever it finds."""
    whole: bool = False
    """Takes no line of a packet of which it has one."""
    lists: dict[str, list[Any]] = field(default_factory=dict)
    """By service: procedures, agencies, fields, questions."""
    dossiers: dict[str, dict[str, Any]] = field(default_factory=dict)
    progress: list[dict[str, Any]] = field(default_factory=list)
    promotions: dict[str, dict[str, Any]] = field(default_factory=dict)
    logins: int = 0
    refused: list[str] = field(default_factory=list)
    _sessions: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The session of each account, which ends the one before, and the calls that it has left."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Do what is asked."""
        said = from_json(body)
        if "username" in said:
            return self._login(said)
        if said.get("type") == "2":
            rows = said["data"]
            self.promotions.update({row["MaHoSo"]: row for row in rows})
            return self._says("0")
        if not self._lives(said.get("session")):
            return self._says("1", "Session hết hạn")
        try:
            return self._services().get(said["service"], self._list)(said)
        except PacketRefused as no:
            self.refused.append(str(no))
            return self._says("2", f"Dữ liệu không hợp lệ: {no}")

    def _services(self) -> Mapping[str, Callable[[Mapping[str, Any]], Reply]]:
        return {
            "TraCuuHoSo": self._look_up,
            "DongBoHoSoMC": self._take,
            "CapNhatTienDoHoSoMC": self._follow,
            "LayThuTuc": self._procedure,
        }

    def _login(self, said: Mapping[str, Any]) -> Reply:
        if said.get("password") != self.password:
            return self._says("1", "Sai mật khẩu")
        self.logins += 1
        session = f"phien-{self.logins}"
        self._sessions[str(said["username"])] = session, self.calls_of_a_session
        return Reply(200, as_json({"error_code": 0, "session": session}))

    def _lives(self, session: Any) -> bool:
        """Whether it is an account's session, with one call more."""
        for account, (known, left) in self._sessions.items():
            if known == session and left > 0:
                self._sessions[account] = known, left - 1
                return True
        return False

    def _says(self, code: str, message: str = "Thành công", result: Any = None) -> Reply:
        said = {"message": message if code == "0" else f"Không thành công. {message}", "result": result or []}
        return Reply(200, as_json(said if self.in_words else {"error_code": code, **said}))

    def _look_up(self, said: Mapping[str, Any]) -> Reply:
        found = None if self.forgetful else self.dossiers.get(said["mahoso"])
        return self._says("0", result=[] if found is None else [found])

    def _take(self, said: Mapping[str, Any]) -> Reply:
        [row] = said["data"]
        read(packet.DOSSIER[self.profile], row)
        if self.objections:
            return self._says("2", self.objections.pop(0))
        if self.procedures is not None and row["MaTTHC"] not in self.procedures:
            return self._says("4", "Mã thủ tục không có trong danh mục")
        if said["isUpdating"] == "False" and row["MaHoSo"] in self.dossiers:
            return self._says("3", "Hồ sơ đã tồn tại")
        if said["isUpdating"] == "True" and row["MaHoSo"] not in self.dossiers:
            return self._says("5", "Hồ sơ chưa có")
        self.dossiers[row["MaHoSo"]] = row
        return self._says("0")

    def _follow(self, said: Mapping[str, Any]) -> Reply:
        lines = said["data"]
        if len(lines) > packet.MOST_LINES:
            return self._says("6", "Quá 10 dòng tiến độ")
        for line in lines:
            read(packet.PROGRESS, line)
            if line["MaHoSo"] not in self.dossiers:
                return self._says("5", "Hồ sơ chưa có")
        new = [line for line in lines if line not in self.progress]
        if self.whole and len(new) < len(lines):
            return self._says("3", "Tiến độ đã tồn tại")
        self.progress += new
        return self._says("0") if new else self._says("3", "Tiến độ đã tồn tại")

    def _list(self, said: Mapping[str, Any]) -> Reply:
        return self._says("0", result=self.lists.get(said["service"], []))

    def _procedure(self, said: Mapping[str, Any]) -> Reply:
        return self._says("0", result=[{"MATTHC": said["maTTHC"]}])

    # what it sends
    def happen(self, service: str, values: Mapping[str, Any]) -> Sent | None:
        """``khuyen_mai``: a trader hands in a promotion notice, with these fields."""
        if service != "khuyen_mai":
            raise KeyError(service)
        return Sent(as_json(dict(values)), {"Authorization": f"Bearer {self.password}"})
