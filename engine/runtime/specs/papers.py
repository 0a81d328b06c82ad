"""Service tasks that make a paper: the token waits until it is numbered, signed and published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.runtime.specs.services import ServiceTask

if TYPE_CHECKING:
    from engine.runtime.activity import Activity


class PaperTask(ServiceTask):
    """Asks for a paper by a form. Its job is the paper: one that failed is withdrawn, and another is asked for."""

    form = ""

    def _request(self, activity: Activity, job: str, again: dict[str, Any]) -> None:
        activity.workflow.top_workflow.emit(
            "PaperDrafted",
            paper=job,
            activity=activity.id,
            element=self.facts["element"],
            name=self.facts.get("name"),
            form=self.form,
            values=activity.scope.seen(self.sends),
            **({"legalBasis": self.facts["legalBasis"]} if "legalBasis" in self.facts else {}),
        )

    def failed(self, activity: Activity, message: str, retries: int, code: str | None) -> None:
        """Nobody has seen anything of it: whatever was made is thrown away."""
        if retries == 0:
            self._withdraw(activity)
        super().failed(activity, message, retries, code)

    def _on_cancel(self, activity: Activity) -> None:
        self._withdraw(activity)
        super()._on_cancel(activity)

    def _withdraw(self, activity: Activity) -> None:
        if (paper := activity.internal_data.get("job")) is not None:
            activity.workflow.top_workflow.emit("PaperWithdrawn", paper=paper)
