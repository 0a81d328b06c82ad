"""The base of every refusal, and those that anything may meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class EngineError(Exception):
    """Base of every refusal."""

    code: ClassVar[str]
    vi: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.en.format(**facts))

    def says(self, language: str) -> str:
        """The sentence in ``vi`` or ``en``."""
        return (self.vi if language == "vi" else self.en).format(**self.facts)


class OperatorRefusal(EngineError):
    """Base of what is only said to an operator at the store or its archive; no caller over HTTP meets it."""


class NotFound(EngineError):
    """There is no such thing, or not for this caller."""

    code = "notFound"
    vi = "Không tìm thấy {what}: {id}."
    en = "There is no {what} {id}."
    WHAT: ClassVar = {
        "process instance": "phiên xử lý",
        "process definition": "quy trình",
        "process definition with key": "quy trình có mã",
        "procedure": "thủ tục",
        "user task": "công việc",
        "form of user task": "biểu mẫu của công việc",
        "incident": "sự cố",
        "record": "bản ghi",
        "activity with variables": "hoạt động có biến riêng",
        "open job": "công việc máy còn mở",
        "batch": "đợt xử lý",
        "document": "tệp",
        "payment": "khoản đã nộp",
        "paper": "giấy tờ",
        "published paper": "giấy tờ đã phát hành",
        "API key": "khóa truy cập",
        "subscription": "đăng ký nhận sự kiện",
        "secret": "khóa ký",
        "dossier": "hồ sơ",
        "parked packet": "gói tin chờ xử lý",
        "organisation": "cây đơn vị",
        "calendar": "lịch làm việc",
        "resource": "tài nguyên",
    }
    """What can be missing, and its name in Vietnamese."""

    def says(self, language: str) -> str:
        if language != "vi":
            return super().says(language)
        return self.vi.format(**self.facts | {"what": self.WHAT[self.facts["what"]]})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: where (JSON pointer into the body), which rule, what to do."""

    pointer: str
    code: str
    vi: str
    en: str
    element_id: str | None = None
    """Of the diagram, where the fault speaks of one."""
    element_name: str | None = None


class InvalidValues(EngineError):
    """Values that do not fit the form or cannot be stored exactly."""

    code = "invalidValues"
    vi = "Dữ liệu gửi lên chưa hợp lệ."
    en = "The values sent are not valid."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__()


class Stale(EngineError):
    """The state that the caller saw is not the state any more."""

    code = "stale"
    vi = "Trạng thái đã thay đổi: đang là {current}, không phải {expected}. Hãy tải lại rồi thử lại."
    en = "The state has changed: it is {current}, not {expected}. Load it again and retry."


class KeyReused(EngineError):
    """The Idempotency-Key was used for another request."""

    code = "idempotencyKeyReused"
    vi = "Idempotency-Key {key} đã dùng cho một yêu cầu khác."
    en = "Idempotency-Key {key} was used for another request."


class NameTaken(EngineError):
    """Keys and users share one space of names: the log knows an actor by name only."""

    code = "nameTaken"
    vi = "Tên {name} đã được dùng cho {what} hoặc cho chính dịch vụ; hãy chọn tên khác."
    en = "The name {name} belongs to {what} already, or to the service itself; choose another."


class Overloaded(EngineError):
    """The queue of commands is full."""

    code = "overloaded"
    vi = "Dịch vụ đang quá tải; hãy thử lại sau ít giây."
    en = "The service is overloaded; try again in a few seconds."


class ClockNotVirtual(EngineError):
    """Time can only be moved where the service was started with a virtual clock."""

    code = "clockNotVirtual"
    vi = "Dịch vụ chạy theo giờ thật; chỉ đồng hồ ảo (MOTCUA_CLOCK=virtual) mới cho dời giờ."
    en = "The service runs on real time; only a virtual clock (MOTCUA_CLOCK=virtual) can be moved."


class IssuerUnavailable(EngineError):
    """The issuer of tokens cannot be asked for its keys."""

    code = "issuerUnavailable"
    vi = "Chưa lấy được khóa của nơi cấp mã đăng nhập (OIDC); hãy thử lại sau ít giây."
    en = "The keys of the issuer of tokens (OIDC) cannot be had; try again in a few seconds."
