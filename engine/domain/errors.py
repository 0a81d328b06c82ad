"""Refusals: what the engine says when it will not, now. Each class is one code and one sentence in two languages.

The sentences are templates over the facts given at raising; facts also reach API callers as members of the problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
        "resource": "tài nguyên",
    }
    """What can be missing, and its name in Vietnamese."""

    def says(self, language: str) -> str:
        if language != "vi":
            return super().says(language)
        return self.vi.format(**self.facts | {"what": self.WHAT[self.facts["what"]]})


class InstanceArchived(EngineError):
    """The instance ended and went to the archive."""

    code = "instanceArchived"
    vi = "Phiên xử lý {id} đã kết thúc và được chuyển vào kho lưu trữ, tệp {file}."
    en = "Process instance {id} has ended and is in the archive, file {file}."


class StillAtWork(OperatorRefusal):
    """Only what has ended, has nothing left to do and is what the archive has may leave the database."""

    code = "stillAtWork"
    vi = "Phiên xử lý {id} chưa xong việc hoặc khác với bản trong kho lưu trữ."
    en = "Process instance {id} is still at work, or not what the archive has."


class ArchiveInUse(OperatorRefusal):
    """Two at once would write the same instances twice."""

    code = "archiveInUse"
    vi = "Kho lưu trữ {folder} đang được tiến trình khác ghi; hãy đợi tiến trình đó xong."
    en = "Another process is writing to the archive {folder}; wait until it is done."


class ArchiveDamaged(OperatorRefusal):
    """Nothing is deleted from the database on the word of such a file."""

    code = "archiveDamaged"
    vi = "Tệp lưu trữ {file} đọc lại khác với lúc ghi; chưa xóa gì khỏi cơ sở dữ liệu. Hãy kiểm tra ổ đĩa."
    en = "Archive file {file} does not read back as it was written; nothing was deleted from the database. Check the disk."


class InstanceEnded(EngineError):
    """The instance has ended; nothing can be done to it any more."""

    code = "instanceEnded"
    vi = "Phiên xử lý {id} đã kết thúc ({state})."
    en = "Process instance {id} has ended ({state})."


class InstanceSuspended(EngineError):
    """The instance is suspended; resume it first."""

    code = "instanceSuspended"
    vi = "Phiên xử lý {id} đang tạm dừng; hãy cho chạy tiếp trước."
    en = "Process instance {id} is suspended; resume it first."


class IllegalStatusMove(EngineError):
    """A dossier may not go from one national status to another: the diagram is wrong."""

    code = "illegalStatusMove"
    vi = (
        "“{name}” ({element}) chuyển hồ sơ từ trạng thái {before} sang {after}; bảng trạng thái quốc gia không cho phép. "
        "Hãy sửa sơ đồ (motcua:statusCode)."
    )
    en = (
        "'{name}' ({element}) takes the dossier from status {before} to {after}, which the national statuses do not allow. "
        "Mend the diagram (motcua:statusCode)."
    )


class DossierDiffers(EngineError):
    """A dossier of that code is there and is another."""

    code = "dossierDiffers"
    vi = "Đã có hồ sơ {dossier}, thuộc thủ tục khác ({key})."
    en = "There is a dossier {dossier} already, of another procedure ({key})."


class NotUnderWay(EngineError):
    """What was asked for is only there while a dossier is being worked on."""

    code = "dossierNotUnderWay"
    vi = "Hồ sơ {dossier} không ở giai đoạn giải quyết nên không làm được việc này."
    en = "Dossier {dossier} is not being worked on, so this cannot be done."


class MessageReserved(EngineError):
    """Money and what outside systems send is proved where it comes in; nobody may say it in their place."""

    code = "messageReserved"
    vi = "Tin “{name}” của hồ sơ chỉ phát sinh từ khoản đã nộp hoặc hệ thống bên ngoài; dùng /v1/dossiers/{{code}}/payments, /v1/inbound."
    en = "Message '{name}' only comes of a dossier's payment or of an outside system; use /v1/dossiers/{{code}}/payments or /v1/inbound."


class DossierClosed(EngineError):
    """Nothing is taken for a dossier that is over: no money, no rating of what was withdrawn."""

    code = "dossierClosed"
    vi = "Hồ sơ {dossier} đã rút, bị từ chối, dừng xử lý hoặc đã trả kết quả; không thu tiền, hãy trả lại người nộp."
    en = "Dossier {dossier} was withdrawn, refused, stopped or returned; take no money, give it back to the payer."


class AmountNotDue(EngineError):
    """What is paid at the counter is what is due, or nobody could tell which bill it was for."""

    code = "amountNotDue"
    vi = "Hồ sơ {dossier}: số tiền {amount} đồng khác số còn phải nộp ({due} đồng); chưa ghi nhận gì. Hãy kiểm tra lại."
    en = "Dossier {dossier}: {amount} đồng is not what is still due ({due} đồng); nothing was recorded. Check it."


class PaidBefore(EngineError):
    """A receipt stands for one payment of a dossier."""

    code = "paidBefore"
    vi = "Biên lai {receipt} đã được ghi nhận cho hồ sơ {dossier}."
    en = "Receipt {receipt} was recorded for dossier {dossier} before."


class RefundedBefore(EngineError):
    """A payment is given back once."""

    code = "refundedBefore"
    vi = "Khoản đã nộp {payment} đã được hoàn trước đó."
    en = "Payment {payment} was given back before."


class NotToBeRated(EngineError):
    """A citizen rates a result, and each result once."""

    code = "notToBeRated"
    vi = "Hồ sơ {dossier} chưa có kết quả để đánh giá, hoặc kết quả này đã được đánh giá."
    en = "Dossier {dossier} has no result to be rated yet, or this result was rated."


class ExtendedBefore(EngineError):
    """A dossier is given a new date once at most."""

    code = "extendedBefore"
    vi = "Hồ sơ {dossier} đã được hẹn lại một lần (đến {due}); chỉ được hẹn lại một lần."
    en = "Dossier {dossier} was given a new date before ({due}); that is done once at most."


class InstanceNotSuspended(EngineError):
    """Only a suspended instance can be resumed."""

    code = "instanceNotSuspended"
    vi = "Phiên xử lý {id} không bị tạm dừng."
    en = "Process instance {id} is not suspended."


class UserTaskNotOpen(EngineError):
    """Somebody finished it before, or the process withdrew it."""

    code = "taskNotOpen"
    vi = "Công việc {id} không còn mở ({state})."
    en = "User task {id} is no longer open ({state})."


class HeldByAnother(EngineError):
    """Somebody else has claimed the task."""

    code = "heldByAnother"
    vi = "Công việc {id} đang do {assignee} giữ."
    en = "User task {id} is held by {assignee}."


class FourEyes(EngineError):
    """Two steps need two persons; this one did the other step."""

    code = "fourEyes"
    vi = "Công việc “{elementId}” phải do người khác làm: {person} đã hoàn thành “{otherElementId}” của hồ sơ này (nguyên tắc bốn mắt)."
    en = "'{elementId}' must be done by somebody else: {person} completed '{otherElementId}' of this dossier (four eyes)."


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


class JobNotHeld(EngineError):
    """The caller has not fetched the job, has given it back, or was too slow, and another fetched it."""

    code = "jobNotHeld"
    vi = "Bạn không giữ công việc máy {id}: chưa nhận, đã trả lại, hoặc hết hạn giữ và nơi khác đã nhận. Hãy nhận lại (fetch) rồi làm."
    en = "You do not hold job {id}: it was not fetched, was given back, or its lock ended and another has it. Fetch it again."


class BusinessKeyInUse(EngineError):
    """An instance that has not ended has this business key."""

    code = "businessKeyInUse"
    vi = "Mã {businessKey} đang thuộc phiên xử lý {processInstanceId} chưa kết thúc."
    en = "Business key {businessKey} belongs to process instance {processInstanceId}, which has not ended."


class BusinessKeyTaken(EngineError):
    """The key is in use, said to somebody who does not reach the other instance: only that it is there."""

    code = "businessKeyTaken"
    vi = "Mã {businessKey} đang được một hồ sơ khác chưa kết thúc sử dụng; hãy kiểm tra lại mã."
    en = "Business key {businessKey} belongs to another dossier that has not ended; check the key."


class NoPlainStart(EngineError):
    """The process has no start event that the API can begin at."""

    code = "noPlainStart"
    vi = "Quy trình {key} không có sự kiện bắt đầu thường; nó bắt đầu bằng tin nhắn, tín hiệu hoặc hẹn giờ."
    en = "Process {key} has no plain start event; it is started by a message, a signal or a timer."


class CalledVersionsDiffer(EngineError):
    """One called process would be needed in two versions at once."""

    code = "calledVersionsDiffer"
    vi = "Quy trình {key} được gọi với hai phiên bản khác nhau trong cùng một phiên xử lý; hãy ban hành lại nơi gọi nó."
    en = "Process {key} is called in two versions within one instance; deploy its callers again."


class NoReceiver(EngineError):
    """Nobody waits for the message, and it may not be kept."""

    code = "noReceiver"
    vi = "Không có nơi nào chờ tin nhắn {name} với khóa {key}, và thời gian lưu là 0."
    en = "Nobody waits for message {name} with key {key}, and its time to live is 0."


class AmbiguousCorrelation(EngineError):
    """Two places wait for the message; it was given to neither."""

    code = "ambiguousCorrelation"
    vi = "Có {count} nơi cùng chờ tin nhắn {name} với khóa {key}; tin chưa được giao cho nơi nào."
    en = "{count} places wait for message {name} with key {key}; it was delivered to none of them."


class NoOpenIncident(EngineError):
    """Nothing in the instance waits to be tried again."""

    code = "noOpenIncident"
    vi = "Phiên xử lý {id} không có sự cố nào như vậy đang mở."
    en = "Process instance {id} has no such incident open."


class BatchNotInState(EngineError):
    """What is asked of the batch does not fit the state that it is in."""

    code = "batchNotInState"
    vi = "Đợt xử lý {id} đang ở trạng thái {state}, không làm việc này được nữa."
    en = "Batch {id} is {state}; this cannot be done to it now."


class PacketNotParked(EngineError):
    """Somebody has dealt with the packet already, or it was taken after all."""

    code = "packetNotParked"
    vi = "Gói tin {id} đang ở trạng thái {state}, không còn chờ người xử lý."
    en = "Packet {id} is {state}; nobody has to deal with it any more."


class IncidentNotOpen(EngineError):
    """The incident has been resolved."""

    code = "incidentNotOpen"
    vi = "Sự cố {id} đã được giải quyết."
    en = "Incident {id} has been resolved."


class NameTaken(EngineError):
    """Keys and users share one space of names: the log knows an actor by name only."""

    code = "nameTaken"
    vi = "Tên {name} đã được dùng cho {what} hoặc cho chính dịch vụ; hãy chọn tên khác."
    en = "The name {name} belongs to {what} already, or to the service itself; choose another."


class IssuerUnavailable(EngineError):
    """The issuer of tokens cannot be asked for its keys."""

    code = "issuerUnavailable"
    vi = "Chưa lấy được khóa của nơi cấp mã đăng nhập (OIDC); hãy thử lại sau ít giây."
    en = "The keys of the issuer of tokens (OIDC) cannot be had; try again in a few seconds."


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


class ClockNotVirtual(EngineError):
    """Time can only be moved where the service was started with a virtual clock."""

    code = "clockNotVirtual"
    vi = "Dịch vụ chạy theo giờ thật; chỉ đồng hồ ảo (MOTCUA_CLOCK=virtual) mới cho dời giờ."
    en = "The service runs on real time; only a virtual clock (MOTCUA_CLOCK=virtual) can be moved."


class Overloaded(EngineError):
    """The queue of commands is full."""

    code = "overloaded"
    vi = "Dịch vụ đang quá tải; hãy thử lại sau ít giây."
    en = "The service is overloaded; try again in a few seconds."


class StoreUnavailable(EngineError):
    """The database cannot be reached; nothing was changed."""

    code = "storeUnavailable"
    vi = "Cơ sở dữ liệu tạm thời không dùng được; chưa có gì thay đổi. Hãy thử lại."
    en = "The database cannot be used at the moment; nothing was changed. Try again."


class StoreFull(EngineError):
    """The database has no room left; nothing was changed."""

    code = "storeFull"
    vi = "Ổ đĩa của cơ sở dữ liệu đã đầy; chưa có gì thay đổi."
    en = "The database's disk is full; nothing was changed."


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


class ModificationRefused(EngineError):
    """A modification that cannot be done as asked; nothing of it was done. ``faults`` has everything that speaks against it."""

    code = "modificationRefused"
    vi = "Không sửa được phiên xử lý; số điều không thực hiện được: {count}. Chưa có gì thay đổi."
    en = "The instance was not modified. What cannot be done of what was asked: {count}. Nothing was changed."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults))


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


class PaperRefused(OperatorRefusal):
    """A paper cannot be made of what is to stand on it."""

    code = "paperRefused"
    vi = "Không lập được giấy: {why_vi}"
    en = "The paper cannot be made: {why_en}"

    @classmethod
    def no_form(cls, name: str, forms: Iterable[str]) -> PaperRefused:
        known = ", ".join(sorted(forms))
        return cls(
            why_vi=f"không có mẫu {name}; các mẫu: {known}.", why_en=f"there is no form {name}; forms are: {known}."
        )

    @classmethod
    def too_large(cls, size: int, most: int) -> PaperRefused:
        return cls(
            why_vi=f"nội dung {size} byte, vượt giới hạn {most} byte; hãy rút gọn.",
            why_en=f"what is to stand on it has {size} bytes, more than {most}; shorten it.",
        )

    @classmethod
    def not_set(cls, why: str) -> PaperRefused:
        return cls(why_vi=f"chương trình dàn trang báo: {why}.", why_en=f"the typesetter says: {why}.")


class SigningFailed(OperatorRefusal):
    """A paper could not be signed: the key, or whoever keeps it, did not do it. ``again`` says whether it may later."""

    code = "signingFailed"
    vi = "Chưa ký số được: {why}. Giấy chưa được đánh số và chưa phát hành; sửa nơi ký (MOTCUA_SIGNING) rồi thử lại."
    en = "Not signed: {why}. The paper has no number and is not out; mend the signer (MOTCUA_SIGNING), then retry."

    def __init__(self, why: str, *, again: bool = False) -> None:
        self.again = again
        super().__init__(why=why)


class SignatureMissing(OperatorRefusal):
    """What is to be published has no valid signature over all of its bytes; it does not go out."""

    code = "signatureMissing"
    vi = "Giấy {id} không có chữ ký số hợp lệ trên toàn văn; không đánh số, không phát hành. Hãy ký lại."
    en = "Paper {id} has no valid signature over all of it; it gets no number and does not go out. Sign it again."


class NumberTaken(OperatorRefusal):
    """Another paper of the series was published first: this one is made again with the number after it."""

    code = "numberTaken"
    vi = "Số {number} của dãy {series} đã thuộc giấy khác; giấy được lập lại với số sau."
    en = "Number {number} of series {series} went to another paper; this one is made again with the number after it."


class DocumentRefused(EngineError):
    """A file that is not kept: too large, empty, or not of a type that is taken."""

    code = "documentRefused"
    vi = "Tệp không được nhận: {why_vi}"
    en = "The file is not taken: {why_en}"


class DeploymentRefused(EngineError):
    """Files that cannot be executed; nothing was stored. ``problems`` has every one found."""

    code = "deploymentRefused"
    vi = "Không ban hành được: tìm thấy {count} lỗi, chưa lưu gì."
    en = "Not deployed: {count} problems were found, nothing was stored."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(count=len(self.problems))
