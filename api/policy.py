"""Policies: what a caller must be allowed to do for a route. A route without one keeps the service from starting."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Policy(StrEnum):
    """What is done under a route. The one identity so far, an admin key, may do everything."""

    OPEN = "open"
    """Anybody, without a key."""
    READ = "read"
    START = "start"
    WORK = "work"
    DESIGN = "design"
    OPERATE = "operate"
    AUDIT = "audit"


def allows(policy: Policy) -> Callable[[View], View]:
    """Declare a view's policy."""

    def declare(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return declare


def policies(app: Flask) -> dict[str, Policy]:
    """The policy of every endpoint.

    Raises:
        LookupError: a route has none.
    """
    found = {}
    for rule in app.url_map.iter_rules():
        policy = getattr(app.view_functions[rule.endpoint], "policy", None)
        if policy is None:
            raise LookupError(f"{rule.rule} declares no policy")
        found[rule.endpoint] = policy
    return found
