"""Connectors: which operations of other systems a diagram can name."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api import answers
from api.policy import Policy
from api.serving import service
from api.v1.fields import answer, said, some, texts
from api.v1.resource import Resource
from engine.service.connectors import Offered, offered

connectors = Resource("connectors", "/v1/connectors", "Other systems that service tasks can call.")

OPERATION = answer(
    "ConnectorOperation",
    name=said(),
    host=said(),
    idempotent=fields.Boolean(required=True),
    needs=texts(),
    gives=texts(),
    errors=texts(),
)


@connectors.gets("", Policy.DEFINITIONS, answer("ConnectorOperations", items=some(OPERATION)))
def list_connectors() -> Response:
    """List what the operator has registered: what `motcua:connector` can name, what it needs, gives, and can end in."""
    return answers.json({"items": [_operation(row) for row in offered(service().catalog.connectors)]})


def _operation(row: Offered) -> dict[str, Any]:
    return {
        "name": row.name,
        "host": row.host,
        "idempotent": row.idempotent,
        "needs": list(row.needs),
        "gives": list(row.gives),
        "errors": list(row.errors),
    }
