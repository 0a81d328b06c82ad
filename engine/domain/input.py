"""What the record of an input may hold: nothing else could have been written by the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from engine.domain.record import Payload
from engine.domain.values import moment, written

_Check: TypeAlias = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _text_or_nothing(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _nothing(value: Any) -> bool:
    return value is None


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _count_or_nothing(value: Any) -> bool:
    return value is None or _count(value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _seconds(value: Any) -> bool:
    return type(value) is float and value >= 0


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and written(moment(value)) == value
    except ValueError:
        return False


def _moment_or_nothing(value: Any) -> bool:
    return value is None or _moment(value)


def _dossier(value: Any) -> bool:
    """How a dossier was handed in."""
    return (
        isinstance(value, dict)
        and value.keys() - {"code", "origin"} == {"channel", "submittedAt"}
        and _text(value["channel"])
        and _moment(value["submittedAt"])
        and all(_text(value.get(name, "")) for name in ("code", "origin"))
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _places(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_place(place) for place in value)


def _is_place(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == _PLACE.keys() and all(map(_text, value.values()))


def _starts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_start, value))


def _is_start(value: Any) -> bool:
    names = value.keys() - {"scope"} if isinstance(value, dict) else ()
    return names in ({"element"}, {"flow"}) and all(map(_text, value.values()))


_PLACE: Mapping[str, _Check] = {"subscription": _text, "activity": _text, "element": _text}
_TASK: Mapping[str, _Check] = {"userTask": _text, "activity": _text}
_JOB: Mapping[str, _Check] = {"job": _text, "activity": _text}
_VALUES: Mapping[str, _Check] = {"values": _object, "sealed": _object}

FIELDS: Mapping[str, Mapping[str, _Check]] = {
    "ProcessInstanceStarted": {
        "definition": _text,
        "key": _text,
        "version": _count,
        "hash": _text,
        "rules": _count,
        "calendar": _text,
        "calls": _object,
        "businessKey": _text_or_nothing,
        "startEvent": _text,
        "correlationKey": _text,
        "unit": _text,
        "dossier": _dossier,
        **_VALUES,
    },
    "UserTaskClaimed": {**_TASK, "assignee": _text},
    "UserTaskReleased": {**_TASK, "assignee": _nothing},
    "UserTaskAssigned": {**_TASK, "assignee": _text},
    "UserTaskCompleted": {**_TASK, **_VALUES},
    "MessageDelivered": {**_PLACE, "name": _text, "message": _text, **_VALUES},
    "SignalDelivered": {"signal": _text, "name": _text, "receivers": _places, **_VALUES},
    "TimerFired": {"timer": _text, "activity": _text, "element": _text, "due": _moment, "lateBy": _seconds},
    "JobBegun": {**_JOB, "attempt": _count, "until": _moment},
    "JobCompleted": {**_JOB, **_VALUES},
    "JobFailed": {**_JOB, "message": _text, "retries": _count, "again": _moment, "incidentCode": _text},
    "JobErrorThrown": {**_JOB, "code": _text, "message": _text, **_VALUES},
    "PaperPublished": {
        "paper": _text,
        "activity": _text,
        "series": _text,
        "number": _count,
        "label": _text,
        "hash": _text,
        "signer": _text,
    },
    "VariablesMended": {"reason": _text, "scope": _text, **_VALUES},
    "IncidentRetried": {"incident": _text},
    "Dispatched": {"job": _text, "outcome": _text, "receivers": _texts},
    "DossierAccepted": {
        "code": _text,
        "limit": _text_or_nothing,
        "startedAt": _moment,
        "due": _moment_or_nothing,
        "calendar": _text,
    },
    "DueTimeExtended": {"due": _moment, "reason": _text},
    "DueTimeRecomputed": {"due": _moment, "calendar": _text},
    "NoteAdded": {**_VALUES},
    "DocumentAdded": {
        "document": _text,
        "hash": _text,
        "mediaType": _text,
        "size": _count,
        "component": _count_or_nothing,
        "componentName": _text_or_nothing,
        "digitised": _flag,
        "reused": _flag,
        "shared": _flag,
        **_VALUES,
    },
    "PaymentSettled": {
        "payment": _text,
        "reference": _text,
        "amount": _count,
        "channel": _text,
        "method": _text_or_nothing,
        "connector": _text_or_nothing,
        "transaction": _text_or_nothing,
    },
    "PaymentRefunded": {"payment": _text, "amount": _count, "channel": _text, "reason": _text},
    "DossierRated": {"rating": _text, **_VALUES},
    "ProcessInstanceContinued": {"job": _text},
    "ProcessInstanceModified": {"reason": _text, "cancel": _texts, "start": _starts},
    "ProcessInstanceSuspended": {"reason": _text},
    "ProcessInstanceResumed": {},
    "ProcessInstanceCancelled": {"reason": _text},
}
"""The fields of every kind of input."""
SOMETIMES = frozenset({"startEvent", "correlationKey", "unit", "dossier", "scope", "sealed", "incidentCode"})
"""Those that are left out where there is nothing to say."""


def misshapen(kind: str, payload: Payload) -> str | None:
    """The first field of an input that is missing, is unknown or cannot be what it is; None when all fit."""
    fields, known = FIELDS[kind], 0
    for name, fits in fields.items():
        if name in payload:
            if not fits(payload[name]):
                return name
            known += 1
        elif name not in SOMETIMES:
            return name
    return None if known == len(payload) else next(name for name in payload if name not in fields)
