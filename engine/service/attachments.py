"""Attachments: documents of a dossier, kept once by their bytes, each with what it is and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.domain.attachment import MOST, Attachment, place_of
from engine.domain.document import LARGEST, MEGABYTE, Document
from engine.domain.errors import DocumentRefused, Fault, InvalidValues, NotFound
from engine.domain.record import Payload
from engine.ports import Queries
from engine.service import documents
from engine.service.command import Sender
from engine.service.dossiers import OnDossier, as_it_stands
from engine.service.live import Live
from engine.service.work import Work

LARGEST_DOSSIER = 10 * LARGEST
"""Bytes of all documents of a dossier, unless the operator says otherwise."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from, as the national portal asks: digitised, used before, from the national repository."""

    digitised: bool = False
    reused: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class AddDocument(OnDossier):
    """Hand in a document that was looked at. ``component`` says which paper of the procedure it is: its number or its name."""

    document: Document = field(default_factory=lambda: Document("", "", b""))
    name: str | None = None
    component: str | None = None
    origin: Origin = Origin()
    room: int = LARGEST_DOSSIER
    """Bytes that the dossier may have in all."""


def add(work: Work, command: AddDocument, by: Sender) -> Attachment:
    """Keep it with the dossier.

    Raises:
        NotFound: there is no such dossier.
        InstanceEnded: nobody works on it any more; what came in then would be seen by nobody.
        DocumentRefused: the dossier has too many, or too much, already.
        InvalidValues: its procedure has no such paper.
    """
    as_it_stands(work, command.id)
    live, size = work.not_ended(command.id), len(command.document.content)
    work.flush()
    _check_room(work.unit.attachments_of(command.id), size, command.room)
    component = _component(work, live, command.component)
    return attach(work, live, command.document, command.name, command.origin, component, by)


def attach(
    work: Work,
    live: Live,
    document: Document,
    name: str | None,
    origin: Origin,
    component: tuple[int, str] | None,
    by: Sender,
) -> Attachment:
    """Record a document and keep its file, in one commit."""
    id, cause = work.ids.new(), work.cause(by)
    said: Payload = {
        "document": id, "hash": documents.keep(work, document), "mediaType": document.media_type,
        "size": len(document.content), "digitised": origin.digitised, "reused": origin.reused, "shared": origin.shared,
        "component": None if component is None else component[0],
        "componentName": None if component is None else component[1],
        "values": {} if name is None else {"fileName": name},
    }  # fmt: skip
    work.record(live, "DocumentAdded", said, cause)
    added: Attachment = work.current.latest(Attachment, id, None)
    return added


def _check_room(there: Sequence[Attachment], size: int, room: int) -> None:
    if len(there) >= MOST:
        raise DocumentRefused(
            why_vi=f"hồ sơ đã có {MOST} tệp, là số tối đa.", why_en=f"the dossier has {MOST} files, which is the most."
        )
    taken = sum(one.size for one in there)
    if taken + size > room:
        left = max(room - taken, 0) // MEGABYTE
        raise DocumentRefused(
            why_vi=f"hồ sơ chỉ còn chỗ cho {left} MB; hãy giảm dung lượng.",
            why_en=f"the dossier has room for {left} MB only; make it smaller.",
        )


def _component(work: Work, live: Live, said: str | None) -> tuple[int, str] | None:
    """Which paper of the procedure it is.

    Raises:
        InvalidValues: there is none of that number or name.
    """
    if said is None:
        return None
    papers = work.loaded(live).procedure.documents
    found = place_of(said, papers)
    if found is None:
        known = "; ".join(f"{n}. {name}" for n, name in enumerate(papers, 1)) or "-"
        vi, en = (
            f"Thủ tục không có thành phần này. Có: {known}.",
            f"The procedure has no such paper. There are: {known}.",
        )
        raise InvalidValues([Fault("/component", "unknownComponent", vi, en)])
    return found


def one(queries: Queries, instance_id: str, id: str) -> Attachment:
    """A document of a dossier.

    Raises:
        NotFound: the dossier has none of that id.
    """
    found = queries.attachment(id)
    if found is None or found.instance_id != instance_id:
        raise NotFound(what="document", id=id)
    return found


def file(queries: Queries, attachment: Attachment) -> bytes:
    """Its bytes.

    Raises:
        NotFound: they were erased.
    """
    content = queries.document(attachment.hash)
    if content is None:
        raise NotFound(what="document", id=attachment.id)
    return content
