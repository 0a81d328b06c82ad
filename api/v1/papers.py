"""Papers: what offices hand out about dossiers, each numbered, signed, and linked to its history."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import answers
from api.caller import reach
from api.policy import Policy
from api.serving import reading, recorded
from api.v1.fields import PAGE, Choice, Text, answer, body, maybe, maybe_number, maybe_when, page_of, said, when
from api.v1.resource import Resource
from engine.domain.access import Reach
from engine.domain.errors import NotFound
from engine.domain.paper import STATES, Paper
from engine.ports import Page, Queries
from engine.service import reaching
from engine.service.papers import file, one

papers = Resource("papers", "/v1/papers", "Papers: drafted, numbered and signed, published.")
of_instances = Resource("papers of instances", "/v1/process-instances", "Papers of one instance.")

PAPER = answer(
    "Paper",
    id=said(),
    processInstanceId=said(),
    elementId=said(),
    elementName=maybe(),
    form=said(),
    dossier=maybe(),
    unit=maybe(),
    state=said(metadata={"enum": list(STATES)}),
    draftedAt=when(),
    publishedAt=maybe_when(),
    series=maybe(),
    number=maybe_number(),
    label=maybe(),
    hash=maybe(),
    signer=maybe(),
)
PAPERS = page_of(PAPER, "Papers")
PDF = {"type": "string", "format": "binary", "description": "The signed paper (PDF/A with a PAdES signature)."}


def _shown(row: Paper) -> dict[str, Any]:
    return {
        "id": row.id,
        "processInstanceId": row.instance_id,
        "elementId": row.element_id,
        "elementName": row.element_name,
        "form": row.form,
        "dossier": row.dossier,
        "unit": row.unit,
        "state": row.state,
        "draftedAt": row.drafted_at,
        "publishedAt": row.published_at,
        "series": row.series,
        "number": row.number,
        "label": row.label,
        "hash": row.hash,
        "signer": row.signer,
    }


ASKED = body("PapersAsked", form=Text(load_default=None), state=Choice(*STATES, load_default=None), **PAGE)


@papers.gets("", Policy.DOSSIERS, PAPERS, query=ASKED)
def list_papers(asked: dict[str, Any]) -> Response:
    """Papers, the last drafted first; for an officer those of his units."""
    units = _units(reach())
    with reading() as queries:
        page = queries.list_papers(None, asked["form"], asked["state"], Page(asked["limit"], asked["after"]), units)
    recorded(None)
    return answers.listed(page, _shown)


def _units(reached: Reach | None) -> tuple[str, ...] | None:
    return None if reached is None else reached.units


@papers.gets("/<id>", Policy.DOSSIERS, PAPER, refuses=(404,))
def get_paper(id: str) -> Response:
    """One paper."""
    with reading() as queries:
        found = _reached(queries, id)
    recorded(found.instance_id)
    return answers.json(_shown(found))


@papers.gets("/<id>/pdf", Policy.DOSSIERS, PDF, content_type="application/pdf", refuses=(404,))
def get_pdf(id: str) -> Response:
    """The signed file; 404 while it is not out. Its SHA-256 is the paper's ``hash`` and the ETag."""
    with reading() as queries:
        found = _reached(queries, id)
        content = file(queries, found)
    recorded(found.instance_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.form}-{found.id}.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
        "ETag": f'"{found.hash}"',
    }
    return Response(content, 200, headers, content_type="application/pdf")


def _reached(queries: Queries, id: str) -> Paper:
    """A paper of a dossier that is there for him; another is answered as if it did not exist."""
    found = one(queries, id)
    head = queries.process_instances([found.instance_id]).get(found.instance_id)
    if head is None or not reaching.reaches(queries, head, reach()):
        raise NotFound(what="paper", id=id)
    return found


@of_instances.gets("/<id>/papers", Policy.DOSSIERS, PAPERS, query=body("Page", **PAGE), refuses=(404,))
def list_papers_of_instance(asked: dict[str, Any], id: str) -> Response:
    """Papers of an instance, the last drafted first."""
    with reading() as queries:
        reaching.instance(queries, id, reach())
        page = queries.list_papers(id, None, None, Page(asked["limit"], asked["after"]))
    recorded(id)
    return answers.listed(page, _shown)
