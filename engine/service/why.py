"""Why an instance stands where it does: what it waits for, since when, and who can end the wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from engine.domain import instance
from engine.domain.access import Role
from engine.domain.record import Record
from engine.domain.user_task import UserTask
from engine.domain.values import written
from engine.domain.wait import Wait, Who
from engine.domain.waiting import BESIDE, GIVEN_UP, SERVICE, TIMER, Incident, Job, Subscription
from engine.ports import Clock, Queries
from engine.runtime.sealing import records_of
from engine.service.catalog import Catalog
from engine.service.places import definition_behind
from engine.service.standing import Standing

_ROWS = 200
"""Rows of the log that are read at once in search of a suspension."""
Said: TypeAlias = tuple[str, str]


class Asking:
    """What is asked for one answer: an instance as it was committed, and what its waits need to be explained."""

    def __init__(self, queries: Queries, catalog: Catalog, clock: Clock, stands: Standing) -> None:
        self.queries, self.catalog, self.stands = queries, catalog, stands
        self.now = written(clock.now())

    def waits(self) -> list[Wait]:
        """Everything that keeps it, the longest wait first; nothing once it has ended."""
        head = self.stands.head
        if head.ended:
            return []
        found = [self._explained(row) for row in self._rows()]
        if head.state == instance.SUSPENDED:
            found.append(self._suspension())
        return sorted(found, key=lambda wait: wait.since)

    def _rows(self) -> Iterator[Any]:
        stands = self.stands
        yield from (*stands.user_tasks, *stands.subscriptions, *stands.incidents, *stands.jobs)
        own = (job for job in self.queries.jobs_of(stands.head.id) if job.kind not in (TIMER, SERVICE, *BESIDE))
        yield from (job for job in own if job.abandoned_at is None)

    def _explained(self, row: Any) -> Wait:
        return _EXPLAINED[type(row)](self, row)

    def _suspension(self) -> Wait:
        """Who stopped it and why is in the log alone."""
        record = next(self._backwards("ProcessInstanceSuspended"))
        reason = record.payload["reason"]
        return Wait(
            "suspension", record.recorded_at, Who((Role.OPERATOR,)),
            f"Hồ sơ đang tạm dừng: “{reason}”. Cán bộ vận hành cho chạy tiếp thì mới có gì xảy ra.",
            f"It is suspended: “{reason}”. Nothing happens until an operator resumes it.",
        )  # fmt: skip

    def _backwards(self, kind: str) -> Iterator[Record]:
        """The instance's records of a kind, the last first."""
        end = self.stands.head.seq
        while end > 0:
            rows = self.queries.log_rows(self.stands.head.id, max(0, end - _ROWS), _ROWS)
            records = [record for row in rows for record in records_of(row) if record.seq <= end]
            yield from (record for record in reversed(records) if record.kind == kind)
            end -= _ROWS

    def barred(self, task: UserTask) -> tuple[str, ...]:
        """Who may not do a task, having done a step that other eyes have to see."""
        loaded = definition_behind(self.catalog, self.queries, self.stands.head, task.activity)
        others = loaded.four_eyes.get(task.element_id, ())
        done = self.queries.completers(task.instance_id, others) if others else ()
        return tuple(sorted({other.completed_by for other in done if other.completed_by is not None}))


def _for_person(asking: Asking, row: UserTask) -> Wait:
    who = Who((Role.OFFICER,), row.assignee, row.candidate_groups, row.unit, asking.barred(row))
    named = _named(row.name, row.element_id)
    whose_vi, whose_en = _whose(row, who)
    return Wait("userTask", row.created_at, who, f"Chờ {whose_vi} làm việc {named}{_not_vi(who)}.",
                f"Waits for {whose_en} to do {named}{_not_en(who)}.", row.element_id, row.name, row.id, row.due_at)  # fmt: skip


def _whose(row: UserTask, who: Who) -> Said:
    """For whom a task waits: the person who took it, else the office."""
    if who.person is not None:
        return who.person, who.person
    groups = row.lane or ", ".join(who.groups)
    unit_vi, unit_en = (f" ở đơn vị {who.unit}", f" in unit {who.unit}") if who.unit else ("", "")
    vi, en = (f"người của “{groups}”", f"somebody of “{groups}”") if groups else ("một cán bộ bất kỳ", "any officer")
    return vi + unit_vi, en + unit_en


def _not_vi(who: Who) -> str:
    return f" (trừ {', '.join(who.but)}: đã làm bước kia)" if who.but else ""


def _not_en(who: Who) -> str:
    return f" (but not {', '.join(who.but)}, who did the other step)" if who.but else ""


def _for_event(asking: Asking, row: Subscription) -> Wait:
    """A message has one receiver, found by its key; a signal has no key."""
    if row.kind == "signal":
        who, vi, en = Who((Role.ADMIN,)), f"Chờ tín hiệu “{row.name}”.", f"Waits for the signal “{row.name}”."
    else:
        with_vi, with_en = (f" với khóa “{row.key}”", f" with the key “{row.key}”") if row.key else ("", "")
        who = Who((Role.PORTAL,))
        vi = f"Chờ thông điệp “{row.name}”{with_vi} từ cổng dịch vụ công hoặc phần mềm khác."
        en = f"Waits for the message “{row.name}”{with_en} from the portal or another system."
    return Wait(row.kind, row.opened_at, who, vi, en, row.element_id, row.element_name, row.id)


def _for_help(asking: Asking, row: Incident) -> Wait:
    named = _named(row.element_name, row.element_id)
    again_vi, again_en = (
        ("xem nguyên nhân rồi cho thử lại", "looks for the cause and retries")
        if row.code == GIVEN_UP
        else ("sửa nguyên nhân rồi cho thử lại", "mends the cause and retries")
    )
    return Wait(
        "incident", row.raised_at, Who((Role.OPERATOR,)),
        f"Dừng ở {named} vì sự cố {row.code}: {row.detail['vi']} Cán bộ vận hành {again_vi}.",
        f"Stopped at {named} by the incident {row.code}: {row.detail['en']} An operator {again_en}.",
        row.element_id, row.element_name, row.id,
    )  # fmt: skip


def _for_machine(asking: Asking, row: Job) -> Wait:
    explain = {TIMER: _for_time, SERVICE: _for_worker}.get(row.kind, _for_itself)
    return explain(asking, row)


def _for_time(asking: Asking, row: Job) -> Wait:
    named = _named(row.element_name, row.element_id)
    return Wait(
        "timer", row.asked_at or row.run_at, Who(), f"Chờ đến giờ của {named}; không ai phải làm gì.",
        f"Waits for the time of {named}; nobody has to do anything.",
        row.element_id, row.element_name, row.id, row.due_at,
    )  # fmt: skip


def _for_worker(asking: Asking, row: Job) -> Wait:
    if row.operation is not None:
        return _for_answer(asking, row, row.operation)
    held_vi, held_en = _held(asking, row)
    named = _named(row.element_name, row.element_id)
    return Wait(
        "job", row.asked_at or row.run_at, Who((Role.WORKER,), row.worker, topic=row.topic),
        f"Chờ phần mềm nhận việc “{row.topic}” xử lý {named}: {held_vi}.",
        f"Waits for a worker of “{row.topic}” to do {named}: {held_en}.",
        row.element_id, row.element_name, row.id, row.run_at if row.run_at > asking.now else None,
    )  # fmt: skip


def _held(asking: Asking, row: Job) -> Said:
    """Where a worker's job stands: nobody came, somebody has it, or it is to be fetched again."""
    if not row.attempt:
        return "chưa máy nào lấy", "nobody has fetched it"
    if row.run_at <= asking.now:
        return f"đã lấy {row.attempt} lần, chưa xong", f"fetched {row.attempt} times, not done"
    if row.worker is None:
        return f"lần {row.attempt} không được, chờ lấy lại", f"attempt {row.attempt} failed, to be fetched again"
    return f"{row.worker} đang làm, lần {row.attempt}", f"{row.worker} is at it, attempt {row.attempt}"


def _for_answer(asking: Asking, row: Job, operation: str) -> Wait:
    called_vi, called_en = _called(row)
    named = _named(row.element_name, row.element_id)
    return Wait(
        "own", row.asked_at or row.run_at, Who(),
        f"Chờ hệ thống khác ({operation}) làm {named}: {called_vi}; không ai phải làm gì.",
        f"Waits for another system ({operation}) to do {named}: {called_en}; nobody has to do anything.",
        row.element_id, row.element_name, row.id, row.run_at if row.run_at > asking.now else None,
    )  # fmt: skip


def _called(row: Job) -> Said:
    """Where a call stands."""
    if not row.attempt:
        return "chưa gọi", "not called yet"
    if row.worker is None:
        return f"lần {row.attempt} không được, sẽ gọi lại", f"attempt {row.attempt} failed, it will be called again"
    return f"đang gọi, lần {row.attempt}", f"being called, attempt {row.attempt}"


def _for_itself(asking: Asking, row: Job) -> Wait:
    after_vi, after_en = (
        (f" sau lỗi {row.last_error}", f" after the fault {row.last_error}") if row.last_error else ("", "")
    )
    return Wait(
        "own", row.asked_at or row.run_at, Who(),
        f"Phần mềm tự làm tiếp ({row.kind}){after_vi}; không ai phải làm gì.",
        f"The service goes on by itself ({row.kind}){after_en}; nobody has to do anything.",
        row.element_id, row.element_name, row.id, row.run_at,
    )  # fmt: skip


def _named(name: str | None, element_id: str | None) -> str:
    return f"“{name or element_id}”"


_EXPLAINED: dict[type, Callable[[Asking, Any], Wait]] = {
    UserTask: _for_person,
    Subscription: _for_event,
    Incident: _for_help,
    Job: _for_machine,
}
