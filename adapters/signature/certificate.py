"""Signs with a certificate and key that this machine has."""

from __future__ import annotations

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from adapters.signature.check import Check
from engine.domain.errors import SigningFailed
from engine.domain.paper import Signed

FIELD = "ChuKySo"


class CertificateSigner:
    """The port ``Signer`` over a PKCS#12 file."""

    def __init__(self, content: bytes, passphrase: str, authorities: bytes) -> None:
        try:
            self._key = signers.SimpleSigner.load_pkcs12_data(content, (), passphrase.encode())
        except ValueError:
            raise SigningFailed("không mở được tệp PKCS#12 / the PKCS#12 file cannot be opened") from None
        self._key.embed_roots = (
            False  # whoever trusts the authority has its certificate; nothing would vouch for this copy
        )
        self._check = Check(authorities)

    def sign(self, content: bytes) -> bytes:
        """Put the signature behind the paper (PAdES B-B)."""
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        written = signers.PdfSigner(meta, self._key).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))
        return bytes(written.getvalue())

    def checked(self, content: bytes, signed: bytes) -> Signed | None:
        """What was signed, and by whom."""
        return self._check(content, signed)
