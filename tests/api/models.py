"""Diagrams for the tests of the API, as short as they can be."""

from __future__ import annotations

import itertools

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:motcua="urn:motcua:bpmn:1" targetNamespace="urn:test"'
)


def process(key: str, inside: str, beside: str = "") -> bytes:
    """A diagram with one process."""
    body = f'{beside}<process id="{key}" name="Quy trình {key}" isExecutable="true">{inside}</process>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions {NAMESPACES} id="d">{body}</definitions>'.encode()


def chain(*elements: str) -> str:
    """Elements in a row: ``userTask:a:Name`` is a user task; between them flows f1, f2 and so on."""
    parts = []
    ids = []
    for element in elements:
        tag, id, *rest = element.split("|")
        ids.append(id)
        attributes = rest[0] if rest else ""
        inside = rest[1] if len(rest) > 1 else ""
        parts.append(f'<{tag} id="{id}" {attributes}>{inside}</{tag}>')
    flows = [
        f'<sequenceFlow id="f{i}" sourceRef="{source}" targetRef="{target}"/>'
        for i, (source, target) in enumerate(itertools.pairwise(ids), 1)
    ]
    return "".join(parts + flows)


def condition(text: str) -> str:
    """A condition on a flow."""
    return f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression>'


ONE_TASK = chain(
    "startEvent|s", 'userTask|check|name="Thẩm định hồ sơ" motcua:candidateGroups="tham_dinh"', "endEvent|e"
)
TWO_TASKS = chain("startEvent|s", 'userTask|a|name="Tiếp nhận"', 'userTask|b|name="Thẩm định"', "endEvent|e")
WITH_FORM = chain("startEvent|s", 'userTask|check|name="Thẩm định" motcua:formKey="tham_dinh"', "endEvent|e")
FORM = (
    b'{"type": "object", "required": ["dat"], "additionalProperties": false,'
    b' "properties": {"dat": {"type": "boolean", "x-personal": false}, "ghi_chu": {"type": "string", "maxLength": 10}}}'
)
WAITS_FOR_FEE = chain(
    "startEvent|s",
    'intermediateCatchEvent|paid|name="Chờ lệ phí"|<messageEventDefinition messageRef="m"/>',
    "endEvent|e",
)
FEE = '<message id="m" name="fee-paid"/>'
WAITS_THREE_DAYS = chain(
    "startEvent|s",
    'intermediateCatchEvent|wait|name="Chờ 3 ngày"|<timerEventDefinition><timeDuration '
    'xsi:type="tFormalExpression">P3D</timeDuration></timerEventDefinition>',
    "endEvent|e",
)
WAITS_FOR_SIGNAL = chain(
    "startEvent|s", 'intermediateCatchEvent|hear||<signalEventDefinition signalRef="g"/>', "endEvent|e"
)
SIGNAL = '<signal id="g" name="ngừng"/>'
FAILS_WITHOUT_FEE = (
    '<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="u"/><userTask id="u"/>'
    '<sequenceFlow id="f2" sourceRef="u" targetRef="g"/><exclusiveGateway id="g" name="Đủ lệ phí?"/>'
    f'<sequenceFlow id="f3" sourceRef="g" targetRef="e">{condition("fee &gt; 10")}</sequenceFlow><endEvent id="e"/>'
)
ONLY_BY_MESSAGE = chain('startEvent|s||<messageEventDefinition messageRef="m"/>', "userTask|a", "endEvent|e")


def calls(key: str) -> str:
    """A process that calls another."""
    return chain("startEvent|s", f'callActivity|c|calledElement="{key}"', "endEvent|e")
