"""One suite for everything that signs papers: what comes back is signed, whole, and believed only when it was checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.papers.typesetter import TypstTypesetter
from adapters.signature.authority import OwnAuthority
from adapters.signature.certificate import CertificateSigner
from adapters.signature.gateway import Account, GatewaySigner
from adapters.signature.simulator import SimulatedGateway
from engine.domain.errors import SigningFailed
from engine.ports import Signer
from tests.adapters.papers.test_typesetter import FORMS, HOSTILE, sheet
from tests.signatures import OFFICE, PASSPHRASE, VALID, authority, said_by_pdfsig, signer

TOKEN = "gateway-canary-5521"
TYPESETTER = TypstTypesetter()


def gateway(*faults: str, token: str = TOKEN) -> tuple[GatewaySigner, SimulatedGateway]:
    """A gateway that keeps the office's certificate."""
    simulated = SimulatedGateway(signer().sign, TOKEN)
    simulated.faults += faults
    account = Account("https://kyso.example.vn/api", "ttpvhcc", "CA thử nghiệm", token)
    return GatewaySigner(account, simulated, authority().pem), simulated


SIGNERS: dict[str, Callable[[], Signer]] = {"certificate": signer, "gateway": lambda: gateway()[0]}


@pytest.fixture(params=SIGNERS)
def signs(request) -> Signer:
    """Each of them in turn."""
    return SIGNERS[request.param]()


@pytest.fixture(scope="module")
def paper() -> bytes:
    """One to be signed."""
    return TYPESETTER.typeset(sheet())


def test_a_signed_paper_is_valid_for_whoever_looks(signs, paper, tmp_path):
    """For our own check and for another program that knows nothing of us."""
    signed = signs.sign(paper)
    found = signs.checked(paper, signed)
    assert found is not None and (signed, OFFICE) == (found.content, found.signer)
    assert VALID == said_by_pdfsig(signed, tmp_path)


def test_what_is_not_signed_is_seen(signs, paper):
    """Nothing goes out as signed that is not."""
    assert signs.checked(paper, paper) is None
    assert signs.checked(paper, b"") is None
    assert signs.checked(paper, b"%PDF-1.7 nonsense") is None


def test_a_signature_of_something_else_is_seen(signs, paper):
    """A valid signature under another paper than the one that was handed in."""
    assert signs.checked(paper, signs.sign(TYPESETTER.typeset(sheet("mau_02")))) is None


def test_a_signature_of_somebody_else_is_seen(signs, paper):
    """The same name, certified by an authority that nobody trusts here."""
    other = OwnAuthority.new()
    forger = CertificateSigner(other.issue(OFFICE, PASSPHRASE), PASSPHRASE, other.pem)
    assert signs.checked(paper, forger.sign(paper)) is None


def test_what_is_added_after_the_signature_is_seen(signs, paper):
    """An update behind the signed bytes, a second signature included."""
    signed = signs.sign(paper)
    assert signs.checked(paper, signed + b"\n% more") is None
    assert signs.checked(paper, signed + paper) is None


def test_a_changed_byte_is_seen(signs, paper):
    """Wherever in the file: in what is printed, in the table of contents, in the signature, in the room around it."""
    signed = signs.sign(paper)
    for at in range(0, len(signed), 211):
        changed = bytearray(signed)
        changed[at] ^= 1
        assert signs.checked(paper, bytes(changed)) is None, at


@pytest.mark.parametrize(
    ("fault", "again"),
    [("unreached", True), ("busy", True), ("expired", False), ("refused", False), ("nonsense", True)],
)
def test_a_gateway_that_does_not_sign_says_whether_it_may_later(fault, again, paper):
    """What passes is tried again; what needs a person is not."""
    signs, simulated = gateway(fault)
    with pytest.raises(SigningFailed) as failed:
        signs.sign(paper)
    assert again == failed.value.again and ["get_certificate"] == simulated.asked
    assert signs.checked(paper, signs.sign(paper))


def test_a_gateway_whose_answer_was_lost_is_asked_again(paper):
    """What it signed before is nowhere: the paper was neither numbered nor out."""
    signs, _ = gateway("", "lost")
    with pytest.raises(SigningFailed) as failed:
        signs.sign(paper)
    assert failed.value.again


@pytest.mark.parametrize("fault", ["unsigned", "garbage"])
def test_a_gateway_is_not_believed(fault, paper):
    """It says that all is well and hands back the file as it was, or half of it."""
    signs, _ = gateway("", fault)
    assert signs.checked(paper, signs.sign(paper)) is None


def test_a_wrong_token_is_refused_and_stands_nowhere(paper):
    """A secret is in no message and in no repr."""
    signs, _ = gateway(token="wrong-canary-77")
    with pytest.raises(SigningFailed) as failed:
        signs.sign(paper)
    assert "canary" not in f"{failed.value}{failed.value!r}{signs._account!r}"


def test_a_key_that_does_not_open_is_refused():
    """A wrong passphrase is told at once, not with the first paper; the passphrase is not told."""
    with pytest.raises(SigningFailed) as failed:
        CertificateSigner(authority().issue(OFFICE, PASSPHRASE), "wrong-canary", authority().pem)
    assert "canary" not in str(failed.value)


def values() -> list[tuple[str, str, Any]]:
    """Every form with every kind of text."""
    return [(form, name, value) for form in FORMS for name, value in {**HOSTILE, "plain": sheet().agency}.items()]


@pytest.mark.slow
def test_every_paper_of_a_generated_set_is_valid(tmp_path):
    """All forms with all kinds of text, ordinary and hostile: 100 % by both checks."""
    for form, name, value in values():
        content = TYPESETTER.typeset(sheet(form, value))
        signed = signer().sign(content)
        assert signer().checked(content, signed), (form, name)
        assert VALID == said_by_pdfsig(signed, tmp_path), (form, name)
