"""The outbox: what outside systems are to be told of dossiers is left in the commit that makes it true, and told after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.domain import backoff
from engine.domain.calendar import local_day
from engine.domain.call import Done, Failed, Result
from engine.domain.dossier import Dossier, Ruling
from engine.domain.news import Move, News
from engine.domain.news import Result as ResultPaper
from engine.domain.outbox import KEPT, PENDING, REFUSED, TOLD, OutboxEntry
from engine.domain.paper import PUBLISHED
from engine.domain.procedure import Procedure
from engine.domain.record import Draft, Record
from engine.domain.values import written
from engine.domain.waiting import Incident
from engine.ports import Page, Queries
from engine.runtime.connectors import Follower
from engine.runtime.sealing import first_of
from engine.service import history
from engine.service.command import SERVICE, Command, Sender
from engine.service.following import ruling_of

if TYPE_CHECKING:
    from engine.service.live import Live
    from engine.service.work import Work

TOLD_FIELDS = frozenset({"code", "status", "due_at"})
"""Fields of a dossier whose change is told at once; what else it has is told with them."""
TRIES = 12
"""Failures in a row after which a person is told; what may be tried again still is."""
SLOWEST = timedelta(minutes=15)
"""Between two tries of what a person was told of."""
GRACE = timedelta(seconds=10)
OUTSIDE = "connector:"
"""What the names of outside systems begin with, where they acted."""
REQUESTS = 6
"""At least so many are made to tell of one dossier: two logins, a look, the dossier twice, its progress."""
_ALL = 1_000_000


# ---- left in the commit
def leave(work: Work, live: Live, drafts: list[Draft]) -> None:
    """Leave a row for every system that is told of dossiers, where these records are news of one that it can know."""
    followers = work.catalog.connectors.followers
    if not followers or not (_moved(work, live.head.id) or _writes_news(work, live, drafts)):
        return
    dossier = work.dossier(live.head.id)
    if dossier is None or dossier.code is None or not work.loaded(live).procedure.is_national:
        return
    for connector in followers:
        _want(work, live, connector, dossier)


def _moved(work: Work, id: str) -> bool:
    """Whether the dossier itself has changed in the current command."""
    changed = work.current.rows.get(Dossier, {}).get(id)
    fields = getattr(changed, "fields", TOLD_FIELDS if changed is not None else ())
    return not TOLD_FIELDS.isdisjoint(fields)


def _writes_news(work: Work, live: Live, drafts: list[Draft]) -> bool:
    """Whether a paper came out, or something was written that the owner table names."""
    if any(kind == "PaperPublished" for kind, _ in drafts):
        return True
    names = {name for kind, p in drafts if kind == "VariablesWritten" and not p["scope"] for name in p["values"]}
    return bool(names) and not names.isdisjoint(work.loaded(live).procedure.owner.variables.values())


def _want(work: Work, live: Live, connector: str, dossier: Dossier) -> None:
    """A dossier that was not accepted is known to nobody but the system that handed it in."""
    entry, now = entry_of(work, live.head.id, connector), written(work.clock.now())
    if entry is None:
        origin = _origin(work, live, connector)
        if origin is None and dossier.accepted_at is None:
            return
        work.current.insert(OutboxEntry((live.head.id, connector), origin, PENDING, live.head.seq, due_at=now))
    else:
        # What is being told, or is put off, goes on so; what follows on it comes behind it.
        due = entry.due_at if entry.state == PENDING else now
        work.current.update(OutboxEntry, entry.id, state=PENDING, wanted=live.head.seq, due_at=due)
    work.wakes = True


def entry_of(work: Work, id: str, connector: str) -> OutboxEntry | None:
    """A row as the commands before and this one left it."""
    stored = None if work.is_new(id) else work.unit.outbox_entry(id, connector)
    staged = work.staged.latest(OutboxEntry, (id, connector), stored)
    found: OutboxEntry | None = work.current.latest(OutboxEntry, (id, connector), staged)
    return found


def _origin(work: Work, live: Live, connector: str) -> str | None:
    """The service of this very system by which the dossier came in: it is told by another way then."""
    rows = [row for row in (*work.staged.log, *work.current.log) if row.stream == live.head.id and row.first_seq == 1]
    first = rows[0] if rows else work.unit.log_rows(live.head.id, 0, 1)[0]
    opened = first_of(first).payload.get("dossier", {})
    by, _, service = opened.get("origin", "").partition(".")
    return service if by == connector else None


# ---- told after it
@dataclass(frozen=True, slots=True)
class Telling:
    """What a system is being told of a dossier: the news up to the record ``seq``."""

    entry: OutboxEntry
    follower: Follower
    news: News
    seq: int

    @property
    def id(self) -> str:
        """What is told to whom."""
        return " ".join(self.entry.id)

    @property
    def place(self) -> str:
        """The connector: it may be slow, and the others are not to wait for it."""
        return self.follower.connector.name


@dataclass(frozen=True, slots=True)
class BeginTelling(Command):
    """Take a row of the outbox that is due."""

    entry: OutboxEntry
    follower: Follower

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.entry.id[0],)


def begin(work: Work, command: BeginTelling, by: Sender) -> Telling | bool:
    """Collect the news, and leave the row to whoever asked for as long as telling may take; False where nothing is due."""
    work.flush()
    now = work.clock.now()
    entry = entry_of(work, *command.entry.id)
    if entry is None or entry.due_at is None or entry.due_at > written(now):
        return False
    live = work.live(entry.id[0])
    news = _news(work, live, entry)
    seconds = command.follower.connector.bounds.seconds * (REQUESTS + len(news.moves))
    taken: dict[str, Any] = {
        "sender": work.ids.new(),
        "due_at": written(now + timedelta(seconds=seconds) + GRACE),
        "tries": entry.tries + 1,
    }
    work.current.update(OutboxEntry, entry.id, **taken)
    return Telling(replace(entry, **taken), command.follower, news, live.head.seq)


def _news(work: Work, live: Live, entry: OutboxEntry) -> News:
    dossier, procedure, values = work.dossier(live.head.id), work.loaded(live).procedure, live.variables
    assert dossier is not None
    done, by = moves(work.unit, entry, ruling_of(work.unit, work.catalog, live.head.definition_id))
    return News(
        dossier, procedure, _office(work, live, procedure), procedure.owner.said(values),
        done, by, procedure.owner.wants_post(values), tuple(_results(work.unit, live.head.id, procedure)),
        tuple(work.unit.attachments_of(live.head.id)), entry.origin,
    )  # fmt: skip


def moves(queries: Queries, entry: OutboxEntry, ruling: Ruling) -> tuple[tuple[Move, ...], str | None]:
    """Every status that a dossier came to behind the record that was told last, the same again is none; and who acted last.

    What follows by itself on somebody's act, when a paper is signed or a system has answered, was done by him.
    """
    last = entry.tellings[-1] if entry.tellings else {}
    found: list[Move] = []
    status, by = last.get("status"), last.get("by")
    for record in history.records(queries, entry.id[0], entry.told, _ALL):
        by = _whose(record, by)
        code = record.payload.get("statusCode") if record.kind == "ElementEntered" else None
        if code is not None and code != status and ruling.is_own(record.payload["activity"]):
            status = code
            found.append(Move(code, record.recorded_at, by))
    return tuple(found), by


def _whose(record: Record, by: str | None) -> str | None:
    """Who acted last: nobody, where a time was over."""
    actor = record.on_behalf_of or record.actor
    if actor.startswith(OUTSIDE) or record.kind == "TimerFired":
        return None
    return by if actor == SERVICE.actor else actor


def _office(work: Work, live: Live, procedure: Procedure) -> str:
    """The name of the office that works on a dossier, else what the procedure says."""
    tree, unit = work.organisation(), live.head.unit
    found = None if tree is None or unit is None else tree.standing(unit, local_day(work.clock.now()))
    return found.name if found is not None else procedure.agency or unit or ""


def _results(queries: Queries, id: str, procedure: Procedure) -> Iterator[ResultPaper]:
    """The published papers that the procedure names as results; a receipt or a request is none."""
    known = {paper.form: paper for paper in procedure.result_papers}
    if not known:
        return
    for paper in queries.list_papers(id, None, PUBLISHED, Page(200)).rows:
        if (said := known.get(paper.form)) is not None:
            yield ResultPaper(paper.id, said.name, said.component, said.code)


# ---- what came of it
@dataclass(frozen=True, slots=True)
class NoteTelling(Command):
    """Write down what came of a telling; ``print`` is that of the packet, None where there was none."""

    telling: Telling
    result: Result
    print: str | None = None

    @property
    def instance_ids(self) -> tuple[str, ...]:
        return (self.telling.entry.id[0],)


def note(work: Work, command: NoteTelling, by: Sender) -> bool:
    """Keep how far the system has come, or put the next try off; False where somebody else has taken the row since."""
    work.flush()
    entry = entry_of(work, *command.telling.entry.id)
    if entry is None or entry.sender != command.telling.entry.sender:
        return False
    if isinstance(command.result, Done):
        _told(work, entry, command)
    else:
        _untold(work, entry, command)
    return True


def _told(work: Work, entry: OutboxEntry, command: NoteTelling) -> None:
    seq, news, now = command.telling.seq, command.telling.news, written(work.clock.now())
    telling = {"at": now, "record": seq, "status": news.dossier.status, "print": command.print, "by": news.by}
    more = entry.wanted > seq
    work.current.update(
        OutboxEntry, entry.id, state=PENDING if more else TOLD, told=seq, print=command.print, tries=0,
        due_at=now if more else None, sender=None, last_error=None, incident_at=None,
        tellings=(*entry.tellings, telling)[-KEPT:],
    )  # fmt: skip
    work.wakes = work.wakes or more
    _resolve(work, entry)


def _untold(work: Work, entry: OutboxEntry, command: NoteTelling) -> None:
    failed = command.result if isinstance(command.result, Failed) else Failed("answerNotRead")
    now = work.clock.now()
    may_follow = failed.again or entry.wanted > command.telling.seq
    due = written(now + _pause(work, entry.tries)) if may_follow else None
    since = entry.incident_at
    if not failed.again or entry.tries >= TRIES:
        since = since or written(now)
    changed: dict[str, Any] = {
        "state": PENDING if may_follow else REFUSED, "due_at": due, "sender": None, "last_error": failed.message,
        "incident_at": since,
    }  # fmt: skip
    work.current.update(OutboxEntry, entry.id, **changed)
    if since is not None:
        _raise(work, replace(entry, **changed))


def _pause(work: Work, tries: int) -> timedelta:
    """Ever longer; what a person was told of is still tried now and then, and heals by itself."""
    if tries >= TRIES:
        return SLOWEST * (1 + work.chance()) / 2
    return backoff.pause(tries, work.chance())


def _raise(work: Work, entry: OutboxEntry) -> None:
    incident = entry.incident
    if work.unit.incident(incident.id) is None:
        work.current.insert(incident)
    else:
        again = {"state": "open", "raised_at": incident.raised_at, "resolved_at": None, "detail": incident.detail}
        work.current.update(Incident, incident.id, **again)


def _resolve(work: Work, entry: OutboxEntry) -> None:
    if entry.incident_at is not None:
        work.current.update(Incident, entry.incident_id, state="resolved", resolved_at=written(work.clock.now()))


def retry(work: Work, incident: Incident, by: Sender) -> None:
    """Have a system told again, from the first try."""
    work.live(incident.instance_id)
    entry = next(entry for entry in work.unit.outbox_of(incident.instance_id) if entry.incident_id == incident.id)
    # Where it is being told just now, that is the try.
    due = written(work.clock.now()) if entry.sender is None else entry.due_at
    work.current.update(OutboxEntry, entry.id, state=PENDING, due_at=due, tries=0, incident_at=None)
    work.wakes = True
    _resolve(work, entry)
