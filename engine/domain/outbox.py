"""The outbox: how far outside systems have been told of dossiers. The log does not know it: it is what others have said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from engine.domain.exchange import REASONS
from engine.domain.packet import said
from engine.domain.waiting import UNTOLD, Incident

PENDING, TOLD, REFUSED = "pending", "told", "refused"
STATES = (PENDING, TOLD, REFUSED)
"""``refused``: it is not said again before the dossier changes, or somebody has it tried."""
KEPT = 20
"""Tellings that are remembered of each dossier."""
_INCIDENTS = UUID("0b7a5c52-6c64-5f5e-8f0e-3f1f6f0c9d54")


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """How far one system has been told of one dossier. Its id is the dossier's and the connector's name.

    It is to be told up to the record ``wanted`` and was told up to ``told``; ``print`` is the SHA-256 of the last packet that was
    taken. ``sender`` has it until ``due_at``, when it is free for the next: two never tell of one dossier at once.
    """

    id: tuple[str, str]
    origin: str | None
    state: str
    wanted: int
    told: int = 0
    print: str | None = None
    tries: int = 0
    due_at: str | None = None
    sender: str | None = None
    last_error: str | None = None
    incident_at: str | None = None
    """Since when it needs a person; None where it does not."""
    tellings: tuple[dict[str, Any], ...] = ()
    """The last ones that were taken: {at, record, status, print, by}; the last is who had acted last."""

    @property
    def incident_id(self) -> str:
        """The id of the incident that stands for it when it needs a person: always the same."""
        return str(uuid5(_INCIDENTS, "\n".join(self.id)))

    @property
    def incident(self) -> Incident:
        """The open incident of one that needs a person: it follows from the row, since no history has it."""
        assert self.incident_at is not None
        reason = self.last_error or ""
        vi, en = REASONS.get(reason) or said(reason)
        detail = {
            "vi": f"Chưa báo được tình trạng hồ sơ cho “{self.id[1]}”: {vi}. Bổ sung dữ liệu hoặc khắc phục kết nối rồi thử lại.",
            "en": f"'{self.id[1]}' could not be told of the dossier: {en}. Add the data, or mend the connection, then retry.",
        }
        return Incident(self.incident_id, self.id[0], "", "", None, UNTOLD, detail, None, {}, "open", self.incident_at)
