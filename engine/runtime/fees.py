"""Fees: what an element finds to be due, in whole đồng, when it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain.values import LARGEST_EXACT
from engine.runtime.erasure import ErasedRead, is_erased
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.witness import witness_of

if TYPE_CHECKING:
    from engine.runtime.activity import Activity
    from engine.runtime.language import Expression


def determine(activity: Activity, fee: Expression) -> None:
    """Say what is due by an element; said again by it, in a loop, it takes the place of what it said before.

    Raises:
        StepFailed: it is no amount of money.
    """
    amount = _amount(activity, fee)
    element = activity.task_spec.facts["element"]
    activity.workflow.top_workflow.emit("FeeDetermined", activity=activity.id, element=element, amount=amount)


def _amount(activity: Activity, fee: Expression) -> int:
    try:
        value = evaluate(fee, activity.scope)
    except ErasedRead:
        return _as_recorded(activity)
    if is_erased(value):
        return _as_recorded(activity)
    if type(value) is float and value.is_integer():
        value = int(value)  # 0.5 % of a price is a float, though it comes out even
    if type(value) is not int or not 0 <= value <= LARGEST_EXACT:
        raise _no_amount(value, fee, activity)
    return value


def _as_recorded(activity: Activity) -> int:
    """The same, as the log has it: the amount depended on a value that was erased."""
    testimony, at = witness_of(activity)
    return testimony.amount(at, activity.id)


def _no_amount(value: Any, fee: Expression, activity: Activity) -> StepFailed:
    return StepFailed(
        "feeWrong",
        "Phí phải là số nguyên đồng, không âm (dùng round() nếu có lẻ).",
        "A fee has to be a whole number of đồng, not negative (use round() where there is a fraction).",
        fee.text,
        {**activity.scope.seen(fee.names), "result": value if isinstance(value, str | float | bool | int) else None},
    )
