"""Definitions ready to run, loaded once per content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeVar

import orjson

from engine.domain.calendar import Calendar
from engine.domain.calendars import PROVINCE, Calendars
from engine.domain.definition import ProcessDefinition, Resource
from engine.domain.errors import NotFound
from engine.domain.organisation import Organisation
from engine.domain.procedure import Procedure, read_procedure
from engine.domain.retention import BUILT_IN, Retention
from engine.ports import Queries
from engine.runtime.compiled import CompiledProcess, compile_diagram
from engine.runtime.connectors import Connectors
from engine.runtime.diagram import Diagram
from engine.runtime.program import Program
from engine.service.forms import Form, public_names
from engine.service.tables import is_table, read_tables

MOST_KEPT = 500

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A definition with its compiled process, its forms, and what procedure.toml says beside it.

    ``intact`` says that the stored files still have the hashes that the definition names; ``four_eyes`` which other
    elements nobody may have done who does one.
    """

    definition: ProcessDefinition
    compiled: CompiledProcess
    forms: Mapping[str, Form]
    intact: bool
    four_eyes: Mapping[str, tuple[str, ...]]
    procedure: Procedure

    def form(self, key: str | None) -> Form | None:
        return None if key is None else self.forms.get(key)


class Catalog:
    """Keeps compiled diagrams by the hash of their actual bytes, and what hangs on a definition by its id."""

    def __init__(
        self,
        connectors: Connectors | None = None,
        retention: Retention = BUILT_IN,
        *,
        approval_required: bool = False,
        can_sign: bool = False,
    ) -> None:
        self.connectors, self.retention = connectors or Connectors(), retention
        """What is registered, and for how long ended instances stay; diagrams that name anything else are told so."""
        self.approval_required = approval_required
        """Whether procedures of the catalogue begin with approved versions only."""
        self.can_sign = can_sign
        """Whether papers can be signed: who asks for one is told at once where they cannot."""
        self._diagrams: OrderedDict[str, dict[str, CompiledProcess]] = OrderedDict()
        self._definitions: OrderedDict[str, Loaded] = OrderedDict()
        self._programs: OrderedDict[tuple[str, ...], Program] = OrderedDict()
        self._calendars: dict[str, Calendar] = {}
        self._in_force: dict[str, Calendars] = {}
        self._organisations: dict[str, Organisation] = {}
        self._inspected: OrderedDict[str, Any] = OrderedDict()

    def load(self, queries: Queries, id: str) -> Loaded:
        """A definition by id.

        Raises:
            NotFound: there is none.
        """
        if (known := self._definitions.get(id)) is not None:
            return known
        return _kept(self._definitions, id, self.read(queries, id))

    def read(self, queries: Queries, id: str) -> Loaded:
        """The same as :meth:`load`, from what is stored now."""
        definition = queries.process_definition(id)
        if definition is None:
            raise NotFound(what="process definition", id=id)
        contents = queries.contents(definition.files.values())
        files = {name: contents[hash] for name, hash in definition.files.items()}
        forms = {form_key(name): Form(content) for name, content in files.items() if is_form(name)}
        intact = all(sha256(files[name]).hexdigest() == hash for name, hash in definition.files.items())
        tables = read_tables(Resource(name, content) for name, content in files.items())
        compiled = replace(self.compiled(definition, files[definition.file]), tables=tables)
        four_eyes = merged(compiled.four_eyes, definition.procedure.get("four_eyes", {}))
        procedure, _ = read_procedure(definition.procedure)
        return Loaded(definition, compiled, forms, intact, four_eyes, procedure)

    def compiled(self, definition: ProcessDefinition, content: bytes) -> CompiledProcess:
        return self.diagram(definition.file, content)[definition.key]

    def diagram(self, file: str, content: bytes) -> dict[str, CompiledProcess]:
        """The compiled processes of a checked diagram."""
        hash = sha256(content).hexdigest()
        if (known := self._diagrams.get(hash)) is not None:
            return known
        return _kept(self._diagrams, hash, compile_diagram(Diagram(file, content)))

    def program(self, queries: Queries, definition_id: str, pins: Mapping[str, str]) -> Program:
        """What an instance of a definition runs, with everything it calls in the pinned versions."""
        place = (definition_id, *pins.values())
        if (known := self._programs.get(place)) is not None:
            return known
        calls = {key: self.load(queries, id).compiled for key, id in pins.items()}
        return _kept(self._programs, place, Program(self.load(queries, definition_id).compiled, calls))

    def public(self, queries: Queries, definition_id: str, pins: Mapping[str, str]) -> frozenset[str]:
        """Variables that are not personal, over everything that an instance runs."""
        loaded = [self.load(queries, id) for id in (definition_id, *pins.values())]
        return public_names(form for each in loaded for form in each.forms.values())

    def inspected(self, fingerprint: str, look: Callable[[], Value]) -> Value:
        """What was found in an upload; the same upload again costs next to nothing."""
        if fingerprint not in self._inspected:
            _kept(self._inspected, fingerprint, look())
        known: Value = self._inspected[fingerprint]
        return known

    def calendar_in_force(self, queries: Queries) -> Calendar | None:
        """The working calendar that counts now, None before one was published."""
        hash = queries.calendar_hash()
        return None if hash is None else self.calendar(queries, self.calendars(queries, hash).of([PROVINCE]))

    def calendars(self, queries: Queries, hash: str) -> Calendars:
        """What is in force under a hash: the calendars of the province and of its units."""
        if (known := self._in_force.get(hash)) is None:
            content: Any = orjson.loads(queries.contents([hash])[hash])
            known = self._in_force[hash] = Calendars.from_json(hash, content)
        return known

    def calendar_of(self, queries: Queries, unit: str | None, day: str) -> str | None:
        """Hash of the calendar that counts for a unit on a day; None before any was published."""
        hash = queries.calendar_hash()
        if hash is None:
            return None
        return self.calendars(queries, hash).of(line_of(self.organisation_in_force(queries), unit, day))

    def calendar(self, queries: Queries, hash: str) -> Calendar:
        """A published working calendar."""
        if (known := self._calendars.get(hash)) is None:
            content: Any = orjson.loads(queries.contents([hash])[hash])
            known = self._calendars[hash] = Calendar.from_json(content)
        return known

    def organisation_in_force(self, queries: Queries) -> Organisation | None:
        """The tree of units that counts now, None before one was published."""
        hash = queries.organisation_hash()
        if hash is not None and hash not in self._organisations:
            content: Any = orjson.loads(queries.contents([hash])[hash])
            self._organisations[hash] = Organisation.from_json(content)
        return None if hash is None else self._organisations[hash]


def line_of(tree: Organisation | None, unit: str | None, day: str) -> list[str]:
    """A unit and those above it, as they stand on a day."""
    if unit is None or tree is None:
        return [] if unit is None else [unit]
    return [unit, *tree.line(unit, day)]


def merged(drawn: Mapping[str, Collection[str]], said: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Four eyes as the diagram has them, and as procedure.toml does beside it."""
    return {id: (*drawn.get(id, ()), *said.get(id, ())) for id in {*drawn, *said}}


def is_form(name: str) -> bool:
    """Whether a file is a form: a JSON file that is no data table."""
    return name.lower().endswith(".json") and not is_table(name)


def form_key(name: str) -> str:
    """``forms/request.json`` is the form ``request``."""
    return name.rpartition("/")[2].removesuffix(".json")


def _kept(cache: OrderedDict[Key, Value], key: Key, value: Value) -> Value:
    cache[key] = value
    if len(cache) > MOST_KEPT:
        cache.popitem(last=False)
    return value
