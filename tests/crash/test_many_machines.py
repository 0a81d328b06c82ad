"""Several machines: whatever becomes of broker, services and workers, every job is done, once, and not much later."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from adapters.database.store import DatabaseStore
from engine.service import history
from engine.service.catalog import Catalog
from tests.broker import RabbitMQ
from tests.conftest import Databases
from tests.crash.server import Refused, Server
from tests.crash.site import Site
from tests.engine.runtime.models import diagram, end, path, start, user

ONE = diagram(start() + user("u") + end() + path("s", "u", "e"), key="one")
CALLERS = 32
LATEST = 10.0
"""Seconds that a job may be late when the broker fails: its lease, and what is needed to notice."""


@pytest.fixture(scope="module")
def site(postgresql_url: Databases, rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site; each test goes on where the one before left off."""
    site = Site(postgresql_url(), rabbitmq, tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.stop()


def stopped_and_started(site: Site) -> None:
    """The broker is away for a while."""
    site.broker.stop()
    time.sleep(1)
    site.broker.start()


def flushed(site: Site) -> None:
    """Everything that is on its way is lost."""
    for _ in range(10):
        site.flush()
        time.sleep(0.1)


def doubled(site: Site) -> None:
    """Every message comes twice, and early, and late."""
    with site.messages_doubled():
        time.sleep(2)


FAULTS: list[Callable[[Site], None]] = [stopped_and_started, flushed, doubled]


def suffer(site: Site, faults: int, seed: int) -> tuple[str, float]:
    """Begin instances while the broker fails again and again; then count what was done, and how late."""
    random = Random(seed)
    with beginning(site, callers=4, pause=0.02):
        for number in range(faults):
            FAULTS[number % len(FAULTS)](site)
            time.sleep(random.uniform(0.2, 0.8))
    site.wait_until_done(within=60)
    lateness = check_once(site)
    p50, p99 = (lateness[int(len(lateness) * share)] for share in (0.5, 0.99))
    told = (
        f"{faults} faults of the broker: {len(site.begun)} timers and as many messages, lost 0, done twice 0,"
        f" late p50 {p50:.2f} s, p99 {p99:.2f} s, at most {lateness[-1]:.2f} s"
    )
    return told, lateness[-1]


@contextmanager
def beginning(site: Site, callers: int, pause: float = 0) -> Iterator[None]:
    """Callers that begin one instance after the other."""
    ending, faults = threading.Event(), []

    def begin() -> None:
        try:
            while not ending.wait(pause):
                site.begin()
        except Exception as fault:  # noqa: BLE001 - the test shows it
            faults.append(fault)

    threads = [threading.Thread(target=begin) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    assert [] == faults


def check_once(site: Site) -> list[float]:
    """Every timer fired once, every message began one instance, every history verifies; how late they were, in seconds, sorted."""
    store, catalog = DatabaseStore(site.url), Catalog()
    fired: Counter[str] = Counter()
    lateness: list[float] = []
    sent: dict[str, datetime] = {}
    with store.read() as queries:
        for stream in queries.streams():
            assert history.verify(queries, catalog, stream).identical, stream
            for record in history.records(queries, stream, 0, 1000):
                at = datetime.fromisoformat(record.recorded_at)
                if record.kind == "TimerFired":
                    fired[stream] += 1
                    assert record.payload["lateBy"] >= 0
                    lateness.append(record.payload["lateBy"])
                elif record.kind == "MessageSent":
                    sent[stream] = at
                elif record.kind == "Dispatched":
                    assert "started" == record.payload["outcome"]
                    lateness.append((at - sent[stream]).total_seconds())
    store.close()
    assert dict.fromkeys(site.begun, 1) == fired
    assert len(site.begun) == len(set(site.begun))
    return sorted(lateness)


@pytest.mark.slow
def test_a_broker_that_fails_only_slows(site: Site) -> None:
    """It is away, forgets everything, says everything twice: no deadline passes unseen, no letter is sent twice."""
    suffer(site, faults=3, seed=4)


@pytest.mark.chaos
def test_a_broker_that_fails_twenty_times(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    """The same for long; the figures are shown."""
    figures, latest = suffer(site, faults=20, seed=5)
    with capfd.disabled():
        print(f"\n  {figures}")
    assert latest <= LATEST


def _victims(site: Site, number: int) -> list[Server]:
    """A service, a worker, one of each, by turns."""
    service, worker = site.services[number % 2], site.workers[number % 2]
    victims: list[list[Server]] = [[service], [worker], [service, worker]]
    return victims[number % 3]


def killed(site: Site, kills: int, callers: int, seed: int) -> str:
    """Kill services and workers, and both, under load; everything acknowledged is done, once."""
    random = Random(seed)
    with beginning(site, callers, pause=0.02):
        for number in range(kills):
            time.sleep(random.uniform(0.1, 0.5))
            victims = _victims(site, number)
            for victim in victims:
                victim.kill()
            for victim in victims:
                victim.start()
    site.wait_until_done(within=120)
    check_once(site)
    return f"{kills} kills of services, workers and both: {len(site.begun)} instances, lost 0, done twice 0"


@pytest.mark.slow
def test_services_and_workers_that_are_killed(site: Site) -> None:
    """Whoever dies in the middle of a job leaves it to the others."""
    killed(site, kills=3, callers=8, seed=6)


@pytest.mark.chaos
def test_services_and_workers_that_are_killed_forty_times(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    """The same for long; the figures are shown."""
    figures = killed(site, kills=40, callers=CALLERS, seed=7)
    with capfd.disabled():
        print(f"\n  {figures}")


def test_workers_that_are_all_dead_are_not_waited_for(
    postgresql_url: Databases, rabbitmq: RabbitMQ, tmp_path: Path
) -> None:
    """Messages go to nobody: the services notice, and do the work themselves."""
    site = Site(postgresql_url(), rabbitmq, tmp_path)
    site.workers = []
    site.start()
    site.begin()
    site.wait_until_done(within=60)
    check_once(site)
    site.stop()


def race(site: Site, tasks: int) -> str:
    """All callers complete the same task at once, half at each service; one wins, the others are told so."""
    site.services[0].deploy("one.bpmn", ONE)
    outcomes: Counter[int] = Counter()
    for _ in range(tasks):
        instance = site.services[0].call("POST", "/v1/process-instances", {"processDefinitionKey": "one"})["id"]
        (task,) = site.services[0].call("GET", f"/v1/tasks?processInstanceId={instance}")["items"]
        together = threading.Barrier(CALLERS)
        answers: list[int] = []

        def complete(caller: int, id: str = task["id"], together: threading.Barrier = together, answers: list[int] = answers) -> None:  # fmt: skip
            together.wait()
            try:
                site.services[caller % 2].call("POST", f"/v1/tasks/{id}/complete", {"variables": {}})
                answers.append(200)
            except Refused as refused:
                answers.append(refused.status)

        threads = [threading.Thread(target=complete, args=(caller,)) for caller in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter({200: 1, 409: CALLERS - 1}) == Counter(answers)
        outcomes.update(answers)
    return f"{tasks} tasks, {CALLERS} callers each over two services: {dict(outcomes)}"


@pytest.mark.slow
def test_one_of_many_callers_wins(site: Site) -> None:
    """Two officers, two machines, one decision."""
    race(site, tasks=20)


@pytest.mark.chaos
def test_one_of_many_callers_wins_a_thousand_times(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    """The same for long; the figures are shown."""
    figures = race(site, tasks=1_000)
    with capfd.disabled():
        print(f"\n  {figures}")


FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


@pytest.mark.slow
def test_clocks_that_differ(
    postgresql_url: Databases, rabbitmq: RabbitMQ, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks are wrong by minutes or a day: no deadline comes early by the clock of the database, and none is lost."""
    site = Site(postgresql_url(), rabbitmq, tmp_path)
    for process, skew in zip(site.processes, ("+5m", "-5m", "+1d", "-1d"), strict=True):
        with monkeypatch.context() as wrong:
            for name, value in skewed(skew).items():
                wrong.setenv(name, value)
            process.start()
    site.start()
    for _ in range(10):
        site.begin()
    site.wait_until_done(within=30)
    check_once(site)
    ((wrong_by,),) = site.rows("SELECT max(abs(extract(epoch FROM recorded_at::timestamptz - now()))) FROM log")
    site.stop()

    assert wrong_by < 60, "recorded at the database's time, not at the machine's"


def skewed(by: str) -> dict[str, str]:
    """The environment of a process on a machine whose clock is wrong; how fast it runs is right."""
    assert Path(FAKETIME).exists(), "The tests need libfaketime. On Debian 12: apt-get install faketime"
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
