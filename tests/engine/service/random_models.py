"""Random procedures, block by block, with what each of them must come to."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

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

KINDS = (
    "sequence", "exclusive", "parallel", "loop", "sub-process", "call", "timer", "message", "boundary", "inclusive",
    "event gateway", "multi-instance", "standard loop", "event sub-process", "error", "escalation", "compensation",
    "transaction", "ad-hoc", "condition", "multiple", "signal", "link", "service", "data", "terminate", "implicit start",
    "send and receive",
)  # fmt: skip
ONE_PLACE = frozenset({"message", "event gateway", "event sub-process", "multiple", "send and receive"})
"""Kinds that wait for a message: where an activity is done several times at once, the message would fit several places."""

Expect = Callable[[Counter[str]], None]


@dataclass
class Model:
    """A diagram, what is in it, and how often each script must run when nothing is interrupted.

    ``certain`` is false where a boundary event decides by the order of events.
    """

    key: str
    content: bytes
    kinds: Counter[str]
    expected: Counter[str]
    certain: bool


@dataclass
class Block:
    """A piece of a diagram with one way in and one way out; ``undone`` is what compensating it counts."""

    entry: str
    exit: str
    expect: Expect
    undone: Expect = field(default=lambda counter: None)

    def within(self, entry: str, exit: str, also: Expect | None = None) -> Block:
        """The same, inside of something else that counts ``also``."""
        return Block(entry, exit, self.expect if also is None else _all([self.expect, also]), self.undone)


def both(entry: str, exit: str, blocks: list[Block]) -> Block:
    """All of the blocks, in whatever order."""
    return Block(entry, exit, _all([block.expect for block in blocks]), _all([block.undone for block in blocks]))


@dataclass
class Generator:
    """Builds one model from one source of randomness."""

    random: Random
    key: str
    deepest: int = 3
    kinds: Counter[str] = field(default_factory=Counter)
    certain: bool = True
    _number: int = 0
    _out: list[str] = field(default_factory=list)
    _called: list[str] = field(default_factory=list)
    _counters: list[str] = field(default_factory=list)
    _declared: list[str] = field(default_factory=list)
    _beside: list[str] = field(default_factory=list)
    """Event sub-processes and associations, which belong behind everything else in their scope."""
    _several: int = 0
    """How many activities around are done several times at once."""
    _cut_short: int = 0
    """How many activities around may end while something in them still runs."""

    def model(self) -> Model:
        block = self._block(self.deepest)
        counters = "\n".join(f"{name} = 0" for name in self._counters) or "pass"
        body = "".join(self._out) + start("begin") + script("init", counters) + end("finish") + path("begin", "init", block.entry) + flow(block.exit, "finish") + "".join(self._beside)  # fmt: skip
        expected: Counter[str] = Counter()
        block.expect(expected)
        content = diagram(body, key=self.key, more="".join(self._called) + "".join(self._declared))
        return Model(self.key, content, self.kinds, expected, self.certain)

    def _id(self, what: str) -> str:
        self._number += 1
        return f"{what}{self._number}"

    def _block(self, depth: int) -> Block:
        if depth <= 0:
            return self._step()
        kind = self.random.choice([kind for kind in KINDS if not self._several or kind not in ONE_PLACE])
        self.kinds[kind] += 1
        made: dict[str, Callable[[int], Block]] = {
            "sequence": self._sequence,
            "exclusive": self._exclusive,
            "parallel": self._parallel,
            "loop": self._loop,
            "sub-process": self._sub_process,
            "call": self._call,
            "timer": self._timer,
            "message": self._message,
            "boundary": self._boundary,
            "inclusive": self._inclusive,
            "event gateway": self._event_gateway,
            "multi-instance": self._multi_instance,
            "standard loop": self._standard_loop,
            "event sub-process": self._event_sub_process,
            "error": self._error,
            "escalation": self._escalation,
            "compensation": self._compensation,
            "transaction": self._transaction,
            "ad-hoc": self._ad_hoc,
            "condition": self._condition,
            "multiple": self._multiple,
            "signal": self._signal,
            "link": self._link,
            "service": self._service,
            "data": self._data,
            "terminate": self._terminate,
            "implicit start": self._implicit_start,
            "send and receive": self._send_and_receive,
        }
        return made[kind](depth - 1)

    def _step(self) -> Block:
        chance = self.random.random()
        if chance < 0.45:
            id = self._id("u")
            self._out.append(user(id))
            return Block(id, id, _nothing)
        if chance < 0.65:
            id = self._undoable()
            return Block(id, id, self._counted(id), self._counted(f"un{self._number_of(id)}"))
        id = self._id("t")
        self._counters.append(f"n_{id}")
        self._out.append(script(id, f"n_{id} = n_{id} + 1"))
        return Block(id, id, lambda counter: counter.update([f"n_{id}"]))

    def _chain(self, blocks: list[Block]) -> Block:
        for before, after in itertools.pairwise(blocks):
            self._out.append(flow(before.exit, after.entry, id=self._id("f")))

        return both(blocks[0].entry, blocks[-1].exit, blocks)

    def _sequence(self, depth: int) -> Block:
        return self._chain([self._block(depth) for _ in range(self.random.randint(2, 3))])

    def _exclusive(self, depth: int) -> Block:
        fork, join = self._id("x"), self._id("y")
        branches = [self._block(depth) for _ in range(self.random.randint(2, 3))]
        pick, default = self.random.randrange(len(branches)), self._id("f")
        self._out += [node("exclusiveGateway", fork, default=default), node("exclusiveGateway", join)]
        for i, branch in enumerate(branches):
            last = i == len(branches) - 1
            self._out.append(
                flow(fork, branch.entry, None if last else str(i == pick), default if last else self._id("f"))
            )
            self._out.append(flow(branch.exit, join, id=self._id("f")))
        return branches[pick].within(fork, join)

    def _parallel(self, depth: int) -> Block:
        fork, join = self._id("a"), self._id("b")
        branches = [self._block(depth) for _ in range(self.random.randint(2, 3))]
        self._out += [node("parallelGateway", fork), node("parallelGateway", join)]
        for branch in branches:
            self._out += [flow(fork, branch.entry, id=self._id("f")), flow(branch.exit, join, id=self._id("f"))]

        return both(fork, join, branches)

    def _loop(self, depth: int) -> Block:
        top, test, step, after = self._id("m"), self._id("w"), self._id("t"), self._id("t")
        times, count, default = self.random.randint(1, 3), f"n_{step}", self._id("f")
        self._counters += [count, f"n_{after}"]
        self.certain = self.certain and not self._several  # loops beside each other would count each other's turns
        inner = self._block(depth)
        self._out += [
            node("exclusiveGateway", top),
            script(step, f"{count} = {count} + 1"),
            node("exclusiveGateway", test, default=default),
            script(after, f"n_{after} = n_{after} + 1"),
            flow(top, inner.entry, id=self._id("f")),
            flow(inner.exit, step, id=self._id("f")),
            flow(step, test, id=self._id("f")),
            flow(test, top, f"{count} % {times} != 0", self._id("f")),
            flow(test, after, None, default),
        ]

        def expect(counter: Counter[str]) -> None:
            for _ in range(times):
                inner.expect(counter)
                counter[count] += 1
            counter[f"n_{after}"] += 1

        return Block(top, after, expect, _times(inner.undone, times))

    def _inside(self, depth: int, ending: str = "") -> tuple[str, Block]:
        """A block with a start of its own, as the body of another element; ``ending`` is what its end event throws."""
        (outer, self._out), (beside, self._beside) = (self._out, []), (self._beside, [])
        inner, begin = self._block(depth), self._id("s")
        body = "".join(self._out) + start(begin) + flow(begin, inner.entry, id=self._id("f"))
        if ending or self.random.random() < 0.7:
            finish = self._id("e")
            body += end(finish, ending) + flow(inner.exit, finish, id=self._id("f"))
        body += "".join(self._beside)
        self._out, self._beside = outer, beside
        return body, inner

    def _sub_process(self, depth: int) -> Block:
        body, inner = self._inside(depth)
        id = self._id("sub")
        self._out.append(sub_process(id, body, self._own(id)))
        return inner.within(id, id)

    def _own(self, id: str) -> str:
        """Data that only a sub-process sees: none, a property, or an input besides."""
        own = f'<property id="p_{id}" name="own_{id}"/>'
        io = f'<ioSpecification><dataInput id="in_{id}" name="a_{id}"/><inputSet/><outputSet/></ioSpecification>'
        given = f"<dataInputAssociation><targetRef>in_{id}</targetRef><assignment><from>1</from><to>in_{id}</to></assignment></dataInputAssociation>"
        return self.random.choice(["", own, io + own + given])

    def _call(self, depth: int) -> Block:
        body, inner = self._inside(depth)
        self.certain = self.certain and not self._several  # each call begins with its own copy of the counters
        id, key = self._id("call"), f"{self.key}_c{self._number}"
        self._called.append(f'<process id="{key}" isExecutable="true">{body}</process>')
        self._out.append(node("callActivity", id, calledElement=key))
        return Block(id, id, inner.expect)  # undoing counts in the variables of the called process

    def _timer(self, depth: int) -> Block:
        id = self._id("time")
        self._out.append(node("intermediateCatchEvent", id, timer(f"PT{self.random.randint(1, 50)}M")))
        return self._chain([Block(id, id, lambda counter: None), self._block(depth)])

    def _message(self, depth: int) -> Block:
        id = self._id("msg")
        self._out.append(node("intermediateCatchEvent", id, self._brings(id) + message(self._declare("message", id))))
        return self._chain([self._block(depth), Block(id, id, lambda counter: None)])

    def _brings(self, id: str) -> str:
        """What a message may hand to a data object."""
        if self.random.random() < 0.6:
            return ""
        self._out.append(f'<dataObject id="ob_{id}"/>')
        return (
            f'<dataOutput id="out_{id}" name="said"/><dataOutputAssociation><sourceRef>out_{id}</sourceRef>'
            f"<targetRef>ob_{id}</targetRef></dataOutputAssociation><outputSet/>"
        )

    def _boundary(self, depth: int) -> Block:
        """A sub-process with a deadline (interrupting: the token leaves either way) or with reminders beside."""
        body, inner = self._inside(depth)
        id, at, step, join = self._id("sub"), self._id("dl"), self._id("t"), self._id("y")
        self._counters.append(f"n_{step}")
        interrupting = self.random.random() < 0.6
        self.certain = False
        when = timer(f"PT{self.random.randint(5, 90)}M") if interrupting else timer("R2/PT20M", "timeCycle")
        self._out += [
            sub_process(id, body),
            boundary(at, id, when, interrupting=interrupting),
            script(step, f"n_{step} = n_{step} + 1"),
            node("exclusiveGateway", join),
            flow(at, step, id=self._id("f")),
            flow(id, join, id=self._id("f")),
        ]
        if interrupting:
            self._out.append(flow(step, join, id=self._id("f")))
        return inner.within(id, join)

    # what the first version had not
    def _declare(self, kind: str, id: str) -> str:
        """A message or signal of the model's own."""
        self._declared.append(f'<{kind} id="{kind}_{id}" name="{self.key}_{id}"/>')
        return f"{kind}_{id}"

    def _counting(self, id: str, more: str = "") -> str:
        """The code of a script that counts how often it runs."""
        self._counters.append(f"n_{id}")
        return f"n_{id} = n_{id} + 1{more}"

    def _counted(self, id: str, times: int = 1) -> Expect:
        return lambda counter: counter.update({f"n_{id}": times})

    def _flow(self, source: str, target: str, condition: str | None = None) -> None:
        self._out.append(flow(source, target, condition, self._id("f")))

    def _inclusive(self, depth: int) -> Block:
        fork, join = self._id("i"), self._id("j")
        branches = [self._block(depth) for _ in range(self.random.randint(2, 3))]
        taken = [self.random.random() < 0.5 for _ in branches[:-1]]
        default = self._id("f")
        self._out += [node("inclusiveGateway", fork, default=default), node("inclusiveGateway", join)]
        for branch, holds in zip(branches, [*taken, None], strict=True):
            if holds is None:
                self._out.append(flow(fork, branch.entry, None, default))
            else:
                self._flow(fork, branch.entry, str(holds))
            self._flow(branch.exit, join)
        chosen = [branch for branch, holds in zip(branches, taken, strict=False) if holds] or branches[-1:]
        return both(fork, join, chosen)

    def _event_gateway(self, depth: int) -> Block:
        gateway, join = self._id("g"), self._id("y")
        first, second = self._id("msg"), self._id("time")
        self.certain = False
        self._out += [
            node("eventBasedGateway", gateway), node("exclusiveGateway", join),
            node("intermediateCatchEvent", first, self._brings(first) + message(self._declare("message", first))),
            node("intermediateCatchEvent", second, timer(f"PT{self.random.randint(5, 50)}M")),
        ]  # fmt: skip
        for event in (first, second):
            branch = self._block(depth - 1)
            self._flow(gateway, event)
            self._flow(event, branch.entry)
            self._flow(branch.exit, join)
        return Block(gateway, join, _nothing)

    def _multi_instance(self, depth: int) -> Block:
        times, id = self.random.randint(1, 3), self._id("mi")
        sequential = self.random.random() < 0.5
        how = f"<loopCardinality>{times}</loopCardinality>"
        kind = f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">{how}</multiInstanceLoopCharacteristics>'
        if self.random.random() < 0.4:
            self._out.append(script(id, self._counting(id), kind))
            return Block(id, id, self._counted(id, times))
        self._several += 1
        body, inner = self._inside(depth)
        self._several -= 1
        self._out.append(sub_process(id, body, self._own(id) + kind))
        return Block(id, id, _times(inner.expect, times), _times(inner.undone, times))

    def _standard_loop(self, depth: int) -> Block:
        times, id = self.random.randint(1, 3), self._id("sl")
        before = self.random.random() < 0.5
        how = self.random.choice(["True", f"loopCounter &lt;= {times}" if before else f"loopCounter &lt; {times}"])
        most = f' loopMaximum="{times}"' if how == "True" else ""
        kind = f'<standardLoopCharacteristics{most} testBefore="{str(before).lower()}"><loopCondition>{how}</loopCondition></standardLoopCharacteristics>'
        body, inner = self._inside(depth)
        self._out.append(sub_process(id, body, self._own(id) + kind))
        return Block(id, id, _times(inner.expect, times), _times(inner.undone, times))

    def _event_sub_process(self, depth: int) -> Block:
        body, inner = self._inside(depth)
        id, handler, at, step = self._id("sub"), self._id("h"), self._id("s"), self._id("t")
        interrupting = self.random.random() < 0.3
        self.certain = False
        begins = start(
            at, self._brings(at) + message(self._declare("message", at)), isInterrupting=str(interrupting).lower()
        )
        beside = sub_process(
            handler,
            begins + script(step, self._counting(step)) + flow(at, step, id=self._id("f")),
            triggeredByEvent="true",
        )
        self._out.append(sub_process(id, beside + body))
        return inner.within(id, id)

    def _error(self, depth: int) -> Block:
        """Its sub-process always ends in an error, caught at its border or one scope out."""
        self._cut_short += 1
        body, inner = self._inside(depth, ERROR)
        self._cut_short -= 1
        id, at, step = self._id("sub"), self._id("err"), self._id("t")
        if self.random.random() < 0.3:
            begin, deep = self._id("s"), self._id("sub")
            body = start(begin) + sub_process(deep, body) + flow(begin, deep, id=self._id("f"))
        self._out += [sub_process(id, body), boundary(at, id, ERROR), script(step, self._counting(step))]
        self._flow(at, step)
        return Block(id, step, _all([inner.expect, self._counted(step)]))

    def _escalation(self, depth: int) -> Block:
        """Tells its border without stopping; what is told beside counts once, unless all of it is cut short."""
        self.certain = self.certain and not self._cut_short
        twice = self.random.random() < 0.5
        body, inner = self._telling_at_once(depth) if twice else self._inside(depth, ESCALATION)
        id, at, step = self._id("sub"), self._id("esc"), self._id("t")
        self._out += [
            sub_process(id, body), boundary(at, id, ESCALATION, interrupting=False), script(step, self._counting(step)),
        ]  # fmt: skip
        self._flow(at, step)
        return inner.within(id, id, self._counted(step, 2 if twice else 1))

    def _telling_at_once(self, depth: int) -> tuple[str, Block]:
        """The inside of a sub-process that escalates twice in one run, on two branches."""
        (outer, self._out), (beside, self._beside) = (self._out, []), (self._beside, [])
        begin, fork, join, one, other = (self._id(what) for what in ("s", "a", "b", "th", "th"))
        inner = self._block(depth)
        body = (
            start(begin) + node("parallelGateway", fork) + node("parallelGateway", join) + "".join(self._out)
            + "".join(node("intermediateThrowEvent", id, ESCALATION) for id in (one, other))
            + path(begin, fork, one, join, inner.entry) + path(fork, other, join) + "".join(self._beside)
        )  # fmt: skip
        self._out, self._beside = outer, beside
        return body, inner

    def _undoable(self) -> str:
        """A script with a handler that undoes it, and needs a variable that the script made."""
        id, at, undo = self._id("t"), self._id("c"), self._id("un")
        self._out += [
            script(id, self._counting(id, f"\nmade_{id} = 1")), boundary(at, id, COMPENSATE),
            script(undo, self._counting(undo, f"\nagain_{id} = made_{id} + 1"), isForCompensation="true"),
        ]  # fmt: skip
        self._beside.append(f'<association id="{self._id("as")}" sourceRef="{at}" targetRef="{undo}"/>')
        return id

    def _compensation(self, depth: int) -> Block:
        """Inside a sub-process two steps are done and undone, or all that a block did, after somebody has looked at it."""
        if self.random.random() < 0.5:
            return self._undone_later(depth)
        (outer, self._out), (beside, self._beside) = (self._out, []), (self._beside, [])
        first, second, throw, begin = self._undoable(), self._undoable(), self._id("th"), self._id("s")
        refers = "" if self.random.random() < 0.5 else f' activityRef="{first}"'
        self._out.append(node("intermediateThrowEvent", throw, f"<compensateEventDefinition{refers}/>"))
        body = start(begin) + "".join(self._out) + path(begin, first, second, throw) + "".join(self._beside)
        names = [f"n_{first}", f"n_{second}", f"n_un{self._number_of(first)}"]
        if not refers:
            names.append(f"n_un{self._number_of(second)}")
        self._out, self._beside = outer, beside
        id = self._id("sub")
        self._out.append(sub_process(id, body))
        left = _nothing if not refers else lambda counter: counter.update([f"n_un{self._number_of(second)}"])
        return Block(id, id, lambda counter: counter.update(names), left)

    def _undone_later(self, depth: int) -> Block:
        (outer, self._out), (beside, self._beside) = (self._out, []), (self._beside, [])
        begin, task, throw = self._id("s"), self._id("u"), self._id("th")
        inner = self._block(depth)
        body = (
            start(begin) + "".join(self._out) + user(task) + node("intermediateThrowEvent", throw, COMPENSATE)
            + path(begin, inner.entry) + flow(inner.exit, task, id=self._id("f")) + path(task, throw) + "".join(self._beside)
        )  # fmt: skip
        self._out, self._beside = outer, beside
        id = self._id("sub")
        self._out.append(sub_process(id, body))
        return Block(id, id, _all([inner.expect, inner.undone]))

    def _number_of(self, id: str) -> int:
        """The number of the handler that belongs to an undoable step: they are made one after the other."""
        return int(id[1:]) + 2

    def _transaction(self, depth: int) -> Block:
        """Cancelled after a step that is then undone, or left as any sub-process."""
        cancelled = self.random.random() < 0.6
        (outer, self._out), (beside, self._beside) = (self._out, []), (self._beside, [])
        step, begin, finish = self._undoable(), self._id("s"), self._id("e")
        self._cut_short += 1
        inner = self._block(depth)
        self._cut_short -= 1
        body = (
            start(begin) + "".join(self._out) + end(finish, CANCEL if cancelled else "") + path(begin, step, inner.entry)
            + flow(inner.exit, finish, id=self._id("f")) + "".join(self._beside)
        )  # fmt: skip
        self._out, self._beside = outer, beside
        id, at, join = self._id("tx"), self._id("ca"), self._id("y")
        self._out += [node("transaction", id, body), boundary(at, id, CANCEL), node("exclusiveGateway", join)]
        self._flow(at, join)
        self._flow(id, join)
        undone = _all([inner.undone, lambda counter: counter.update([f"n_un{self._number_of(step)}"])])
        done = _all([inner.expect, lambda counter: counter.update([f"n_{step}"])])
        return Block(id, join, _all([done, undone])) if cancelled else Block(id, join, done, undone)

    def _ad_hoc(self, depth: int) -> Block:
        """Two or three scripts in no order, each once: the condition counts them in a variable of the sub-process."""
        id, done = self._id("ah"), self._id("k")
        steps = [self._id("t") for _ in range(self.random.randint(2, 3))]
        one_more = f"\n{done} = 1 if {done} is None else {done} + 1"
        body = f'<dataObject id="{done}"/>' + "".join(script(step, self._counting(step, one_more)) for step in steps)
        ordering = self.random.choice(["Parallel", "Sequential"])
        self._out.append(
            node(
                "adHocSubProcess",
                id,
                f"{body}<completionCondition>{done} == {len(steps)}</completionCondition>",
                ordering=ordering,
            )
        )
        return Block(id, id, lambda counter: counter.update(f"n_{step}" for step in steps))

    def _beside_each_other(self, first: str, second: Block) -> Block:
        """An element and a block in parallel."""
        fork, join = self._id("a"), self._id("b")
        self._out += [node("parallelGateway", fork), node("parallelGateway", join)]
        for entry, exit in ((first, first), (second.entry, second.exit)):
            self._flow(fork, entry)
            self._flow(exit, join)
        return second.within(fork, join)

    def _condition(self, depth: int) -> Block:
        """One branch waits for what the other one writes, in a counter or in a data object that has no value yet."""
        catch, step = self._id("co"), self._id("t")
        name = self.random.choice([f"n_{step}", f"ob_{step}"])
        condition = f"<conditionalEventDefinition><condition>{name} &gt; 0</condition></conditionalEventDefinition>"
        self._out += [
            f'<dataObject id="ob_{step}"/>', node("intermediateCatchEvent", catch, condition),
            script(step, self._counting(step, f"\nob_{step} = 1")),
        ]  # fmt: skip
        second = self._chain([self._block(depth), Block(step, step, self._counted(step))])
        return self._beside_each_other(catch, second)

    def _multiple(self, depth: int) -> Block:
        id = self._id("mu")
        events = message(self._declare("message", id)) + timer(f"PT{self.random.randint(5, 50)}M")
        every = str(self.random.random() < 0.3).lower()
        self._out.append(node("intermediateCatchEvent", id, events, parallelMultiple=every))
        return self._chain([Block(id, id, _nothing), self._block(depth)])

    def _signal(self, depth: int) -> Block:
        """One branch waits for the signal that the other one throws."""
        catch, throw = self._id("si"), self._id("th")
        event = f'<signalEventDefinition signalRef="{self._declare("signal", catch)}"/>'
        self._out += [node("intermediateCatchEvent", catch, event), node("intermediateThrowEvent", throw, event)]
        return self._beside_each_other(catch, self._chain([self._block(depth), Block(throw, throw, _nothing)]))

    def _link(self, depth: int) -> Block:
        throw, catch = self._id("lt"), self._id("lc")
        event = f'<linkEventDefinition name="{throw}"/>'
        self._out += [node("intermediateThrowEvent", throw, event), node("intermediateCatchEvent", catch, event)]
        before, after = self._block(depth), self._block(depth)
        self._flow(before.exit, throw)
        self._flow(catch, after.entry)
        return both(before.entry, after.exit, [before, after])

    def _service(self, depth: int) -> Block:
        id = self._id("job")
        self._out.append(node("serviceTask", id, motcua_topic="walk", motcua_dataOut="said"))
        return self._chain([self._block(depth), Block(id, id, _nothing)])

    def _data(self, depth: int) -> Block:
        """A script that sees its input under another name and hands its output to a data object."""
        id, into, after = self._id("t"), self._id("ob"), self._id("t")
        self.certain = self.certain and not self._several  # who reads what another has not yet written loses a count
        self._counters.append(f"n_{id}")
        io = (
            f'<ioSpecification><dataInput id="in_{id}" name="a_{id}"/><dataOutput id="out_{id}" name="z_{id}"/><inputSet/><outputSet/></ioSpecification>'
            f"<dataInputAssociation><targetRef>in_{id}</targetRef><assignment><from>n_{id} + 0</from><to>in_{id}</to></assignment></dataInputAssociation>"
            f"<dataOutputAssociation><sourceRef>out_{id}</sourceRef><targetRef>{into}</targetRef></dataOutputAssociation>"
        )
        self._out += [
            f'<dataObject id="{into}"/>',
            script(id, f"z_{id} = a_{id} + 1", io),
            script(after, f"n_{id} = {into}"),
        ]
        return self._chain([Block(id, id, self._counted(id)), Block(after, after, _nothing)])

    def _terminate(self, depth: int) -> Block:
        """A sub-process that ends when one branch has come to its end, whatever people still have to do in the other."""
        (outer, self._out), (beside, self._beside) = (self._out, []), (self._beside, [])
        self._cut_short += 1
        inner, begin, fork, task, finish = (
            self._block(depth),
            self._id("s"),
            self._id("a"),
            self._id("u"),
            self._id("e"),
        )
        self._cut_short -= 1
        body = (
            start(begin) + node("parallelGateway", fork) + user(task) + "".join(self._out) + end(finish, "<terminateEventDefinition/>")
            + path(begin, fork, task) + path(fork, inner.entry) + flow(inner.exit, finish, id=self._id("f")) + "".join(self._beside)
        )  # fmt: skip
        self._out, self._beside = outer, beside
        id = self._id("sub")
        self._out.append(sub_process(id, body))
        return inner.within(id, id)

    def _implicit_start(self, depth: int) -> Block:
        """A sub-process without start event: two steps that nothing leads to."""
        id, first, second = self._id("sub"), self._id("t"), self._id("t")
        body = script(first, self._counting(first)) + script(second, self._counting(second))
        self._out.append(sub_process(id, body))
        return Block(id, id, lambda counter: counter.update([f"n_{first}", f"n_{second}"]))

    def _send_and_receive(self, depth: int) -> Block:
        """A message to oneself: it is delivered after the commit, or waits until somebody waits for it."""
        send, receive = self._id("se"), self._id("re")
        ref = self._declare("message", receive)
        self._out += [node("sendTask", send, messageRef=ref), node("receiveTask", receive, messageRef=ref)]
        return self._chain([Block(send, send, _nothing), self._block(depth), Block(receive, receive, _nothing)])


ERROR, ESCALATION = '<errorEventDefinition errorRef="e_one"/>', '<escalationEventDefinition escalationRef="x_one"/>'
COMPENSATE, CANCEL = "<compensateEventDefinition/>", "<cancelEventDefinition/>"


def _nothing(counter: Counter[str]) -> None:
    """No script of its own."""


def _all(parts: list[Expect]) -> Expect:
    def expect(counter: Counter[str]) -> None:
        for part in parts:
            part(counter)

    return expect


def _times(once: Expect, times: int) -> Expect:
    def expect(counter: Counter[str]) -> None:
        for _ in range(times):
            once(counter)

    return expect
