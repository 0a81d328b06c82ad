"""People and programs that enter with keys of their own."""

from __future__ import annotations

from typing import Any

from tests.api.office import Office, Reply

TREE = {
    "units": [
        {"code": "T", "name": "Tỉnh", "level": "province"},
        {"code": "X1", "name": "Xã một", "level": "commune", "parent": "T"},
        {"code": "X2", "name": "Xã hai", "level": "commune", "parent": "T"},
    ]
}


class Person:
    """Somebody with a key."""

    def __init__(self, office: Office, name: str, *roles: str, **more: Any) -> None:
        answer = office.post("/v1/api-keys", {"name": name, "roles": list(roles), **more})
        assert 201 == answer.status_code, answer.text
        self.office, self.name, self.id = office, name, answer.json["id"]
        self.secret: str = answer.json["secret"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request under his key."""
        return self.office.call(method, path, body, **{"Authorization": f"Bearer {self.secret}", **headers})

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("POST", path, {} if body is None else body, **headers)


def body_of(answer: Reply, id: str) -> Any:
    """What a refusal says, without what differs from one request to the next."""
    return {
        name: text.replace(id, "ID") if isinstance(text, str) else text
        for name, text in answer.json.items()
        if name != "traceId"
    }
