"""The description of the API (OpenAPI 3.1), made from the routes themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.policy import RECORDED, RECORDED_OF_AUDITORS, Policy
from api.problems import CONTENT_TYPE
from api.v1.resource import ABOUT, About

VERSION = "1.0"
TITLE = "motcua"

_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Further members hold the facts of the case.",
    "required": ["type", "title", "status", "detail", "code", "traceId"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Which rule said no; it stays the same from version to version."},
        "traceId": {"type": "string", "description": "Also in the service's log."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or /name of a parameter.",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "file": {"type": "string"},
                    "elementId": {"type": ["string", "null"]},
                    "elementName": {"type": ["string", "null"]},
                    "line": {"type": ["integer", "null"]},
                    "facts": {"type": "object"},
                },
            },
        },
    },
}


def _header(name: str, schema: Mapping[str, Any], description: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": dict(schema), "description": description}


_ETAG = {"type": "string", "examples": ['"12"']}
_HEADERS = {
    "AcceptLanguage": _header(
        "Accept-Language",
        {"type": "string", "examples": ["vi"]},
        "vi or en, for the sentences of problems.",
    ),
    "OnBehalfOf": _header(
        "On-Behalf-Of",
        {"type": "string", "minLength": 1},
        "The user for whom a trusted portal acts; other letters than ASCII as UTF-8, percent-encoded.",
    ),
    "Purpose": _header(
        "Purpose",
        {"type": "string", "minLength": 1},
        "What personal data is looked at for; auditors must say it. Other letters than ASCII as UTF-8, percent-encoded.",
    ),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "A repeat under the same key gets the first answer (2xx and 4xx for 7 days); for another request it is refused.",
    ),
    "IfMatch": _header("If-Match", _ETAG, "The state that was seen, as its ETag has it."),
    "IfMatchRequired": _header("If-Match", _ETAG, "The state that was seen, as its ETag has it.", required=True),
}
_ALWAYS = {401: "Unauthenticated", 403: "Forbidden", 429: "Too many requests", 500: "Bug", 503: "Unavailable"}
_WITH_BODY = {
    400: "Unreadable",
    413: "Too large",
    415: "Wrong content type",
    422: "Invalid values",
    507: "Store is full",
}
_NAMES = {404: "Not found", 409: "Not in this state", 412: "State has changed", 428: "If-Match is missing"}


def document(spec: dict[str, Any]) -> dict[str, Any]:
    """Complete what flask-smorest knows with headers, problems and who may call."""
    components = spec.setdefault("components", {})
    components["schemas"]["Problem"] = _PROBLEM
    components["parameters"] = _HEADERS
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a token of the OpenID provider."}
    }
    components.pop("responses", None)
    components.pop("headers", None)
    spec["security"] = [{"key": []}]
    for path, method, operation in _operations(spec):
        _complete(path, method, operation)
    return spec


def _operations(spec: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    for path in spec["paths"].values():
        for method, operation in path.items():
            if method in ("get", "post", "patch", "put", "delete"):
                yield path, method, operation


def _complete(path: dict[str, Any], method: str, operation: dict[str, Any]) -> None:
    about: About = operation.pop(ABOUT)
    if about.upload is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": about.upload}},
        }
    operation.setdefault("parameters", []).extend(_parameters(about))
    operation["responses"] = _success(operation["responses"], about) | _problems(about, method, operation)
    operation["x-policy"] = str(about.policy)
    if about.policy is Policy.OPEN:
        operation["security"] = []


def _parameters(about: About) -> list[dict[str, str]]:
    names = ["AcceptLanguage"] if about.policy is Policy.OPEN else ["AcceptLanguage", "OnBehalfOf"]
    if about.policy in RECORDED_OF_AUDITORS:
        names.append("Purpose")
    if about.repeatable:
        names.append("IdempotencyKey")
    if about.if_match is not None:
        names.append("IfMatchRequired" if about.if_match == "required" else "IfMatch")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _success(responses: dict[str, Any], about: About) -> dict[str, Any]:
    kept = {status: response for status, response in responses.items() if status.startswith("2")}
    for status, response in kept.items():
        headers = {"Trace-Id": {"schema": {"type": "string"}}}
        if about.etag:
            headers["ETag"] = {"schema": {"type": "string"}}
        if status == "201" and about.etag:
            headers["Location"] = {"schema": {"type": "string"}}
        response["headers"] = headers
    return kept


def _problems(about: About, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    statuses = dict(_ALWAYS) | {status: _NAMES.get(status, "Refused") for status in about.refuses}
    if about.policy in RECORDED:
        statuses[428] = "Purpose is missing"
    if method != "get":
        statuses |= _WITH_BODY
    else:
        statuses[422] = _WITH_BODY[422]
    return {str(status): _problem(text) for status, text in sorted(statuses.items())}


def _problem(description: str) -> dict[str, Any]:
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}
