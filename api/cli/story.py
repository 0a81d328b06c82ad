"""A history as deeds: what somebody (or the clock) did, and what followed from it.

A deed is what one command wrote: its first record is what came from outside, the others are its consequences. Names,
lanes, legal bases and status codes are those of the diagram, as the records have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeAlias

from api.cli.language import either, say
from api.cli.moments import at, brief

Payload: TypeAlias = dict[str, Any]

_WAITS = {"receiveTask", "intermediateCatchEvent", "eventBasedGateway"}
_SILENT = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "userTask"}
"""Gateways only show the way; a user task is told when the work is offered."""
_TECHNICAL = {"Dispatched", "ProcessInstanceContinued", "JobBegun"}


@dataclass(slots=True)
class Consequence:
    """Something that followed: a ``sign`` for its sort, what it was, the status that the dossier got by it."""

    sign: str
    text: str
    status: str | None = None
    detail: str = ""
    """For whom, until when."""
    times: int = 1


@dataclass(slots=True)
class Deed:
    """One command: when, who, what; on which legal basis; when it should have been done."""

    at: str
    actor: str | None
    """None: nobody, it happened by itself."""
    kind: str
    what: str = ""
    status: str | None = None
    legal_basis: str | None = None
    due: str | None = None
    arrival: str | None = None
    """Element at which what came from outside arrives, until it has."""
    consequences: list[Consequence] = field(default_factory=list)

    @property
    def late(self) -> bool:
        """Days are compared, not minutes: that is how dossiers are rated."""
        return self.due is not None and at(self.at).date() > at(self.due).date()

    @property
    def technical(self) -> bool:
        """Of no interest to people: the service talking to itself."""
        return self.kind in _TECHNICAL and not self.consequences


@dataclass(slots=True)
class Story:
    """Knows everything that was named so far, and tells further records with it."""

    activities: dict[str, Payload] = field(default_factory=dict)
    tasks: dict[str, Payload] = field(default_factory=dict)
    """User tasks in the order in which they were offered."""
    timers: dict[str, Payload] = field(default_factory=dict)
    waits: dict[str, Payload] = field(default_factory=dict)
    told: int = 0
    """Number of the last record."""

    def deeds(self, records: Iterable[dict[str, Any]]) -> list[Deed]:
        """The deeds of further records. They must come in order, and whole commands at a time."""
        return [self._deed(list(group)) for _, group in groupby(records, key=lambda record: record["cause"])]

    def _deed(self, records: list[dict[str, Any]]) -> Deed:
        first = records[0]
        person = first.get("onBehalfOf") or first.get("actor")
        deed = Deed(first["recordedAt"], None if person == "service" else person, first["kind"])
        for record in records:
            self.told = record["seq"]
            if (telling := _TELLINGS.get(record["kind"])) is not None:
                telling(self, deed, record["payload"])
        return deed

    def name_of(self, activity: str | None) -> str:
        """What people call the element of an activity."""
        known = self.activities.get(activity or "", {})
        return str(known.get("name") or known.get("element") or activity)

    def arrival(self, p: Payload) -> str | None:
        """The element that a timer or message enters; None where a token was at it already."""
        at_it = self.activities.get(p["activity"], {}).get("element") == p["element"]
        return None if at_it else str(p["element"])


def _called(payload: Payload) -> str:
    return str(payload.get("name") or payload["element"])


def _add(deed: Deed, sign: str, text: str, status: str | None = None, detail: str = "") -> None:
    """The same several times is told once, with the number of times."""
    for known in deed.consequences:
        if (known.sign, known.text, known.status, known.detail) == (sign, text, status, detail):
            known.times += 1
            return
    deed.consequences.append(Consequence(sign, text, status, detail))


def _entered(story: Story, deed: Deed, p: Payload) -> None:
    story.activities[p["activity"]] = p
    kind, status = p["type"], p.get("statusCode")
    if deed.kind == "ProcessInstanceStarted" and kind == "startEvent" and not deed.what:
        deed.what, deed.status = _called(p), status
    elif kind == "startEvent" or p["element"] == deed.arrival:
        deed.status, deed.arrival = status or deed.status, None
    elif kind in _WAITS:
        _add(deed, "…", say(f"chờ: {_called(p)}", f"waits: {_called(p)}"), status)
    elif kind == "endEvent" or (
        kind not in _SILENT and (status or p.get("loop") or "/" not in p["activity"].partition("#")[2])
    ):
        _add(deed, "·", _called(p), status)


def _offered(story: Story, deed: Deed, p: Payload) -> None:
    story.tasks[p["userTask"]] = p
    status = story.activities.get(p["activity"], {}).get("statusCode")
    whose = p.get("lane") or ", ".join(p.get("candidateGroups") or [])
    due = f"{say('hạn', 'due')} {brief(p['due'], deed.at)}" if p.get("due") else ""
    _add(deed, "→", _called(p), status, ", ".join(part for part in (due, whose) if part))


def _completed(story: Story, deed: Deed, p: Payload) -> None:
    task = story.tasks.get(p["userTask"], {})
    deed.what, deed.due = story.name_of(p["activity"]), task.get("due")
    deed.legal_basis = story.activities.get(p["activity"], {}).get("legalBasis")


def _on_task(verb: Callable[[], str]) -> Callable[[Story, Deed, Payload], None]:
    def tell(story: Story, deed: Deed, p: Payload) -> None:
        deed.what = f"{verb()}: {_called(story.tasks.get(p['userTask'], {'element': p['userTask']}))}"
        if p.get("assignee"):
            deed.what += f" ({p['assignee']})"

    return tell


def _withdrawn(story: Story, deed: Deed, p: Payload) -> None:
    task = story.tasks.get(p["userTask"], {"element": p["userTask"]})
    _add(deed, "×", say(f"rút lại việc: {_called(task)}", f"withdrawn: {_called(task)}"))


def _cancelled(story: Story, deed: Deed, p: Payload) -> None:
    """Told where somebody chose it; elsewhere it follows from what happened. A user task is told as work."""
    if deed.kind == "ProcessInstanceModified" and story.activities.get(p["activity"], {}).get("type") != "userTask":
        name = story.name_of(p["activity"])
        _add(deed, "×", say(f"rút lại: {name}", f"withdrawn: {name}"))


def _armed(story: Story, deed: Deed, p: Payload) -> None:
    story.timers[p["timer"]] = p
    _add(deed, "○", say(f"hẹn giờ “{_called(p)}”", f"timer “{_called(p)}”"), detail=brief(p["due"], deed.at))


def _fired(story: Story, deed: Deed, p: Payload) -> None:
    name = _called(story.timers.get(p["timer"], p))
    deed.what, deed.arrival = say(f"Đến giờ “{name}”", f"Timer “{name}”"), story.arrival(p)


def _opened(story: Story, deed: Deed, p: Payload) -> None:
    story.waits[p["subscription"]] = p


def _delivered(story: Story, deed: Deed, p: Payload) -> None:
    wait = story.waits.get(p["subscription"], {})
    known = wait.get("elementName") or story.activities.get(p["activity"], {}).get("name") or p["name"]
    deed.what, deed.arrival = say(f"Tin nhắn “{known}”", f"Message “{known}”"), story.arrival(p)
    deed.legal_basis = story.activities.get(p["activity"], {}).get("legalBasis")


def _signalled(story: Story, deed: Deed, p: Payload) -> None:
    deed.what = say(f"Tín hiệu “{p.get('name')}”", f"Signal “{p.get('name')}”")


def _doing(vi: str, en: str) -> Callable[[Story, Deed, Payload], None]:
    def tell(story: Story, deed: Deed, p: Payload) -> None:
        reason = f": {p['reason']}" if p.get("reason") else ""
        deed.what = f"{say(vi, en)}{reason}"

    return tell


def _mended(story: Story, deed: Deed, p: Payload) -> None:
    names = ", ".join(p["values"])
    deed.what = say(f"Sửa dữ liệu ({names}): {p['reason']}", f"Mended variables ({names}): {p['reason']}")


def _modified(story: Story, deed: Deed, p: Payload) -> None:
    _doing("Sửa luồng xử lý", "Modified")(story, deed, p)
    for start in p["start"]:
        if flow := start.get("flow"):
            _add(deed, "·", say(f"coi như đã qua luồng: {flow}", f"flow counts as taken: {flow}"))


def _sent(vi: str, en: str) -> Callable[[Story, Deed, Payload], None]:
    def tell(story: Story, deed: Deed, p: Payload) -> None:
        _add(deed, "·", f"{say(vi, en)}: {p.get('name') or p.get('code') or ''}")

    return tell


def _published(story: Story, deed: Deed, p: Payload) -> None:
    name, signer = story.name_of(p["activity"]), p["signer"]
    deed.what = say(f"{p['label']} “{name}”, ký bởi {signer}", f"{p['label']} “{name}”, signed by {signer}")


def _job_done(story: Story, deed: Deed, p: Payload) -> None:
    deed.what = say(f"Xong “{story.name_of(p['activity'])}”", f"Done: “{story.name_of(p['activity'])}”")


def _job_failed(story: Story, deed: Deed, p: Payload) -> None:
    name = story.name_of(p["activity"])
    deed.what = say(f"Chưa làm được “{name}”", f"Not done: “{name}”")


def _money(amount: int) -> str:
    return f"{amount:,} đồng".replace(",", ".")


def _fee(story: Story, deed: Deed, p: Payload) -> None:
    if p["amount"]:
        _add(deed, "·", say(f"phải nộp {_money(p['amount'])}", f"due: {_money(p['amount'])}"))


def _paid(story: Story, deed: Deed, p: Payload) -> None:
    if deed.kind == "PaymentSettled":
        deed.what = say(f"Nộp {_money(p['amount'])}", f"Paid {_money(p['amount'])}")
    else:
        _add(deed, "·", say(f"đã nộp {_money(p['amount'])}", f"paid: {_money(p['amount'])}"))


def _refunded(story: Story, deed: Deed, p: Payload) -> None:
    deed.what = say(f"Hoàn {_money(p['amount'])}: {p['reason']}", f"Refunded {_money(p['amount'])}: {p['reason']}")


def _escalated(story: Story, deed: Deed, p: Payload) -> None:
    of = say("hồ sơ", "the dossier") if p["of"] == "dossier" else f"“{story.name_of(p['activity'])}”"
    deed.what = say(f"Đã dùng {p['percent']} % thời hạn của {of}", f"{p['percent']} % of the limit of {of} used")


def _dated(vi: str, en: str) -> Callable[[Story, Deed, Payload], None]:
    def tell(story: Story, deed: Deed, p: Payload) -> None:
        reason = f": {p['reason']}" if p.get("reason") else ""
        deed.what = f"{say(vi, en)} {brief(p['due'], deed.at)}{reason}"

    return tell


def _failed(story: Story, deed: Deed, p: Payload) -> None:
    detail = either(p["detail"])
    _add(deed, "!", say(f"sự cố tại “{_called(p)}”: {detail}", f"incident at “{_called(p)}”: {detail}"))


def _finished(story: Story, deed: Deed, p: Payload) -> None:
    """The end event that took the last token is the end of all."""
    if deed.consequences:
        deed.consequences[-1].sign = "■"


def _ended(vi: str, en: str) -> Callable[[Story, Deed, Payload], None]:
    def tell(story: Story, deed: Deed, p: Payload) -> None:
        _add(deed, "■", say(vi, en))

    return tell


_TELLINGS: dict[str, Callable[[Story, Deed, Payload], None]] = {
    "UserTaskClaimed": _on_task(lambda: say("Nhận việc", "Claimed")),
    "UserTaskReleased": _on_task(lambda: say("Trả việc", "Released")),
    "UserTaskAssigned": _on_task(lambda: say("Giao việc", "Assigned")),
    "UserTaskCompleted": _completed,
    "MessageDelivered": _delivered,
    "SignalDelivered": _signalled,
    "TimerFired": _fired,
    "VariablesMended": _mended,
    "IncidentRetried": _doing("Thử lại bước bị sự cố", "Retried the failed step"),
    "Dispatched": _doing("Tin đã chuyển đi", "Dispatched"),
    "ProcessInstanceContinued": _doing("Chạy tiếp", "Continued"),
    "ProcessInstanceModified": _modified,
    "ProcessInstanceSuspended": _doing("Tạm dừng", "Suspended"),
    "ProcessInstanceResumed": _doing("Cho chạy tiếp", "Resumed"),
    "ProcessInstanceCancelled": _doing("Hủy phiên xử lý", "Cancelled"),
    "ElementEntered": _entered,
    "ElementCancelled": _cancelled,
    "UserTaskCreated": _offered,
    "UserTaskCancelled": _withdrawn,
    "TimerArmed": _armed,
    "SubscriptionOpened": _opened,
    "MessageSent": _sent("gửi tin", "sent message"),
    "SignalThrown": _sent("phát tín hiệu", "signal"),
    "EscalationThrown": _sent("báo cấp trên", "escalation"),
    "ErrorThrown": _sent("lỗi nghiệp vụ", "error"),
    "IncidentRaised": _failed,
    "PaperPublished": _published,
    "JobCompleted": _job_done,
    "JobErrorThrown": _job_failed,
    "JobFailed": _job_failed,
    "FeeDetermined": _fee,
    "PaymentSettled": _paid,
    "PaymentRefunded": _refunded,
    "EscalationReached": _escalated,
    "ExtensionDrafted": _dated("Soạn Phiếu xin lỗi, hẹn lại", "Letter of apology drafted, new date"),
    "ExtensionDropped": _doing("Phiếu xin lỗi không phát hành", "The letter of apology did not go out"),
    "DueTimeExtended": _dated("Hẹn lại ngày trả", "New date"),
    "DueTimeRecomputed": _dated("Tính lại hạn theo lịch mới, hạn", "Due again by another calendar, now"),
    "NoteAdded": _doing("Ghi chú", "Note"),
    "DocumentAdded": _doing("Nộp thêm giấy tờ", "Document handed in"),
    "DossierRated": _doing("Đánh giá kết quả", "The result was rated"),
    "ProcessInstanceCompleted": _finished,
    "ProcessInstanceFailed": _ended("phiên xử lý thất bại", "process instance failed"),
    "ProcessInstanceTerminated": _ended("phiên xử lý bị hủy", "process instance cancelled"),
}
"""Kinds that are not here follow from others and need not be told."""
