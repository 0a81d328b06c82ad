"""Packets of the provincial bus: a document, and its traces. Times are ISO with ``+0700``; where there is none, a zero time."""

from __future__ import annotations

from engine.domain.packet import FLAG, LONG, WHOLE, Fields, Kind, fixed, may, moment_as, must, rows

NO_TIME = "0000-00-00T00:00:00.000+0700"
TIME = moment_as("%Y-%m-%dT%H:%M:%S.000+0700")


def _or_none(value: object) -> object:
    return NO_TIME if value == NO_TIME else TIME.write(value)


MAYBE_TIME = Kind(_or_none, lambda value: value if value == NO_TIME else TIME.read(value))
"""A time that may not have come yet; nobody invents one."""

DOCUMENT: Fields = (
    must("DocTypeCode"), must("DocTypeName"), must("DocCode"), must("CitizenName"), may("CitizenInfo"), may("ApplicantsId"),
    must("ApplicantsType", WHOLE), may("Address"), may("Email"), may("Phone"), must("Compendium"), must("DateReceived", TIME),
    must("DateAppointed", TIME), must("IsSuccess", FLAG), must("SuccessDate", MAYBE_TIME), may("ApproverName"),
    may("ApproverPosition"), may("SuccessNote"), must("IsReturned", FLAG), must("ReturnedDate", MAYBE_TIME), may("ReturnNote"),
    may("ReturnedType"), must("FinishedDate", MAYBE_TIME), must("Status", WHOLE), must("ProcessingOrganName"),
    must("HasSupplementary", FLAG), may("Note"),
    rows("Attachments", must("AttachmentId"), must("AttachmentName"), must("IsDeleted", FLAG), must("IsVerified", FLAG),
         must("Base64", LONG)),
    rows("DocFees", must("FeeName"), must("FeeType"), must("Price", WHOLE)), must("OrganInchargeIdLevel1"),
    must("OrganInchargeName"),
)  # fmt: skip
TRACE: Fields = (
    may("DocumentId"), must("DocCode"), must("UserName"), may("UserPosition"), must("DateCreated", TIME), must("Comment"),
    must("Status"), must("OrganizationInchargeIdLevel1"), must("OrganizationInchargeName"),
)  # fmt: skip
TOKEN: Fields = (fixed("grant_type", "client_credentials"), must("client_id"), must("client_secret"))
DATES = ("success_date", "returned_date", "finished_date")
"""Of a document under way these are not there yet."""
