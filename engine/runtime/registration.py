"""The operator's file of connectors, read strictly: what is misspelt there would be found out in the middle of a dossier."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.domain.errors import ConnectorsRefused, Fault
from engine.domain.exchange import Bounds
from engine.domain.system import Site
from engine.domain.values import escape_pointer
from engine.ports import System, TellsDossiers
from engine.runtime import templates
from engine.runtime.connectors import (
    AnyOperation,
    Connector,
    Connectors,
    ErrorAnswer,
    Follower,
    Operation,
    Secret,
    SystemOperation,
    is_operation,
)
from engine.runtime.language import Expression, LanguageError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LONGEST_CALL = 120.0
"""Seconds."""
LARGEST_ANSWER = 10_000_000
"""Bytes."""
MOST_ATTEMPTS = 20
_URL = re.compile(r"https?://[a-z0-9.\[\]:_-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*")
_OF_CONNECTOR = frozenset(
    {"url", "networks", "plain", "authority", "seconds", "size", "idempotent", "attempts", "headers", "operations"}
)
_OF_SYSTEM = frozenset(
    {
        "system",
        "url",
        "networks",
        "plain",
        "authority",
        "seconds",
        "size",
        "attempts",
        "settings",
        "secrets",
        "dossiers",
    }
)
_OF_OPERATION = frozenset({"method", "path", "query", "headers", "body", "expects", "result", "errors"})
_OF_ERROR = frozenset({"code", "status", "when"})
_OF_SECRET = frozenset({"secret", "before"})


def registered(
    content: bytes, secret: Callable[[str], str | None], systems: Mapping[str, System] | None = None
) -> Connectors:
    """What a file registers; ``secret`` gives the value of a name, ``systems`` are those that have packets of their own.

    Raises:
        ConnectorsRefused: with everything that is wrong in it.
    """
    try:
        said = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConnectorsRefused([_fault("", f"không phải TOML: {error}", f"not TOML: {error}")]) from None
    reading = _Reading(secret, systems or {})
    operations = [operation for name, table in said.items() for operation in reading.connector(name, table)]
    if reading.faults:
        raise ConnectorsRefused(reading.faults)
    return Connectors({operation.full_name: operation for operation in operations}, reading.sites, reading.followers)


class _Reading:
    """One reading of the file: goes on after a fault, so that all of them can be told at once."""

    def __init__(self, secret: Callable[[str], str | None], systems: Mapping[str, System]) -> None:
        self._secret, self._systems = secret, systems
        self.faults: list[Fault] = []
        self.sites: dict[str, tuple[System, Site]] = {}
        self.followers: dict[str, Follower] = {}

    def _refuse(self, place: str, vi: str, en: str) -> None:
        self.faults.append(_fault(place, vi, en))

    def connector(self, name: str, table: Any) -> Sequence[AnyOperation]:
        place = f"/{escape_pointer(name)}"
        if not is_operation(f"{name}.x"):
            self._refuse(place, "tên chỉ gồm chữ ASCII, số, _ và -", "a name has ASCII letters, digits, _ and - only")
        if isinstance(table, dict) and "system" in table:
            return self._system(place, name, table)
        if not self._is_table(place, table, _OF_CONNECTOR):
            return []
        connector = Connector(
            name, self._url(place, table), self._bounds(place, table), self._headers(place, table.get("headers", {})),
            self._of(place, table, "idempotent", bool, False), self._number(place, table, "attempts", 5, 1, MOST_ATTEMPTS),
        )  # fmt: skip
        operations = table.get("operations")
        if not isinstance(operations, dict) or not operations:
            self._refuse(f"{place}/operations", "cần ít nhất một thao tác", "at least one operation is needed")
            return []
        made = [self._operation(f"{place}/operations", connector, *entry) for entry in operations.items()]
        return [operation for operation in made if operation is not None]

    def _system(self, place: str, name: str, table: Any) -> list[SystemOperation]:
        """A connector whose operations, packets and proofs its adapter knows."""
        system = self._systems.get(table["system"]) if isinstance(table["system"], str) else None
        if not self._is_table(place, table, _OF_SYSTEM) or system is None:
            known = ", ".join(sorted(self._systems))
            self._refuse(f"{place}/system", f"phải là một trong: {known}", f"it must be one of: {known}")
            return []
        connector = Connector(
            name, self._url(place, table), self._bounds(place, table), {}, system.idempotent,
            self._number(place, table, "attempts", 5, 1, MOST_ATTEMPTS),
        )  # fmt: skip
        site = Site(
            connector.url,
            connector.bounds,
            self._set(f"{place}/settings", table.get("settings", {}), system.settings),
            self._hidden(f"{place}/secrets", table.get("secrets", {}), system.secrets),
        )
        self.sites[name] = system, site
        if self._of(place, table, "dossiers", bool, False):
            self._follower(place, Follower(connector, system, site))  # type: ignore[arg-type] # is looked at there
        return [SystemOperation(operation, connector, system, site) for operation in system.offers]

    def _follower(self, place: str, follower: Follower) -> None:
        """A system that is told of dossiers, where it can be."""
        if not isinstance(follower.system, TellsDossiers):
            self._refuse(
                f"{place}/dossiers", "hệ thống này không nhận tình trạng hồ sơ", "this system takes no dossiers"
            )
            return
        self._set(f"{place}/settings", follower.site.settings, follower.system.tells_by)
        self.followers[follower.connector.name] = follower

    def _set(self, place: str, said: Any, needed: Iterable[str]) -> dict[str, str]:
        if not isinstance(said, dict) or not all(isinstance(text, str) and text for text in said.values()):
            self._refuse(place, "phải là bảng các văn bản", "it must be a table of texts")
            return {}
        for name in sorted(set(needed) - said.keys()):
            self._refuse(f"{place}/{name}", "còn thiếu", "it is missing")
        return said

    def _hidden(self, place: str, said: Any, needed: Iterable[str]) -> dict[str, str]:
        named = self._set(place, said, needed)
        found = {name: self._secret(secret) for name, secret in named.items()}
        for name in sorted(name for name, value in found.items() if not value):
            self._refuse(f"{place}/{name}", "không có bí mật này", "there is no such secret")
        return {name: value for name, value in found.items() if value}

    def _operation(self, place: str, connector: Connector, name: str, table: Any) -> Operation | None:
        place = f"{place}/{escape_pointer(name)}"
        if not is_operation(f"{connector.name}.{name}"):
            self._refuse(place, "tên chỉ gồm chữ ASCII, số, _ và -", "a name has ASCII letters, digits, _ and - only")
        if not self._is_table(place, table, _OF_OPERATION):
            return None
        method = table.get("method", "POST")
        if method not in METHODS:
            self._refuse(f"{place}/method", f"phải là một trong {METHODS}", f"it must be one of {METHODS}")
        body = table.get("body")
        if body is not None and method == "GET":
            self._refuse(f"{place}/body", "GET không có nội dung", "a GET has no body")
        return Operation(
            name, connector, str(method),
            self._made(f"{place}/path", templates.path, str(table.get("path", "")), ()),
            self._parts(f"{place}/query", table.get("query", {})),
            self._headers(place, table.get("headers", {})),
            None if body is None else self._made(f"{place}/body", templates.template, body, ""),
            self._statuses(f"{place}/expects", table.get("expects", list(range(200, 300)))),
            self._expressions(f"{place}/result", table.get("result", {})),
            self._errors(f"{place}/errors", table.get("errors", [])),
        )  # fmt: skip

    # the system
    def _url(self, place: str, table: Mapping[str, Any]) -> str:
        url = table.get("url", "")
        if not isinstance(url, str) or _URL.fullmatch(url) is None:
            self._refuse(f"{place}/url", "phải là https://máy/đường-dẫn, không dấu / ở cuối, không tham số",
                         "it must be https://host/path, without a slash at the end, user, query or fragment")  # fmt: skip
            return ""
        if url.startswith("http://") and table.get("plain") is not True:
            self._refuse(f"{place}/url", "http cần plain = true", "http needs plain = true")
        return url

    def _bounds(self, place: str, table: Mapping[str, Any]) -> Bounds:
        authority = self._of(place, table, "authority", str, None)
        return Bounds(
            self._networks(f"{place}/networks", table.get("networks", [])),
            self._of(place, table, "plain", bool, False),
            authority,
            float(self._number(place, table, "seconds", 10, 1, LONGEST_CALL)),
            int(self._number(place, table, "size", 1_000_000, 1, LARGEST_ANSWER)),
        )

    def _networks(self, place: str, said: Any) -> tuple[str, ...]:
        try:
            return tuple(str(ipaddress.ip_network(text)) for text in said if isinstance(text, str) or _no_text(text))
        except (ValueError, TypeError):
            self._refuse(
                place, "phải là danh sách mạng, ví dụ 10.20.0.0/16", "it must be a list of networks, as 10.20.0.0/16"
            )
            return ()

    # what is sent
    def _headers(self, place: str, said: Any) -> Mapping[str, templates.Part | Secret]:
        if not isinstance(said, dict):
            self._refuse(f"{place}/headers", "phải là một bảng", "it must be a table")
            return {}
        return {name: self._header(f"{place}/headers/{escape_pointer(name)}", value) for name, value in said.items()}

    def _header(self, place: str, value: Any) -> templates.Part | Secret:
        if isinstance(value, str):
            return self._made(place, templates.part, value, "")
        if not self._is_table(place, value, _OF_SECRET):
            return ""
        name, before = value.get("secret"), value.get("before", "")
        found = self._secret(name) if isinstance(name, str) else None
        if found is None or not found or not found.isascii() or not found.isprintable() or not isinstance(before, str):
            self._refuse(
                place,
                f"không có bí mật {name}, hoặc nó không phải một dòng ASCII",
                f"there is no secret {name}, or it is not one line of ASCII",
            )
            return ""
        return Secret(str(name), found, before)

    def _parts(self, place: str, said: Any) -> Mapping[str, templates.Part]:
        if not isinstance(said, dict) or not all(isinstance(text, str) for text in said.values()):
            self._refuse(place, "phải là bảng các văn bản", "it must be a table of texts")
            return {}
        return {
            name: self._made(f"{place}/{escape_pointer(name)}", templates.part, text, "") for name, text in said.items()
        }

    # what an answer means
    def _expressions(self, place: str, said: Any) -> Mapping[str, Expression]:
        if not isinstance(said, dict):
            self._refuse(place, "phải là một bảng", "it must be a table")
            return {}
        made = {name: self._mapping(f"{place}/{escape_pointer(name)}", text) for name, text in said.items()}
        return {name: each for name, each in made.items() if each is not None}

    def _mapping(self, place: str, text: Any) -> Expression | None:
        made: Expression | None = self._made(place, templates.without_tables, str(text), None)
        if made is not None and not set(made.names) <= {"response"}:
            self._refuse(place, "chỉ đọc được response", "it can read nothing but response")
        return made

    def _errors(self, place: str, said: Any) -> tuple[ErrorAnswer, ...]:
        if not isinstance(said, list):
            self._refuse(place, "phải là danh sách bảng", "it must be a list of tables")
            return ()
        made = [self._error(f"{place}/{number}", table) for number, table in enumerate(said)]
        return tuple(error for error in made if error is not None)

    def _error(self, place: str, table: Any) -> ErrorAnswer | None:
        if not self._is_table(place, table, _OF_ERROR):
            return None
        code, when = table.get("code"), table.get("when")
        if not isinstance(code, str) or not code or ("status" not in table and when is None):
            self._refuse(place, "cần code, và status hoặc when", "it needs code, and status or when")
            return None
        statuses = self._statuses(f"{place}/status", table.get("status", []))
        return ErrorAnswer(code, statuses, None if when is None else self._mapping(f"{place}/when", when))

    def _statuses(self, place: str, said: Any) -> frozenset[int]:
        if not isinstance(said, list) or not all(type(status) is int and 200 <= status <= 599 for status in said):
            self._refuse(place, "phải là danh sách trạng thái HTTP", "it must be a list of HTTP statuses")
            return frozenset()
        return frozenset(said)

    # values of every kind
    def _made(self, place: str, make: Callable[[Any], Any], said: Any, otherwise: Any) -> Any:
        try:
            return make(said)
        except LanguageError as error:
            self._refuse(place, error.vi.rstrip("."), error.en.rstrip("."))
            return otherwise

    def _is_table(self, place: str, table: Any, known: frozenset[str]) -> bool:
        if not isinstance(table, dict):
            self._refuse(place, "phải là một bảng", "it must be a table")
            return False
        for name in table.keys() - known:
            names = ", ".join(sorted(known))
            entry = f"{place}/{escape_pointer(name)}"
            self._refuse(entry, f"không có mục này; có: {names}", f"there is no such entry; there are: {names}")
        return True

    def _of(self, place: str, table: Mapping[str, Any], name: str, kind: type, otherwise: Any) -> Any:
        value = table.get(name, otherwise)
        if name in table and not isinstance(value, kind):
            self._refuse(f"{place}/{name}", f"phải là {kind.__name__}", f"it must be a {kind.__name__}")
            return otherwise
        return value

    def _number(self, place: str, table: Mapping[str, Any], name: str, otherwise: int, least: int, most: float) -> Any:
        value = table.get(name, otherwise)
        if type(value) not in (int, float) or not least <= value <= most:
            self._refuse(f"{place}/{name}", f"phải từ {least} đến {most:g}", f"it must be from {least} to {most:g}")
            return otherwise
        return value


def _no_text(value: Any) -> bool:
    raise TypeError(type(value).__name__)


def _fault(place: str, vi: str, en: str) -> Fault:
    return Fault(place, "connectorRefused", f"{place}: {vi}.", f"{place}: {en}.")
