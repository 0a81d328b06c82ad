"""Activities: scripts, calls, loops."""

from __future__ import annotations

import re

from engine.domain.waiting import CONNECTOR, OWN, PAPER
from engine.runtime import extensions, language
from engine.runtime.checks.executed import LOOPS
from engine.runtime.connectors import is_operation
from engine.runtime.data_parser import variable_of
from engine.runtime.diagram import Diagram, Element, bpmn, child, is_true, text_of, unprefixed
from engine.runtime.report import Report
from engine.xml import local

LONGEST_TOPIC = 255
"""Characters: as many as a worker can ask for."""
_FORM = re.compile(r"[a-z][a-z0-9_]{0,63}")


def check_activity(diagram: Diagram, node: Element, report: Report) -> None:
    """What an activity must keep to."""
    if is_true(node, "instantiate", False) and diagram.incoming(node):
        report.refuse("beginsInTheMiddle", node)
    if local(node) == "serviceTask":
        _check_work(diagram, node, report)
    if local(node) == "adHocSubProcess":
        _check_condition(node, report)
    for quantity in ("startQuantity", "completionQuantity"):
        if node.get(quantity, "1") != "1":
            report.refuse("notExecuted", node, what=quantity)
    if local(node) == "scriptTask":
        _check_script(node, report)
    if local(node) == "callActivity" and extensions.attribute(node, "calledVersion") not in (
        None,
        "atStart",
        "deployment",
    ):
        report.refuse("calledVersionRefused", node, text=extensions.attribute(node, "calledVersion"))
    if unknown := [phase for phase in extensions.names(node, "phase") or () if phase not in extensions.PHASES]:
        report.refuse("phaseRefused", node, text=", ".join(unknown))
    for loop in LOOPS:
        if (found := child(node, loop)) is not None:
            _check_loop(diagram, node, found, report)
            if is_true(node, "triggeredByEvent", False):
                _refuse_loop(node, "quy trình con sự kiện không lặp", "an event sub-process is not repeated", report)


def _check_script(node: Element, report: Report) -> None:
    text = child(node, "script")
    if text is None or not text.text or not text.text.strip():
        report.refuse("scriptMissing", node)
        return
    try:
        language.check_lookups(language.script(text.text, strict=True), report.tables)
    except language.LanguageError as error:
        report.refuse_text("scriptRefused", node, error, text.text)


def topic_of(diagram: Diagram, node: Element) -> str | None:
    """Whose work a service task is: a paper's, that of a connector, else its topic, else the operation of a service that it names."""
    if (form := extensions.attribute(node, "paper")) is not None:
        return PAPER + form
    if (called := extensions.attribute(node, "connector")) is not None:
        return CONNECTOR + called
    if (topic := extensions.attribute(node, "topic")) is not None:
        return topic
    operation = diagram.by_id.get(unprefixed(node.get("operationRef", "")))
    return None if operation is None else operation.get("name")


def _check_work(diagram: Diagram, node: Element, report: Report) -> None:
    operation = extensions.attribute(node, "connector")
    if (form := extensions.attribute(node, "paper")) is not None:
        _check_paper(form, node, report)
    elif operation is None:
        _check_topic(topic_of(diagram, node), node, report)
    elif not is_operation(operation):
        report.refuse("connectorRefused", node, text=operation)
    elif extensions.attribute(node, "topic") is not None or node.get("operationRef") is not None:
        report.refuse("connectorAndTopic", node)


def _check_paper(form: str, node: Element, report: Report) -> None:
    if _FORM.fullmatch(form) is None:
        report.refuse("paperFormRefused", node, text=form)
    elif any(extensions.attribute(node, other) is not None for other in ("topic", "connector")) or node.get(
        "operationRef"
    ):
        report.refuse("paperAndTopic", node)


def _check_topic(topic: str | None, node: Element, report: Report) -> None:
    if topic is None:
        report.refuse("topicMissing", node)
    elif not topic.isprintable() or not 0 < len(topic) <= LONGEST_TOPIC:
        report.refuse("topicRefused", node, most=LONGEST_TOPIC)
    elif topic.startswith(OWN):
        report.refuse("topicReserved", node, text=topic.partition(":")[0] + ":")


def _check_condition(node: Element, report: Report) -> None:
    condition = text_of(child(node, "completionCondition"))
    if condition is None:
        report.refuse("completionMissing", node)
    else:
        report.check_expression("conditionRefused", node, condition)


def check_data_flow(node: Element, report: Report) -> None:
    """What is computed on the way into an element or out of it."""
    for association in node.iterchildren(bpmn("dataInputAssociation"), bpmn("dataOutputAssociation")):
        computed = [*association.iterchildren(bpmn("transformation")), *association.iter(bpmn("from"))]
        for expression in (text_of(element) for element in computed):
            if expression is not None:
                report.check_expression("dataRefused", node, expression)


def _check_loop(diagram: Diagram, node: Element, loop: Element, report: Report) -> None:
    if local(loop) == "standardLoopCharacteristics":
        _check_standard_loop(node, loop, report)
        return
    if loop.get("behavior", "All") != "All":
        report.refuse("notExecuted", node, what=f"multiInstance behavior={loop.get('behavior')}")
    count, (collection, results) = text_of(child(loop, "loopCardinality")), _collections(diagram, loop)
    if (count is None) == (collection is None):
        _refuse_loop(
            node,
            "cần đúng một trong loopCardinality và loopDataInputRef",
            "exactly one of loopCardinality and loopDataInputRef is needed",
            report,
        )
    for expression in (count, text_of(child(loop, "completionCondition"))):
        if expression is not None:
            report.check_expression("loopRefused", node, expression)
    for name in (collection, results, *loop_items(loop)):
        if name is not None and not re.fullmatch(r"[^\W\d_]\w*", name):
            _refuse_loop(node, f"“{name}” không phải tên biến", f"'{name}' is no name of a variable", report)
    if (loop_items(loop)[1] is None) != (results is None):
        _refuse_loop(
            node,
            "outputDataItem và loopDataOutputRef phải đi cùng nhau",
            "outputDataItem and loopDataOutputRef go together",
            report,
        )


def _collections(diagram: Diagram, loop: Element) -> list[str | None]:
    refs = [text_of(child(loop, tag)) for tag in ("loopDataInputRef", "loopDataOutputRef")]
    return [None if ref is None else variable_of(diagram, ref) for ref in refs]


def loop_items(loop: Element) -> tuple[str | None, str | None]:
    """Names of the input item and the output item: their name, else their id."""
    found = [child(loop, tag) for tag in ("inputDataItem", "outputDataItem")]
    first, second = (None if item is None else item.get("name") or item.get("id") for item in found)
    return first, second


def _check_standard_loop(node: Element, loop: Element, report: Report) -> None:
    maximum, condition = loop.get("loopMaximum"), text_of(child(loop, "loopCondition"))
    if maximum is None and condition is None:
        _refuse_loop(node, "cần loopCondition hoặc loopMaximum", "loopCondition or loopMaximum is needed", report)
    if maximum is not None and not re.fullmatch(r"\d{1,6}", maximum):
        _refuse_loop(node, f"loopMaximum “{maximum}” không phải số", f"loopMaximum '{maximum}' is no number", report)
    if condition is not None:
        report.check_expression("loopRefused", node, condition)


def _refuse_loop(node: Element, vi: str, en: str, report: Report) -> None:
    report.refuse_text("loopRefused", node, language.LanguageError(vi, en), "")
