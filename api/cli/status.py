"""The national status codes of a dossier, as citizens read them on the national portal."""

from __future__ import annotations

from api.cli.language import say

_NAMES = {
    "1": ("Mới đăng ký", "newly registered"),
    "2": ("Được tiếp nhận", "accepted"),
    "3": ("Không được tiếp nhận", "not accepted"),
    "4": ("Đang xử lý", "being processed"),
    "5": ("Yêu cầu bổ sung giấy tờ", "supplement requested"),
    "6": ("Yêu cầu thực hiện nghĩa vụ tài chính", "financial obligation"),
    "7": ("Công dân yêu cầu rút hồ sơ", "withdrawn"),
    "8": ("Dừng xử lý", "stopped"),
    "9": ("Đã xử lý xong", "finished"),
    "10": ("Đã trả kết quả", "result returned"),
}


def named(code: str) -> str:
    """``4 Đang xử lý``; a code of another list stands alone."""
    names = _NAMES.get(code)
    return code if names is None else f"{code} {say(*names)}"
