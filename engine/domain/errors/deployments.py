"""Refusals of diagrams, approvals and connectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.errors.refusal import EngineError, Fault


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong (or suspect) in an uploaded file.

    ``element_id`` and ``element_name`` say where, ``line`` the line in the file when it is known.
    """

    file: str
    code: str
    vi: str
    en: str
    element_id: str | None = None
    element_name: str | None = None
    line: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class DeploymentRefused(EngineError):
    """Files that cannot be executed; nothing was stored. ``problems`` has every one found."""

    code = "deploymentRefused"
    vi = "Không ban hành được: tìm thấy {count} lỗi, chưa lưu gì."
    en = "Not deployed: {count} problems were found, nothing was stored."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(count=len(self.problems))


class ApproverIsDeployer(EngineError):
    """Who deployed a version may not let it count: that needs a second person."""

    code = "approverIsDeployer"
    vi = "{person} đã tải phiên bản {id} lên nên không được tự phê duyệt (nguyên tắc bốn mắt); hãy để người khác phê duyệt."
    en = "{person} deployed version {id}, and may not approve it as well (four eyes); somebody else has to."


class NotInCatalogue(EngineError):
    """The definition says nothing of its procedure, so there is nothing to approve."""

    code = "notInCatalogue"
    vi = "Phiên bản {id} không có mã thủ tục; hãy thêm procedure.toml có code rồi ban hành lại."
    en = "Version {id} has no procedure code; add a procedure.toml with a code, and deploy again."


class NoVersionInForce(EngineError):
    """Approval is required here, and nothing is approved for the day."""

    code = "noVersionInForce"
    vi = "Ngày {day} không có phiên bản nào của “{key}” được phê duyệt và đang có hiệu lực; cần phê duyệt trước."
    en = "On {day} no version of '{key}' is approved and in force; it has to be approved first."


class ConnectorsRefused(EngineError):
    """The operator's file of connectors cannot be used; ``faults`` has everything that is wrong with it."""

    code = "connectorsRefused"
    vi = "Tệp khai báo kết nối không dùng được: {all_vi}"
    en = "The file of connectors cannot be used: {all_en}"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            all_vi=" ".join(fault.vi for fault in self.faults), all_en=" ".join(fault.en for fault in self.faults)
        )

    @classmethod
    def unread(cls, path: str, error: OSError) -> ConnectorsRefused:
        """The file is not there, or may not be read."""
        why = error.strerror
        return cls(
            [Fault("", "connectorsUnread", f"không đọc được {path} ({why}).", f"{path} cannot be read ({why}).")]
        )
