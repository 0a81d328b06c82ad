"""An office with a service of its own: what tests of the API speak through."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, TypeAlias

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from api.bootstrap import Service
from api.settings import Settings
from tests.api.models import process
from tests.signatures import OFFICE, PASSPHRASE, authority

Reply: TypeAlias = Any
"""werkzeug's TestResponse; its body is whatever the test says it is."""
KEY = "a-key-for-tests-0123456789"


class Office:
    """A caller with the administrator's key."""

    def __init__(self, service: Service, client: FlaskClient) -> None:
        self.service, self.client = service, client

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request; headers are named with underscores: ``idempotency_key="k"``."""
        sent = {"Authorization": f"Bearer {KEY}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if isinstance(body, bytes | str):
            return self.client.open(path, method=method, data=body, headers=sent)
        return self.client.open(path, method=method, json=body, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        """The body of an answer that must be 200."""
        answer = self.call("GET", path, **headers)
        assert 200 == answer.status_code, answer.text
        return answer.json

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("POST", path, {} if body is None else body, **headers)

    def upload(self, files: dict[str, bytes], query: str = "", **headers: str) -> Reply:
        """Deploy files."""
        parts = [FileStorage(io.BytesIO(content), name) for name, content in files.items()]
        boundary, body = encode_multipart({"files": parts})  # in memory: the client's own way leaves files open
        sent = {"Authorization": f"Bearer {KEY}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        content_type = f'multipart/form-data; boundary="{boundary}"'
        return self.client.post(f"/v1/deployments{query}", data=body, headers=sent, content_type=content_type)

    def deploy(self, key: str, inside: str, beside: str = "", **files: bytes) -> str:
        """Publish a process; its definition's id."""
        forms = {f"forms/{name}.json": content for name, content in files.items()}
        answer = self.upload({f"{key}.bpmn": process(key, inside, beside), **forms})
        assert 201 == answer.status_code, answer.text
        return str(answer.json["processDefinitions"][0]["id"])

    def start(self, key: str, variables: dict[str, Any] | None = None, **more: Any) -> Any:
        """Begin an instance; the answer's body."""
        sent = {"processDefinitionKey": key, "variables": variables or {}, **more}
        answer = self.post("/v1/process-instances", sent)
        assert 201 == answer.status_code, answer.text
        return answer.json

    def instance(self, id: str) -> Any:
        return self.get(f"/v1/process-instances/{id}")

    def tasks(self, instance_id: str) -> Any:
        return self.get(f"/v1/tasks?processInstanceId={instance_id}&sort=createdAt")["items"]

    def complete(self, task_id: str, variables: dict[str, Any] | None = None, **headers: str) -> Reply:
        return self.post(f"/v1/tasks/{task_id}/complete", {"variables": variables or {}}, **headers)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        assert 200 == self.post("/v1/clock/advance", {"seconds": seconds}).status_code


def refused(answer: Reply, status: int, code: str) -> Any:
    """The problem that an answer must be."""
    assert (status, "application/problem+json") == (answer.status_code, answer.mimetype), answer.text
    problem = answer.json
    assert problem is not None
    assert {"type", "title", "status", "detail", "code", "traceId"} <= problem.keys()
    assert (status, code, f"urn:motcua:problem:{code}") == (problem["status"], problem["code"], problem["type"])
    assert problem["traceId"] == answer.headers["Trace-Id"] or "Idempotency-Replayed" in answer.headers
    return problem


def signing(
    folder: Path, text: str = 'authorities = "ca.pem"\n[certificate]\nfile = "k.p12"\nsecret = "KHOA"\n'
) -> Settings:
    """Settings of a service whose operator has a certificate."""
    (folder / "ca.pem").write_bytes(authority().pem)
    (folder / "k.p12").write_bytes(authority().issue(OFFICE, PASSPHRASE))
    (folder / "signing.toml").write_text(text)
    return Settings(
        database_url="sqlite:///:memory:", clock="virtual", admin_key=KEY, signing=str(folder / "signing.toml"),
        secrets={"KHOA": PASSPHRASE},
    )  # fmt: skip
