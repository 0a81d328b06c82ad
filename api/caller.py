"""Callers: who sends a request, for whom he acts, what he may do and what for he does it."""

from __future__ import annotations

from urllib.parse import unquote

from flask import Request, g, request

from api.identities import Identities
from api.policy import FOR_OTHERS, Policy, hidden_from, is_recorded, reach_of, roles_for
from api.rates import Rates
from api.refusals import Forbidden, PurposeMissing, Unauthenticated
from engine.domain.access import Principal, Reach, Role
from engine.domain.errors import Fault, InvalidValues
from engine.service.command import Sender

LONGEST_NAME = 255
LONGEST_PURPOSE = 500


def admit(identities: Identities, failures: Rates, asked: Request) -> Principal:
    """Let a request in, or say that nobody knows its sender.

    Raises:
        Unauthenticated: it carries nothing that is good.
        TooMany: so did too many others from its address.
        IssuerUnavailable: its token cannot be checked now.
    """
    try:
        return identities.principal(_secret(asked))
    except Unauthenticated:
        failures.count(asked.remote_addr or "")
        raise


def _secret(asked: Request) -> str:
    scheme, _, secret = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated
    return secret.strip()


def authorise(principal: Principal, policy: Policy, asked: Request) -> None:
    """Remember who sent a request and what he reaches.

    Raises:
        Forbidden: none of his roles may do it, or act for somebody.
        InvalidValues: the name in ``On-Behalf-Of`` or the ``Purpose`` cannot be one.
        PurposeMissing: an auditor does not say what for.
    """
    g.sender = Sender(principal.name)
    person = _said(asked, "On-Behalf-Of", LONGEST_NAME)
    if not roles_for(principal, policy) or (person is not None and not principal.roles & FOR_OTHERS):
        raise Forbidden
    reach = reach_of(principal, policy, person or principal.name)
    g.sender = Sender(principal.name, person, reach, principal.unit, principal.topics)
    g.hidden = hidden_from(principal)
    g.purpose = _said(asked, "Purpose", LONGEST_PURPOSE)
    g.recorded = is_recorded(principal, policy)
    if g.purpose is None and Role.AUDITOR in principal.roles and policy in (Policy.DOSSIERS, Policy.AUDIT):
        raise PurposeMissing


def _said(asked: Request, header: str, longest: int) -> str | None:
    """The server hands on ASCII only; what has other letters is sent in UTF-8, percent-encoded (RFC 3986, 2.1)."""
    sent = asked.headers.get(header)
    if sent is None:
        return None
    text = _decoded(sent.strip())
    if not text or len(text) > longest or not text.isprintable():
        raise InvalidValues([_bad(header, longest)])
    return text


def _bad(header: str, longest: int) -> Fault:
    code = "badName" if header == "On-Behalf-Of" else "badPurpose"
    return Fault(
        f"/{header}", code, f"{header} phải có 1 đến {longest} ký tự in được.",
        f"{header} must have 1 to {longest} printable characters.",
    )  # fmt: skip


def _decoded(text: str) -> str:
    """What was meant; nothing where the bytes are no UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return ""


def sender() -> Sender:
    """Who sends the request being served."""
    known: Sender = g.sender
    return known


def reach() -> Reach | None:
    """What is there for him."""
    return sender().reach


def principal() -> str:
    """Who was let in: the name, so that a new key in place of an old one still recognises a repeat."""
    return sender().actor


def language_header() -> str | None:
    """What the request says about languages."""
    return request.headers.get("Accept-Language")
