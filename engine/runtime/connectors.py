"""Connectors: systems that the operator has registered. A diagram names them, and never says where they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

import orjson

from engine.domain.call import Done, Failed, Result, Threw
from engine.domain.exchange import Bounds, Outcome, Refused, Request, Response, Unreached
from engine.domain.packet import PacketRefused
from engine.domain.system import Ask, Expected, Site
from engine.domain.values import fault_in
from engine.domain.waiting import CONNECTOR, OUTCOME_UNKNOWN, Job
from engine.ports import Http, System, TellsDossiers
from engine.runtime.failure import StepFailed, evaluate
from engine.runtime.language import Expression
from engine.runtime.templates import Given, Part, Template, filled, filled_path, filled_query, names_in, text_of

LARGEST_BODY = 1_000_000
"""Bytes that are sent."""
NEVER_DONE = frozenset({408, 425, 429, 503})
"""Statuses by which a server says that it has not done it, and may do it later (RFC 9110, 8470, 6585)."""
OF_GATEWAYS = frozenset({502, 504})
"""Statuses of somebody in between, who does not know what became of it."""
SHORTEST_SECRET = 4
"""Characters; what is shorter would be found everywhere."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}\.[A-Za-z][A-Za-z0-9_-]{0,99}")


def is_operation(text: str) -> bool:
    """Whether a text names an operation of a connector: ``tax.send``."""
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is known by its name; ``before`` stands in front of it, as ``Bearer``."""

    name: str
    value: str = field(repr=False)
    before: str = ""


@dataclass(frozen=True, slots=True)
class Connector:
    """A system: where it is, how far and how often it may be called, what every request to it carries."""

    name: str
    url: str
    bounds: Bounds
    headers: Mapping[str, Part | Secret]
    idempotent: bool
    attempts: int

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(value.value for value in self.headers.values() if isinstance(value, Secret))


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An answer that is a BPMN error: of one of these statuses (any, where none is named), and where this holds."""

    code: str
    statuses: frozenset[int]
    when: Expression | None

    def fits(self, status: int, given: Given) -> bool:
        """Whether an answer is this error; a condition that cannot be computed does not hold."""
        if self.statuses and status not in self.statuses:
            return False
        try:
            return self.when is None or bool(evaluate(self.when, given))  # type: ignore[arg-type]
        except StepFailed:
            return False


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a system does: how it is asked, and what its answers mean."""

    name: str
    connector: Connector
    method: str
    path: tuple[Part, ...]
    query: Mapping[str, Part]
    headers: Mapping[str, Part | Secret]
    body: Template | None
    expects: frozenset[int]
    result: Mapping[str, Expression]
    errors: Sequence[ErrorAnswer]

    @property
    def full_name(self) -> str:
        return f"{self.connector.name}.{self.name}"

    @property
    def topic(self) -> str:
        return CONNECTOR + self.full_name

    @property
    def reads(self) -> frozenset[str]:
        """The variables that a request is made of."""
        headers = [value for value in self._headers.values() if not isinstance(value, Secret)]
        parts: list[Template] = [*self.path, *self.query.values(), *headers]
        if self.body is not None:
            parts.append(self.body)
        return frozenset(name for made in parts for name in names_in(made))

    @property
    def _headers(self) -> Mapping[str, Part | Secret]:
        return {**self.connector.headers, **self.headers}

    @property
    def gives(self) -> tuple[str, ...]:
        """The names of its results."""
        return tuple(self.result)

    @property
    def throws(self) -> tuple[str, ...]:
        """Codes of the BPMN errors that it can end in."""
        return tuple(dict.fromkeys(error.code for error in self.errors))

    # asking
    def expected(self, job: Job) -> Expected | None:
        """Nothing: who needs an answer that comes later names a system that has such."""
        return None

    def call(self, job: Job, http: Http) -> Result:
        """Make the call for a job.

        Raises:
            StepFailed: the request cannot be made of the job's values.
        """
        return self.result_of(http.send(self.request(job)))

    def request(self, job: Job) -> Request:
        """What is sent for a job.

        Raises:
            StepFailed: it cannot be made of the job's values.
        """
        given = Given(job.payload["values"], job.asked_at)
        url = self.connector.url + filled_path(self.path, given) + filled_query(self.query, given)
        body = None if self.body is None else _json(filled(self.body, given))
        own = {"User-Agent": "motcua", "Accept": "application/json", "Idempotency-Key": job.payload.get("key", job.id)}
        if body is not None:
            own["Content-Type"] = "application/json"
        headers = {name: _header(value, given) for name, value in self._headers.items()}
        return Request(self.method, url, {**own, **headers}, body, self.connector.bounds)

    # understanding
    def result_of(self, outcome: Outcome) -> Result:
        """What became of it."""
        if isinstance(outcome, Response):
            return self._answered(outcome)
        if isinstance(outcome, Refused):
            return Failed(outcome.reason, "callRefused")
        if isinstance(outcome, Unreached):
            return Failed(outcome.reason, again=True)
        return self._unknown(outcome.reason)

    def _unknown(self, reason: str) -> Failed:
        return Failed(reason, OUTCOME_UNKNOWN, again=self.connector.idempotent)

    def _answered(self, response: Response) -> Result:
        given = self._given(response)
        for error in self.errors:
            if error.fits(response.status, given):
                return Threw(error.code)
        if response.status in self.expects:
            return self._done(given)
        said = f"HTTP {response.status}"
        if response.status in OF_GATEWAYS:
            return self._unknown(said)
        again = response.status >= 500 or response.status in NEVER_DONE
        return Failed(said, again=again, after=_retry_after(response.headers.get("retry-after")))

    def _given(self, response: Response) -> Given:
        """An answer as mappings read it. A server that sends a secret back does not get it into a dossier."""
        headers = {name: _without(value, self._secrets()) for name, value in response.headers.items()}
        body = _without(_body(response), self._secrets())
        return Given({"response": {"status": response.status, "headers": headers, "body": body}})

    def _secrets(self) -> tuple[str, ...]:
        return tuple(
            secret.value
            for secret in self._headers.values()
            if isinstance(secret, Secret) and len(secret.value) >= SHORTEST_SECRET
        )

    def _done(self, given: Given) -> Result:
        """The other system has done it, so an answer that cannot be read is no reason to ask again."""
        try:
            values = {name: evaluate(made, given) for name, made in self.result.items()}  # type: ignore[arg-type]
        except StepFailed:
            return self._unknown("answerNotRead")
        if fault_in(values) is not None:
            return self._unknown("answerNotRead")
        return Done(values)


@dataclass(frozen=True, slots=True)
class SystemOperation:
    """One thing that an outside system with packets of its own does; how it is asked its adapter knows."""

    name: str
    connector: Connector
    system: System
    site: Site

    @property
    def full_name(self) -> str:
        return f"{self.connector.name}.{self.name}"

    @property
    def topic(self) -> str:
        return CONNECTOR + self.full_name

    @property
    def reads(self) -> frozenset[str]:
        """The variables that it cannot do without."""
        return frozenset(self.system.offers[self.name].needs)

    @property
    def gives(self) -> tuple[str, ...]:
        return self.system.offers[self.name].gives

    @property
    def throws(self) -> tuple[str, ...]:
        return self.system.offers[self.name].errors

    def expected(self, job: Job) -> Expected | None:
        """What this call makes us expect of the system: known before it is made, since an answer may be faster than its own call."""
        ask = self._ask(job)
        return None if self.reads - ask.values.keys() else self.system.expected(ask)

    def call(self, job: Job, http: Http) -> Result:
        """Have the system asked for a job.

        Raises:
            StepFailed: the packet cannot be made of the job's values.
        """
        ask = self._ask(job)
        if missing := sorted(self.reads - ask.values.keys()):
            raise StepFailed("callRefused", "", str(PacketRefused("dataMissing", missing[0])))
        try:
            result = self.system.ask(self.site, ask, http)
        except PacketRefused as refused:
            raise StepFailed("callRefused", "", str(refused)) from None
        return self._judged(result)

    def _ask(self, job: Job) -> Ask:
        values = {name: value for name, value in job.payload["values"].items() if value is not None}
        assert job.asked_at is not None
        return Ask(self.name, values, job.asked_at, job.payload.get("key", job.id))

    def _judged(self, result: Result) -> Result:
        """What may have been done is only done again where the system recognises it."""
        if isinstance(result, Failed) and result.incident == OUTCOME_UNKNOWN and not self.connector.idempotent:
            return replace(result, again=False)
        if isinstance(result, Done) and fault_in(result.values) is not None:
            return Failed("answerNotRead", OUTCOME_UNKNOWN)
        return result


@dataclass(frozen=True, slots=True)
class Follower:
    """An outside system that is told of dossiers by itself, without a word in any diagram."""

    connector: Connector
    system: TellsDossiers
    site: Site


AnyOperation: TypeAlias = Operation | SystemOperation


@dataclass(frozen=True, slots=True)
class Connectors:
    """All that are registered."""

    operations: Mapping[str, AnyOperation] = field(default_factory=dict)
    """By ``connector.operation``."""
    systems: Mapping[str, tuple[System, Site]] = field(default_factory=dict)
    """By connector: those that send to us as well."""
    followers: Mapping[str, Follower] = field(default_factory=dict)
    """By connector: those that are told of dossiers."""

    def of(self, job: Job) -> AnyOperation | None:
        """The operation that a job asks for."""
        return self.operations.get(job.operation or "")


def _json(value: Any) -> bytes:
    if fault_in(value) is not None:
        raise StepFailed("callRefused", "", "valueRefused")
    body = orjson.dumps(value)
    if len(body) > LARGEST_BODY:
        raise StepFailed("callRefused", "", "bodyTooLarge")
    return body


def _header(made: Part | Secret, given: Given) -> str:
    if isinstance(made, Secret):
        return made.before + made.value
    return made if isinstance(made, str) else text_of(filled(made, given))


def _body(response: Response) -> Any:
    """JSON where the answer says that it is; nothing where it is not, after all."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.body.decode(errors="replace")
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return None


def _without(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, dict):
        return {_without(name, secrets): _without(item, secrets) for name, item in value.items()}
    return value


def _retry_after(text: str | None) -> timedelta | datetime | None:
    """Seconds or a date (RFC 9110, 10.2.3); what is neither says nothing."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
