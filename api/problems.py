"""Problems: one table from refusals to HTTP, and their one shape (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from api.language import in_language
from engine.domain.errors import DeploymentRefused, EngineError, Fault, InvalidValues, ModificationRefused
from engine.service.command import Rendered

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:motcua:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a code is answered: status, title in both languages, seconds after which to try again."""

    status: int
    vi: str
    en: str
    retry_after: int | None = None


KINDS: Mapping[str, Kind] = {
    # the request
    "badRequest": Kind(400, "Yêu cầu không đọc được", "Unreadable request"),
    "notJson": Kind(400, "Không phải JSON", "Not JSON"),
    "unauthenticated": Kind(401, "Chưa xác thực", "Not authenticated"),
    "forbidden": Kind(403, "Không được phép", "Forbidden"),
    "noRoute": Kind(404, "Không có địa chỉ", "No such path"),
    "wrongMethod": Kind(405, "Sai phương thức", "Method not allowed"),
    "tooLarge": Kind(413, "Quá lớn", "Too large"),
    "wrongContentType": Kind(415, "Sai kiểu nội dung", "Wrong content type"),
    "invalidValues": Kind(422, "Dữ liệu không hợp lệ", "Invalid values"),
    "deploymentRefused": Kind(422, "Không ban hành được", "Deployment refused"),
    "idempotencyKeyReused": Kind(422, "Idempotency-Key đã dùng", "Idempotency-Key reused"),
    "purposeMissing": Kind(428, "Thiếu mục đích", "Purpose missing"),
    "tooManyRequests": Kind(429, "Quá nhiều yêu cầu", "Too many requests", retry_after=1),
    "preconditionMissing": Kind(428, "Thiếu If-Match", "Precondition missing"),
    # the state of things
    "notFound": Kind(404, "Không tìm thấy", "Not found"),
    "instanceArchived": Kind(410, "Phiên xử lý đã vào kho lưu trữ", "Process instance is in the archive"),
    "instanceEnded": Kind(409, "Phiên xử lý đã kết thúc", "Process instance has ended"),
    "instanceSuspended": Kind(409, "Phiên xử lý đang tạm dừng", "Process instance is suspended"),
    "instanceNotSuspended": Kind(409, "Phiên xử lý không tạm dừng", "Process instance is not suspended"),
    "illegalStatusMove": Kind(409, "Trạng thái không được phép", "Status may not follow"),
    "dossierDiffers": Kind(409, "Mã hồ sơ đã dùng", "Dossier code is in use"),
    "dossierNotUnderWay": Kind(409, "Hồ sơ không ở giai đoạn giải quyết", "Dossier is not being worked on"),
    "extensionUnderWay": Kind(409, "Đang hẹn lại hồ sơ", "A new date is being given"),
    "signerMissing": Kind(409, "Chưa có chữ ký số", "There is no signer"),
    "extendedBefore": Kind(409, "Hồ sơ đã được hẹn lại", "Dossier was given a new date before"),
    "taskNotOpen": Kind(409, "Công việc không còn mở", "User task is not open"),
    "heldByAnother": Kind(409, "Công việc có người giữ", "User task is held by another"),
    "fourEyes": Kind(409, "Cần người thứ hai", "A second person is needed"),
    "approverIsDeployer": Kind(409, "Cần người khác phê duyệt", "Somebody else has to approve"),
    "notInCatalogue": Kind(409, "Không có trong danh mục thủ tục", "Not in the catalogue"),
    "noVersionInForce": Kind(409, "Chưa có phiên bản có hiệu lực", "No version in force"),
    "nameTaken": Kind(409, "Tên đã được dùng", "Name is taken"),
    "jobNotHeld": Kind(409, "Không giữ công việc máy", "Job is not held by the caller"),
    "businessKeyInUse": Kind(409, "Mã đang được dùng", "Business key in use"),
    "businessKeyTaken": Kind(409, "Mã đang được dùng", "Business key taken"),
    "noPlainStart": Kind(409, "Không bắt đầu trực tiếp được", "No plain start"),
    "noReceiver": Kind(409, "Không có nơi nhận", "No receiver"),
    "ambiguousCorrelation": Kind(409, "Nhiều nơi cùng chờ", "Ambiguous correlation"),
    "calledVersionsDiffer": Kind(409, "Hai phiên bản của một quy trình", "Two versions of one process"),
    "modificationRefused": Kind(409, "Không sửa được phiên xử lý", "Modification refused"),
    "noOpenIncident": Kind(409, "Không có sự cố đang mở", "No open incident"),
    "batchNotInState": Kind(409, "Đợt xử lý ở trạng thái khác", "Batch is not in this state"),
    "incidentNotOpen": Kind(409, "Sự cố đã giải quyết", "Incident is not open"),
    "packetNotParked": Kind(409, "Gói tin không chờ xử lý", "Packet is not parked"),
    "clockNotVirtual": Kind(409, "Đồng hồ thật", "Clock is not virtual"),
    "messageReserved": Kind(409, "Tin dành riêng", "The message is reserved"),
    "dossierClosed": Kind(409, "Hồ sơ đã khép lại", "The dossier is over"),
    "amountNotDue": Kind(409, "Số tiền không khớp", "Not the amount that is due"),
    "feeNotDetermined": Kind(409, "Chưa xác định phí", "Fee not determined"),
    "paidBefore": Kind(409, "Biên lai đã được ghi nhận", "Paid before"),
    "refundedBefore": Kind(409, "Đã hoàn phí", "Given back before"),
    "notToBeRated": Kind(409, "Chưa đánh giá được", "Not to be rated"),
    "documentRefused": Kind(422, "Tệp không được nhận", "File is not taken"),
    "stale": Kind(412, "Trạng thái đã thay đổi", "State has changed"),
    # the service
    "bug": Kind(500, "Lỗi dịch vụ", "Internal error"),
    "notReady": Kind(503, "Chưa sẵn sàng", "Not ready", retry_after=5),
    "issuerUnavailable": Kind(503, "Chưa kiểm tra được mã đăng nhập", "Issuer unavailable", retry_after=5),
    "overloaded": Kind(503, "Quá tải", "Overloaded", retry_after=1),
    "storeUnavailable": Kind(503, "Cơ sở dữ liệu gián đoạn", "Store unavailable", retry_after=5),
    "storeInUse": Kind(503, "Cơ sở dữ liệu đang bận", "Store in use", retry_after=5),
    "connectorsRefused": Kind(500, "Tệp khai báo kết nối không dùng được", "File of connectors unusable"),
    "storeFull": Kind(507, "Hết dung lượng", "Store is full", retry_after=30),
}
"""Every refusal that there is, by its code."""


def rendered(error: EngineError, language: str, trace: str) -> Rendered:
    """A refusal as it goes over the wire."""
    kind = KINDS[error.code]
    headers = {"Content-Type": CONTENT_TYPE, "Content-Language": language, "Cache-Control": "no-store"}
    if kind.retry_after is not None:
        headers["Retry-After"] = str(kind.retry_after)
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="motcua"'
    body = {**_facts(error, language), **_members(error, kind, language), "traceId": trace}
    return Rendered(kind.status, headers, orjson.dumps(body, default=str))


def _members(error: EngineError, kind: Kind, language: str) -> dict[str, Any]:
    return {
        "type": TYPE + error.code,
        "title": in_language(language, kind.vi, kind.en),
        "status": kind.status,
        "detail": error.says(language),
        "code": error.code,
    }


def _facts(error: EngineError, language: str) -> dict[str, Any]:
    if isinstance(error, InvalidValues | ModificationRefused):
        return {"errors": [_fault(fault, language) for fault in error.faults]}
    if isinstance(error, DeploymentRefused):
        return {"errors": [finding(problem, language) for problem in error.problems]}
    return error.facts


def _fault(fault: Fault, language: str) -> dict[str, Any]:
    return {"pointer": fault.pointer, **remark(fault, language)}


def remark(fault: Fault, language: str) -> dict[str, Any]:
    """What is wrong or doubtful, and with which element where it speaks of one."""
    said = {"code": fault.code, "detail": _said(fault, language)}
    return (
        said if fault.element_id is None else {**said, "elementId": fault.element_id, "elementName": fault.element_name}
    )


def finding(problem: Any, language: str) -> dict[str, Any]:
    """One thing found in an uploaded file, be it a problem or a warning."""
    return {
        "file": problem.file,
        "elementId": problem.element_id,
        "elementName": problem.element_name,
        "line": problem.line,
        "code": problem.code,
        "detail": _said(problem, language),
        "facts": problem.facts,
    }


def _said(sentence: Any, language: str) -> str:
    return in_language(language, str(sentence.vi), str(sentence.en))
