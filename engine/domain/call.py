"""A call of another system, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from engine.domain.system import Notice


@dataclass(frozen=True, slots=True)
class Done:
    """The other system did it; these are the results.

    ``notice`` is what it told thereby, as if it had sent it by itself; ``file`` a file that came with it: its name, its bytes.
    """

    values: dict[str, Any]
    notice: Notice | None = None
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Threw:
    """It answered what the connector's registration calls a BPMN error."""

    code: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not do it, or nobody knows whether it did.

    ``message`` is a word of :data:`~engine.domain.exchange.REASONS` or the status of the answer; ``incident`` the code
    of the incident when it is not tried again. ``again`` says whether it may be, ``after`` not before when.
    """

    message: str
    incident: str | None = None
    again: bool = False
    after: timedelta | datetime | None = None


Result: TypeAlias = Done | Threw | Failed
