"""Attachments (giấy tờ kèm hồ sơ): documents that belong to one dossier, as which of its procedure's papers, and where from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 200
"""Attachments of one dossier."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One document of a dossier. ``component`` is its place, from 1, in the procedure's list of papers; None for another one.

    ``name`` is what the sender called the file, which may name a person: None once it was erased. ``digitised``, ``reused`` and
    ``shared`` are 1 where the document was digitised, was used before, or was taken from the national repository.
    """

    id: str
    instance_id: str
    hash: str
    media_type: str
    size: int
    component: int | None
    component_name: str | None
    name: str | None
    digitised: int
    reused: int
    shared: int
    added_at: str
    added_by: str


def place_of(said: str, papers: Sequence[str]) -> tuple[int, str] | None:
    """Which of a procedure's papers is meant, by its number or its name; None where it is none of them."""
    if said.isascii() and said.isdigit() and len(said) < 5 and 0 < int(said) <= len(papers):
        return int(said), papers[int(said) - 1]
    wanted = said.casefold()
    return next(((n, name) for n, name in enumerate(papers, 1) if name.casefold() == wanted), None)
