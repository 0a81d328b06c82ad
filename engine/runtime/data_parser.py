"""From the data of a diagram to what moves with activities: objects, properties, inputs, outputs, associations."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from engine.runtime import language
from engine.runtime.data import Association, DataFlow
from engine.runtime.diagram import Diagram, Element, bpmn, child, children, text_of, unprefixed
from engine.xml import local

_NAME = re.compile(r"[^\W\d_]\w*")
PLACEHOLDER = "__targetRef_placeholder"
"""What modelers write where an arrow from a data object ends at an activity that declares no input: a drawing only."""


def data_objects(container: Element) -> tuple[str, ...]:
    """Names of the variables that a process or sub-process begins with."""
    own = [*children(container, "dataObject"), *children(container, "property")]
    return tuple(variable_name(element) for element in own if element.get("name") != PLACEHOLDER)


def declared_data(process: Element) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Names that a process takes and gives when it is called; None where it has no ioSpecification."""
    io = child(process, "ioSpecification")
    if io is None:
        return None, None
    inputs, outputs = (children(io, tag) for tag in ("dataInput", "dataOutput"))
    return tuple(map(variable_name, inputs)), tuple(map(variable_name, outputs))


def variable_name(element: Element) -> str:
    """Under which name an item-aware element is a variable: its own, a data object also its reference's, else its id."""
    id = element.get("id", "")
    names = [element.get("name", "")]
    if local(element) == "dataObject":
        container = element.getparent()
        names += [] if container is None else _references(container).get(id, [])
    return next((name for name in names if _NAME.fullmatch(name)), id)


@lru_cache(maxsize=1)
def _references(container: Element) -> dict[str, list[str]]:
    """Data object to the names of its references; of the process that is being looked at."""
    found: dict[str, list[str]] = {}
    for reference in children(container, "dataObjectReference"):
        found.setdefault(reference.get("dataObjectRef", ""), []).append(reference.get("name", ""))
    return found


def variable_of(diagram: Diagram, ref: str) -> str:
    """The variable that a reference to an item-aware element means; a text that refers to nothing is a name itself."""
    element = diagram.by_id.get(unprefixed(ref.strip()))
    if element is not None and local(element) == "dataObjectReference":
        element = diagram.by_id.get(element.get("dataObjectRef", ""), element)
    return ref.strip() if element is None else variable_name(element)


def data_flow(diagram: Diagram, node: Element, loop: Collection[str], *, body: bool) -> DataFlow | None:
    """What moves with an element; None when nothing does.

    ``loop`` names the collections of a multi-instance activity: they move with its ``body``, everything else with
    each child.
    """
    own = [name for name in _own(node) if (name in loop) is body]
    takes = [a for a in _takes(diagram, node) if (a.target in loop) is body]
    gives = [a for a in _gives(diagram, node) if (a.source in loop) is body]
    return DataFlow(tuple(own), tuple(takes), tuple(gives)) if own or takes or gives else None


def _own(node: Element) -> list[str]:
    declared = _inputs(node) + _outputs(node) + children(node, "property")
    return [variable_name(element) for element in declared if element.get("name") != PLACEHOLDER]


def _inputs(node: Element) -> list[Element]:
    return children(_io(node), "dataInput")


def _outputs(node: Element) -> list[Element]:
    return children(_io(node), "dataOutput")


def _io(node: Element) -> Element:
    """Activities declare inputs and outputs in an ioSpecification, events by themselves."""
    found = child(node, "ioSpecification")
    return node if found is None else found


def _takes(diagram: Diagram, node: Element) -> list[Association]:
    needed = {e.get("id") for e in _inputs(node)} - _optional(node)
    moved = []
    for association in children(node, "dataInputAssociation"):
        target = diagram.by_id.get(_target(association))
        if target is not None and target.get("name") != PLACEHOLDER:
            moved += _moves(diagram, association, needed=target.get("id") in needed)
    return moved


def _optional(node: Element) -> set[str | None]:
    sets = _io(node).iterchildren(bpmn("inputSet"))
    return {text_of(ref) for inputs in sets for ref in inputs.iterchildren(bpmn("optionalInputRefs"))}


def _gives(diagram: Diagram, node: Element) -> list[Association]:
    return [a for association in children(node, "dataOutputAssociation") for a in _moves(diagram, association)]


def _target(association: Element) -> str:
    return text_of(child(association, "targetRef")) or ""


def _moves(diagram: Diagram, association: Element, *, needed: bool = False) -> list[Association]:
    """What one association moves: assigned parts, a computed value, or a copy. Without a source it is a drawing only."""
    sources = [text_of(source) or "" for source in children(association, "sourceRef")]
    target, source = variable_of(diagram, _target(association)), variable_of(diagram, sources[0]) if sources else ""
    if assignments := children(association, "assignment"):
        parts = [(text_of(child(a, "to")) or "", text_of(child(a, "from")) or "") for a in assignments]
        return [Association(variable_of(diagram, to), source, language.expression(value)) for to, value in parts]
    if (computed := text_of(child(association, "transformation"))) is not None:
        return [Association(target, source, language.expression(computed), needed)]
    drawn_only = not sources or is_store(diagram, sources[0]) or is_store(diagram, _target(association))
    return [] if drawn_only else [Association(target, source, None, needed)]


def is_store(diagram: Diagram, ref: str) -> bool:
    """Whether a reference means a data store, which nothing is read from or written to."""
    element = diagram.by_id.get(unprefixed(ref.strip()))
    return element is not None and local(element) in ("dataStoreReference", "dataStore")
