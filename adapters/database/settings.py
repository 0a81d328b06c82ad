"""Queries for what is in force: the working calendar, the virtual time."""

from __future__ import annotations

from sqlalchemy import select

from adapters.database.reader import Reader
from adapters.database.statement import Statement, given
from adapters.database.tables import settings

CALENDAR, ORGANISATION, VIRTUAL_TIME = "calendar", "organisation", "virtual_time"
SEQUENCER = "sequencer"
"""A row that holds nothing: who has it locked numbers the records."""

_SETTING = Statement(
    select(settings.c.value).where(settings.c.tenant == given("tenant"), settings.c.name == given("name"))
)


class SettingQueries(Reader):
    """One value for the whole tenant each."""

    def calendar_hash(self) -> str | None:
        """Hash of the working calendar in force."""
        return self._setting(CALENDAR)

    def organisation_hash(self) -> str | None:
        """Hash of the tree of units in force."""
        return self._setting(ORGANISATION)

    def virtual_time(self) -> str | None:
        """Where the virtual clock was set."""
        return self._setting(VIRTUAL_TIME)

    def _setting(self, name: str) -> str | None:
        value: str | None = self._first(_SETTING, name=name)
        return value
