"""The tree of units: who stands below whom, on any day."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.organisation import Organisation, faults

BEFORE, AFTER = "2025-06-30", "2025-07-01"
REFORM = {
    "units": [
        {"code": "H62", "name": "Vĩnh Phúc", "level": "province", "validTo": BEFORE, "successor": "H44"},
        {"code": "H44", "name": "Phú Thọ", "level": "province"},
        {"code": "D1", "name": "Huyện", "level": "district", "parent": "H62", "validTo": BEFORE},
        {"code": "X1", "name": "Xã Một", "level": "commune", "parent": "D1", "validTo": BEFORE, "successor": "X9"},
        {"code": "X2", "name": "Xã Hai", "level": "commune", "parent": "D1", "validTo": BEFORE, "successor": "X9"},
        {"code": "X3", "name": "Xã Ba", "level": "commune", "parent": "D1", "validTo": BEFORE},
        {"code": "X3", "name": "Xã Ba", "level": "commune", "parent": "H44", "validFrom": AFTER},
        {"code": "X9", "name": "Xã Mới", "level": "commune", "parent": "H44", "validFrom": AFTER},
        {"code": "S1", "name": "Sở", "level": "department", "parent": "H44"},
    ]
}
"""No district since 1 July 2025; two communes became one, and two provinces."""


def tree() -> Organisation:
    """The province before and after."""
    assert [] == faults(REFORM)
    return Organisation.from_json(REFORM)


@pytest.mark.parametrize(
    ("code", "day", "below"),
    [
        ("H62", BEFORE, {"H62", "D1", "X1", "X2", "X3"}),
        ("D1", BEFORE, {"D1", "X1", "X2", "X3"}),
        ("H44", BEFORE, {"H44", "S1"}),
        ("H44", AFTER, {"H44", "H62", "D1", "X1", "X2", "X3", "X9", "S1"}),
        ("X9", AFTER, {"X9", "X1", "X2"}),
        ("X3", AFTER, {"X3"}),
        ("X1", AFTER, {"X9", "X1", "X2"}),
        ("D1", AFTER, {"H44", "H62", "D1", "X1", "X2", "X3", "X9", "S1"}),
        ("new", AFTER, {"new"}),
    ],
)
def test_what_stands_below(code: str, day: str, below: set[str]) -> None:
    """A dossier of a commune that is gone is its successor's; of a district without one, the province's that has its place."""
    assert below == tree().below(code, day)


def row(code: str, **more: Any) -> dict[str, Any]:
    """A unit."""
    return {"code": code, "name": code, "level": "commune", **more}


@pytest.mark.parametrize(
    ("units", "code"),
    [
        ([], "units"),
        ([{"code": "A"}], "unitFields"),
        ([row("A", colour="red")], "unitFields"),
        ([row("")], "unitText"),
        ([row("A", level="village")], "unitLevel"),
        ([row("A", validFrom="2025-02-30")], "unitDays"),
        ([row("A", validFrom="20250101")], "unitDays"),
        ([row("A", validFrom=AFTER, validTo=BEFORE)], "unitDays"),
        ([row("A", parent="B")], "parentMissing"),
        ([row("A", parent="B"), row("B", validTo=BEFORE)], "parentMissing"),
        ([row("A"), row("A")], "unitTwice"),
        ([row("A", validTo=AFTER), row("A", validFrom=BEFORE)], "unitTwice"),
        ([row("A", parent="A")], "unitLoop"),
        ([row("A", parent="B"), row("B", parent="A")], "unitLoop"),
        ([row("A", successor="B"), row("B", successor="A")], "successorLoop"),
        ([row("A", successor="Z")], "successorMissing"),
    ],
)
def test_what_contradicts_itself_is_not_published(units: list[Any], code: str) -> None:
    """Who sees which dossier hangs on it; nobody may have to guess."""
    assert code in {fault.code for fault in faults({"units": units})}


@pytest.mark.parametrize("content", [None, [], {}, {"units": {}}, {"units": [1]}, {"units": [], "x": 1}])
def test_what_is_no_tree_is_refused(content: Any) -> None:
    """Whatever is sent, it is named, never raised."""
    assert faults(content)
