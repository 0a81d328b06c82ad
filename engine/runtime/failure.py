"""Steps that cannot be done: they become incidents, and the token rests before the element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain import packet
from engine.domain.calendar import NotInCalendar
from engine.domain.exchange import REASONS
from engine.domain.waiting import OUTCOME_UNKNOWN
from engine.runtime.budget import LimitReached
from engine.runtime.dates import BeyondTheCalendar, NotADate, NotADuration
from engine.runtime.erasure import ErasedRead, is_erased
from engine.runtime.functions import NotANumber, NothingThere
from engine.runtime.language import BpmnError, Expression, Script, VariableMissing
from engine.runtime.lookups import NoSuchRow, SeveralRows

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


def is_true(condition: Expression, variables: Variables) -> bool:
    """Whether a condition holds that may be asked before its variables have values: until then it does not.

    Raises:
        StepFailed: the values are there, but it cannot be computed.
    """
    try:
        return bool(evaluate(condition, variables))
    except StepFailed as failure:
        if failure.code == "variableMissing" or any(value is None for value in failure.values.values()):
            return False
        raise


def run(script: Script, variables: Variables) -> dict[str, Any]:
    """What a script assigns.

    Raises:
        StepFailed: it stopped half-way; nothing is assigned.
        BpmnError: it throws one.
    """
    try:
        return script.run(variables)
    except (ErasedRead, BpmnError):
        raise
    except Exception as error:
        raise _failed(script, variables, error) from error


def _failed(code: Expression | Script, variables: Variables, error: Exception) -> StepFailed:
    """Why it failed, with the values that it read.

    Raises:
        ErasedRead: one of them was erased, so that the log has to tell whether it failed.
    """
    values = variables.seen(code.names)
    if isinstance(error, VariableMissing):
        (name,) = error.args
        vi, en = f"Biến “{name}” chưa có giá trị.", f"The variable '{name}' has no value."
        return StepFailed("variableMissing", vi, en, code.text, values)
    if is_erased(list(values.values())):
        raise ErasedRead from error  # Python may have met the place of an erased value: with the value it may be computable
    if isinstance(error, LimitReached):
        vi, en = f"Vượt giới hạn tính toán: {error.vi}.", f"Over the limit: {error.en}."
        return StepFailed("limitReached", vi, en, code.text, values)
    if isinstance(error, NotInCalendar):
        return not_in_calendar(error.year, code.text, values)
    vi, en = next((sentences for kind, sentences in _WHY.items() if isinstance(error, kind)), _OTHERWISE)
    return StepFailed("expressionFailed", f"Không tính được: {vi}.", f"It cannot be computed: {en}.", code.text, values)


_WHY: dict[type[Exception], tuple[str, str]] = {
    ZeroDivisionError: ("chia cho 0", "division by zero"),
    KeyError: ("bản ghi không có mục được hỏi", "the map has no entry of that name"),
    IndexError: ("danh sách hay văn bản không có vị trí được hỏi", "the list or text has no item at that place"),
    NotANumber: ("văn bản không phải là số", "a text is not a number"),
    NotADate: ("giá trị không phải ngày hay thời điểm ISO 8601", "a value is no ISO 8601 date or time"),
    NotADuration: (
        "giá trị không phải khoảng thời gian hay thời hạn dùng được ở đây",
        "a value is no duration or limit that can be used here",
    ),
    BeyondTheCalendar: ("ngày vượt ngoài các năm 1–9999", "a date beyond the years 1 to 9999"),
    NoSuchRow: (
        "bảng dữ liệu không có dòng nào hiệu lực vào ngày đó khớp các giá trị",
        "no row of the data table holds on that day and has these values",
    ),
    SeveralRows: (
        "bảng dữ liệu có nhiều dòng hiệu lực vào ngày đó khớp các giá trị",
        "several rows of the data table hold on that day and have these values",
    ),
    NothingThere: ("không có gì để lấy lớn nhất hay nhỏ nhất", "there is nothing to take the largest or smallest of"),
    TypeError: ("các kiểu dữ liệu không dùng chung được", "types that do not go together"),
    OverflowError: ("số quá lớn", "a number is too large"),
    ValueError: ("giá trị không dùng được ở đây", "a value that cannot be used here"),
}
"""What a person reads, by what Python raises; the first that fits. Python's own texts quote values, which are not for the log."""
_OTHERWISE = ("lỗi không rõ", "for a reason that is not known")


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


def not_in_calendar(year: int, limit: str, values: dict[str, Any] | None = None) -> StepFailed:
    """A limit or expression runs into a year whose holidays nobody has decided."""
    return StepFailed(
        "notInCalendar",
        f"Lịch làm việc của phiên này không có năm {year}; hãy hủy và bắt đầu lại với lịch có năm đó.",
        f"The calendar of this instance has no year {year}; cancel it, and start again under one that has the year.",
        limit,
        values,
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


def job_failed(code: str | None, message: str) -> StepFailed:
    """Work that another system could not do, or of which nobody knows whether it has."""
    vi, en = OF_JOBS.get(code or "jobFailed", OF_JOBS["jobFailed"])
    said_vi, said_en = REASONS.get(message) or packet.said(message)
    return StepFailed(code or "jobFailed", vi.format(said_vi), en.format(said_en))


OF_JOBS: dict[str, tuple[str, str]] = {
    "jobFailed": ("Hệ thống khác không làm được việc này: {}", "The other system could not do this work: {}"),
    OUTCOME_UNKNOWN: (
        "Không biết hệ thống khác đã làm việc này chưa ({}). Hỏi bên đó: chưa thì thử lại; xong rồi thì ghi kết quả, cho đi qua bước này.",
        "Nobody knows whether the other system has done this ({}). Ask there: if not, retry; if so, set the results and move past this.",
    ),
    "callRefused": (
        "Yêu cầu không được gửi đi: {}. Hãy sửa dữ liệu hoặc khai báo của kết nối, rồi thử lại.",
        "The request was not sent: {}. Mend the values or the connector's registration, then retry.",
    ),
    "paperFailed": (
        "Chưa lập hoặc chưa ký được giấy; chưa có gì được đánh số, phát hành: {} Hãy sửa theo đó, rồi thử lại.",
        "The paper was not made or not signed; nothing has a number or is out: {} Mend that, then retry.",
    ),
    "paperFormMissing": (
        "Dịch vụ không có mẫu giấy “{}”. Hãy sửa motcua:paper trong sơ đồ hoặc thêm mẫu, rồi thử lại.",
        "The service has no form '{}' for papers. Mend motcua:paper in the diagram or add the form, then retry.",
    ),
    "signerMissing": (
        "Dịch vụ chưa có nơi ký số, nên giấy ({}) không được lập. Hãy khai báo MOTCUA_SIGNING, khởi động lại, rồi thử lại.",
        "The service has no signer, so the paper ({}) is not made. Register one in MOTCUA_SIGNING, restart, then retry.",
    ),
    "connectorMissing": (
        "Dịch vụ không có thao tác kết nối “{}”. Hãy khai báo trong tệp MOTCUA_CONNECTORS, khởi động lại, rồi thử lại.",
        "The service has no connector operation '{}'. Register it in the file of MOTCUA_CONNECTORS, restart, then retry.",
    ),
}
