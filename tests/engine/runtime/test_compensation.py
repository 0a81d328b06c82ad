"""What was completed is undone: handlers, compensation event sub-processes, transactions."""

from __future__ import annotations

from tests.engine.runtime.bench import Run
from tests.engine.runtime.constructs import executes
from tests.engine.runtime.models import boundary, diagram, end, flow, node, path, script, start, sub_process, user

COMPENSATE = "<compensateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
LOG = 'da_lam = da_lam + ["{}"]'


def step(id: str, undo: str | None = None) -> str:
    """A script that notes itself, with a handler that notes itself as undone."""
    undo = undo or script(f"undo_{id}", LOG.format(f"-{id}"), isForCompensation="true")
    return script(id, LOG.format(id)) + boundary(f"b_{id}", id, COMPENSATE) + undo


def ties(*ids: str) -> str:
    """The associations that lead to the handlers of steps; the schema wants them behind everything else."""
    return "".join(f'<association id="as_{id}" sourceRef="b_{id}" targetRef="undo_{id}"/>' for id in ids)


def throw(id: str = "undo", ref: str = "", **more: str) -> str:
    """An intermediate event that asks for compensation."""
    attributes = "".join(f' {name}="{value}"' for name, value in {"activityRef": ref, **more}.items() if value)
    return node("intermediateThrowEvent", id, f"<compensateEventDefinition{attributes}/>")


def log(run: Run) -> list[str]:
    """What was done and undone, in order."""
    done: list[str] = run.variables()["da_lam"]
    return done


NOTHING: dict[str, list[str]] = {"da_lam": []}


@executes("Events", "compensation boundary event", "compensation throw event")
def test_completed_activities_are_undone_the_latest_first(reload):
    """The thrower waits until the handlers of everything that was completed in its scope have run, in reverse order of completion."""
    content = diagram(
        start()
        + step("a")
        + step("b")
        + step("never")
        + throw()
        + user("u")
        + end()
        + path("s", "a", "b", "undo", "u", "e")
        + ties("a", "b", "never")
    )
    run = Run(content, NOTHING, reload=reload)

    assert log(run) == ["a", "b", "-b", "-a"]
    assert run.of("CompensationThrown") == [{"activity": "undo#1", "activities": ["b#1", "a#1"]}]
    assert [(p["element"], p.get("compensates")) for p in run.of("ElementEntered") if "compensates" in p] == [
        ("undo_b", "b#1"), ("undo_a", "a#1"),
    ]  # fmt: skip
    run.complete("u")
    assert run.nothing_left()


@executes("Events", "compensation of one activity", "compensation end event")
def test_one_activity_is_undone_as_often_as_it_was_done(reload):
    """With an activityRef only that activity is undone, each of its completions once; a second throw finds nothing left."""
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    twice = (
        script("a", LOG.format("a"), loop) + boundary("b_a", "a", COMPENSATE)
        + script("undo_a", LOG.format("-a"), isForCompensation="true")
    )  # fmt: skip
    content = diagram(
        start() + twice + step("b") + throw(ref="a") + end("e", '<compensateEventDefinition activityRef="a"/>')
        + path("s", "a", "b", "undo", "e") + ties("a", "b")
    )  # fmt: skip
    run = Run(content, NOTHING, reload=reload)

    assert log(run) == ["a", "a", "b", "-a", "-a"]
    assert run.state == "completed"
    assert run.nothing_left()


def test_a_handler_may_be_work_for_people():
    """To undo can take days: the thrower waits, and other branches go on."""
    undo = user("undo_a", isForCompensation="true")
    content = diagram(start() + step("a", undo) + throw() + user("u") + path("s", "a", "undo", "u") + ties("a"))
    run = Run(content, NOTHING, reload=True)

    assert [t["element"] for t in run.tasks] == ["undo_a"]
    run.complete("undo_a")

    assert [t["element"] for t in run.tasks] == ["u"]


def test_a_thrower_need_not_wait():
    """waitForCompletion="false": the handlers run beside what comes next."""
    undo = user("undo_a", isForCompensation="true")
    content = diagram(
        start()
        + step("a", undo)
        + throw(waitForCompletion="false")
        + user("u")
        + path("s", "a", "undo", "u")
        + ties("a")
    )
    run = Run(content, NOTHING, reload=True)

    assert sorted(t["element"] for t in run.tasks) == ["u", "undo_a"]
    run.complete("u")
    assert run.state == "running"
    run.complete("undo_a")
    assert run.nothing_left()


@executes("Activities", "subProcess: compensated from the inside")
def test_a_sub_process_is_undone_by_what_was_done_in_it(reload):
    """Without a handler of its own, what was completed inside is undone, with the variables that it had when it was completed."""
    inside = (
        '<dataObject id="o" name="so"/>' + start("i") + script("k", "so = 7")
        + step("a", script("undo_a", 'da_lam = da_lam + ["-a" + str(so)]', isForCompensation="true")) + end("ie")
        + path("i", "k", "a", "ie") + ties("a")
    )  # fmt: skip
    content = diagram(
        start() + sub_process("sub", inside) + user("u") + throw() + end() + path("s", "sub", "u", "undo", "e")
    )
    run = Run(content, NOTHING, reload=reload)
    assert "sub#1/" in run.scopes

    run.complete("u")

    assert log(run) == ["a", "-a7"]
    assert run.state == "completed"
    assert run.nothing_left()


@executes("Activities", "event sub-process: compensation start")
def test_a_sub_process_may_have_one_handler_for_all(reload):
    """Its compensation event sub-process runs instead, and may ask for the compensation of single activities inside."""
    handler = sub_process(
        "h", start("hs", COMPENSATE) + script("note", LOG.format("-tất cả")) + throw("part", "a") + path("hs", "note", "part"),
        triggeredByEvent="true",
    )  # fmt: skip
    inside = start("i") + step("a") + step("b") + end("ie") + path("i", "a", "b", "ie") + handler + ties("a", "b")
    content = diagram(start() + sub_process("sub", inside) + throw() + end() + path("s", "sub", "undo", "e"))

    run = Run(content, NOTHING, reload=reload)

    assert log(run) == ["a", "b", "-tất cả", "-a"]
    assert run.state == "completed"
    assert run.nothing_left()


@executes("Activities", "callActivity: compensated from the inside")
def test_a_called_process_is_undone_by_what_was_done_in_it(reload):
    """What a called process completed is undone with its own variables; what it gave back stays with the caller."""
    called = (
        '<process id="q" isExecutable="true">' + start("qs") + script("k", "ma = 9")
        + step("a", script("undo_a", "dau_vet = ma", isForCompensation="true")) + path("qs", "k", "a") + ties("a") + "</process>"
    )  # fmt: skip
    content = diagram(
        start() + node("callActivity", "c", calledElement="q") + throw() + user("u") + path("s", "c", "undo", "u"),
        more=called,
    )
    run = Run(content, NOTHING, reload=reload)

    assert [p["compensates"] for p in run.of("ElementEntered") if "compensates" in p] == ["c#1", "c#1/a#1"]
    assert {"scope": "c#1/", "values": {"dau_vet": 9}} in run.of("VariablesWritten")
    assert set(run.variables()) == {"da_lam", "ma"}
    run.complete("u")
    assert run.nothing_left()


def bank(inside: str, **attributes: str) -> bytes:
    """A transaction that can be cancelled."""
    return diagram(
        start() + node("transaction", "t", inside, **attributes) + boundary("b", "t", CANCEL) + user("after") + user("cancelled")
        + path("s", "t", "after") + path("b", "cancelled")
    )  # fmt: skip


@executes("Activities", "transaction: cancelled")
@executes(
    "Events",
    "cancel end event",
    "cancel boundary event",
    says="The end event cancels its transaction; when everything in it is undone, the boundary event leaves it.",
)
def test_a_cancelled_transaction_is_undone_as_a_whole(reload):
    """A cancel end event stops everything inside, undoes what was completed, and leaves by the cancel boundary event."""
    inside = (
        start("i") + node("parallelGateway", "g") + step("a") + step("c") + user("w") + user("d") + end("x", CANCEL) + end("ie")
        + path("i", "g", "a", "c", "d", "x") + path("g", "w", "ie") + ties("a", "c")
    )  # fmt: skip
    run = Run(bank(inside), NOTHING, reload=reload)
    assert sorted(t["element"] for t in run.tasks) == ["d", "w"]

    run.complete("d")

    assert log(run) == ["a", "c", "-c", "-a"]
    assert [t["element"] for t in run.tasks] == ["cancelled"]
    assert run.finished()[-2:] == ["x", "b"]
    run.complete("cancelled")
    assert run.nothing_left()


@executes(
    "Activities",
    "transaction",
    says="A sub-process that a cancel end event in it can undo as a whole; without that it is left by its flow, and what was done stays done.",
)
def test_a_transaction_that_is_not_cancelled_is_a_sub_process(reload):
    """It is left by its flow, its cancel event no longer listens, and what was done in it stays done."""
    inside = start("i") + step("a") + user("d") + end("ie") + path("i", "a", "d", "ie") + ties("a")
    run = Run(bank(inside), NOTHING, reload=reload)

    run.complete("d")

    assert [t["element"] for t in run.tasks] == ["after"]
    assert log(run) == ["a"]
    run.complete("after")
    assert run.nothing_left()


def test_nothing_is_remembered_where_nobody_can_ask():
    """A loop over an activity with a handler must not make the snapshot grow when no event ever throws."""
    gateway = node("exclusiveGateway", "top") + node("exclusiveGateway", "again", default="out")
    content = diagram(
        start() + script("n0", "n = 0") + gateway + step("a") + user("u") + end()
        + path("s", "n0", "top", "a", "u", "again") + flow("again", "top", "n &lt; 5") + flow("again", "e", id="out") + ties("a")
    )  # fmt: skip
    run = Run(content, NOTHING, reload=True)
    run.complete("u")
    sizes = set()
    for _ in range(5):
        sizes.add(len(run.tokens))
        run.complete("u")

    assert len(sizes) == 1


def test_an_interrupted_thrower_takes_its_compensation_along():
    """When its scope is interrupted, handlers that still run are stopped as well."""
    inside = (
        start("i") + step("a", user("undo_a", isForCompensation="true")) + throw() + path("i", "a", "undo") + ties("a")
    )
    content = diagram(
        start() + sub_process("sub", inside) + boundary("b", "sub", '<messageEventDefinition messageRef="m_stop"/>') + end()
        + end("stopped") + path("s", "sub", "e") + path("b", "stopped")
    )  # fmt: skip
    run = Run(content, NOTHING, reload=True)
    assert [t["element"] for t in run.tasks] == ["undo_a"]

    run.deliver("stop")

    assert run.tasks == []
    assert run.state == "completed"
    assert run.nothing_left()


def each(item: str) -> str:
    """Done for each of several things, one after the other."""
    return (
        '<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>ds</loopDataInputRef>'
        f'<inputDataItem id="{item}"/></multiInstanceLoopCharacteristics>'
    )


@executes("Activities", "multi-instance: each repetition compensated with its own item")
def test_each_repetition_is_undone_with_what_it_saw(reload):
    """Whoever takes back five notices must know which one: a handler sees the item, and the variables of its repetition."""
    inside = (
        start("i") + script("k", "rieng = mot + '!'") + step("a", script("undo_a", "da_lam = da_lam + [rieng]", isForCompensation="true"))
        + end("ie") + path("i", "k", "a", "ie") + ties("a")
    )  # fmt: skip
    task = (
        script("b", "da_lam = da_lam + [cai]", each("cai")) + boundary("b_b", "b", COMPENSATE)
        + script("undo_b", "da_lam = da_lam + ['-' + cai]", isForCompensation="true")
    )  # fmt: skip
    content = diagram(
        start() + sub_process("m", each("mot") + inside) + task + user("u") + throw() + user("v") + end()
        + path("s", "m", "b", "u", "undo", "v", "e") + ties("b")
    )  # fmt: skip
    run = Run(content, {**NOTHING, "ds": ["x", "y"]}, reload=reload)

    run.complete("u")

    assert log(run) == ["a", "a", "x", "y", "-y", "-x", "y!", "x!"]
    assert set(run.variables()) == {"da_lam", "ds"}
    run.complete("v")
    assert run.nothing_left()


OWN = '<property id="rieng" name="rieng"/>'
CALLED = (
    '<process id="q" isExecutable="true">' + start("qs") + step("b", script("undo_b", "tra = so", isForCompensation="true"))
    + path("qs", "b") + ties("b") + "</process>"
)  # fmt: skip


@executes("Activities", "subProcess with data of its own: compensated from the inside")
def test_what_has_data_of_its_own_is_undone_with_them(reload):
    """A sub-process may keep data to itself, be given some and give some; that it does stands in nobody's way when it is undone."""
    given = (
        '<ioSpecification><dataInput id="in_so" name="so"/><dataOutput id="out_kq" name="kq"/><inputSet><dataInputRefs>in_so'
        "</dataInputRefs></inputSet><outputSet><dataOutputRefs>out_kq</dataOutputRefs></outputSet></ioSpecification>"
    )
    moves = (
        "<dataInputAssociation><sourceRef>r</sourceRef><targetRef>in_so</targetRef></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>out_kq</sourceRef><targetRef>r</targetRef></dataOutputAssociation>"
    )
    inside = start("i") + script("k", "rieng = 7\nkq = so + 1") + step("a", script("undo_a", "tra = rieng + so", isForCompensation="true")) + path("i", "k", "a") + ties("a")  # fmt: skip
    content = diagram(
        '<dataObject id="d"/><dataObjectReference id="r" name="ho_so" dataObjectRef="d"/>' + start()
        + sub_process("m", given + OWN + moves + inside) + user("u") + throw() + user("v") + end()
        + path("s", "m", "u", "undo", "v", "e")
    )  # fmt: skip
    run = Run(content, {**NOTHING, "ho_so": 1, "tra": None}, reload=reload)

    run.complete("u")

    assert run.variables() == {"da_lam": ["a"], "ho_so": 2, "tra": 8}
    assert run.incidents == []
    run.complete("v")
    assert run.nothing_left()


def test_a_call_with_data_of_its_own_is_undone():
    """The same for a called process: its variables stay until nobody can ask for its compensation."""
    call = node("callActivity", "c", OWN, calledElement="q")
    content = diagram(start() + call + user("u") + throw() + user("v") + path("s", "c", "u", "undo", "v"), more=CALLED)
    run = Run(content, {**NOTHING, "so": 4}, reload=True)

    run.complete("u")

    assert {"scope": "c#1/", "values": {"tra": 4}} in run.of("VariablesWritten")
    run.complete("v")
    assert run.nothing_left()


def test_an_undone_event_sub_process_stands_in_the_log():
    """What is left must have been entered, or the picture of the instance shows an activity out of nowhere."""
    handler = sub_process(
        "h", start("hs", '<signalEventDefinition signalRef="s_bell"/>', isInterrupting="false") + step("a") + path("hs", "a")
        + ties("a"), triggeredByEvent="true",
    )  # fmt: skip
    content = diagram(start() + user("u") + throw() + end() + path("s", "u", "undo", "e") + handler)
    run = Run(content, NOTHING, reload=True)
    run.signal("bell")

    run.complete("u")

    assert log(run) == ["a", "-a"]
    entered = {p["activity"] for p in run.of("ElementEntered")}
    assert [p["activity"] for p in run.of("ElementLeft") if p["activity"] not in entered] == []
    assert run.state == "completed" and run.nothing_left()


def reminded(definition: str, *, interrupting: bool) -> bytes:
    """A handler that is work for people, with an event on its border."""
    handler = user("undo_a", isForCompensation="true") + boundary(
        "nhac", "undo_a", definition, interrupting=interrupting
    )
    content = (
        start() + step("x") + step("a", handler) + throw() + end() + script("bao", LOG.format("nhắc")) + path("s", "x", "a", "undo", "e")
        + path("nhac", "bao") + ties("x", "a")
    )  # fmt: skip
    return diagram(content)


@executes("Events", "boundary event of a compensation handler")
def test_a_handler_may_have_boundary_events(reload):
    """Taking something back is work that may need a reminder; when it is done the compensation goes on."""
    run = Run(reminded("<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>", interrupting=False), NOTHING, reload=reload)  # fmt: skip
    run.wait(days=1)
    assert log(run) == ["x", "a", "nhắc"]

    run.complete("undo_a")

    assert log(run) == ["x", "a", "nhắc", "-x"]
    assert run.state == "completed" and run.nothing_left()


def test_a_handler_that_is_interrupted_does_not_hold_the_others():
    """The exception goes its own way, and what was done before is still undone."""
    run = Run(reminded("<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>", interrupting=True), NOTHING, reload=True)  # fmt: skip

    run.wait(days=1)

    assert sorted(log(run)) == sorted(["x", "a", "nhắc", "-x"])
    assert run.tasks == []
    assert run.state == "completed" and run.nothing_left()
