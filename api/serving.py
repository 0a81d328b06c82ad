"""The service behind the request that is being served."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import current_app

from api.bootstrap import Service
from engine.ports import Queries

EXTENSION = "motcua"


def service() -> Service:
    """What the application was made for."""
    return cast("Service", current_app.extensions[EXTENSION])


def reading() -> AbstractContextManager[Queries]:
    """Reads that all see one state."""
    return service().store.read()
