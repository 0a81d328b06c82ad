"""Small diagrams for tests, written as text."""

from __future__ import annotations

import itertools

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:motcua="urn:motcua:bpmn:1" targetNamespace="urn:test"'
)
DECLARED = (
    '<message id="m_go" name="go"/><message id="m_stop" name="stop"/><signal id="s_bell" name="bell"/>'
    '<error id="e_one" name="One" errorCode="E1"/><error id="e_two" name="Two" errorCode="E2"/>'
    '<escalation id="x_one" name="Late" escalationCode="X1"/>'
)


def diagram(body: str, *, key: str = "p", more: str = "") -> bytes:
    """A file with one process; ``more`` holds further processes."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions {NAMESPACES} id="definitions">{DECLARED}'
        f'<process id="{key}" isExecutable="true">{body}</process>{more}</definitions>'
    ).encode()


def node(tag: str, id: str, inner: str = "", **attributes: str) -> str:
    """An element; ``_`` in attribute names stands for ``:``."""
    written = "".join(f' {name.replace("_", ":")}="{value}"' for name, value in attributes.items())
    return f'<{tag} id="{id}"{written}>{inner}</{tag}>'


def flow(source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
    """A sequence flow; its id is ``source__target`` unless another is given."""
    inner = (
        ""
        if condition is None
        else f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>'
    )
    return f'<sequenceFlow id="{id or f"{source}__{target}"}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def path(*ids: str) -> str:
    """Flows through several elements."""
    return "".join(flow(a, b) for a, b in itertools.pairwise(ids))


def start(id: str = "s", inner: str = "", **attributes: str) -> str:
    """A start event."""
    return node("startEvent", id, inner, **attributes)


def end(id: str = "e", inner: str = "") -> str:
    """An end event."""
    return node("endEvent", id, inner)


def user(id: str, inner: str = "", **attributes: str) -> str:
    """A user task with a name."""
    return node("userTask", id, inner, name=f"Task {id}", **attributes)


def script(id: str, code: str, inner: str = "", **attributes: str) -> str:
    """A script task."""
    return node("scriptTask", id, f"{inner}<script>{code}</script>", **attributes)


def message(ref: str = "m_go") -> str:
    """What an event needs to wait for a message."""
    return f'<messageEventDefinition messageRef="{ref}"/>'


def timer(text: str, kind: str = "timeDuration") -> str:
    """What an event needs to wait for a time."""
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def boundary(id: str, host: str, definition: str, *, interrupting: bool = True, **attributes: str) -> str:
    """A boundary event on an activity."""
    cancel = "true" if interrupting else "false"
    return node("boundaryEvent", id, definition, attachedToRef=host, cancelActivity=cancel, **attributes)


def sub_process(id: str, body: str, inner: str = "", **attributes: str) -> str:
    """An embedded sub-process."""
    return node("subProcess", id, inner + body, **attributes)
