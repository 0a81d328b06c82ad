"""Carries a random procedure on, choosing by chance among all that can happen to it.

``python -m tests.engine.service.walk COUNT`` prints the hash over the histories of so many: the same on every machine and
under every hash seed.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

from engine.domain.errors import AmbiguousCorrelation, InstanceEnded, ModificationRefused
from engine.runtime.compiled import CompiledProcess
from engine.service import history
from engine.service.jobs import CompleteJob, FetchJobs
from engine.service.modification import Arrival, ModifyProcessInstance
from engine.service.process_instances import ResumeProcessInstance, SuspendProcessInstance
from tests.engine.service.office import Office
from tests.engine.service.random_models import Generator, Model

MOST_INPUTS = 40
ATTEMPTS = 8


def live(office: Office, model: Model, seed: int, *, modified: bool = False) -> str:
    """Carry one instance on, choosing by chance among all that can happen to it; ``modified`` by an operator's hand too."""
    random = Random(seed)
    office.deploy((f"{model.key}.bpmn", model.content))
    instance = office.start(model.key, business_key=model.key)
    for _ in range(MOST_INPUTS):
        choices: list[tuple[str, Any]] = [("task", task) for task in office.tasks(instance)]
        choices += [("message", place) for place in office.subscriptions(instance) if place.kind == "message"]
        choices += [("job", job) for job in office.jobs(instance)]
        if timers := office.timers(instance):
            choices.append(("time", timers[0]))
        if not choices:
            break
        if random.random() < 0.1:
            interfere(office, instance, random)
        if modified and random.random() < 0.4:
            modify(office, instance, random)
            continue
        happen(office, *random.choice(choices), random)
        office.settle()
    return instance


def interfere(office: Office, instance: str, random: Random) -> None:
    """An operator does something that must change nothing about what comes out."""
    if random.random() < 0.5:
        office.mend(instance, **{f"v_{random.randint(1, 3)}": random.randint(0, 99)})
    else:
        office.do(SuspendProcessInstance(instance, "inspection"))
        office.do(ResumeProcessInstance(instance))


def modify(office: Office, instance: str, random: Random) -> None:
    """An operator withdraws and starts what he likes; much of it is refused, for one reason or another."""
    for _ in range(ATTEMPTS):
        with office.store.read() as queries:
            state = history.state_at(queries, instance)
            compiled = office.catalog.load(queries, state.definition_id).compiled
        with suppress(ModificationRefused, InstanceEnded):
            office.do(by_chance(instance, sorted(activity.id for activity in state.active), compiled, random))
            break
    office.settle()


def by_chance(instance: str, alive: list[str], compiled: CompiledProcess, random: Random) -> ModifyProcessInstance:
    """Some of what is alive, some of what the diagram has."""
    specs = [each for spec in compiled.all_specs() for each in spec.task_specs.values()]
    places = [
        Arrival(element=id) for id in sorted({each.facts["element"] for each in specs if "element" in each.facts})
    ]
    places += [Arrival(flow=id) for id in sorted({flow.id for each in specs for flow in each.flows})]
    cancel = random.sample(alive, min(len(alive), random.randint(0, 2)))
    start = random.sample(places, random.randint(0 if cancel else 1, 2))
    scopes = [None, None, None, "", *alive]
    arrivals = tuple(replace(arrival, scope=random.choice(scopes)) for arrival in start)
    return ModifyProcessInstance(instance, tuple(cancel), arrivals, "by chance")


def happen(office: Office, what: str, which: Any, random: Random) -> None:
    """Let one thing happen."""
    if what == "task":
        office.complete(which, {f"v_{random.randint(1, 3)}": random.randint(0, 99)})
    elif what == "message":
        with suppress(AmbiguousCorrelation):  # an operator can make two places wait for the same
            office.message(which.name, which.key, {"said": random.randint(0, 99)})
    elif what == "job":
        office.do(FetchJobs((which.topic,), 1_000, timedelta(minutes=5)))
        office.do(CompleteJob(which.id, {"said": random.randint(0, 99), "unasked": 1}))
    else:
        office.advance(minutes=random.randint(1, 60))


def digest(office: Office, count: int) -> str:
    """The hash over the histories of random procedures."""
    hash = sha256()
    for seed in range(count):
        for row in office.rows(live(office, Generator(Random(seed), f"m{seed}").model(), seed)):
            hash.update(row.body)
    return hash.hexdigest()


if __name__ == "__main__":
    office = Office()
    print(digest(office, int(sys.argv[1])))
    office.close()
