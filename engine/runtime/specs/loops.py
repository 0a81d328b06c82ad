"""Activities done more than once: multi-instance and standard loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from engine.runtime.activity import STARTED, Activity
from engine.runtime.erasure import ERASED, Erased, ErasedRead, is_erased
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.specs.base import Executed
from engine.runtime.variables import COUNTER, Variables, check_storable
from engine.runtime.witness import witness_of

if TYPE_CHECKING:
    from engine.runtime.language import Expression

ITEMS, RESULTS = "_items", "_results"
"""What a multi-instance body remembers, under names that no script can read."""
MOST_INSTANCES = 10_000


class Repeating(Executed):
    """The body around an activity that is done more than once; ``task_spec`` names the activity inside."""

    may_fail_on_entering = True
    task_spec: str

    def child(self, body: Activity, number: int, scope: Variables | None) -> Activity:
        """Begin the activity for the ``number``-th time (from 1)."""
        spec = body.workflow.spec.task_specs[self.task_spec]
        return body.workflow.enter(spec, body, None, scope, f"{body.id}/{number}")


class MultiInstance(Repeating):
    """Once for each item of a collection, or a number of times (BPMN 2.0.2, 10.3.8).

    The body has a scope for the counters; each child has a closed one, so that children do not see each other's own
    values. Names that the process had before are written there; of a new one only the output item leaves. Results
    stand in the order of the items, not of completion.
    """

    sequential = False
    collection: str | None = None
    count: Expression | None = None
    completion: Expression | None = None
    item_name: str | None = None
    result_name: str | None = None
    results_name: str | None = None

    def _update_hook(self, body: Activity) -> bool:
        top = body.workflow.top_workflow
        try:
            items = self._items(body)
        except ErasedRead:
            items = _as_recorded(body)
        except StepFailed:
            if top.testimony is None or self.count is None or not is_erased(evaluate(self.count, body.scope)):
                raise
            items = _as_recorded(body)
        body.scope = Variables(top, body.id, body.scope, closed=False)
        body.scope.keep(ITEMS, items)
        body.scope.keep(RESULTS, [None] * len(items))
        body.scope.declare(
            {"nrOfInstances": len(items), "nrOfCompletedInstances": 0, "nrOfActiveInstances": 0 if self.sequential else len(items)}
        )  # fmt: skip
        if not items:
            self._close(body)
            return True
        body._set_state(STARTED)
        body.internal_data = {"begun": 0}
        for _ in range(1 if self.sequential else len(items)):
            self._spawn(body)
        return False

    def _items(self, body: Activity) -> list[Any]:
        if self.collection is not None:
            items = body.scope.get(self.collection)
            if isinstance(items, Erased):
                raise ErasedRead
            if not isinstance(items, list):
                raise self._no_list(items, body)
        else:
            number = evaluate(self.count, body.scope) if self.count is not None else 0
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise self._no_count(number)
            items = list(range(1, min(number, MOST_INSTANCES + 1) + 1))
        if len(items) > MOST_INSTANCES:
            raise self._too_many(len(items))
        return items

    def _spawn(self, body: Activity) -> None:
        number = body.internal_data["begun"] + 1
        body.internal_data["begun"] = number
        id = f"{body.id}/{number}"
        scope = Variables(body.workflow.top_workflow, id, body.scope, closed=True)
        own: dict[str, Any] = {COUNTER: number}
        if self.item_name is not None:
            own[self.item_name] = body.scope[ITEMS][number - 1]
        if self.result_name is not None:
            own[self.result_name] = None
        scope.declare(own)
        body.workflow.go(self.child(body, number, scope))

    def judge(self, body: Activity, child: Activity) -> bool:
        """Whether the completion condition holds, as the finished child sees it."""
        stops = self.completion is not None and self._is_enough(self.completion, body, child)
        if self.results_name is not None:
            self._check_results(body, child, stops)
        return stops

    def _is_enough(self, completion: Expression, body: Activity, child: Activity) -> bool:
        seen = Variables(body.workflow.top_workflow, "", child.scope, closed=True, values=self._counters(body))
        try:
            return bool(evaluate(completion, seen))
        except ErasedRead:
            return self._was_enough(body, child)

    def _was_enough(self, body: Activity, child: Activity) -> bool:
        """The same, as the log has it: no next child began, or the others were cancelled. After the last it matters no more."""
        testimony, at = witness_of(child)
        if self._is_last(body):
            return False
        after = at + 2  # the child is left, and the counters are written
        if self.sequential:
            following = f"{body.id}/{body.internal_data['begun'] + 1}"
            return not testimony.says(after, "VariablesWritten", scope=following)
        return testimony.interrupted(after, f"{body.id}/")

    def _check_results(self, body: Activity, child: Activity, stops: bool) -> None:
        """A result that could not be stored is refused while its child is still there; the whole list at the end."""
        results = self._results(body, child)
        last = stops or self._is_last(body)
        values = results if last else [child.scope.get(self.result_name or "")]
        if body.workflow.top_workflow.testimony is not None and is_erased(values):
            witness_of(child)  # whether they could be stored, nobody can see any more
            return
        check_storable({self.results_name or "": values})

    def _results(self, body: Activity, child: Activity) -> list[Any]:
        results = list(body.scope[RESULTS])
        if self.result_name is not None:
            results[int(child.id.rpartition("/")[2]) - 1] = child.scope.get(self.result_name)
        return results

    def _is_last(self, body: Activity) -> bool:
        """Whether the child that is finished is the only one left, and none is to begin."""
        return len(body._children) == 1 and body.internal_data["begun"] == len(body.scope[RESULTS])

    def _counters(self, body: Activity) -> dict[str, int]:
        done = body.scope["nrOfCompletedInstances"] + 1
        return {"nrOfCompletedInstances": done, "nrOfActiveInstances": len(body._children) - 1}

    def on_child(self, body: Activity, child: Activity) -> bool:
        """A child is done: keep its result, begin the next, or end."""
        last = self._is_last(body)
        body.scope.keep(RESULTS, self._results(body, child))
        body.scope.declare(self._counters(body))
        child.detach()
        if child.verdict or last:
            for other in list(body._children):
                body.workflow.tasks[other].cancel()
            self._close(body)
            body._ready()
        elif self.sequential:
            self._spawn(body)
        return True

    def on_interrupted(self, body: Activity) -> None:
        """A child was withdrawn: the body is done when the others are."""
        body.scope.declare({"nrOfActiveInstances": len(body._children)})

    def _close(self, body: Activity) -> None:
        results, outer = body.scope[RESULTS], body.scope.parent
        assert outer is not None
        body.scope = outer
        if self.results_name is not None:
            outer.write({self.results_name: results})

    def _on_cancel(self, body: Activity) -> None:
        if body.scope.owner == body.id:
            assert body.scope.parent is not None
            body.scope = body.scope.parent
        super()._on_cancel(body)

    def _no_list(self, items: Any, body: Activity) -> StepFailed:
        name = self.collection or ""
        return StepFailed(
            "notAList",
            f"Biến “{name}” phải là danh sách để lặp.",
            f"The variable '{name}' must be a list to go through.",
            name,
            body.scope.seen((name,)),
        )

    def _no_count(self, number: Any) -> StepFailed:
        text = self.count.text if self.count else ""
        return StepFailed(
            "notACount",
            "Số lần phải là số nguyên không âm.",
            "The cardinality must be a whole number, not negative.",
            text,
            {"result": number if isinstance(number, str | float | bool | int) else None},
        )

    def _too_many(self, number: int) -> StepFailed:
        return StepFailed(
            "tooManyInstances",
            f"Quá nhiều lượt ({number}); tối đa {MOST_INSTANCES}.",
            f"Too many instances ({number}); at most {MOST_INSTANCES}.",
        )


def _as_recorded(body: Activity) -> list[Any]:
    """As many items as the log has: what they are, or how many, was erased."""
    testimony, at = witness_of(body)
    return [ERASED] * testimony.count(at, body.id, MOST_INSTANCES)


class ParallelMultiInstance(MultiInstance, defaults.ParallelMultiInstanceTask):
    """All at once."""


class SequentialMultiInstance(MultiInstance, defaults.SequentialMultiInstanceTask):
    """One after the other."""

    sequential = True


class StandardLoop(Repeating, defaults.StandardLoopTask):
    """While its condition holds, at most ``maximum`` times, tested before or after (BPMN 2.0.2, 10.3.8).

    ``loopCounter`` is the number of the repetition: in a test before it of the one that would begin, in a test after it of
    the one just done. It follows from the activity's id, so no record says it.
    """

    condition_compiled: Expression | None = None

    def _update_hook(self, body: Activity) -> bool:
        body.internal_data = {"done_times": 0}
        if self.test_before and not self._goes_on(body, body, 0):
            return True
        body._set_state(STARTED)
        self._spawn(body, 1)
        return False

    def _spawn(self, body: Activity, number: int) -> None:
        scope = Variables(body.workflow.top_workflow, f"{body.id}/{number}", body.scope, closed=False)
        scope.keep(COUNTER, number)
        body.workflow.go(self.child(body, number, scope))

    def judge(self, body: Activity, child: Activity) -> bool:
        """Whether it is done once more."""
        return self._goes_on(body, child, body.internal_data["done_times"] + 1)

    def _goes_on(self, body: Activity, seen_from: Activity, times: int) -> bool:
        if self.maximum is not None and times >= self.maximum:
            return False
        if self.condition_compiled is None:
            return True
        counted = {COUNTER: times + 1 if self.test_before else times}
        seen = Variables(body.workflow.top_workflow, "", seen_from.scope, closed=False, values=counted)
        try:
            return bool(evaluate(self.condition_compiled, seen))
        except ErasedRead:
            testimony, at = witness_of(seen_from)
            after = at + 1 if times else at  # a child that was done is left first
            return testimony.says(after, "ElementEntered", activity=f"{body.id}/{times + 1}")

    def on_child(self, body: Activity, child: Activity) -> bool:
        body.internal_data["done_times"] += 1
        child.detach()
        if child.verdict:
            self._spawn(body, body.internal_data["done_times"] + 1)
        else:
            body._ready()
        return True
