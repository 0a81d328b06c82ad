"""The national statuses of a dossier: what they are called, and which may follow which.

Numbers and names are those of the national portal's dictionary; the moves are this service's reading of how its dossiers may
go on. An element carries a status as ``motcua:statusCode``; entering it is one line of progress.
"""

from __future__ import annotations

from collections.abc import Mapping

REGISTERED, ACCEPTED, REFUSED, PROCESSED, SUPPLEMENT, OBLIGATION, WITHDRAWN, STOPPED, FINISHED, RETURNED = map(
    str, range(1, 11)
)
NAMES: Mapping[str, tuple[str, str]] = {
    REGISTERED: ("Mới đăng ký", "Newly registered"),
    ACCEPTED: ("Được tiếp nhận", "Accepted"),
    REFUSED: ("Không được tiếp nhận", "Not accepted"),
    PROCESSED: ("Đang xử lý", "Being processed"),
    SUPPLEMENT: ("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    OBLIGATION: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Financial obligation"),
    WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "Withdrawn"),
    STOPPED: ("Dừng xử lý", "Stopped"),
    FINISHED: ("Đã xử lý xong", "Finished"),
    RETURNED: ("Đã trả kết quả", "Result returned"),
}
MOVES: Mapping[str, frozenset[str]] = {
    REGISTERED: frozenset({ACCEPTED, REFUSED, SUPPLEMENT, WITHDRAWN}),
    ACCEPTED: frozenset({PROCESSED, FINISHED}),
    PROCESSED: frozenset({PROCESSED, SUPPLEMENT, OBLIGATION, WITHDRAWN, STOPPED, FINISHED}),
    SUPPLEMENT: frozenset({ACCEPTED, REFUSED, PROCESSED, WITHDRAWN}),
    OBLIGATION: frozenset({PROCESSED, WITHDRAWN, STOPPED}),
    FINISHED: frozenset({RETURNED, PROCESSED}),
    **dict.fromkeys((REFUSED, WITHDRAWN, STOPPED, RETURNED), frozenset[str]()),
}
"""Which status may come after which; nothing comes after the last four."""
FIRST = frozenset({REGISTERED, ACCEPTED})
"""Where a dossier may begin: online it is registered, at the counter accepted at once."""
SETTLED = frozenset({REFUSED, WITHDRAWN, STOPPED, FINISHED, RETURNED})
"""Where nothing remains to be decided: the legal clock has stopped."""
CLOSED = frozenset({REFUSED, WITHDRAWN, STOPPED, RETURNED})
"""Where nothing comes after: nothing is paid for it any more."""
RATABLE = frozenset({REFUSED, STOPPED, FINISHED, RETURNED})
"""Where the citizen has an answer that he can rate."""
MILESTONES = (REGISTERED, ACCEPTED, PROCESSED, FINISHED, RETURNED)
"""The way as citizens see it."""


def may_follow(before: str | None, after: str) -> bool:
    """Whether a dossier may go from one status to another; the same again is no move."""
    return after in FIRST if before is None else before == after or after in MOVES.get(before, frozenset())


def step(status: str | None) -> int:
    """How far a dossier has come on the way of :data:`MILESTONES`, from 1; waiting for the citizen is part of being processed."""
    reached = {
        SUPPLEMENT: PROCESSED,
        OBLIGATION: PROCESSED,
        REFUSED: ACCEPTED,
        WITHDRAWN: PROCESSED,
        STOPPED: PROCESSED,
    }
    return MILESTONES.index(reached.get(status or REGISTERED, status or REGISTERED)) + 1
