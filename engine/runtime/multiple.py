"""Several events at one element: the first that comes counts, or all of them are needed (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition

from engine.runtime.event_definitions import Definition

if TYPE_CHECKING:
    from engine.runtime.activity import Activity


@dataclass(frozen=True, slots=True)
class Place:
    """One of the events of an element, listed under a name of its own."""

    name: str
    facts: Mapping[str, Any]
    definition: Any


def places_of(element: str, name: str | None, definitions: list[Any]) -> tuple[Place, ...]:
    """Places named ``element:1``, ``element:2`` …, which no XML id can be."""
    return tuple(
        Place(f"{element}:{number}", {"element": f"{element}:{number}", "name": name}, definition)
        for number, definition in enumerate(definitions, 1)
    )


class Several(Definition, MultipleEventDefinition):
    """Waits in several places at once, or throws several events one after the other.

    ``all_needed`` makes it parallel multiple: it fires when every one of them has come.
    """

    def __init__(self, places: tuple[Place, ...], *, all_needed: bool = False) -> None:
        MultipleEventDefinition.__init__(self, [place.definition for place in places], all_needed)
        self.by_name = {place.name: place for place in places}
        self.all_needed = all_needed
        self.may_fail = any(place.definition.may_fail for place in places)

    def arm(self, activity: Activity, place: Any, carried: dict[str, Any] | None = None) -> dict[str, Any]:
        again: dict[str, Any] = carried["waits"] if carried else dict.fromkeys(self.by_name)
        waits = {
            name: self.by_name[name].definition.arm(activity, self.by_name[name], before)
            for name, before in again.items()
        }
        return {"waits": waits, "came": carried.get("came", {}) if carried else {}}

    def note_armed(self, activity: Activity, place: Any, wait: dict[str, Any]) -> None:
        for name, part in wait["waits"].items():
            self.by_name[name].definition.note_armed(activity, self.by_name[name], part)

    @property
    def watches(self) -> bool:
        return any(place.definition.watches for place in self.by_name.values())

    def catches(self, activity: Activity, event: Any) -> bool:
        waits = activity.task_spec.remembered(activity)["waits"]
        return any(self.by_name[name].definition.catches(activity, event) for name in waits)

    def places(self, spec: Any, wait: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
        return [(self.by_name[name], part) for name, part in wait["waits"].items()]

    def place(self, spec: Any, element: str) -> Place:
        return self.by_name[element]

    def wait_at(self, wait: dict[str, Any], element: str) -> dict[str, Any]:
        part: dict[str, Any] = wait["waits"][element]
        return part

    def others(self, element: str, values: dict[str, Any]) -> dict[str, Any]:
        """What is waited for when one of the places has begun the instance, with these values of its own."""
        waits = {name: None for name in self.by_name if name != element}
        return {"waits": waits, "came": {element: {"wait": {}, "values": values}}}

    def hear(self, wait: dict[str, Any], element: str) -> None:
        wait["heard"] = {**wait.get("heard", {}), element: wait["waits"].pop(element)}

    def come(
        self, activity: Activity, spec: Any, wait: dict[str, Any], element: str, values: dict[str, Any]
    ) -> dict[str, Any] | None:
        part = wait["waits"].pop(element, None) or wait.get("heard", {}).get(element, {})
        wait["came"][element] = {"wait": part, "values": values}
        if self.all_needed and wait["waits"]:
            return None
        for name in wait["waits"]:
            self.by_name[name].definition.note_closed(activity, self.by_name[name])
        return {name: value for came in wait["came"].values() for name, value in came["values"].items()}

    def rearm(self, activity: Activity, wait: dict[str, Any], element: str) -> dict[str, Any] | None:
        """The places that came begin anew as far as they repeat; the others go on as they were."""
        waits = dict(wait["waits"])
        for name, came in wait["came"].items():
            if (carried := self.by_name[name].definition.rearm(activity, came["wait"], name)) is not None:
                waits[name] = carried
        complete = len(waits) == len(self.by_name) if self.all_needed else bool(waits)
        return {"waits": {name: waits[name] for name in self.by_name if name in waits}} if complete else None

    def skip(self, wait: dict[str, Any], element: str, carried: dict[str, Any] | None) -> dict[str, Any]:
        if carried is None:
            del wait["waits"][element]
        else:
            wait["waits"][element] = carried
        return wait

    def is_meant(self, event: Any) -> bool:
        return any(
            isinstance(event, type(p.definition)) and p.definition.code == event.code for p in self.by_name.values()
        )

    def throw(self, activity: Activity) -> None:
        """One after the other, as long as what came before has not ended the thrower."""
        for place in self.by_name.values():
            if activity.id in activity.workflow.tasks:
                place.definition.throw(activity)
