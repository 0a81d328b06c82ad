"""Queries for API keys, users and kept answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import literal_column, select

from adapters.database.listing import Listing
from adapters.database.reader import Reader, equal, rows_of
from adapters.database.rows import ANSWERS, API_KEYS, USERS
from adapters.database.statement import OneOf, Statement, given
from adapters.database.tables import answers, api_keys
from engine.domain.access import Answer, ApiKey, User
from engine.ports import Listed, Page

_BY_HASH = Statement(rows_of(API_KEYS, *equal(API_KEYS, "hash")))
_BY_ID = Statement(rows_of(API_KEYS, *equal(API_KEYS, "id")))
_BY_NAME = Statement(rows_of(API_KEYS, *equal(API_KEYS, "name")).limit(1))
_KEYS = Listing(API_KEYS, "id")
_USER = Statement(rows_of(USERS, *equal(USERS, "id")))
_USERS = Listing(USERS, "id", descending=False)
_ANY = Statement(select(literal_column("1")).where(api_keys.c.tenant == given("tenant")).limit(1))
_ANSWERS = Statement(rows_of(ANSWERS, OneOf(answers.c["key"], "keys")))


class AccessQueries(Reader):
    """Who may enter, and what was answered before."""

    def api_key_by_hash(self, hash: bytes) -> ApiKey | None:
        """The key whose SHA-256 this is."""
        return self._one(API_KEYS, _BY_HASH, hash=hash)

    def has_api_keys(self) -> bool:
        """Whether anybody can enter yet."""
        return self._first(_ANY) is not None

    def api_key(self, id: str) -> ApiKey | None:
        """One key by its id."""
        return self._one(API_KEYS, _BY_ID, id=id)

    def api_key_named(self, name: str) -> ApiKey | None:
        """Some key by that name."""
        return self._one(API_KEYS, _BY_NAME, name=name)

    def list_api_keys(self, page: Page) -> Listed[ApiKey]:
        """Keys, the newest first, those included that open nothing any more."""
        return _KEYS.page(self._connection, page, tenant=self._tenant)

    def user(self, name: str) -> User | None:
        """What was published of a user."""
        return self._one(USERS, _USER, id=name)

    def list_users(self, page: Page) -> Listed[User]:
        """Users by name."""
        return _USERS.page(self._connection, page, tenant=self._tenant)

    def answers(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Answer]:
        """Kept answers by (principal, Idempotency-Key)."""
        if not keys:
            return {}
        found = self._all(ANSWERS, _ANSWERS, keys=[key for _, key in keys])
        kept = {(answer.principal, answer.key): answer for answer in found}
        return {pair: kept[pair] for pair in keys if pair in kept}
