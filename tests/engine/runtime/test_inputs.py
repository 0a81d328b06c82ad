"""An input that nobody can have given is refused, wherever it comes from: a mistake, or a forged history."""

from __future__ import annotations

from typing import Any

import pytest

from engine.runtime.erasure import Unexpected
from tests.engine.runtime.bench import Run
from tests.engine.runtime.models import diagram, end, node, path, start, user

WORK = start() + user("u") + node("serviceTask", "j", motcua_topic="t") + user("v") + end() + path("s", "u", "j", "v", "e")  # fmt: skip
LATE = "2026-03-02T02:00:00.000000Z"


def run(reload: bool) -> Run:
    """Waits for another system, and nothing else."""
    found = Run(diagram(WORK), reload=reload)
    found.complete("u")
    return found


def inputs_of(found: Run) -> list[tuple[str, dict[str, Any]]]:
    """What could come to it while it is running."""
    job = {"job": found.of("JobRequested")[-1]["job"], "activity": "j#1"}
    return [
        ("VariablesMended", {"values": {"x": 1}, "reason": "r"}),
        ("ProcessInstanceSuspended", {"reason": "r"}),
        ("ProcessInstanceResumed", {}),
        ("ProcessInstanceCancelled", {"reason": "r"}),
        ("JobCompleted", {**job, "values": {}}),
        ("JobFailed", {**job, "message": "m", "retries": 1, "again": LATE}),
    ]


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("reload", [False, True])
def test_nothing_comes_after_the_end(at, reload):
    """An instance that has ended is not mended, suspended or ended once more."""
    found = run(reload)
    kind, payload = inputs_of(found)[at]
    found.give("ProcessInstanceCancelled", {"reason": "r"})

    with pytest.raises(Unexpected):
        found.give(kind, payload)


@pytest.mark.parametrize("reload", [False, True])
def test_hardly_anything_comes_while_it_is_suspended(reload):
    """It can be mended, let go on, or ended; nothing of it goes on by itself."""
    found = run(reload)
    found.give("ProcessInstanceSuspended", {"reason": "r"})
    taken = []
    for kind, payload in inputs_of(found):
        again = run(reload)
        again.give("ProcessInstanceSuspended", {"reason": "r"})
        try:
            again.give(kind, payload)
            taken.append(kind)
        except Unexpected:
            pass

    assert taken == ["VariablesMended", "ProcessInstanceResumed", "ProcessInstanceCancelled"]


@pytest.mark.parametrize("reload", [False, True])
def test_only_what_is_suspended_goes_on(reload):
    """Whoever adds that to a history says that it stood still when it did not."""
    with pytest.raises(Unexpected):
        run(reload).give("ProcessInstanceResumed", {})


@pytest.mark.parametrize("kind", ["JobCompleted", "JobFailed", "JobErrorThrown", "ProcessInstanceContinued"])
@pytest.mark.parametrize("reload", [False, True])
def test_a_job_that_is_not_there_is_nobodys(kind, reload):
    """After its last attempt failed there is none; ``null`` does not name the job that there is not."""
    found = run(reload)
    found.give("JobFailed", {**inputs_of(found)[-1][1], "retries": 0})
    more = {"code": "E1", "message": "", "values": {}, "retries": 1, "again": LATE}

    with pytest.raises(Unexpected):
        found.give(kind, {"job": None, "activity": "j#1", **more})
