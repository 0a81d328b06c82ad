"""An operator's hand: what is withdrawn is gone with all that hung on it, what is started goes on as if a flow had led there."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.errors import ModificationRefused
from engine.domain.record import Draft
from engine.runtime.erasure import Unexpected
from tests.engine.runtime.bench import Run
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

both = pytest.mark.parametrize("reload", [False, True], ids=["in memory", "reloaded"])
"""In memory, and restarted from the snapshot after every input."""
FORK = (
    start()
    + node("parallelGateway", "fork")
    + user("a")
    + user("b")
    + node("parallelGateway", "join")
    + user("after")
    + end()
    + path("s", "fork", "a", "join", "after", "e")
    + path("fork", "b", "join")
)


def modify(run: Run, *cancel: str, start: list[dict[str, str]] | None = None) -> list[Draft]:
    """Withdraw activities and start elements by their ids."""
    return run.give("ProcessInstanceModified", {"reason": "test", "cancel": list(cancel), "start": start or []})


def at(element: str, **more: str) -> dict[str, str]:
    """Before an element."""
    return {"element": element, **more}


def objections(run: Run, *cancel: str, start: list[dict[str, str]] | None = None) -> list[tuple[str, str, str | None]]:
    """Why it cannot be done: where, which rule, which element."""
    with pytest.raises(ModificationRefused) as refused:
        modify(run, *cancel, start=start)
    run.load()
    assert all(fault.vi and fault.en and "{" not in fault.vi + fault.en for fault in refused.value.faults)
    return [(fault.pointer, fault.code, fault.element_id) for fault in refused.value.faults]


def open_tasks(run: Run) -> list[str]:
    """Elements of the open user tasks."""
    return sorted(task["element"] for task in run.tasks)


def line(*inner: str, names: str) -> bytes:
    """Start, what is inside, a last task, end."""
    return diagram(start() + "".join(inner) + user("z") + end() + path("s", *names.split(), "z", "e"))


@both
def test_a_token_is_moved_past_a_task(reload):
    """What operators do most: one step was done on paper, the dossier goes on behind it."""
    run = Run(line(user("u"), names="u"), reload=reload)

    drafts = modify(run, "u#1", start=[at("z")])

    assert [kind for kind, _ in drafts] == [
        "ProcessInstanceModified", "UserTaskCancelled", "ElementCancelled", "ElementEntered", "UserTaskCreated",
    ]  # fmt: skip
    assert "flow" not in drafts[3][1]
    run.complete("z")
    assert run.state == "completed"


@both
def test_a_token_is_moved_back(reload):
    """A step is done once more, under an id of its own."""
    run = Run(line(user("u"), names="u"), reload=reload)
    run.complete("u")

    modify(run, "z#1", start=[at("u")])

    assert [task["activity"] for task in run.tasks] == ["u#2"]


WAITS: dict[str, tuple[str, list[str]]] = {
    "task with a limit": (user("x", motcua_limit="5 working-days"), ["UserTaskCancelled"]),
    "service task": (node("serviceTask", "x", motcua_topic="t"), ["JobCancelled"]),
    "receive task": (node("receiveTask", "x", messageRef="m_go"), ["SubscriptionClosed"]),
    "timer": (node("intermediateCatchEvent", "x", timer("P1D")), ["TimerCancelled"]),
    "message": (node("intermediateCatchEvent", "x", message()), ["SubscriptionClosed"]),
    "signal": (node("intermediateCatchEvent", "x", '<signalEventDefinition signalRef="s_bell"/>'), ["SubscriptionClosed"]),
    "condition": (
        node("intermediateCatchEvent", "x", '<conditionalEventDefinition><condition xsi:type="tFormalExpression">never</condition></conditionalEventDefinition>'),
        [],
    ),
    "task with a boundary timer": (user("x") + boundary("late", "x", timer("P1D")) + end("ex") + flow("late", "ex"), ["TimerCancelled", "UserTaskCancelled"]),
    "sub-process": (
        sub_process("x", start("xs") + user("xu") + node("intermediateCatchEvent", "xt", timer("P1D")) + path("xs", "xu") + path("xs", "xt")),
        ["ElementCancelled", "ElementCancelled", "TimerCancelled", "UserTaskCancelled"],
    ),
    "transaction": (node("transaction", "x", start("xs") + user("xu") + path("xs", "xu")), ["ElementCancelled", "UserTaskCancelled"]),
    "ad-hoc sub-process": (
        node("adHocSubProcess", "x", user("xu") + user("xv") + "<completionCondition>done</completionCondition>"),
        ["ElementCancelled", "ElementCancelled", "UserTaskCancelled", "UserTaskCancelled"],
    ),
    "multi-instance": (
        user("x", "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"),
        ["ElementCancelled", "ElementCancelled", "UserTaskCancelled", "UserTaskCancelled"],
    ),
    "loop": (
        user("x", "<standardLoopCharacteristics><loopCondition>True</loopCondition></standardLoopCharacteristics>"),
        ["ElementCancelled", "UserTaskCancelled"],
    ),
    "failed step": (script("x", "y = missing"), ["IncidentResolved"]),
}  # fmt: skip


@both
@pytest.mark.parametrize("what", WAITS)
def test_whatever_waits_is_withdrawn_with_all_that_hangs_on_it(reload, what):
    """Nothing of it may be left: no work in a list, no timer that fires, no place that hears a message, no incident."""
    inner, gone = WAITS[what]
    run = Run(line(inner, names="x"), reload=reload)

    drafts = modify(run, "x#1", start=[at("z")])

    withdrawn = sorted(
        kind for kind, _ in drafts if "Cancel" in kind or kind in ("SubscriptionClosed", "IncidentResolved")
    )
    assert withdrawn == sorted([*gone, "ElementCancelled"])
    assert (open_tasks(run), run.timers, run.subscriptions, run.incidents) == (["z"], [], [], [])
    run.complete("z")
    assert run.state == "completed"
    assert run.nothing_left()


@both
@pytest.mark.parametrize("what", [name for name in WAITS if name != "failed step"])
def test_whatever_can_wait_can_be_started(reload, what):
    """As if a flow had led there: with its timers, its inside, its repetitions, what listens on its border."""
    inner, gone = WAITS[what]
    body = start() + user("first") + inner + user("z") + end() + path("s", "first", "x", "z", "e")
    run = Run(diagram(body), reload=reload)

    modify(run, "first#1", start=[at("x")])
    drafts = modify(run, "x#1", start=[at("z")])

    withdrawn = sorted(kind for kind, _ in drafts if "Cancel" in kind or kind == "SubscriptionClosed")
    assert withdrawn == sorted([*gone, "ElementCancelled"])


@both
def test_an_event_gateway_is_withdrawn_and_started(reload):
    """It waits in the place of the events behind it."""
    body = (
        start() + user("u") + node("eventBasedGateway", "g") + node("intermediateCatchEvent", "m", message())
        + node("intermediateCatchEvent", "t", timer("P1D")) + user("z") + path("s", "u", "g", "m", "z") + path("g", "t", "z")
    )  # fmt: skip
    run = Run(diagram(body), reload=reload)

    assert objections(run, "u#1", start=[at("m")]) == [("/start/0", "behindEventGateway", "m")]
    assert objections(run, "u#1", start=[{"flow": "g__t"}]) == [("/start/0", "behindEventGateway", "t")]
    modify(run, "u#1", start=[at("g")])
    assert (len(run.timers), len(run.subscriptions)) == (1, 1)
    modify(run, "g#1", start=[at("z")])

    assert (open_tasks(run), run.timers, run.subscriptions) == (["z"], [], [])


@both
def test_a_join_is_given_the_token_that_it_lacks(reload):
    """A branch was done elsewhere: its flow is what the join waits for."""
    run = Run(diagram(FORK), reload=reload)
    run.complete("a")

    drafts = modify(run, "b#1", start=[{"flow": "b__join"}])

    assert [p["flows"] for kind, p in drafts if kind == "ElementEntered" and p["element"] == "join"] == [
        ["a__join", "b__join"]
    ]
    assert open_tasks(run) == ["after"]


@both
def test_a_join_that_can_never_pass_is_mended(reload):
    """Its incident is gone as soon as the token that it lacks is there."""
    stuck = (
        start() + node("exclusiveGateway", "x", default="x__a") + user("a") + user("b") + node("parallelGateway", "join")
        + user("after") + path("s", "x", "a", "join", "after") + flow("x", "b", "False") + path("b", "join")
    )  # fmt: skip
    run = Run(diagram(stuck), reload=reload)
    run.complete("a")
    assert [incident["code"] for incident in run.incidents] == ["deadlock"]

    modify(run, start=[{"flow": "b__join"}])

    assert (open_tasks(run), run.incidents) == (["after"], [])


def test_a_second_token_on_the_flow_of_a_join_is_doubted():
    """It is allowed, since nobody can know whether it is meant; but it is said before it is done."""
    run = Run(diagram(FORK))
    run.complete("a")

    def doubts(*flows: str) -> list[tuple[str, str]]:
        payload = {"cancel": [], "start": [{"flow": flow} for flow in flows]}
        return [(fault.pointer, fault.code) for fault in run.execution.doubts(payload)]

    assert doubts("a__join") == [("/start/0", "waitsAlready")]
    assert doubts("b__join") == []
    assert doubts("b__join", "b__join") == [("/start/1", "waitsAlready")]
    modify(run, start=[{"flow": "a__join"}])
    run.complete("b")
    assert open_tasks(run) == ["after"]


@both
def test_an_inclusive_join_is_judged_again_when_a_branch_is_withdrawn(reload):
    """Nothing else can come any more, so it passes."""
    inclusive = FORK.replace('<parallelGateway id="join"', '<inclusiveGateway id="join"').replace(
        "parallelGateway>", "parallelGateway>"
    )
    inclusive = inclusive.replace(
        '<inclusiveGateway id="join"></parallelGateway>', '<inclusiveGateway id="join"></inclusiveGateway>'
    )
    run = Run(diagram(inclusive), reload=reload)
    run.complete("a")

    modify(run, "b#1")

    assert open_tasks(run) == ["after"]


CARDINALITY = "<loopCardinality>3</loopCardinality>"


def repeated(more: str = "", **attributes: str) -> bytes:
    """A task for three people."""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    loop = f"<multiInstanceLoopCharacteristics{written}>{CARDINALITY}{more}</multiInstanceLoopCharacteristics>"
    return line(user("m", loop), names="m")


@both
def test_one_repetition_is_withdrawn_and_the_others_are_waited_for(reload):
    """Its place in the results stays empty; the body ends with the last of the others."""
    run = Run(repeated(), reload=reload)

    drafts = modify(run, "m#1/2")
    assert ("VariablesWritten", {"scope": "m#1", "values": {"nrOfActiveInstances": 2}}) in drafts
    run.complete("m")
    assert open_tasks(run) == ["m"]
    run.complete("m")

    assert open_tasks(run) == ["z"]


@both
def test_a_repetition_withdrawn_after_others_were_done(reload):
    """The last that is left decides."""
    run = Run(repeated(), reload=reload)

    run.complete("m")
    modify(run, "m#1/2")
    run.complete("m")

    assert open_tasks(run) == ["z"]


@both
def test_the_last_repetition_is_not_withdrawn_alone(reload):
    """The body around it would never end: it is withdrawn as a whole."""
    parallel, sequential = Run(repeated(), reload=reload), Run(repeated(isSequential="true"), reload=reload)

    assert objections(parallel, "m#1/1", "m#1/2", "m#1/3") == [("/cancel", "scopeLeftEmpty", "m")] * 3
    assert objections(sequential, "m#1/1") == [("/cancel", "scopeLeftEmpty", "m")]
    modify(sequential, "m#1", start=[at("z")])
    assert open_tasks(sequential) == ["z"]


@both
def test_a_called_process_is_withdrawn_and_something_in_it_is_started(reload):
    """It runs inside of its caller, so its activities are found by the path to them."""
    called = f'<process id="q" isExecutable="true">{start("qs") + user("qu") + user("qv") + path("qs", "qu", "qv")}</process>'
    body = start() + node("callActivity", "c", calledElement="q") + user("z") + path("s", "c", "z")
    run = Run(diagram(body, more=called), reload=reload)

    modify(run, "c#1/qu#1", start=[at("qv")])
    assert [task["activity"] for task in run.tasks] == ["c#1/qv#1"]
    modify(run, "c#1", start=[at("z")])

    assert [task["activity"] for task in run.tasks] == ["z#1"]


INNER = start("is") + user("iu") + user("iv") + path("is", "iu", "iv")


@both
def test_the_scope_is_the_only_living_one_or_is_named(reload):
    """With two of them, guessing would put the token into somebody else's dossier."""
    two = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    run = Run(line(sub_process("sub", INNER, two), names="sub"), reload=reload)

    assert objections(run, start=[at("iv")]) == [("/start/0", "scopeAmbiguous", "iv")]
    assert objections(run, start=[at("iv", scope="sub#1/3")]) == [("/start/0", "scopeNotAlive", "iv")]
    modify(run, "sub#1/2/iu#1", start=[at("iv", scope="sub#1/2")])

    assert sorted(task["activity"] for task in run.tasks) == ["sub#1/1/iu#1", "sub#1/2/iv#1"]
    modify(run, "sub#1/1", start=[at("iu")])
    assert sorted(task["activity"] for task in run.tasks) == ["sub#1/2/iu#2", "sub#1/2/iv#1"]


@both
def test_a_scope_is_not_left_empty(reload):
    """Nothing goes on from what was withdrawn, so a sub-process without a token would stand there for ever."""
    run = Run(line(sub_process("sub", INNER), user("x"), names="sub x"), reload=reload)

    assert objections(run, "sub#1/iu#1") == [("/cancel", "scopeLeftEmpty", "sub")]
    assert objections(run, "sub#1") == [("/cancel", "instanceLeftEmpty", None)]
    assert objections(run, "sub#1", start=[at("iv")]) == [("/start/0", "scopeNotAlive", "iv")]
    modify(run, "sub#1", "sub#1/iu#1", start=[at("x")])

    assert open_tasks(run) == ["x"]


def test_what_cannot_be_started():
    """Each is refused by its own reason, all of them at once, and nothing is done."""
    body = (
        start() + user("u") + boundary("late", "u", timer("P1D")) + user("z")
        + node("subProcess", "es", start("es_s", message(), isInterrupting="false") + user("es_u") + path("es_s", "es_u"), triggeredByEvent="true")
        + boundary("b_u", "u", "<compensateEventDefinition/>") + user("undo", isForCompensation="true")
        + path("s", "u", "z") + path("late", "z") + '<association id="as" sourceRef="b_u" targetRef="undo"/>'
    )  # fmt: skip
    run = Run(diagram(body))
    before = run.tokens

    asked = [
        at("s"),
        at("late"),
        at("es"),
        at("es_u"),
        at("b_u"),
        at("undo"),
        at("nowhere"),
        {"flow": "nowhere"},
        at("u<boundary>"),
    ]

    assert [code for _, code, _ in objections(run, start=asked)] == [
        "startsByItself", "happensToOthers", "happensToOthers", "scopeNotAlive", "elementUnknown", "undoesOthers",
        "elementUnknown", "elementUnknown", "elementUnknown",
    ]  # fmt: skip
    assert run.execution.snapshot().tokens == before
    joined = Run(diagram(FORK))
    assert objections(joined, start=[at("join")]) == [("/start/0", "joinWithoutFlow", "join")]


def test_what_cannot_be_withdrawn():
    """What never was, what has ended, and what only listens."""
    run = Run(line(user("u") + boundary("late", "u", timer("P1D")) + end("ex") + flow("late", "ex"), names="u"))
    run.complete("u")

    assert [code for _, code, _ in objections(run, "u#1", "nowhere#1", "s#1", "<start>", "", start=[at("u")])] == [
        "activityNotAlive"
    ] * 5
    assert objections(run) == [("", "nothingAsked", None)]
    modify(run, "z#1", start=[at("u")])
    assert [code for _, code, _ in objections(run, "late#2", "u<boundary>#2")] == ["notAnActivity"] * 2


TRANSACTION = (
    start()
    + node(
        "transaction", "tx",
        start("ts") + script("ta", "n = 1") + boundary("tb", "ta", "<compensateEventDefinition/>") + user("tundo", isForCompensation="true")
        + user("tu") + node("endEvent", "tc", "<cancelEventDefinition/>") + path("ts", "ta", "tu", "tc") + '<association id="as" sourceRef="tb" targetRef="tundo"/>',
    )
    + boundary("gone", "tx", "<cancelEventDefinition/>") + user("z") + path("s", "tx") + path("gone", "z")
)  # fmt: skip


@both
def test_nothing_is_started_in_a_transaction_that_is_being_cancelled(reload):
    """What was done in it is being undone; a new token there would never come to its end."""
    run = Run(diagram(TRANSACTION), {"n": 0}, reload=reload)
    run.complete("tu")
    assert open_tasks(run) == ["tundo"]

    assert objections(run, start=[at("tu")]) == [("/start/0", "scopeBeingUndone", "tu")]
    modify(run, "tx#1/tundo#1")

    assert open_tasks(run) == ["z"]


@both
def test_a_withdrawn_activity_is_not_undone_later(reload):
    """It was not completed; what was completed before still is."""
    run = Run(diagram(TRANSACTION), {"n": 0}, reload=reload)

    modify(run, "tx#1/tu#1", start=[at("tc")])

    assert open_tasks(run) == ["tundo"]
    run.complete("tundo")
    assert open_tasks(run) == ["z"]


@both
def test_an_event_sub_process_that_runs_is_withdrawn(reload):
    """While it only listens it is no activity; once its event has come it is one."""
    body = (
        start() + user("u") + path("s", "u")
        + node("subProcess", "es", start("es_s", message(), isInterrupting="false") + user("es_u") + path("es_s", "es_u"), triggeredByEvent="true")
    )  # fmt: skip
    run = Run(diagram(body), reload=reload)
    assert objections(run, "es#1") == [("/cancel/0", "notAnActivity", "es")]

    run.deliver("go")
    modify(run, "es#1")

    assert open_tasks(run) == ["u"]
    assert [s["activity"] for s in run.subscriptions] == ["es#2"]


def test_a_token_that_rests_behind_a_boundary_event_is_withdrawn():
    """It fired and then failed: what it was attached to is not there any more."""
    body = (
        start()
        + user("u")
        + boundary("late", "u", timer("P1D"))
        + script("x", "y = missing")
        + user("z")
        + path("s", "u", "z")
        + path("late", "x")
    )
    run = Run(diagram(body))
    run.wait(days=2)

    modify(run, "x#1", start=[at("z")])

    assert (open_tasks(run), run.incidents) == (["z"], [])


def test_conditions_that_fail_behind_it_are_incidents():
    """The modification itself stays done."""
    body = (
        start()
        + user("u")
        + node("exclusiveGateway", "x")
        + user("z")
        + path("s", "u", "x")
        + flow("x", "z", "amount &gt; 1")
    )
    run = Run(diagram(body))

    modify(run, "u#1", start=[at("x")])

    assert [incident["code"] for incident in run.incidents] == ["variableMissing"]
    run.mend(amount=2)
    run.retry()
    assert open_tasks(run) == ["z"]


def test_a_suspended_or_ended_instance_is_not_modified():
    """Nothing moves in it."""
    run = Run(line(user("u"), names="u"))
    run.give("ProcessInstanceSuspended", {"reason": "test"})
    with pytest.raises(Unexpected):
        modify(run, "u#1", start=[at("z")])
    run.load()
    run.give("ProcessInstanceCancelled", {"reason": "test"})
    with pytest.raises(Unexpected):
        modify(run, "u#1", start=[at("z")])


@both
def test_ids_are_never_used_twice(reload):
    """The same element started again and again counts on."""
    run = Run(line(user("u"), names="u"), reload=reload)

    for _ in range(3):
        modify(run, run.tasks[0]["activity"], start=[at("u")])

    entered: list[Any] = [payload["activity"] for payload in run.of("ElementEntered")]
    assert len(entered) == len(set(entered))
    assert run.tasks[0]["activity"] == "u#4"
