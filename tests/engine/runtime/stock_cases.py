"""What SpiffWorkflow 3.2.0 does wrong, entry by entry, each on the smallest diagram that shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.engine.runtime.models import (
    boundary,
    diagram,
    end,
    flow,
    message,
    node,
    path,
    script,
    start,
    sub_process,
    timer,
    user,
)


@dataclass(frozen=True, slots=True)
class Case:
    """``right`` is what must be seen, ``stock`` what the library makes of it; an error is seen as its name."""

    entry: str
    content: bytes
    right: Any
    stock: Any
    does: Sequence[tuple[Any, ...]] = ()
    shows: str = "state values"
    values: dict[str, Any] = field(default_factory=dict)
    reload: bool = False


BELL = '<signalEventDefinition signalRef="s_bell"/>'
ERROR_ONE, ERROR_TWO = '<errorEventDefinition errorRef="e_one"/>', '<errorEventDefinition errorRef="e_two"/>'
ESCALATION = '<escalationEventDefinition escalationRef="x_one"/>'
COMPENSATE, CANCEL = "<compensateEventDefinition/>", "<cancelEventDefinition/>"
OK = "<conditionalEventDefinition><condition>ok</condition></conditionalEventDefinition>"
OVER = '<loopDataInputRef>xs</loopDataInputRef><inputDataItem id="x" name="x"/>'
RESULTS = (
    '<loopDataInputRef>xs</loopDataInputRef><loopDataOutputRef>ys</loopDataOutputRef><inputDataItem id="x" name="x"/>'
    '<outputDataItem id="y" name="y"/>'
)
TWICE = "<loopCardinality>2</loopCardinality>"
OBJECT = '<dataObject id="o" name="o"/>'
PROCESS_C = '<process id="c" isExecutable="true">{}</process>'
GATES = node("parallelGateway", "g") + node("parallelGateway", "j")


def line(*elements: str, before: str = "", after: str = "", more: str = "") -> bytes:
    """Start, elements one after the other, end."""
    return diagram(
        before + start() + "".join(elements) + end() + path("s", *map(_id, elements), "e") + after, more=more
    )


def branches(*elements: str, first: str = "") -> bytes:
    """A first step, then elements beside each other, then a join."""
    between = "".join(path("g", _id(element), "j") for element in elements)
    begin = ("s", "i", "g") if first else ("s", "g")
    return diagram(start() + first + GATES + "".join(elements) + end() + path(*begin) + between + path("j", "e"))


def _id(element: str) -> str:
    found = re.search(r'id="(\w+)"', element)
    assert found
    return found[1]


def inside(*elements: str, more: str = "") -> str:
    """The inside of a sub-process: start, elements one after the other, end."""
    return start("i") + "".join(elements) + end("ie") + path("i", *map(_id, elements), "ie") + more


def many(sequential: bool, how: str) -> str:
    """What makes an activity be done more than once."""
    return f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">{how}</multiInstanceLoopCharacteristics>'


def guarded(host: str, event: str, *, interrupting: bool = True) -> bytes:
    """An activity with a boundary event; t is what follows on the event."""
    beside = boundary("b", _id(host), event, interrupting=interrupting) + script("t", "told = 1") + end("te")
    return line(host, after=beside + path("b", "t", "te"))


def thrower(event: str, *then: str) -> str:
    """A sub-process that throws an event, and goes on."""
    return sub_process("A", inside(node("intermediateThrowEvent", "th", event), *then))


def handler(event: str, interrupting: str = "true") -> str:
    """An event sub-process that adds ten."""
    begin = start("hs", event, isInterrupting=interrupting)
    body = begin + script("ht", "k = k + 10") + end("he") + path("hs", "ht", "he")
    return sub_process("h", body, triggeredByEvent="true")


def undone(code: str) -> str:
    """A step that can be undone; the association comes last."""
    return script("a", code) + boundary("bc", "a", COMPENSATE) + script("undo", "n = 0", isForCompensation="true")


TIED = '<association id="as" sourceRef="bc" targetRef="undo"/>'


def ad_hoc(condition: str, inner: str = "", **attributes: str) -> bytes:
    """Two tasks in any order."""
    enough = f"<completionCondition>{condition}</completionCondition>"
    return line(node("adHocSubProcess", "ah", inner + user("a") + user("b") + enough, **attributes))


def loop(times: int) -> bytes:
    """A gateway loop that counts."""
    return diagram(
        start() + script("i", "n = 0") + node("exclusiveGateway", "m") + script("a", "n = n + 1")
        + node("exclusiveGateway", "x", default="x__e") + end() + path("s", "i", "m", "a", "x", "e") + flow("x", "m", f"n &lt; {times}")
    )  # fmt: skip


def drawn(**heights: int) -> str:
    """Where elements stand in the drawing."""
    spaces = 'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    shapes = "".join(
        f'<di:BPMNShape id="sh_{id}" bpmnElement="{id}"><dc:Bounds x="1" y="{y}" width="1" height="1"/></di:BPMNShape>'
        for id, y in heights.items()
    )
    return f'<di:BPMNDiagram {spaces} id="di"><di:BPMNPlane id="pl" bpmnElement="p">{shapes}</di:BPMNPlane></di:BPMNDiagram>'


CHOICE = (
    start() + node("exclusiveGateway", "g", default="g__c") + end("a") + end("b") + end("c") + path("s", "g")
    + flow("g", "b", "x &gt; 1") + flow("g", "a", "x &gt; 2") + flow("g", "c")
)  # fmt: skip
NEITHER = start() + node("exclusiveGateway", "g") + end("a") + end("b") + path("s", "g") + flow("g", "a", "x == 1") + flow("g", "b", "x == 2")  # fmt: skip
JOIN_IN_A_LOOP = (
    start() + script("i", "n = 0\ntotal = 0") + node("exclusiveGateway", "m") + script("a", "a = n") + script("b", "b = n * 2")
    + GATES + script("k", "total = total + a + b\nn = n + 1") + node("exclusiveGateway", "x", default="x__e") + end()
    + path("s", "i", "m", "g", "a", "j", "k", "x", "e") + path("g", "b", "j") + flow("x", "m", "n &lt; 3")
)  # fmt: skip
TWO_TOKENS_PER_FLOW = (
    start() + node("parallelGateway", "g") + node("exclusiveGateway", "m") + node("inclusiveGateway", "f", default="f__c")
    + user("a") + user("b") + script("c", "c = 1") + node("inclusiveGateway", "j") + script("k", "n = n + 1") + end()
    + path("s", "g", "m", "f", "c", "j", "k", "e") + flow("g", "m", id="again") + flow("f", "a", "True") + flow("f", "b", "True")
    + path("a", "j") + path("b", "j")
)  # fmt: skip
TWO_FLOWS = start() + GATES + end() + path("s", "g") + flow("g", "j", id="one") + flow("g", "j", id="other") + path("j", "e")  # fmt: skip
NEIGHBOURS = (
    start() + node("parallelGateway", "g") + sub_process("A", start("as") + user("au") + end("aue") + path("as", "au", "aue"))
    + sub_process("B", start("bs") + user("bu") + end("bue", ERROR_ONE) + path("bs", "bu", "bue"))
    + boundary("ab", "A", ERROR_ONE) + boundary("bb", "B", ERROR_ONE) + end("ac") + end("bc") + end("ae") + end()
    + path("s", "g", "A", "ae") + path("g", "B", "e") + path("ab", "ac") + path("bb", "bc")
)  # fmt: skip
SIGNAL_END = (
    start() + node("parallelGateway", "g") + node("intermediateCatchEvent", "c", BELL) + end("ce") + user("u")
    + end("x", BELL) + path("s", "g", "c", "ce") + path("g", "u", "x")
)  # fmt: skip
LINKS = (
    start() + node("intermediateThrowEvent", "lt", '<linkEventDefinition name="L"/>')
    + node("intermediateCatchEvent", "lc", '<linkEventDefinition name="L"/>') + end() + path("s", "lt") + path("lc", "e")
)  # fmt: skip
TWO_WAYS = start() + script("a", "x = 1", default="a__c") + end("b") + end("c") + path("s", "a")
FLOWS_WITHOUT_ID = (
    start() + script("a", "x = 1") + end() + '<sequenceFlow sourceRef="s" targetRef="a"/><sequenceFlow sourceRef="a" targetRef="e"/>'
)  # fmt: skip
STORE = '<dataStoreReference id="st" name="db" dataStoreRef="db"/>'
TO_STORE = '<property id="pr" name="__targetRef_placeholder"/><dataInputAssociation><sourceRef>st</sourceRef><targetRef>pr</targetRef></dataInputAssociation>'  # fmt: skip
A_SECOND_TIME = [("message", "go"), ("message", "go")]

TREE = [
    Case("past a depth of 1000 the instance is said to be complete", loop(340), ("completed", 340), ("completed", None), shows="state n"),
    Case("what a step wrote is changed afterwards in the history", line(script("i", "d = {'k': [1]}"), script("a", "d['k'].append(2)")), {"d": {"k": [1]}}, {"d": {"k": [1, 2]}}, shows="first"),
    Case("two flows leave a task", diagram(TWO_WAYS + flow("a", "b") + flow("a", "c", id="a__c")), ["s", "a", "b"], "ValidationException", shows="finished"),
    Case("a script that fails leaves its half", line(script("b", "k = 1\nz = 1 / v")), ("running", {"v": 0}), "WorkflowTaskException", values={"v": 0}),
]  # fmt: skip

GATEWAYS = [
    Case("conditional and default flows leave a task", diagram(TWO_WAYS + flow("a", "b", "x == 2") + flow("a", "c")), ["s", "a", "c"], "ValidationException", shows="finished"),
    Case("the condition of a flow that leaves a task is not looked at", diagram(start() + script("a", "x = 1") + end() + path("s", "a") + flow("a", "e", "x == 2")), ["s"], ["s", "a", "e"], shows="finished"),
    Case("a join drops equal items of a list", branches(script("a", "xs = [1]"), user("b"), first=script("i", "xs = []")), [1, 1, 2, 2], [1, 2], [("complete", "b", {"xs": [1, 1, 2, 2]})], "xs"),
    Case("a join brings back what a branch took away", branches(script("a", "xs = [1]"), user("b"), first=script("i", "xs = [1, 2, 3]")), [1], [1, 2, 3], [("complete", "b")], "xs"),
    Case("a join keeps the values of the branch that came last", branches(user("a"), user("b"), first=script("i", "x = 0\ny = 0")), (1, 2), (1, 0), [("complete", "b", {"y": 2}), ("complete", "a", {"x": 1})], "x y"),
    Case("a join in a loop passes with the values of an earlier round", diagram(JOIN_IN_A_LOOP), (3, 9), (3, 6), shows="n total"),
    Case("two flows between the same elements are two passages", diagram(TWO_FLOWS), ["s", "g", "j", "e"], ["s", "g", "j", "j", "e"], shows="finished"),
    Case("an inclusive join with two tokens per flow", diagram(TWO_TOKENS_PER_FLOW), ("completed", 2), "NotOffered", [("complete", id) for id in "abab"], "state n", {"n": 0}),
    Case("no condition holds", diagram(NEITHER), ("running", {"x": 5}), "WorkflowException", values={"x": 5}),
    Case("moving a shape changes the decision", diagram(CHOICE, more=drawn(a=1, b=100, c=200)), ["s", "g", "b"], ["s", "g", "a"], shows="finished", values={"x": 5}),
    Case("complex gateways are not known by name", diagram(start() + node("complexGateway", "g") + end() + path("s", "g", "e")), "refused: notExecuted", "ValidationException"),
]  # fmt: skip

ACTIVITIES = [
    Case("an abstract task waits for a person", line(node("task", "a")), ("completed", []), ("running", ["a"]), shows="state open"),
    Case("a message takes every variable along", line(node("sendTask", "t", messageRef="m_go", motcua_dataIn="a"), user("u")), [{"a": 1}], [{"a": 1, "secret": 2}], shows="sent", values={"a": 1, "secret": 2}),
    Case("an instance that waits for a service cannot be kept", line(node("serviceTask", "j", motcua_topic="x")), "running", "TypeError", shows="state", reload=True),
    Case("what a sub-process keeps for itself leaks out", line(sub_process("A", '<property id="pr" name="draft"/>' + inside(script("t", "draft = 5")))), {}, {"draft": 5}, shows="values"),
    Case("a sub-process without start event", line(sub_process("A", script("t", "x = 1") + end("ie") + path("t", "ie"))), {"x": 1}, "ValidationException", shows="values"),
    Case("a process without start event", diagram(user("u") + end() + path("u", "e")), ["u"], "ValidationException", shows="open"),
    Case("everything that a called process wrote leaks out", line(node("callActivity", "ca", calledElement="c", motcua_dataOut="r"), more=PROCESS_C.format(inside(script("t", "r = 1\ntmp = 2")))), {"r": 1}, {"r": 1, "tmp": 2}, shows="values"),
    Case("a called process gives back old values that it was only given", diagram(start() + GATES + node("callActivity", "ca", calledElement="c") + user("u") + end() + path("s", "g", "ca", "j", "e") + path("g", "u", "j"), more=PROCESS_C.format(inside(user("w")))), 2, 1, [("complete", "u", {"a": 2}), ("complete", "w")], "a", {"a": 1}),
    Case("an ad-hoc sub-process without data object", ad_hoc("ok"), ["a", "b"], "KeyError", shows="open", values={"ok": False}),
    Case("an ad-hoc sub-process that is enough from the start hangs", ad_hoc("ok", OBJECT), "completed", "NotOffered", [("complete", "a")], "state", {"ok": True}),
    Case("an ad-hoc sub-process that is not enough is over", ad_hoc("ok", OBJECT), ["a", "b"], [], [("complete", "a"), ("complete", "b")], "open", {"ok": False}),
    Case("cancelRemainingInstances is not looked at", ad_hoc("ok", OBJECT, cancelRemainingInstances="false"), ["b"], [], [("complete", "a", {"ok": True})], "open", {"ok": False}),
    Case("a sequential ad-hoc sub-process offers all at once", ad_hoc("ok", OBJECT, ordering="Sequential"), ["a"], ["a", "b"], shows="open", values={"ok": False}),
]  # fmt: skip

LOOPS = [
    Case("no counters of instances", line(user("u", many(False, OVER + "<completionCondition>nrOfCompletedInstances &gt;= 1</completionCondition>"))), "completed", "WorkflowTaskException", [("complete", "u")], "state", {"xs": [1, 2]}),
    Case("no loopCounter", line(script("t", "seen = loopCounter", many(True, TWICE))), 2, "WorkflowTaskException", shows="seen", values={"seen": 0}),
    Case("an item that is None stops a sequence for ever", line(user("u", many(True, OVER))), ["u"], [], [("complete", "u")], "open", {"xs": [1, None]}),
    Case("a number of times into a list that is there", line(script("t", "y = 1", many(True, TWICE + '<loopDataOutputRef>ys</loopDataOutputRef><outputDataItem id="y" name="y"/>'))), [1, 1], "NameError", shows="ys", values={"ys": []}),
    Case("results stand in the order of the answers", line(user("u", many(False, RESULTS))), ["a", "b", "c"], ["c", "a", "b"], [("complete", "u", {"y": "c"}, 2), ("complete", "u", {"y": "a"}), ("complete", "u", {"y": "b"})], "ys", {"xs": [1, 2, 3]}),
    Case("the item of an instance leaks out", line(script("t", "tmp = x", many(False, OVER))), {"xs": [1, 2]}, {"xs": [1, 2], "x": 2, "tmp": 2}, shows="values", values={"xs": [1, 2]}),
    Case("parallel instances lose what the others added", line(script("t", "total = total + x", many(False, OVER))), 6, 3, shows="total", values={"xs": [1, 2, 3], "total": 0}),
    Case("other behaviours than All are not looked at", line(user("u", '<multiInstanceLoopCharacteristics behavior="None"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>')), "refused: notExecuted", ["u", "u"], shows="open"),
    Case("token quantities are not looked at", line(user("u", completionQuantity="2")), "refused: notExecuted", ["u"], shows="open"),
]  # fmt: skip

BESIDE = [
    Case("an event sub-process never interrupts", line(user("u"), after=handler(message())), "completed", "running", [("message", "go")], "state", {"k": 1}),
    Case("an event sub-process keeps its results to itself", line(user("u"), after=handler(message(), "false")), ("completed", 21), ("completed", 1), [*A_SECOND_TIME, ("complete", "u")], "state k", {"k": 1}),
    Case("an error start runs without an error", line(user("u"), after=handler(ERROR_ONE)), ["s"], ["hs", "ht", "he", "s", "h"], shows="finished", values={"k": 1}),
    Case("an escalation start runs without an escalation", line(user("u"), after=handler(ESCALATION, "false")), ["s"], ["hs", "ht", "he", "s", "h"], shows="finished", values={"k": 1}),
    Case("a compensation start runs without compensation", line(sub_process("A", inside(user("u"), more=handler(COMPENSATE)))), 1, 11, [], "k", {"k": 1}),
    Case("a conditional start is not heard", line(user("u"), after=handler(OK)), "completed", "running", shows="state", values={"k": 1, "ok": True}),
    Case("a specification is changed by running it", line(user("u"), after=handler(message())), "completed", "running", [("message", "go"), ("again",), ("complete", "u")], "state", {"k": 1}),
    Case("compensation is refused at an activity", diagram(start() + undone("n = 1") + end("e", COMPENSATE) + path("s", "a", "e") + TIED), ("completed", 0), "ValidationException", shows="state n"),
    Case("thrown compensation undoes nothing", line(sub_process("A", inside(script("a", "n = 1"), more=handler(COMPENSATE))), node("intermediateThrowEvent", "t", COMPENSATE)), ["s", "i", "a", "ie", "A", "hs", "ht", "he", "h", "A", "t", "e"], ["s", "hs", "ht", "he", "i", "h", "a", "ie", "A", "t", "e"], shows="finished", values={"k": 1}),
    Case("a cancelled transaction is not undone", guarded(node("transaction", "T", start("i") + undone("n = 1") + end("x", CANCEL) + path("i", "a", "x") + TIED), CANCEL), 0, "ValidationException", shows="n"),
]  # fmt: skip

EVENTS = [
    Case("a time as every other engine writes it", line(node("intermediateCatchEvent", "t", timer("PT1H"))), "completed", "WorkflowTaskException", [("wait", 2)], "state"),
    Case("a cycle that was missed fires once per look", guarded(user("u"), timer("'R/PT1H'", "timeCycle"), interrupting=False), 1, 3, [("later", 3.5), ("look",), ("look",)], "fired"),
    Case("a timer fires inside of any other step", branches(node("intermediateCatchEvent", "t", timer("'PT1H'")), user("u")), 0, 1, [("later", 2), ("complete", "u")], "fired"),
    Case("a non-interrupting message is heard once", guarded(user("u"), message(), interrupting=False), 2, "WorkflowException", A_SECOND_TIME, "fired"),
    Case("a signal interrupts late", guarded(thrower(BELL, script("a", "n = 1")), BELL), ["s", "i", "b", "t", "te"], ["s", "i", "th", "a", "ie", "A", "b", "t", "te"], shows="finished"),
    Case("an escalation interrupts late", guarded(thrower(ESCALATION, script("a", "n = 1")), ESCALATION), ["s", "i", "b", "t", "te"], ["s", "i", "th", "a", "ie", "A", "b", "t", "te"], shows="finished"),
    Case("a condition interrupts late", guarded(sub_process("A", inside(script("a", "ok = True"), user("u"))), OK), [], ["u"], shows="open", values={"ok": False}),
    Case("a condition sees no other branch", branches(node("intermediateCatchEvent", "t", OK), user("u")), "completed", "running", [("complete", "u", {"ok": True})], "state", {"ok": False}),
    Case("a condition on a variable that is missing stops an unrelated step", branches(user("u"), node("intermediateCatchEvent", "t", OK)), ["u"], "WorkflowTaskException", shows="open"),
    Case("a signal end event is a plain end", diagram(SIGNAL_END), "completed", "running", [("complete", "u")], "state"),
    Case("eventDefinitionRef is not looked at", line(node("intermediateCatchEvent", "c", "<eventDefinitionRef>shared</eventDefinitionRef>"), more='<signalEventDefinition id="shared" signalRef="s_bell"/>'), "running", "completed", shows="state"),
    Case("a link event is a plain end", diagram(LINKS), ["s", "lt", "lc", "e"], ["s", "lt"], shows="finished"),
    Case("an error with another code than the boundary event has", guarded(sub_process("A", start("i") + end("ie", ERROR_ONE) + path("i", "ie")), ERROR_TWO), "failed", "completed", shows="state"),
    Case("an error that nobody catches is a success", diagram(start() + end("e", ERROR_ONE) + path("s", "e")), "failed", "completed", shows="state"),
    Case("the neighbour's boundary event catches, too", diagram(NEIGHBOURS), ["au"], [], [("complete", "bu")], "open"),
    Case("a script cannot throw a BPMN error", guarded(script("u", "bpmn_error('E1')"), ERROR_ONE), 1, "WorkflowTaskException", shows="fired"),
]  # fmt: skip

WRITTEN = [
    Case("sequence flows without id are dropped", diagram(FLOWS_WITHOUT_ID), ["s", "a", "e"], ["s"], shows="finished"),
    Case("a node with the id End is skipped", line(script("End", "x = 1")), {"x": 1}, {}, shows="values"),
    Case("a node with the id Start", diagram(start("Start") + end() + path("Start", "e")), "completed", "WorkflowException", shows="state"),
    Case("a last task without outgoing flow never ends a called process", line(node("callActivity", "ca", calledElement="c"), more=PROCESS_C.format(start("i") + script("a", "x = 1") + path("i", "a"))), "completed", "running", shows="state"),
    Case("a data store needs a class", line(user("u", TO_STORE), before=STORE, more='<dataStore id="db" name="db"/>'), ["u"], "ValidationException", shows="open"),
    Case("a dangling messageRef ends in an error of the library", line(node("intermediateCatchEvent", "c", message("nope"))), "refused: referenceMissing", "ValidationException"),
    Case("a dangling dataObjectRef is not noticed", line(user("u"), before='<dataObjectReference id="r" dataObjectRef="nope"/>'), "refused: referenceDangling", ["u"], shows="open"),
    Case("a default flow that does not exist is not noticed", diagram(start() + node("exclusiveGateway", "g", default="nope") + end() + path("s", "g", "e")), "refused: defaultNotOutgoing", "completed", shows="state"),
    Case("a boundary event on nothing is not noticed", line(user("u"), after=boundary("b", "nope", BELL) + end("c") + path("b", "c")), "refused: boundaryWithoutHost", ["u"], shows="open"),
    Case("a cancel end event outside of a transaction is a plain end", diagram(start() + end("e", CANCEL) + path("s", "e")), "refused: cancelOutside", "completed", shows="state"),
    Case("a link without target is a plain end", diagram(start() + node("intermediateThrowEvent", "t", '<linkEventDefinition name="L"/>') + path("s", "t")), "refused: linkUnmatched", "completed", shows="state"),
]  # fmt: skip

KEPT = [
    Case("a value with a key named typename makes an instance unreadable", line(user("u"), user("v")), ["v"], "TypeError", [("complete", "u", {"d": {"typename": "x"}})], "open", reload=True),
    Case("a value with a key named typename becomes an object", line(user("u"), user("v")), {"typename": "UUID", "value": "0" * 32}, UUID(int=0), [("complete", "u", {"d": {"typename": "UUID", "value": "0" * 32}})], "d", reload=True),
    Case("a key that is no text becomes one", line(script("a", "d = {1: 'a'}")), "running", "completed", shows="state", reload=True),
    Case("a set", line(script("a", "d = {1, 2}")), "refused: scriptRefused", [1, 2], shows="d", reload=True),
    Case("a date", line(script("a", "import datetime\nd = datetime.date(2026, 1, 1)")), "refused: scriptRefused", "TypeError", reload=True),
    Case("scripts import what they like", line(script("a", "import math\nx = math.floor(2.5)")), "refused: scriptRefused", 2, shows="x"),
]  # fmt: skip

BOUNDS = [
    Case("a text of any size", line(script("a", "x = len('x' * 3000000)")), ("running", None), ("completed", 3_000_000), shows="state x"),
    Case("any number of turns", line(script("a", "n = 0\nfor i in xs:\n  for j in xs:\n    n = n + 1")), "running", "completed", shows="state", values={"xs": list(range(400))}),
]  # fmt: skip

CASES = [*TREE, *GATEWAYS, *ACTIVITIES, *LOOPS, *BESIDE, *EVENTS, *WRITTEN, *KEPT, *BOUNDS]
