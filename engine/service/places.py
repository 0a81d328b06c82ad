"""Where an activity stands: in the instance's own process, or in one that it calls."""

from __future__ import annotations

from engine.domain.instance import ProcessInstance
from engine.ports import Queries
from engine.service.catalog import Catalog, Loaded


def definition_behind(catalog: Catalog, queries: Queries, head: ProcessInstance, activity: str) -> Loaded:
    """The definition that an activity's element belongs to.

    An activity's id is the path to it: ``call#1/sub#1/task#2`` stands in what the element ``call`` calls.
    """
    loaded = catalog.load(queries, head.definition_id)
    for step in activity.split("/")[:-1]:
        called = {call.element_id: call.key for call in loaded.compiled.calls}
        if (key := called.get(step.partition("#")[0])) is not None:
            loaded = catalog.load(queries, head.pins[key])
    return loaded
