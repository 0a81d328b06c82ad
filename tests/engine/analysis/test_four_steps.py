"""Four at one place: a number that the province publishes must come from the drawing, and be wrong nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.analysis.four_steps import FourSteps, four_steps

BPMN = Path(__file__).parents[3] / "bpmn"
AT_ONE_PLACE = {
    "chung_thuc_ban_sao",
    "dang_ky_ket_hon",
    "doi_giay_phep_lai_xe",
    "khai_sinh",
    "thong_bao_khuyen_mai",
    "trich_luc_ho_tich",
}


def proved(content: str, key: str) -> FourSteps:
    """What is proved of one process."""
    return four_steps("process.bpmn", content.encode())[key]


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in BPMN.glob("*/procedure.toml")))
def test_the_lanes_of_a_procedure_prove_it(folder: str) -> None:
    """Each procedure says of all four steps where they are; those that the province counts are all at the centre."""
    found = proved((BPMN / folder / "process.bpmn").read_text(), folder)

    assert found.missing == ()
    assert found.at_one_place == (folder in AT_ONE_PLACE)


def test_a_step_that_says_otherwise_counts_where_it_is() -> None:
    """A task may be done elsewhere than its lane: that one decides."""
    content = (BPMN / "khai_sinh" / "process.bpmn").read_text()
    elsewhere = proved(
        content.replace('motcua:phase="approval"', 'motcua:phase="approval" motcua:location="office"'), "khai_sinh"
    )

    assert [("ky", "office")] == [(step.element_id, step.location) for step in elsewhere.elsewhere]
    assert not elsewhere.at_one_place


def test_nothing_is_proved_about_a_step_that_is_not_there() -> None:
    """A diagram without approval is no proof that it is approved at the centre."""
    content = (BPMN / "khai_sinh" / "process.bpmn").read_text()
    without = proved(content.replace(' motcua:phase="approval"', ""), "khai_sinh")

    assert without.missing == ("approval",)
    assert not without.at_one_place
