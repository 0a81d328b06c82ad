"""``motcua verify``: prove that a history is true and untouched."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from api.cli import terminal
from api.cli.asked import Asked, Place, option
from api.cli.client import service
from api.cli.failure import Failed
from api.cli.language import say
from api.cli.program import command
from api.verification import shown

_REASONS = {
    "chain": ("chuỗi băm đứt, nội dung đã bị sửa", "the hash chain is broken: it was altered"),
    "gap": ("thiếu bản ghi trước đó", "records before it are missing"),
    "value": ("giá trị cá nhân không khớp cam kết của nó", "a personal value does not match its commitment"),
    "differs": ("chạy lại ra kết quả khác", "executing it again gives something else"),
    "notAnInput": ("không bắt đầu bằng một sự việc từ bên ngoài", "it does not begin with an input"),
    "impossible": ("việc này không thể xảy ra lúc đó", "it could not have happened then"),
    "envelope": ("phần bao của bản ghi bị sửa", "its envelope was altered"),
    "missing": ("lịch sử trống", "the history is empty"),
    "truncated": ("lịch sử bị cắt đuôi", "the history was cut off"),
    "altered": ("thứ được ghim đã bị sửa", "what it pins was altered"),
    "valueForeign": ("giá trị cá nhân không thuộc bản ghi này", "a personal value does not belong to this record"),
    "valueMissing": ("giá trị cá nhân đã mất mà khoá vẫn còn", "a personal value is gone though its key is there"),
    "valueUnproven": ("giá trị cá nhân còn mà khoá đã mất", "a personal value is there though its key is gone"),
    "unknownRules": ("bộ quy tắc thực thi chưa biết", "it ran under rules that are not known here"),
    "headDiffers": ("dòng tổng hợp khác với lịch sử", "the head is not what the history comes to"),
    "tokensDiffer": ("vị trí đã lưu khác với lịch sử", "the stored tokens are not what the history comes to"),
    "variablesDiffer": ("biến đã lưu khác với lịch sử", "the stored variables are not what the history comes to"),
    "erased": ("phụ thuộc vào giá trị đã xoá", "it depends on erased values"),
    "unreadable": ("không đọc được", "unreadable"),
}


@command(
    "verify",
    vi="Chạy lại lịch sử của một phiên xử lý và so từng bản ghi.\n\nVới --file thì kiểm tra một tệp đã xuất, không cần "
    "dịch vụ nào.",
    en="Execute an instance's history again and compare it record by record.\n\nWith --file an exported history is "
    "verified, and no service is needed.",
)
@click.argument("instance", metavar="[INSTANCE]", required=False)
@option("--file", "source", type=Place(folder=False),
        vi="Tệp do `motcua export` hoặc `motcua archive` ghi.", en="A file written by `motcua export` or `motcua archive`.")  # fmt: skip
@click.pass_context
def verify(ctx: click.Context, instance: str | None, source: Path | None) -> None:
    """Verify one history, and fail when it differs."""
    if (instance is None) == (source is None):
        raise click.UsageError(
            say("Cần INSTANCE hoặc --file, một trong hai.", "Give INSTANCE or --file, one of them."), ctx
        )
    if source is not None and len(found := _offline(source)) != 1:
        _several(ctx, found)
        return
    verification = found[0][1] if source is not None else _by_service(str(instance))
    if ctx.ensure_object(Asked).json:
        terminal.answer(verification)
    else:
        tell_verification(verification)
    if not verification["identical"]:
        ctx.exit(1)


def _by_service(instance: str) -> dict[str, Any]:
    verification: dict[str, Any] = service().post(f"/v1/process-instances/{instance}/verification", timeout=600)
    return verification


def _offline(source: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every history of an exported or archived file; personal values of an archived one stand beside it."""
    from engine.service.archive import verify_file
    from engine.service.export import NotAnExport

    beside, nothing = source.with_suffix(".values"), nullcontext(list[bytes]())
    try:
        with source.open("rb") as lines, beside.open("rb") if beside.exists() else nothing as values:
            found = [(id, shown(verification)) for id, verification in verify_file(lines, values)]
    except NotAnExport as error:
        raise Failed(
            say(f"{source} không phải lịch sử do `motcua export` hoặc `motcua archive` ghi: {error}.",
                f"{source} is no history written by `motcua export` or `motcua archive`: {error}."),
        ) from error  # fmt: skip
    return found


def _several(ctx: click.Context, found: list[tuple[str, dict[str, Any]]]) -> None:
    """Of an archived file, which has many: how many are identical, and each that is not."""
    unlike = [(id, verification) for id, verification in found if not verification["identical"]]
    if ctx.ensure_object(Asked).json:
        terminal.answer({"histories": len(found), "notIdentical": dict(unlike)})
    else:
        same = len(found) - len(unlike)
        terminal.tell(
            say(f"Lịch sử: {len(found)}, giống hệt: {same}.", f"Histories: {len(found)}, identical: {same}."),
            "bold red" if unlike else "green",
        )
        for id, verification in unlike:
            terminal.tell(f"  {id}")
            tell_verification(verification)
    if unlike:
        ctx.exit(1)


def reason(code: str) -> str:
    """Why a record is not what it must be, in words."""
    name, colon, what = code.partition(": ")
    words = _REASONS.get(name)
    return code if words is None else f"{say(*words)}{colon}{what}"


def tell_verification(verification: dict[str, Any]) -> None:
    """The verdict, and the first difference when there is one."""
    if verification["identical"]:
        terminal.tell(verdict(verification), "green")
        return
    terminal.tell(verdict(verification), "bold red")
    difference = verification["firstDifference"]
    for label, side in ((say("trong lịch sử", "recorded"), "recorded"), (say("tính lại", "computed"), "computed")):
        if difference.get(side) is not None:
            terminal.tell(f"  {label}: {json.dumps(difference[side], ensure_ascii=False)}")


def verdict(verification: dict[str, Any]) -> str:
    """One line."""
    again, taken = verification["recomputed"], verification["takenFromRecord"]
    if not verification["identical"]:
        difference = verification["firstDifference"]
        place = f"{difference['seq']} ({difference.get('kind') or '?'}): {reason(difference['reason'])}"
        return say(f"KHÔNG khớp, bản ghi {place}", f"NOT identical, record {place}")
    erased = (
        say(f", {taken} lấy từ bản ghi vì dữ liệu đã xóa", f", {taken} taken from the record: erased") if taken else ""
    )
    return say(f"Giống hệt: chạy lại {again} bản ghi{erased}.", f"Identical: {again} records executed again{erased}.")
