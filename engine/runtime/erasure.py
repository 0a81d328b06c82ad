"""Executing a history from which values were erased: what reads one is taken from the record, and counted.

An erased value may be passed on; whoever looks at it learns that it is gone. Where a decision depended on it, the
record testifies what was decided, and execution goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.record import Draft


class Unexpected(Exception):
    """An input does not fit the state: nobody waits there. Only a damaged or forged history brings it here."""


class ErasedRead(Exception):
    """An expression or script looked at a value that was erased."""


class Erased:
    """Stands where a value was."""

    __slots__ = ()

    def _gone(self, *_: Any) -> Any:
        raise ErasedRead

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _gone
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __str__ = __format__ = _gone
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _gone
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __neg__ = __pos__ = __abs__ = __round__ = _gone
    __int__ = __float__ = __index__ = _gone


ERASED = Erased()


def is_erased(value: Any) -> bool:
    """Whether a value, or something inside it, was erased."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, Erased):
            return True
        if isinstance(item, list):
            todo += item
        elif isinstance(item, dict):
            todo += item.values()
    return False


def in_its_place(value: Any) -> str:
    """What is written for an erased value where nobody committed to one: no value can be that text.

    Raises:
        TypeError: it is something else that cannot be written.
    """
    if not isinstance(value, Erased):
        raise TypeError(f"{type(value).__name__} cannot be written")
    return "\0"


_WITHDRAWING = frozenset(
    {
        "ElementCancelled",
        "IncidentResolved",
        "JobCancelled",
        "PaperWithdrawn",
        "SubscriptionClosed",
        "TimerCancelled",
        "UserTaskCancelled",
    }
)
"""What interrupting an activity says of it and of what is inside."""


class Testimony:
    """The records of the row that is executed again; ``used`` are those that decided instead of being computed."""

    def __init__(self, records: list[Draft]) -> None:
        self.records, self.used = records, set[int]()

    def flows(self, at: int, activity: str) -> list[str]:
        """The flows that were chosen at an activity, from record ``at`` of the row on.

        Raises:
            Unexpected: the record tells no such thing.
        """
        chosen = []
        while at < len(self.records):
            kind, payload = self.records[at]
            if kind != "FlowTaken" or payload.get("activity") != activity:
                break
            self.used.add(at)
            chosen.append(payload["flow"])
            at += 1
        if not chosen:
            raise Unexpected(f"no flow out of {activity} is recorded")
        return chosen

    def written(self, at: int, owners: Mapping[str, str]) -> dict[str, Any]:
        """What a step assigned, erased values as such.

        ``owners`` says which variables it may assign, and whose each of them is. It wrote one record a scope; what
        the records after them tell is another step's.
        """
        values: dict[str, Any] = {}
        left = set(owners.values())
        while (part := self._part(at, owners, left)) is not None:
            self.used.add(at)
            values |= part
            at += 1
        return values

    def _part(self, at: int, owners: Mapping[str, str], left: set[str]) -> dict[str, Any] | None:
        """What a step assigned in one of the scopes that it may still write; None when it wrote no more."""
        kind, payload = self._at(at)
        if kind != "VariablesWritten" or (scope := payload["scope"]) not in left:
            return None
        values = with_erased(payload)
        if any(owners.get(name) != scope for name in values):
            return None
        left.remove(scope)
        return values

    def failed(self, at: int, activity: str) -> dict[str, Any] | None:
        """The incident that an activity's step ended in, erased values as such; None when it did not fail."""
        if not self.says(at, "IncidentRaised", activity=activity):
            return None
        payload = self.records[at][1]
        return {**payload, "values": with_erased(payload)}

    def met(self, at: int, activity: str, element: str) -> bool:
        """Whether a condition that an activity waits for became true."""
        return self.says(at, "ConditionMet", activity=activity, element=element)

    def resolved(self, at: int, activity: str, incident: str) -> bool:
        """Whether all conditions that an activity waits for could be computed, where one could not be before."""
        while self._at(at)[0] == "ConditionMet" and self.records[at][1]["activity"] == activity:
            at += 1
        return self.says(at, "IncidentResolved", incident=incident)

    def count(self, at: int, body: str, most: int) -> int:
        """How many instances a multi-instance body had.

        Raises:
            Unexpected: the record tells no such thing, or more than there can be.
        """
        if not self.says(at, "VariablesWritten", scope=body):
            raise Unexpected(f"the instances of {body} are not recorded")
        number = self.records[at][1]["values"]["nrOfInstances"]
        if type(number) is not int or not 0 <= number <= most:
            raise Unexpected(f"{body} cannot have {number} instances")
        return number

    def amount(self, at: int, activity: str) -> int:
        """What an activity found to be due.

        Raises:
            Unexpected: the record tells no such thing.
        """
        if not self.says(at, "FeeDetermined", activity=activity):
            raise Unexpected(f"no fee of {activity} is recorded")
        amount = self.records[at][1]["amount"]
        if type(amount) is not int or amount < 0:
            raise Unexpected(f"{activity} cannot cost {amount}")
        return amount

    def interrupted(self, at: int, inside: str) -> bool:
        """Whether what comes next is that something inside of an activity was interrupted."""
        while self._at(at)[0] in _WITHDRAWING:
            if self.records[at][1].get("activity", "").startswith(inside):
                return self.says(at, "ElementCancelled")
            at += 1
        return False

    def says(self, at: int, kind: str, **facts: str) -> bool:
        """Whether a record is of that kind and tells these facts: then it is what decided."""
        found, payload = self._at(at)
        if found != kind or any(payload.get(name) != fact for name, fact in facts.items()):
            return False
        self.used.add(at)
        return True

    def _at(self, at: int) -> Draft:
        return self.records[at] if at < len(self.records) else ("", {})


def with_erased(payload: dict[str, Any]) -> dict[str, Any]:
    """A record's values; those that are only committed to stand as erased."""
    values: dict[str, Any] = payload["values"]
    return values | {name: ERASED for name in payload.get("sealed", ()) if name not in values}
