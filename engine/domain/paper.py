"""Papers (giấy tờ, văn bản): what an office hands out about a dossier, numbered, signed, and linked to its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

DRAFTED, PUBLISHED, WITHDRAWN = "drafted", "published", "withdrawn"
STATES = (DRAFTED, PUBLISHED, WITHDRAWN)
"""``drafted``: asked for, nothing of it is out; ``withdrawn``: not needed any more before it was out."""
CONTROL_SHEET = "mau_05"
"""The form that is made of the history alone."""
APOLOGY = "mau_04"
"""The form of the letter by which a new date is given."""


def letter_id(dossier: str) -> str:
    """The id of the job that makes a dossier's letter: there is one at most."""
    return f"letter-{dossier}"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. ``series`` and ``number`` are given in the commit that publishes it: no number is missing, none unsigned.

    ``hash`` is the SHA-256 of the signed PDF, ``seq`` the record that published it.
    """

    id: str
    instance_id: str
    form: str
    activity: str
    element_id: str
    element_name: str | None
    dossier: str | None
    unit: str | None
    state: str
    drafted_at: str
    series: str | None = None
    number: int | None = None
    label: str | None = None
    """The number as it is printed: ``12/HDHS``."""
    hash: str | None = None
    signer: str | None = None
    published_at: str | None = None
    withdrawn_at: str | None = None


@dataclass(slots=True)
class CountedPaper:
    """One paper as figures see it: what it is of, and what became of it when. Nothing unsigned is ever published.

    Not frozen, for what that costs: there are hundreds of thousands.
    """

    key: str
    unit: str | None
    form: str
    drafted_at: str
    published_at: str | None
    withdrawn_at: str | None
    signed: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is laid down somewhere: by what, from when until when, and whether that was looked up in the original."""

    name: str
    title: str
    symbol: str
    basis: str
    valid_from: str
    confirmed: bool
    valid_until: str = "9999-12-31"

    def stands(self, day: date) -> bool:
        """Whether papers of a day are made by it."""
        return self.valid_from <= day.isoformat() <= self.valid_until

    def series(self, unit: str | None, day: date) -> str:
        """Where its numbers come from: every unit begins at 1 every year."""
        return f"paper/{self.name}/{unit or ''}/{day.year}"

    def label(self, number: int) -> str:
        """A number as it is printed."""
        return f"{number:02}/{self.symbol}"


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the control sheet: who had the dossier, from when until when, and whether he was in time."""

    place: str
    step: str
    handed: str
    received: str
    who: str
    timeliness: str
    note: str = ""

    def said(self) -> dict[str, str]:
        """As a sheet has it."""
        return {
            "place": self.place, "step": self.step, "handed": self.handed, "received": self.received, "who": self.who,
            "timeliness": self.timeliness, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed on a paper. It holds all there is to know: the same sheet is the same paper."""

    form: str
    day: date
    number: str
    agency: str
    above: str = ""
    """Whom the agency stands below."""
    place: str = ""
    dossier: str = ""
    procedure: str = ""
    received: str = ""
    due: str = ""
    basis: str = ""
    """The legal basis of the step that makes it."""
    coded: str = ""
    """What the QR code says."""
    values: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed paper, and who signed it: what was found when the signature was checked over all of its bytes."""

    content: bytes = field(repr=False)
    signer: str
