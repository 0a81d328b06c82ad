"""Resources: routes with their policy, what they take and what they answer, declared in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from json import loads
from typing import Any, TypeVar

import orjson
from flask import Response, request
from flask_smorest import Blueprint  # type: ignore[import-untyped]
from marshmallow import Schema, ValidationError

from api.policy import Policy, allows
from api.refusals import NotJson, WrongContentType
from api.v1.fields import Body, refused

ABOUT = "x-motcua"
"""Where an operation's description carries :class:`About` until the document is finished."""
View = TypeVar("View", bound=Callable[..., Response])
_LONG_NUMBER = re.compile(rb"\d{16}")


def sent_json(*, needed: bool) -> Any:
    """The request's body. Integers stay exact, however long: whether they can be kept is said further in.

    Raises:
        WrongContentType, NotJson
    """
    body = request.get_data(cache=False)
    if not body and not needed:
        return {}
    if body and request.mimetype != "application/json":
        raise WrongContentType(expected="application/json")
    return parsed(body)


def parsed(body: bytes) -> Any:
    """Read JSON.

    Raises:
        NotJson: it is none.
    """
    try:
        content = orjson.loads(body)
        return loads(body) if _LONG_NUMBER.search(body) else content
    except (ValueError, RecursionError):
        raise NotJson from None


class Loader:
    """Reads what a schema describes; takes the place of flask-smorest's parser, which costs a multiple of it."""

    DEFAULT_VALIDATION_STATUS = 422

    def use_args(self, schema: Schema, *, location: str, **_: Any) -> Callable[[View], View]:
        read = partial(sent_json, needed=_needed(schema)) if location == "json" else _query

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Response:
                return view(*args, loaded(schema, read()), **kwargs)

            return wrapper  # type: ignore[return-value]

        return decorate


def _query() -> dict[str, Any]:
    return request.args.to_dict()


def loaded(schema: Schema, content: Any) -> Any:
    """What was sent, read by its schema.

    Raises:
        InvalidValues: it does not fit.
    """
    try:
        return schema.load(content)
    except ValidationError as error:
        raise refused(error) from None


@dataclass(frozen=True, slots=True)
class About:
    """A route beside its view and its answers.

    ``repeatable`` routes know the Idempotency-Key; ``if_match`` is "required" or "optional"; ``etag`` says that the
    answer names the instance's state; ``refuses`` are the statuses of its own refusals.
    """

    policy: Policy
    query: type[Body] | None = None
    body: type[Body] | None = None
    upload: dict[str, Any] | None = None
    content_type: str | None = None
    repeatable: bool = False
    refuses: tuple[int, ...] = ()
    if_match: str | None = None
    etag: bool = False

    def __deepcopy__(self, memo: Any) -> About:
        return self


class Resource(Blueprint):  # type: ignore[misc]
    """The routes of one noun."""

    ARGUMENTS_PARSER = Loader()

    def __init__(self, name: str, path: str, description: str) -> None:
        super().__init__(name, name, url_prefix=path or None, description=description)

    def gets(self, rule: str, policy: Policy, answer: Any, **more: Any) -> Callable[[View], View]:
        """A route that changes nothing."""
        return self._route("GET", rule, {200: answer}, About(policy, **more))

    def posts(self, rule: str, policy: Policy, answers: Mapping[int, Any], **more: Any) -> Callable[[View], View]:
        """A route that has something done."""
        return self._route("POST", rule, answers, About(policy, **more))

    def puts(self, rule: str, policy: Policy, answers: Mapping[int, Any], **more: Any) -> Callable[[View], View]:
        """A route that puts something in the place of what was there."""
        return self._route("PUT", rule, answers, About(policy, **more))

    def patches(self, rule: str, policy: Policy, answers: Mapping[int, Any], **more: Any) -> Callable[[View], View]:
        """A route that changes part of something."""
        return self._route("PATCH", rule, answers, About(policy, **more))

    def deletes(self, rule: str, policy: Policy, answer: Any, **more: Any) -> Callable[[View], View]:
        """A route that ends something; the answer is what it was."""
        return self._route("DELETE", rule, {200: answer}, About(policy, **more))

    def _route(self, method: str, rule: str, answers: Mapping[int, Any], about: About) -> Callable[[View], View]:
        def declare(view: View) -> View:
            wrapped: Any = view
            if about.body is not None:
                wrapped = self.arguments(about.body(), location="json", required=_needed(about.body()))(wrapped)
            if about.query is not None:
                wrapped = self.arguments(about.query(), location="query")(wrapped)
            for status, schema in answers.items():
                documented = self.alt_response(status, schema=schema, content_type=about.content_type, success=True)
                wrapped = documented(wrapped)
            wrapped = self.doc(**{ABOUT: about})(wrapped)
            self.add_url_rule(rule, view.__name__, allows(about.policy)(wrapped), methods=[method])
            return view

        return declare


def _needed(schema: Schema) -> bool:
    """Whether anything must be sent at all."""
    return any(field.required for field in schema.fields.values())
