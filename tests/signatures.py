"""Signers for tests: an authority of their own, a certificate of an office, and what another program says of a paper."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

from adapters.signature.authority import OwnAuthority
from adapters.signature.certificate import CertificateSigner

OFFICE = "Trung tâm Phục vụ hành chính công tỉnh"
PASSPHRASE = "mật khẩu thử"


@cache
def authority() -> OwnAuthority:
    """One for all tests: keys take time to make."""
    return OwnAuthority.new()


@cache
def signer() -> CertificateSigner:
    """An office's certificate."""
    return CertificateSigner(authority().issue(OFFICE, PASSPHRASE), PASSPHRASE, authority().pem)


def said_by_pdfsig(paper: bytes, folder: Path) -> list[str]:
    """What poppler says of a paper's signatures: its verdicts, and who signed."""
    file = folder / "paper.pdf"
    file.write_bytes(paper)
    said = subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True, check=False, timeout=60).stdout
    return re.findall(r"Signature is Valid|Total document signed|(?<=Signer Certificate Common Name: ).*", said)


VALID = [OFFICE, "Total document signed", "Signature is Valid"]
"""What :func:`said_by_pdfsig` says of a paper as it must be."""
