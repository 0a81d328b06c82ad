"""Papers over HTTP: from a diagram to the signed file, with the operator's file that says who signs."""

from __future__ import annotations

from hashlib import sha256

import pytest

from api.bootstrap import wire
from api.settings import SettingsRefused
from tests.api.office import refused, signing
from tests.engine.runtime.models import node, path, start, user
from tests.signatures import OFFICE, PASSPHRASE, VALID, said_by_pdfsig

INSIDE = start() + node("serviceTask", "giay", name="Cấp giấy hẹn", motcua_paper="mau_01", motcua_dataIn="chu_ho_so") + user(
    "after"
) + path("s", "giay", "after")  # fmt: skip


def test_a_paper_is_read_with_its_number_its_signer_and_its_file(printing, tmp_path):
    """What the history names is what is handed out."""
    printing.deploy("cap_giay", INSIDE)
    instance = printing.start("cap_giay", {"chu_ho_so": "Nguyễn Thị Ửng"}, businessKey="H62-1")["id"]
    printing.advance(1)
    [paper] = printing.get(f"/v1/process-instances/{instance}/papers")["items"]
    assert ("published", "01/TNHS", OFFICE, "H62-1") == tuple(
        paper[name] for name in ("state", "label", "signer", "dossier")
    )
    assert [paper] == printing.get("/v1/papers?form=mau_01&state=published")["items"] and paper == printing.get(
        f"/v1/papers/{paper['id']}"
    )
    answer = printing.call("GET", f"/v1/papers/{paper['id']}/pdf")
    assert (200, "application/pdf", f'"{paper["hash"]}"') == (
        answer.status_code,
        answer.mimetype,
        answer.headers["ETag"],
    )
    assert paper["hash"] == sha256(answer.data).hexdigest() and VALID == said_by_pdfsig(answer.data, tmp_path)


def test_what_is_not_out_cannot_be_had(office):
    """A draft has no file; a paper that there is not says so."""
    office.deploy("cap_giay", INSIDE)
    instance = office.start("cap_giay")["id"]
    office.advance(1)
    [paper] = office.get(f"/v1/process-instances/{instance}/papers")["items"]
    assert "withdrawn" == paper["state"]
    refused(office.call("GET", f"/v1/papers/{paper['id']}/pdf"), 404, "notFound")
    refused(office.call("GET", "/v1/papers/nothing"), 404, "notFound")
    refused(office.call("GET", "/v1/process-instances/nothing/papers"), 404, "notFound")


@pytest.mark.parametrize(
    "text",
    [
        "",
        'authorities = "ca.pem"\n',
        'authorities = "ca.pem"\n[certificate]\nfile = "k.p12"\nsecret = "OTHER"\n',
        'authorities = "no.pem"\n[certificate]\nfile = "k.p12"\nsecret = "KHOA"\n',
        'authorities = "ca.pem"\n[certificate]\nfile = "k.p12"\nsecret = "KHOA"\npassword = "x"\n',
        'authorities = "ca.pem"\n[gateway]\nurl = "https://a"\nuser = 1\nauthority = "b"\nsecret = "KHOA"\n',
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(tmp_path, text):
    """And not the first paper, weeks later."""
    with pytest.raises(SettingsRefused) as found:
        wire(signing(tmp_path, text))
    assert "MOTCUA_SIGNING" in found.value.vi and PASSPHRASE not in found.value.vi
