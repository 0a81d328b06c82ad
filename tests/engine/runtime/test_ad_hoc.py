"""Ad-hoc sub-processes: in no fixed order, until it is enough."""

from __future__ import annotations

from tests.engine.runtime.bench import Run, report_on
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import boundary, diagram, end, flow, node, path, script, start, timer, user


def ad_hoc(inside: str, condition: str, **attributes: str) -> bytes:
    """A process around an ad-hoc sub-process."""
    completion = f"<completionCondition>{condition}</completionCondition>"
    return diagram(
        start()
        + node("adHocSubProcess", "ah", inside + completion, **attributes)
        + user("after")
        + path("s", "ah", "after")
    )


@executes("Activities", "adHocSubProcess")
def test_activities_in_any_order_until_it_is_enough(reload):
    """Everything inside that no flow leads to is offered at once; when the condition holds after one of them, the rest is withdrawn."""
    run = Run(ad_hoc(user("a") + user("b") + user("c"), "co_a and co_c"), {"co_a": False, "co_c": False}, reload=reload)
    assert [t["element"] for t in run.tasks] == ["a", "b", "c"]

    run.complete("c", {"co_c": True})
    run.complete("a", {"co_a": True})

    assert [t["element"] for t in run.tasks] == ["after"]
    run.complete("after")
    assert run.nothing_left()


@executes("Activities", "adHocSubProcess: more than once")
def test_it_is_offered_again_while_it_is_not_enough(reload):
    """When everything is done and the condition does not hold, everything is offered once more; a variable that is missing makes it false."""
    run = Run(ad_hoc(user("a") + user("b"), "len(y_kien) &gt;= 3"), reload=reload)

    run.complete("a")
    run.complete("b", {"y_kien": ["b"]})
    assert sorted(t["element"] for t in run.tasks) == ["a", "b"]
    run.complete("a", {"y_kien": ["b", "a", "c"]})

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.nothing_left() is False
    run.complete("after")
    assert run.nothing_left()


@executes("Activities", "adHocSubProcess: cancelRemainingInstances")
def test_what_still_runs_may_be_let_finish(reload):
    """cancelRemainingInstances="false": nothing new is offered, what is open is still done."""
    run = Run(ad_hoc(user("a") + user("b"), "xong", cancelRemainingInstances="false"), {"xong": False}, reload=reload)

    run.complete("a", {"xong": True})
    assert [t["element"] for t in run.tasks] == ["b"]
    run.complete("b")

    assert [t["element"] for t in run.tasks] == ["after"]


@executes("Activities", "adHocSubProcess: ordering Sequential")
def test_a_sequential_one_offers_one_after_the_other(reload):
    """Never two at once: one after the other in the order of the document, from the beginning again until it is enough."""
    content = ad_hoc(script("a", "n = n + 1") + user("b") + user("c"), "n &gt; 1", ordering="Sequential")
    run = Run(content, {"n": 0}, reload=reload)

    assert [t["element"] for t in run.tasks] == ["b"]
    run.complete("b")
    assert [t["element"] for t in run.tasks] == ["c"]
    run.complete("c")

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.variables()["n"] == 2


def test_flows_inside_are_followed():
    """Two activities joined by a flow keep their order; guarded and repeated ones are asked about as well."""
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    inside = (
        user("a") + user("b", loop) + user("x") + boundary("t", "x", timer("PT1H")) + script("late", "muon = True")
        + flow("a", "b") + flow("t", "late")
    )  # fmt: skip
    run = Run(ad_hoc(inside, "xong or muon"), {"xong": False, "muon": False}, reload=True)

    run.complete("a")
    assert [t["element"] for t in run.tasks] == ["x", "b", "b"]
    run.complete("b")
    run.complete("b")
    assert [t["element"] for t in run.tasks] == ["x"]
    run.wait(hours=1)

    assert [t["element"] for t in run.tasks] == ["after"]
    run.complete("after")
    assert run.nothing_left()


def test_a_guarded_activity_is_asked_about():
    """The boundary event of an activity must not hide from the sub-process that the activity is done."""
    run = Run(
        ad_hoc(user("x") + boundary("t", "x", timer("PT1H")) + end_less("late") + flow("t", "late"), "xong"),
        reload=True,
    )

    run.complete("x", {"xong": True})

    assert [t["element"] for t in run.tasks] == ["after"]
    assert run.timers == []


def end_less(id: str) -> str:
    """A step behind which nothing comes."""
    return script(id, "muon = True")


def test_without_a_condition_it_is_refused():
    """Nobody could tell when it is over."""
    content = diagram(start() + node("adHocSubProcess", "ah", user("a")) + end() + path("s", "ah", "e"))

    assert [p.code for p in report_on(content).problems] == ["completionMissing"]
