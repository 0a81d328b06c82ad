"""Activities: scripts, calls, loops."""

from __future__ import annotations

import re

from engine.runtime import extensions, language
from engine.runtime.checks.executed import DATA_NOT_EXECUTED, LOOPS
from engine.runtime.diagram import Element, child, is_true, text_of
from engine.runtime.report import Report
from engine.xml import is_bpmn, local


def check_activity(node: Element, report: Report) -> None:
    """What an activity must keep to."""
    for inside in node.iterchildren():
        if is_bpmn(inside) and local(inside) in DATA_NOT_EXECUTED:
            report.refuse("notExecuted", node, what=local(inside))
    if is_true(node, "isForCompensation", False):
        report.refuse("notExecuted", node, what="compensation")
    if is_true(node, "instantiate", False):
        report.refuse("notExecuted", node, what="instantiating receiveTask")
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
    for loop in LOOPS:
        if (found := child(node, loop)) is not None:
            _check_loop(node, found, report)
            if is_true(node, "triggeredByEvent", False):
                _refuse_loop(node, "quy trình con sự kiện không lặp", "an event sub-process is not repeated", report)


def _check_script(node: Element, report: Report) -> None:
    text = child(node, "script")
    if text is None or not text.text or not text.text.strip():
        report.refuse("scriptMissing", node)
        return
    try:
        language.script(text.text)
    except language.LanguageError as error:
        report.refuse_text("scriptRefused", node, error, text.text)


def _check_loop(node: Element, loop: Element, report: Report) -> None:
    if local(loop) == "standardLoopCharacteristics":
        _check_standard_loop(node, loop, report)
        return
    if loop.get("behavior", "All") != "All":
        report.refuse("notExecuted", node, what=f"multiInstance behavior={loop.get('behavior')}")
    count, collection = text_of(child(loop, "loopCardinality")), text_of(child(loop, "loopDataInputRef"))
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
    for name in (collection, text_of(child(loop, "loopDataOutputRef")), *loop_items(loop)):
        if name is not None and not re.fullmatch(r"[^\W\d_]\w*", name):
            _refuse_loop(node, f"“{name}” không phải tên biến", f"'{name}' is no name of a variable", report)
    if (loop_items(loop)[1] is None) != (text_of(child(loop, "loopDataOutputRef")) is None):
        _refuse_loop(
            node,
            "outputDataItem và loopDataOutputRef phải đi cùng nhau",
            "outputDataItem and loopDataOutputRef go together",
            report,
        )


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
