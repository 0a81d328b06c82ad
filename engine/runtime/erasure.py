"""Executing a history from which values were erased: what reads one is taken from the record, and counted.

An erased value may be passed on; whoever looks at it learns that it is gone. Where a decision depended on it, the
record testifies what was decided, and execution goes on from there.
"""

from __future__ import annotations

from typing import Any


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


class Testimony:
    """The records of the row that is executed again; ``used`` are those that decided instead of being computed."""

    def __init__(self, records: list[tuple[str, dict[str, Any]]]) -> None:
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

    def written(self, at: int) -> dict[str, Any]:
        """What a script assigned, erased values as such.

        Raises:
            Unexpected: the record tells no such thing.
        """
        values: dict[str, Any] = {}
        while at < len(self.records) and self.records[at][0] == "VariablesWritten":
            self.used.add(at)
            values |= with_erased(self.records[at][1])
            at += 1
        return values

    def failed(self, at: int, activity: str) -> dict[str, Any] | None:
        """The incident that an activity's step ended in, erased values as such; None when it did not fail."""
        kind, payload = self.records[at] if at < len(self.records) else ("", {})
        if kind != "IncidentRaised" or payload["activity"] != activity:
            return None
        self.used.add(at)
        return {**payload, "values": with_erased(payload)}

    def met(self, at: int, activity: str, element: str) -> bool:
        """Whether a condition that an activity waits for became true."""
        kind, payload = self.records[at] if at < len(self.records) else ("", {})
        if kind != "ConditionMet" or payload["activity"] != activity or payload["element"] != element:
            return False
        self.used.add(at)
        return True

    def count(self, at: int, body: str) -> int:
        """How many instances a multi-instance body had.

        Raises:
            Unexpected: the record tells no such thing.
        """
        kind, payload = self.records[at] if at < len(self.records) else ("", {})
        if kind != "VariablesWritten" or payload["scope"] != body:
            raise Unexpected(f"the instances of {body} are not recorded")
        self.used.add(at)
        return int(payload["values"]["nrOfInstances"])


def with_erased(payload: dict[str, Any]) -> dict[str, Any]:
    """A record's values; those that are only committed to stand as erased."""
    values: dict[str, Any] = payload["values"]
    return values | {name: ERASED for name in payload.get("sealed", ()) if name not in values}
