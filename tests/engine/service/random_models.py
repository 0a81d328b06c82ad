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

KINDS = ("sequence", "exclusive", "parallel", "loop", "sub-process", "call", "timer", "message", "boundary")

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
    """A piece of a diagram with one way in and one way out."""

    entry: str
    exit: str
    expect: Expect


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
    _messages: list[str] = field(default_factory=list)

    def model(self) -> Model:
        block = self._block(self.deepest)
        counters = "\n".join(f"{name} = 0" for name in self._counters) or "pass"
        body = "".join(self._out) + start("begin") + script("init", counters) + end("finish") + path("begin", "init", block.entry) + flow(block.exit, "finish")  # fmt: skip
        expected: Counter[str] = Counter()
        block.expect(expected)
        declared = "".join(f'<message id="{name}" name="{self.key}_{name}"/>' for name in self._messages)
        content = diagram(body, key=self.key, more="".join(self._called) + declared)
        return Model(self.key, content, self.kinds, expected, self.certain)

    def _id(self, what: str) -> str:
        self._number += 1
        return f"{what}{self._number}"

    def _block(self, depth: int) -> Block:
        if depth <= 0:
            return self._step()
        kind = self.random.choice(KINDS)
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
        }
        return made[kind](depth - 1)

    def _step(self) -> Block:
        if self.random.random() < 0.5:
            id = self._id("u")
            self._out.append(user(id))
            return Block(id, id, lambda counter: None)
        id = self._id("t")
        self._counters.append(f"n_{id}")
        self._out.append(script(id, f"n_{id} = n_{id} + 1"))
        return Block(id, id, lambda counter: counter.update([f"n_{id}"]))

    def _chain(self, blocks: list[Block]) -> Block:
        for before, after in itertools.pairwise(blocks):
            self._out.append(flow(before.exit, after.entry, id=self._id("f")))

        def expect(counter: Counter[str]) -> None:
            for block in blocks:
                block.expect(counter)

        return Block(blocks[0].entry, blocks[-1].exit, expect)

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
        return Block(fork, join, branches[pick].expect)

    def _parallel(self, depth: int) -> Block:
        fork, join = self._id("a"), self._id("b")
        branches = [self._block(depth) for _ in range(self.random.randint(2, 3))]
        self._out += [node("parallelGateway", fork), node("parallelGateway", join)]
        for branch in branches:
            self._out += [flow(fork, branch.entry, id=self._id("f")), flow(branch.exit, join, id=self._id("f"))]

        def expect(counter: Counter[str]) -> None:
            for branch in branches:
                branch.expect(counter)

        return Block(fork, join, expect)

    def _loop(self, depth: int) -> Block:
        top, test, step, after = self._id("m"), self._id("w"), self._id("t"), self._id("t")
        times, count, default = self.random.randint(1, 3), f"n_{step}", self._id("f")
        self._counters += [count, f"n_{after}"]
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

        return Block(top, after, expect)

    def _inside(self, depth: int) -> tuple[str, Block]:
        """A block with a start of its own, as the body of another element."""
        outer, self._out = self._out, []
        inner, begin = self._block(depth), self._id("s")
        body = "".join(self._out) + start(begin) + flow(begin, inner.entry, id=self._id("f"))
        if self.random.random() < 0.7:
            finish = self._id("e")
            body += end(finish) + flow(inner.exit, finish, id=self._id("f"))
        self._out = outer
        return body, inner

    def _sub_process(self, depth: int) -> Block:
        body, inner = self._inside(depth)
        id = self._id("sub")
        self._out.append(sub_process(id, body))
        return Block(id, id, inner.expect)

    def _call(self, depth: int) -> Block:
        body, inner = self._inside(depth)
        id, key = self._id("call"), f"{self.key}_c{self._number}"
        self._called.append(f'<process id="{key}" isExecutable="true">{body}</process>')
        self._out.append(node("callActivity", id, calledElement=key))
        return Block(id, id, inner.expect)

    def _timer(self, depth: int) -> Block:
        id = self._id("time")
        self._out.append(node("intermediateCatchEvent", id, timer(f"PT{self.random.randint(1, 50)}M")))
        return self._chain([Block(id, id, lambda counter: None), self._block(depth)])

    def _message(self, depth: int) -> Block:
        id = self._id("msg")
        self._messages.append(f"m_{id}")
        self._out.append(node("intermediateCatchEvent", id, message(f"m_{id}")))
        return self._chain([self._block(depth), Block(id, id, lambda counter: None)])

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
        return Block(id, join, inner.expect)
