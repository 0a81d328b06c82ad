"""Refusals of instances, their tasks, jobs, messages and incidents."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.errors.refusal import EngineError, Fault


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


class JobNotHeld(EngineError):
    """The caller has not fetched the job, has given it back, or was too slow, and another fetched it."""

    code = "jobNotHeld"
    vi = "Bạn không giữ công việc máy {id}: chưa nhận, đã trả lại, hoặc hết hạn giữ và nơi khác đã nhận. Hãy nhận lại (fetch) rồi làm."
    en = "You do not hold job {id}: it was not fetched, was given back, or its lock ended and another has it. Fetch it again."


class BusinessKeyInUse(EngineError):
    """An instance that has not ended has this business key, or its dossier is called so."""

    code = "businessKeyInUse"
    vi = "Mã {businessKey} thuộc phiên xử lý {processInstanceId} chưa kết thúc, hoặc là mã hồ sơ của phiên đó."
    en = (
        "Business key {businessKey} belongs to process instance {processInstanceId}, which has not ended, "
        "or is its dossier's code."
    )


class BusinessKeyTaken(EngineError):
    """The key is in use, said to somebody who does not reach the other instance: only that it is there."""

    code = "businessKeyTaken"
    vi = "Mã {businessKey} là của một hồ sơ khác; hãy kiểm tra lại mã."
    en = "Business key {businessKey} belongs to another dossier; check the key."


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


class MessageReserved(EngineError):
    """Money, ratings and what outside systems send are proved where they come in; nobody may say it in their place."""

    code = "messageReserved"
    vi = (
        "Tin “{name}” chỉ phát sinh từ khoản đã nộp, đánh giá của người dân hoặc hệ thống bên ngoài; dùng "
        "/v1/dossiers/{{code}}/payments, /v1/public/dossiers/{{code}}/rating, /v1/inbound."
    )
    en = (
        "Message '{name}' only comes of a payment, of a citizen's rating or of an outside system; use "
        "/v1/dossiers/{{code}}/payments, /v1/public/dossiers/{{code}}/rating or /v1/inbound."
    )


class NoOpenIncident(EngineError):
    """Nothing in the instance waits to be tried again."""

    code = "noOpenIncident"
    vi = "Phiên xử lý {id} không có sự cố nào như vậy đang mở."
    en = "Process instance {id} has no such incident open."


class IncidentNotOpen(EngineError):
    """The incident has been resolved."""

    code = "incidentNotOpen"
    vi = "Sự cố {id} đã được giải quyết."
    en = "Incident {id} has been resolved."


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


class ModificationRefused(EngineError):
    """A modification that cannot be done as asked; nothing of it was done. ``faults`` has everything that speaks against it."""

    code = "modificationRefused"
    vi = "Không sửa được phiên xử lý; số điều không thực hiện được: {count}. Chưa có gì thay đổi."
    en = "The instance was not modified. What cannot be done of what was asked: {count}. Nothing was changed."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults))
