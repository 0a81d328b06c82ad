"""Steps that cannot be done: they become incidents, and the token rests before the element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.runtime.budget import LimitReached
from engine.runtime.erasure import ErasedRead
from engine.runtime.language import Expression, Script

if TYPE_CHECKING:
    from engine.runtime.variables import Variables


class StepFailed(Exception):
    """A step cannot be done now. Nothing was changed by it.

    ``expression`` and ``values`` tell a person what was tried on what.
    """

    def __init__(
        self, code: str, vi: str, en: str, expression: str | None = None, values: dict[str, Any] | None = None
    ) -> None:
        super().__init__(en)
        self.code, self.vi, self.en = code, vi, en
        self.expression, self.values = expression, values or {}


def evaluate(expression: Expression, variables: Variables) -> Any:
    """The value of an expression.

    Raises:
        StepFailed: it has none.
    """
    try:
        return expression.value(variables)
    except (StepFailed, ErasedRead):
        raise
    except Exception as error:
        raise _failed(expression, variables, error) from error


def run(script: Script, variables: Variables) -> dict[str, Any]:
    """What a script assigns.

    Raises:
        StepFailed: it stopped half-way; nothing is assigned.
    """
    try:
        return script.run(variables)
    except ErasedRead:
        raise
    except Exception as error:
        raise _failed(script, variables, error) from error


def _failed(code: Expression | Script, variables: Variables, error: Exception) -> StepFailed:
    values = variables.seen(code.names)
    if isinstance(error, NameError):
        name = error.name or str(error)
        return StepFailed(
            "variableMissing",
            f"Biến “{name}” chưa có giá trị.",
            f"The variable '{name}' has no value.",
            code.text,
            values,
        )
    if isinstance(error, LimitReached):
        return StepFailed(
            "limitReached", f"Vượt giới hạn tính toán: {error}.", f"Over the limit: {error}.", code.text, values
        )
    return StepFailed(
        "expressionFailed",
        f"Không tính được ({type(error).__name__}: {error}).",
        f"It cannot be computed ({type(error).__name__}: {error}).",
        code.text,
        values,
    )


def value_not_storable(name: str, fault: str) -> StepFailed:
    """A value that JSON readers would not agree about."""
    return StepFailed(
        "valueNotStorable",
        f"Giá trị của biến “{name}” không lưu chính xác được ({fault}).",
        f"The value of variable '{name}' cannot be stored exactly ({fault}).",
        None,
        {},
    )


def no_flow_taken(name: str, expressions: list[str], values: dict[str, Any]) -> StepFailed:
    """Every condition is false and there is no default."""
    return StepFailed(
        "noFlowTaken",
        f"Không nhánh nào của “{name}” có điều kiện đúng và không có nhánh mặc định.",
        f"No flow out of '{name}' has a true condition, and there is no default flow.",
        "; ".join(expressions),
        values,
    )


def not_in_calendar(year: int, limit: str) -> StepFailed:
    """A limit runs into a year whose holidays nobody has decided."""
    return StepFailed(
        "notInCalendar",
        f"Lịch làm việc chưa có năm {year}; hãy bổ sung lịch rồi thử lại.",
        f"The working calendar has no year {year}; add it, then retry.",
        limit,
    )


def loop_without_end(steps: int) -> StepFailed:
    """Steps without a wait, far beyond what a procedure has."""
    return StepFailed(
        "loopWithoutEnd",
        f"Đã chạy {steps} nút mà không dừng chờ; có thể là vòng lặp không kết thúc.",
        f"{steps} flow nodes ran without a wait; this looks like a loop without end.",
    )


def deadlock(element: str) -> StepFailed:
    """A join that can never pass."""
    return StepFailed(
        "deadlock",
        f"Cổng hợp nhánh “{element}” chờ một nhánh không bao giờ tới.",
        f"The join '{element}' waits for a branch that will never arrive.",
    )
