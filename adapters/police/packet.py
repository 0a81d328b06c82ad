"""The packet of a police record: the declaration, where the person has lived, and who acts for him."""

from __future__ import annotations

from engine.domain.packet import INNER, WHOLE, Field, Fields, blank, day_as, inner, moment_as, must, rows

_TIME = moment_as("%d/%m/%Y %H:%M:%S")
_DAY = day_as("%d/%m/%Y")

DECLARATION: Fields = (
    must("idReceivedDec"), must("dateReceivedDec", _TIME), must("datePromissoryDec", _TIME), blank("idMoneyReceipt"),
    inner(
        "declarationForm", must("fullName"), must("birthDateStr", _DAY), must("genderId", WHOLE), must("identifyNo"),
        must("declareTypeId", WHOLE), must("purpose"), must("requestQty", WHOLE), must("delivery", WHOLE),
    ),
    rows(
        "residenceForm", must("fromDateStr"), must("toDateStr"), must("residencePlace"), blank("jobName"), blank("workPlace"),
        needed=True,
    ),
    Field("mandatorForm", INNER, "left out", within=(must("fullName"), must("identifyNo"), must("mandatorRelation"))),
)  # fmt: skip
OK, WRONG, LATER = "00", "01", "03"
"""What is answered: taken; there already, or not valid; come again."""
