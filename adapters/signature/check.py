"""Whether a signature is one: over every byte, by somebody whom an authority that we trust vouches for."""

from __future__ import annotations

import io
from collections.abc import Iterator

from asn1crypto import pem
from asn1crypto.cms import ContentInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from engine.domain.paper import Signed

_BROKEN = (PdfReadError, SignatureValidationError, SigningError, ValueError, KeyError, TypeError, IndexError)
"""What pyHanko raises on files that are no signed PDF, or were changed where it reads them."""


class Check:
    """Checks signatures against authorities, without asking anybody."""

    def __init__(self, authorities: bytes) -> None:
        self._trusted = list(certificates(authorities))

    def __call__(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom; None where it is not exactly ``content`` under one valid signature over all of it."""
        if not signed.startswith(content):
            return None
        try:
            signer = self._signer_of(signed)
        except _BROKEN:
            return None
        return None if signer is None else Signed(signed, signer)

    def _signer_of(self, signed: bytes) -> str | None:
        found = PdfFileReader(io.BytesIO(signed), strict=True).embedded_signatures
        if len(found) != 1 or _is_loose(found[0].pkcs7_content):
            return None
        trust = ValidationContext(trust_roots=self._trusted, allow_fetching=False, revocation_mode="soft-fail")
        status = validate_pdf_signature(found[0], signer_validation_context=trust)
        if not status.bottom_line or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            return None
        name: str = status.signing_cert.subject.native["common_name"]
        return name


def _is_loose(signature: bytes) -> bool:
    """Whether something hides in the room that was kept for the signature, which it does not cover."""
    return any(signature[len(ContentInfo.load(signature).dump()) :])


def certificates(content: bytes) -> Iterator[Certificate]:
    """The certificates of a PEM file."""
    for _, _, der in pem.unarmor(content, multiple=True):
        yield Certificate.load(der)
