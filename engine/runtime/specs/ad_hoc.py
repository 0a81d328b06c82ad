"""Ad-hoc sub-processes: their activities are done in no fixed order, until a condition says that it is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.failure import is_true
from engine.runtime.specs.base import StartOfProcess
from engine.runtime.specs.subprocesses import SubProcess

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.flowing import Flowing
    from engine.runtime.language import Expression

_ROUND, _ENOUGH = "<round>", "<enough>"
"""What the inner workflow counts beside its elements: rounds that were begun, and that the condition has held."""


class AdHocSubProcess(SubProcess):
    """Offers everything that nothing leads to, and again when all is done and the condition still does not hold.

    The condition is asked whenever an activity inside is finished (BPMN 2.0.2, 13.3.5); while a variable has no value yet
    it is false. ``sequential`` offers one after the other; ``cancels`` stops what still runs at the end.
    """

    completion: Expression
    sequential = False
    cancels = True

    def goes_on(self, workflow: Flowing) -> bool:
        """Nothing is left inside: offer the next, unless it was enough; whether anything was offered."""
        if _ENOUGH in workflow.ordinals:
            return False
        number = workflow.ordinals.get(_ROUND, 0)
        workflow.ordinals[_ROUND] = number + 1
        entries = workflow.spec.entries
        for spec in (entries[number % len(entries)],) if self.sequential else entries:
            workflow.go(workflow.enter(spec, workflow.task_tree, None))
        return True

    def is_enough(self, activity: Activity) -> bool:
        """Whether the condition holds, as a finished activity sees it.

        Raises:
            StepFailed: it cannot be computed.
        """
        return is_true(self.completion, activity.scope)

    def end(self, workflow: Flowing) -> None:
        """It is enough."""
        workflow.ordinals[_ENOUGH] = 1
        if self.cancels:
            workflow.cancel_all_but(None)
        workflow.token_ended()


class StartOfAdHoc(StartOfProcess):
    """The root inside an ad-hoc sub-process: what is finished there is followed by the question whether it is enough."""

    ad_hoc: AdHocSubProcess

    def judge(self, root: Activity, activity: Activity) -> bool:
        asked = activity.task_spec.is_activity and _ENOUGH not in root.workflow.ordinals
        return asked and self.ad_hoc.is_enough(activity)

    def on_child(self, root: Activity, activity: Activity) -> bool:
        """After the last one the token ends here, whatever flows lead on."""
        if not activity.verdict:
            return False
        activity.detach()
        self.ad_hoc.end(root.workflow)
        return True
