"""Documents: files are looked at before they are kept, and kept once however often they come."""

from __future__ import annotations

from hashlib import sha256

from engine.domain.document import LARGEST, XML, Document, media_type_of
from engine.domain.errors import DocumentRefused, NotFound
from engine.ports import Queries
from engine.service.work import Work
from engine.xml import XmlRefused, parse


def looked_at(content: bytes, largest: int = LARGEST) -> Document:
    """A file that may be kept. It takes as long as the file is large: look before the command, not inside.

    Raises:
        DocumentRefused: it is empty, too large, or not of a type that is taken.
    """
    kind = media_type_of(content, largest)
    if kind == XML:
        try:
            parse(content)
        except XmlRefused as refused:
            raise DocumentRefused(why_vi=refused.vi, why_en=refused.en) from refused
    return Document(sha256(content).hexdigest(), kind, content)


def keep(work: Work, document: Document) -> str:
    """Keep a file with the commit; the hash that it is found by."""
    work.current.documents[document.hash] = document.content
    return document.hash


def get(queries: Queries, hash: str) -> Document:
    """A file that is kept.

    Raises:
        NotFound: there is none with this hash.
    """
    content = queries.document(hash)
    if content is None:
        raise NotFound(what="document", id=hash)
    return Document(hash, media_type_of(content, len(content)), content)
