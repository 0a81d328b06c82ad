"""Diagrams to compare by, as BPMN text: the same bytes go to both executors."""

from __future__ import annotations

from itertools import pairwise

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:bench"'
)


class Model:
    """Collects elements and flows; ``xml`` writes them as one process."""

    def __init__(self, key: str) -> None:
        self.key, self._parts, self._flows = key, list[str](), 0

    def node(self, tag: str, id: str, inner: str = "", **attributes: str) -> str:
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        self._parts.append(f'<{tag} id="{id}"{written}>{inner}</{tag}>')
        return id

    def script(self, id: str, code: str = "pass") -> str:
        return self.node("scriptTask", id, f"<script>{code}</script>")

    def flow(self, source: str, target: str, condition: str | None = None, id: str | None = None) -> None:
        self._flows += 1
        inner = (
            f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ""
        )
        self._parts.append(
            f'<sequenceFlow id="{id or f"f{self._flows}"}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )

    def chain(self, *ids: str) -> None:
        for source, target in pairwise(ids):
            self.flow(source, target)

    def xml(self) -> bytes:
        body = "".join(self._parts)
        return f'<definitions {NAMESPACES} id="d"><process id="{self.key}" isExecutable="true">{body}</process></definitions>'.encode()


def sequence(key: str, length: int) -> bytes:
    """Empty scripts in a row."""
    model = Model(key)
    tasks = [model.script(f"t{i}") for i in range(length)]
    model.chain(model.node("startEvent", "s"), *tasks, model.node("endEvent", "e"))
    return model.xml()


def parallel(key: str, width: int) -> bytes:
    """A split into branches of one empty script, and a join."""
    model = Model(key)
    model.chain(model.node("startEvent", "s"), model.node("parallelGateway", "fork"))
    model.chain(model.node("parallelGateway", "join"), model.node("endEvent", "e"))
    for i in range(width):
        model.chain("fork", model.script(f"t{i}"), "join")
    return model.xml()


def exclusive(key: str) -> bytes:
    """A script picks a branch of two."""
    model = Model(key)
    model.chain(
        model.node("startEvent", "s"),
        model.script("pick", "x = 1 + (seed % 2)"),
        model.node("exclusiveGateway", "g", default="d"),
    )
    model.flow("g", model.script("a"), "x == 1")
    model.flow("g", model.script("b"), id="d")
    model.chain("a", model.node("exclusiveGateway", "m"), model.node("endEvent", "e"))
    model.flow("b", "m")
    return model.xml()


def cycle(key: str, times: int) -> bytes:
    """A gateway loop that counts."""
    model = Model(key)
    model.chain(
        model.node("startEvent", "s"), model.script("zero", "i = 0"), model.node("exclusiveGateway", "top"),
        model.script("step", "i = i + 1"), model.node("exclusiveGateway", "again", default="out"),
    )  # fmt: skip
    model.flow("again", "top", f"i &lt; {times}")
    model.flow("again", model.node("endEvent", "e"), id="out")
    return model.xml()


def human(key: str, tasks: int = 3) -> bytes:
    """User tasks in a row."""
    model = Model(key)
    ids = [model.node("userTask", f"u{i}", name=f"u{i}") for i in range(tasks)]
    model.chain(model.node("startEvent", "s"), *ids, model.node("endEvent", "e"))
    return model.xml()


def counted_cycle(key: str, times: int) -> bytes:
    """A gateway loop with a user task in it: one command an iteration."""
    model = Model(key)
    model.chain(
        model.node("startEvent", "s"), model.script("zero", "i = 0"), model.node("exclusiveGateway", "top"),
        model.node("userTask", "u"), model.script("step", "i = i + 1"), model.node("exclusiveGateway", "again", default="out"),
    )  # fmt: skip
    model.flow("again", "top", f"i &lt; {times}")
    model.flow("again", model.node("endEvent", "e"), id="out")
    return model.xml()


def large(key: str, elements: int) -> bytes:
    """A wide diagram: blocks of a choice with two tasks, one after the other."""
    model = Model(key)
    before = model.node("startEvent", "s")
    for i in range(elements // 4):
        fork, join = model.node("exclusiveGateway", f"x{i}", default=f"d{i}"), model.node("exclusiveGateway", f"y{i}")
        model.flow(before, fork)
        model.flow(fork, model.node("userTask", f"a{i}", name=f"Task {i}"), f"n &gt; {i}")
        model.flow(fork, model.script(f"b{i}", f"v{i} = {i} + 1"), id=f"d{i}")
        model.flow(f"a{i}", join)
        model.flow(f"b{i}", join)
        before = join
    model.flow(before, model.node("endEvent", "e"))
    return model.xml()


def blocks(key: str, number: int, width: int) -> bytes:
    """Parallel blocks one after the other."""
    model = Model(key)
    before = model.node("startEvent", "s")
    for i in range(number):
        fork, join = model.node("parallelGateway", f"f{i}"), model.node("parallelGateway", f"j{i}")
        model.flow(before, fork)
        for n in range(width):
            model.chain(fork, model.script(f"t{i}_{n}"), join)
        before = join
    model.flow(before, model.node("endEvent", "e"))
    return model.xml()


def repeated(key: str, times: int) -> bytes:
    """A script done once for each item of a list, with a result each."""
    model = Model(key)
    loop = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>xs</loopDataInputRef><loopDataOutputRef>ys</loopDataOutputRef>"
        '<inputDataItem id="x"/><outputDataItem id="y"/></multiInstanceLoopCharacteristics><script>y = x + 1</script>'
    )
    items = model.script("xs0", f"xs = range({times})")
    model.chain(model.node("startEvent", "s"), items, model.node("scriptTask", "t", loop), model.node("endEvent", "e"))
    return model.xml()


def writing(key: str, length: int) -> bytes:
    """Scripts in a row that each write the same variable."""
    model = Model(key)
    tasks = [model.script(f"t{i}", "v0 = v0 + 1") for i in range(length)]
    model.chain(model.node("startEvent", "s"), *tasks, model.node("endEvent", "e"))
    return model.xml()
