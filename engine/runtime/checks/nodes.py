"""What every element must keep to: its kind, its attributes, its form, its default flow."""

from __future__ import annotations

import re
from collections.abc import Collection

from engine.domain.calendar import Limit
from engine.runtime import extensions
from engine.runtime.checks.activities import check_activity, check_data_flow
from engine.runtime.checks.events import check_event, starts_event_sub_process
from engine.runtime.checks.executed import ACTIVITIES, EVENTS, EXECUTED, GATEWAYS
from engine.runtime.checks.gateways import check_gateway
from engine.runtime.checks.statuses import check_status
from engine.runtime.diagram import Diagram, Element, kind_of
from engine.runtime.report import Report
from engine.runtime.timers import MISSED
from engine.xml import local

LONGEST = 1_000
"""Characters of a name or attribute; indexes of the store hold no more."""
_NCNAME = re.compile(r"[^\W\d][\w.\-]{0,254}")


def check_node(diagram: Diagram, node: Element, forms: Collection[str], report: Report) -> None:
    """What one element must keep to."""
    kind = local(node)
    if not node.get("id"):
        report.refuse("missingId", node, tag=kind)
        return
    check_id(node, report)
    if kind not in EXECUTED:
        report.refuse("notExecuted", node, what=kind)
        return
    check_attributes(node, report)
    _check_form(node, forms, report)
    if kind in EVENTS or kind in ("sendTask", "receiveTask"):
        check_event(diagram, node, report)
    if kind in GATEWAYS:
        check_gateway(diagram, node, report)
    if kind in ACTIVITIES:
        check_activity(diagram, node, report)
    check_data_flow(node, report)
    _check_default(diagram, node, report)


def check_id(element: Element, report: Report) -> None:
    """An id must be one (XML's NCName), since ids of activities are made of it; texts must fit the tables."""
    if not _NCNAME.fullmatch(element.get("id", "")):
        report.refuse("badId", element)
    if any(len(value) > LONGEST for value in element.attrib.values()):
        report.refuse("nameTooLong", element, most=LONGEST)


def check_attributes(node: Element, report: Report) -> None:
    """Our attributes: spelt right, in their place, with values that mean something."""
    for name in extensions.misspelt(node):
        report.refuse("unknownAttribute", node, attribute=name)
    misplaced = extensions.misplaced(node, kind_of(node))
    if (
        local(node) == "startEvent"
        and extensions.attribute(node, "missedCycle") is not None
        and not starts_event_sub_process(node)
    ):
        misplaced.append("missedCycle")
    for name in misplaced:
        report.refuse("attributeNotHere", node, attribute=name)
    for name in extensions.foreign(node):
        report.warn("foreignAttribute", node, attribute=name)
    if (limit := extensions.attribute(node, "limit")) is not None:
        try:
            Limit.read(limit)
        except ValueError:
            report.refuse("limitRefused", node, text=limit)
    check_status(node, report)
    if (missed := extensions.attribute(node, "missedCycle")) not in (None, *MISSED):
        report.refuse("missedCycleRefused", node, text=missed)
    if (key := extensions.attribute(node, "correlationKey")) is not None:
        report.check_expression("keyRefused", node, key)
    if (fee := extensions.attribute(node, "fee")) is not None:
        report.check_expression("feeRefused", node, fee)


def _check_form(node: Element, forms: Collection[str], report: Report) -> None:
    key = extensions.attribute(node, "formKey")
    if key is None:
        return
    if local(node) != "userTask" and not (local(node) == "startEvent" and kind_of(node) == "none"):
        report.refuse("formNotHere", node)
    elif key not in forms:
        report.refuse("formMissing", node, ref=key)


def _check_default(diagram: Diagram, node: Element, report: Report) -> None:
    ref = node.get("default")
    if ref is not None:
        flow = diagram.by_id.get(ref)
        if flow is None or local(flow) != "sequenceFlow" or flow.get("sourceRef") != node.get("id"):
            report.refuse("defaultNotOutgoing", node, ref=ref)
