"""Talks to a running service: one method for each kind of request, and every refusal made readable."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import click

from api.cli.asked import Asked
from api.cli.failure import Failed
from api.cli.language import language, say
from api.cli.multipart import encoded
from api.settings import Settings
from engine.domain.definition import Resource

TIMEOUT = 15.0
"""Seconds to wait for an answer."""
UPLOADING = 120.0
ATTEMPTS = 3
"""How often a request is sent when its answer is lost; an Idempotency-Key keeps it from being done twice."""
LONGEST_WAIT = 5.0
PAGE = 200

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Refused(Failed):
    """The service answered that it will not; ``problem`` is its answer (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(*_problem_lines(status, problem), answer=problem)

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))


class Unreachable(Failed):
    """Nobody answers at the address."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            say(f"Không liên lạc được với dịch vụ tại {url} ({reason}).", f"No answer from {url} ({reason})."),
            say(
                "Khởi động dịch vụ bằng: motcua serve --sandbox --deploy bpmn",
                "Start the service with: motcua serve --sandbox --deploy bpmn",
            ),
            say("Dịch vụ ở nơi khác: thêm --url http://máy:cổng", "If it is elsewhere, add: --url http://host:port"),
            answer={"code": "serviceUnreachable", "detail": reason, "url": url},
        )


class _Again(Exception):
    """It failed, and may be tried again after some seconds."""

    def __init__(self, failed: Failed, after: float) -> None:
        super().__init__(str(failed))
        self.failed, self.after = failed, after


@dataclass(frozen=True, slots=True)
class Client:
    """A caller of the API. ``person`` is for whom it acts, unless a request says otherwise."""

    url: str
    key: str | None
    person: str | None = None

    def get(self, path: str, **query: Any) -> Any:
        """Read one thing."""
        return _parsed(self._send(self._request("GET", path, query)))

    def items(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Read a list to its end, page by page."""
        after: Any = query.pop("after", None)
        while True:
            page = self.get(path, **query, limit=PAGE, after=after)
            yield from page["items"]
            if (after := page["next"]) is None:
                return

    def raw(self, path: str) -> bytes:
        """Read something that is not JSON."""
        return self._send(self._request("GET", path))

    def post(
        self, path: str, body: Any = None, *, person: str | None = None, timeout: float = TIMEOUT, **query: Any
    ) -> Any:
        """Have something done, for ``person`` if somebody is named."""
        return self._say("POST", path, {} if body is None else body, person, timeout, query)

    def put(self, path: str, body: Any, *, person: str | None = None, **query: Any) -> Any:
        """Put something in the place of what was there, for ``person`` if somebody is named."""
        return self._say("PUT", path, body, person, UPLOADING if query else TIMEOUT, query)

    def send(self, path: str, body: str, headers: Mapping[str, str]) -> bytes:
        """Send what another system sends: as it is, without a key of ours; what it is answered."""
        said = {"Content-Type": "application/json", **headers}
        return self._send(Request(f"{self.url}{quote(path)}", body.encode(), said, method="POST"))  # noqa: S310 - as above

    def delete(self, path: str) -> Any:
        """End something; what it was."""
        return _parsed(self._send(self._request("DELETE", path)))

    def _say(self, method: str, path: str, body: Any, person: str | None, timeout: float, query: dict[str, Any]) -> Any:
        content = json.dumps(body, ensure_ascii=False).encode()
        request = self._request(method, path, query, content=content, person=person)
        request.add_header("Content-Type", "application/json")
        return _parsed(self._send(request, timeout))

    def upload(self, path: str, parts: Sequence[Resource], **query: Any) -> Any:
        """Send files."""
        content, content_type = encoded(parts)
        request = self._request("POST", path, query, content=content)
        request.add_header("Content-Type", content_type)
        return _parsed(self._send(request, UPLOADING))

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        content: bytes | None = None,
        person: str | None = None,
    ) -> Request:
        given = {
            name: _worded(value) for name, value in (query or {}).items() if value is not None and value is not False
        }
        address = f"{self.url}{quote(path)}{'?' if given else ''}{urlencode(given)}"
        request = Request(address, content, method=method)  # noqa: S310 - the scheme was looked at when it was given
        self._introduce(request, person or self.person)
        return request

    def _send(self, request: Request, timeout: float = TIMEOUT) -> bytes:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._answer(request, timeout)
            except _Again as again:
                time.sleep(again.after)
        try:
            return self._answer(request, timeout)
        except _Again as again:
            raise again.failed from None

    def _answer(self, request: Request, timeout: float) -> bytes:
        try:
            with _opener(self.url).open(request, timeout=timeout) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            with error:
                refused = Refused(error.code, _problem(error))
            raise (_Again(refused, _retry_after(error)) if error.code == 503 else refused) from None
        except (URLError, HTTPException, OSError) as error:
            unreachable = Unreachable(self.url, _reason(error))
            raise (_Again(unreachable, 0.1) if _lost(error) else unreachable) from None

    def _introduce(self, request: Request, person: str | None) -> None:
        request.add_header("Accept", "application/json")
        request.add_header("Accept-Language", language())
        if self.key:
            request.add_header("Authorization", f"Bearer {self.key}")
        if request.get_method() in ("POST", "PUT", "DELETE"):
            request.add_header("Idempotency-Key", secrets.token_hex(16))
        if person:
            # Headers are ASCII; names of people are not.
            request.add_header("On-Behalf-Of", quote(person, safe="@.,-"))


def service(person: str | None = None) -> Client:
    """The service that this command was asked to talk to.

    Raises:
        SettingsRefused: the environment has settings that do not exist.
        BadParameter: the address is none.
    """
    settings = Settings.of(os.environ)
    asked = click.get_current_context().find_object(Asked) or Asked()
    url = (asked.url or os.environ.get("MOTCUA_URL") or default_url(settings)).rstrip("/")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise click.BadParameter(
            say(f"“{url}” không phải địa chỉ http://máy:cổng.", f"'{url}' is no address like http://host:port."),
            param_hint="--url",
        )
    return Client(url, asked.key or settings.admin_key or os.environ.get("MOTCUA_TOKEN"), person)


def default_url(settings: Settings) -> str:
    """Where a service started with the same environment listens."""
    host, port = settings.bind
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound to it
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _worded(value: Any) -> Any:
    """A value as a query has it."""
    return "true" if value is True else value


def _opener(url: str) -> OpenerDirector:
    """No proxy stands between a machine and itself."""
    return build_opener(ProxyHandler({})) if urlsplit(url).hostname in _LOOPBACK else build_opener()


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        start = content[:80].decode(errors="replace")
        raise Failed(
            say("Câu trả lời không phải JSON; địa chỉ này có phải dịch vụ motcua không?",
                "The answer is no JSON; is this the address of a motcua service?"), start,
        ) from None  # fmt: skip


def _problem(error: HTTPError) -> dict[str, Any]:
    try:
        problem = json.loads(error.read())
    except (ValueError, OSError):
        problem = None
    return problem if isinstance(problem, dict) else {"status": error.code, "detail": str(error.reason)}


def _retry_after(error: HTTPError) -> float:
    said = error.headers.get("Retry-After", "1")
    return min(float(said) if said.isdigit() else 1.0, LONGEST_WAIT)


def _lost(error: Exception) -> bool:
    """Whether the connection broke, so that nobody knows what became of the request."""
    reason = getattr(error, "reason", error)
    return isinstance(reason, ConnectionResetError | BrokenPipeError | HTTPException)


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)


def _problem_lines(status: int, problem: dict[str, Any]) -> list[str]:
    code = problem.get("code") or problem.get("title") or ""
    detail = problem.get("detail") or problem.get("title") or ""
    head = say("Dịch vụ từ chối", "The service refused")
    lines = [f"{head} ({status}{f' {code}' if code else ''}): {detail}"]
    lines += [f"  {fault_line(fault)}" for fault in problem.get("errors") or []]
    if (advice := _advice(status)) is not None:
        lines.append(advice)
    if status >= 500 and problem.get("traceId"):
        lines.append(say(f"Mã truy vết: {problem['traceId']}", f"Trace id: {problem['traceId']}"))
    return lines


def fault_line(fault: dict[str, Any]) -> str:
    """One fault of an answer: where, what, the rule's code."""
    line = f":{fault['line']}" if fault.get("line") else ""
    name = f"“{fault['elementName']}”" if fault.get("elementName") else ""
    place = " ".join(part for part in (f"{fault.get('file') or ''}{line}", fault.get("elementId"), name) if part)
    where = fault.get("pointer") or place
    code = f" [{fault['code']}]" if fault.get("code") else ""
    return f"{f'{where}: ' if where else ''}{fault.get('detail') or ''}{code}"


def _advice(status: int) -> str | None:
    if status == 401:
        return say(
            "Kiểm tra khóa: đặt MOTCUA_ADMIN_KEY hoặc thêm --key (khóa được in ra ở lần chạy đầu tiên).",
            "Check the key: set MOTCUA_ADMIN_KEY or add --key (it was printed when the service first started).",
        )
    if status in (503, 507):
        return say("Chưa có gì thay đổi; hãy thử lại sau ít giây.", "Nothing was changed; try again in a few seconds.")
    return None
