"""Refusals of the door: requests that never reach the engine."""

from __future__ import annotations

from engine.domain.errors import EngineError


class Unauthenticated(EngineError):
    """The request has no key that opens the service."""

    code = "unauthenticated"
    vi = "Thiếu khóa truy cập hoặc khóa không đúng (Authorization: Bearer …)."
    en = "The request has no valid key (Authorization: Bearer …)."


class Forbidden(EngineError):
    """The caller is known, and none of his roles may do this."""

    code = "forbidden"
    vi = "Vai trò của bạn không được phép làm việc này; hãy đề nghị quản trị viên cấp quyền."
    en = "None of your roles may do this; ask the administrator."


class PurposeMissing(EngineError):
    """An auditor looks at personal data without saying what for."""

    code = "purposeMissing"
    vi = "Người kiểm tra phải nêu mục đích xem dữ liệu cá nhân trong tiêu đề Purpose."
    en = "An auditor has to say in the Purpose header what personal data is looked at for."


class TooMany(EngineError):
    """Somebody asks more often than he may."""

    code = "tooManyRequests"
    vi = "Gửi quá nhiều yêu cầu; hãy chậm lại."
    en = "Too many requests; slow down."


class NotJson(EngineError):
    """The body is no JSON at all."""

    code = "notJson"
    vi = "Nội dung gửi lên không phải JSON đúng cú pháp."
    en = "The body is not well-formed JSON."


class BadRequest(EngineError):
    """The request cannot be read as HTTP."""

    code = "badRequest"
    vi = "Không đọc được yêu cầu."
    en = "The request cannot be read."


class WrongContentType(EngineError):
    """The body is of a kind that this route does not take."""

    code = "wrongContentType"
    vi = "Kiểu nội dung không được nhận ở đây; cần {expected}."
    en = "This content type is not taken here; {expected} is."


class NoRoute(EngineError):
    """Nothing answers under this path."""

    code = "noRoute"
    vi = "Không có địa chỉ này."
    en = "There is no such path."


class WrongMethod(EngineError):
    """The path answers to other methods."""

    code = "wrongMethod"
    vi = "Địa chỉ này không nhận phương thức đó; xem tiêu đề Allow."
    en = "This path does not take that method; see the Allow header."


class TooLarge(EngineError):
    """The body is larger than is taken here."""

    code = "tooLarge"
    vi = "Nội dung gửi lên quá lớn."
    en = "The body is too large."


class PreconditionMissing(EngineError):
    """The change needs to name the state that it is for."""

    code = "preconditionMissing"
    vi = "Cần tiêu đề If-Match mang ETag của phiên xử lý mà bạn đã xem."
    en = "An If-Match header with the ETag of the process instance as you saw it is needed."


class NotReady(EngineError):
    """The service cannot do its work at the moment; ``troubles`` says which part."""

    code = "notReady"
    vi = "Dịch vụ chưa sẵn sàng: {parts}."
    en = "The service is not ready: {parts}."


class Bug(EngineError):
    """Something went wrong that nobody foresaw; the log has it under the trace id."""

    code = "bug"
    vi = "Dịch vụ gặp lỗi ngoài dự kiến; hãy báo mã vết cho người vận hành."
    en = "The service met an unforeseen error; tell its operator the trace id."
