"""The service behind the request that is being served."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TypeVar, cast

from flask import current_app, g, request

from api.bootstrap import Service
from api.discretion import discreetly
from engine.ports import Queries
from engine.service.accesses import RecordRead

EXTENSION = "motcua"
Found = TypeVar("Found")


def service() -> Service:
    """What the application was made for."""
    return cast("Service", current_app.extensions[EXTENSION])


def shown(found: Found) -> Found:
    """What the caller may see of it."""
    return cast("Found", discreetly(found, g.hidden)) if g.hidden else found


def recorded(what: str | None = None) -> None:
    """Write down that the caller is about to be shown personal data, where that is to be known."""
    if g.recorded:
        service().writer.do(RecordRead(f"{request.method} {request.url_rule}", what, g.purpose), g.sender)


def reading() -> AbstractContextManager[Queries]:
    """Reads that all see one state."""
    return service().store.read()
