"""Ratings: what the citizen says about the result, by the one door that there is for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.domain import status
from engine.domain.dossier import DISSATISFIED, Dossier
from engine.domain.errors import NotToBeRated
from engine.service import messages
from engine.service.command import Sender
from engine.service.dossiers import OnDossier, as_it_stands
from engine.service.work import Work

RATED = "danh_gia_phan_anh"
"""Message by which a diagram hears it, where it waits: a petition that did not satisfy is opened again."""
_WORDS = {"verySatisfied": "rat_hai_long", "satisfied": "hai_long", "dissatisfied": "khong_hai_long"}
"""As the forms at the counter say it."""


@dataclass(frozen=True, slots=True)
class RateDossier(OnDossier):
    """Say how satisfied one is with the result, and why."""

    rating: str = ""
    comment: str | None = None


def rate(work: Work, command: RateDossier, by: Sender) -> Dossier:
    """Keep it, once for each result; the comment is personal. Tell the diagram if it waits for it.

    The same rating again is the same answer, and has no second effect.

    Raises:
        NotFound: there is no such dossier.
        NotToBeRated: it has no result, or this one was rated.
        InstanceSuspended: its diagram waits for the rating, and could not hear it now.
    """
    dossier, live = as_it_stands(work, command.id), work.live(command.id)
    if dossier.rated and dossier.rating == command.rating:
        return dossier  # sent again by somebody who did not hear the answer
    if dossier.status not in status.RATABLE or dossier.rated:
        raise NotToBeRated(dossier=dossier.called)
    places = [s for s in work.open_subscriptions(command.id) if (s.kind, s.name) == ("message", RATED)]
    if places and not live.head.ended:
        work.running(command.id)
    said: dict[str, Any] = {} if command.comment is None else {"comment": command.comment}
    work.record(live, "DossierRated", {"rating": command.rating, "values": said}, work.cause(by))
    if len(places) == 1 and not live.head.ended:
        messages.give(work, places[0], RATED, _told(command), work.ids.new(), by)
    return as_it_stands(work, command.id)


def _told(command: RateDossier) -> dict[str, Any]:
    return {
        "hai_long": command.rating != DISSATISFIED,
        "muc_do_hai_long": _WORDS[command.rating],
        "ly_do_danh_gia": command.comment,
    }
