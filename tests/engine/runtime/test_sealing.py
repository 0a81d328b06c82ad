"""Commitments to personal values: what they are made of must be what anybody else would compute."""

from __future__ import annotations

import hmac
from hashlib import sha256

import orjson
import pytest

from engine.runtime.sealing import Seal


@pytest.mark.parametrize("key", [b"", b"k" * 32, b"k" * 64, b"k" * 65, bytes(range(256))])
def test_a_commitment_is_what_the_design_says(key):
    """SHA-256 over salt and value, the salt an HMAC: an auditor without this program can check it."""
    salt = hmac.digest(key, b"stream|7|ten", "sha256")

    assert Seal("stream", key, ()).commitment(7, "ten", "An") == sha256(salt + orjson.dumps("An")).hexdigest()
