"""What the operator has registered, as those see it who may name it: never where exactly, never with which secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.runtime.connectors import AnyOperation, Connectors
from engine.runtime.registration import registered


@dataclass(frozen=True, slots=True)
class Offered:
    """An operation that a diagram can name: what it needs, what it gives, which BPMN errors it can end in."""

    name: str
    host: str
    idempotent: bool
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    errors: tuple[str, ...]


def offered(connectors: Connectors) -> Sequence[Offered]:
    """Every operation, by name."""
    return [_offered(operation) for _, operation in sorted(connectors.operations.items())]


def _offered(operation: AnyOperation) -> Offered:
    host = operation.connector.url.partition("://")[2].partition("/")[0]
    return Offered(
        operation.full_name,
        host,
        operation.connector.idempotent,
        tuple(sorted(operation.reads)),
        operation.gives,
        operation.throws,
    )


__all__ = ["Connectors", "Offered", "offered", "registered"]
