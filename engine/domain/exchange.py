"""A request to another system, and what can become of it: an answer, a refusal, nothing sent, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

REASONS: Mapping[str, tuple[str, str]] = {
    "addressClosed": (
        "địa chỉ của máy chủ không phải công khai và không thuộc mạng nào được phép",
        "the host's address is not public, and in no network that is allowed",
    ),
    "notAUrl": ("địa chỉ không phải URL http hoặc https hợp lệ", "the address is no proper http or https URL"),
    "notSecure": ("chỉ được dùng https", "only https is allowed"),
    "methodRefused": ("phương thức HTTP không được dùng", "the HTTP method is none that is sent"),
    "headerRefused": (
        "một tiêu đề HTTP có tên hoặc giá trị không gửi được",
        "a header has a name or value that cannot be sent",
    ),
    "requestRefused": ("yêu cầu không đúng dạng HTTP", "the request is no valid HTTP"),
    "pathRefused": ("một giá trị không thể đứng trong đường dẫn", "a value cannot stand in the path"),
    "bodyTooLarge": ("nội dung yêu cầu quá lớn", "the body of the request is too large"),
    "nameUnknown": ("không tìm được địa chỉ của máy chủ", "the host's name cannot be resolved"),
    "noConnection": ("không kết nối được", "no connection"),
    "certificateRefused": ("chứng thư của máy chủ không hợp lệ", "the host's certificate is not valid"),
    "noSecureConnection": ("không lập được kết nối an toàn", "no secure connection"),
    "noAnswerInTime": ("không có câu trả lời trọn vẹn đúng hạn", "no complete answer in time"),
    "answerTooLarge": ("câu trả lời lớn hơn mức cho phép", "the answer is larger than allowed"),
    "answerBroken": ("câu trả lời sai dạng HTTP hoặc bị cắt ngang", "the answer is no valid HTTP, or was cut off"),
    "connectionBroke": ("kết nối bị đứt", "the connection broke"),
    "answerNotRead": (
        "câu trả lời không có dạng đã khai báo",
        "the answer is not of the form that is registered",
    ),
    "interrupted": (
        "dịch vụ dừng giữa chừng trước khi ghi được câu trả lời",
        "the service stopped before it had recorded an answer",
    ),
}
"""Why there was no answer that can be used: words of ours, for what the other side wrote does not belong into incidents."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a request may go. Only the operator says it, never a diagram or a value of a process.

    ``networks`` are the networks, closed to everybody else, that may be reached (``10.20.0.0/16``); ``plain`` allows
    ``http``; ``authority`` is the file of the certificate authority to trust in place of the machine's own list.
    ``seconds`` is the time for the whole call, ``size`` the most bytes of an answer, unpacked.
    """

    networks: tuple[str, ...] = ()
    plain: bool = False
    authority: str | None = None
    seconds: float = 10.0
    size: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. It may hold secrets: only its method and the host are ever shown."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    bounds: Bounds = field(default_factory=Bounds, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Not sent, and it never will be: where it would go, or what it holds, is not allowed."""

    reason: str
    """One of ``REASONS``."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """Surely not sent: the other system was not there. It may be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent at least in part, and no usable answer came: whether the other system has done it nobody here knows."""

    reason: str


Outcome: TypeAlias = Response | Refused | Unreached | Unknown
