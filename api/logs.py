"""Structured logs: one JSON object a line. They hold neither values of variables nor keys."""

from __future__ import annotations

import logging
import sys
from time import perf_counter
from typing import Any

import orjson
import structlog
from flask import Response, g, request

log = structlog.get_logger("motcua.http")

_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def configure(level: str) -> None:
    """Write what is at least as grave as ``level`` to stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _line(event: dict[str, Any], **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


def note_request(response: Response) -> None:
    """One line for each request: what, by whom, how it ended; never what was in it."""
    if request.path in _QUIET:
        return
    sender = g.get("sender")
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        milliseconds=round((perf_counter() - g.began) * 1000, 1),
        actor=sender and sender.actor,
        traceId=g.trace,
    )
