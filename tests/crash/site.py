"""Several services and workers over one PostgreSQL and one RabbitMQ."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from kombu.exceptions import OperationalError

from adapters.broker.application import TASK, application
from tests.broker import RabbitMQ
from tests.crash.server import Refused, Server, Unanswered, Worker
from tests.engine.runtime.models import diagram, end, node, path, start, timer

WAITS = diagram(
    start()
    + node("intermediateCatchEvent", "t", timer("PT1S"))
    + node("intermediateThrowEvent", "m", '<messageEventDefinition messageRef="m_go"/>')
    + end()
    + path("s", "t", "m", "e"),
    key="waits",
)
COUNTS = diagram(
    node("startEvent", "s", '<messageEventDefinition messageRef="m_go"/>') + end() + path("s", "e"),
    key="counts",
)
"""An instance that waits sends a message when its time has come, and each message begins one that counts it."""


class Site:
    """Two services, two workers, a broker and a database."""

    def __init__(self, url: str, broker: RabbitMQ, folder: Path) -> None:
        self.url, self.broker = url, broker
        self.begun: list[str] = []
        """Every instance whose beginning was acknowledged."""
        self._numbers = count(1)
        self.services = [Server(url, _folder(folder, f"service{n}"), BROKER_URL=broker.url) for n in range(2)]
        self.workers = [Worker(url, _folder(folder, f"worker{n}"), BROKER_URL=broker.url) for n in range(2)]

    @property
    def processes(self) -> list[Server]:
        return [*self.services, *self.workers]

    def start(self) -> None:
        """Start what does not run yet and deploy the two diagrams."""
        for process in self.processes:
            if process.process is None:
                process.start()
        for content in (WAITS, COUNTS):
            self.services[0].deploy("m.bpmn", content)

    def stop(self) -> None:
        for process in self.processes:
            process.stop()

    def begin(self) -> None:
        """Begin an instance at one of the services, asking until it answers."""
        number = next(self._numbers)
        body = {"processDefinitionKey": "waits", "businessKey": f"HS-{number}"}
        key = {"Idempotency-Key": f"begin-{number}"}
        begun = insist(lambda turn: self.services[turn % 2].call("POST", "/v1/process-instances", body, **key))
        self.begun.append(begun["id"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def wait_until_done(self, within: float) -> None:
        """Wait until all that was begun has ended, each message has begun another, and nothing is left to do."""
        begin, wanted = time.monotonic(), [(0, 0, len(self.begun))]
        while (seen := self.rows(_LEFT)) != wanted:
            assert time.monotonic() - begin < within, f"{seen}, and not {wanted}"
            time.sleep(0.1)

    @contextmanager
    def messages_doubled(self) -> Iterator[None]:
        """Every job there is, due or not, is told again and again of, beside what the services tell."""
        ending, app = threading.Event(), application(self.broker.url, "default")

        def tell() -> None:
            while not ending.wait(0.1):
                for (id,) in self.rows("SELECT id FROM jobs"):
                    for _ in range(2):
                        with suppress(OperationalError):  # the broker was away since it last was told of something
                            app.send_task(TASK, (id,), expiration=5.0)

        thread = threading.Thread(target=tell)
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()
            app.close()

    def flush(self) -> int:
        """Throw away what is in the broker; how many messages that was."""
        app = application(self.broker.url, "default")
        with app.connection_for_write() as connection:
            (queue,) = (queue(connection.default_channel) for queue in app.amqp.queues.values())
            queue.declare()  # after a restart it is not there before somebody needs it
            thrown: int = queue.purge()
        app.close()
        return thrown


_LEFT = """
SELECT (SELECT count(*) FROM process_instances WHERE ended_at IS NULL), (SELECT count(*) FROM jobs),
       (SELECT count(*) FROM process_instances WHERE key = 'counts')
"""


def insist(ask: Callable[[int], dict[str, Any]], patience: float = 60) -> dict[str, Any]:
    """Ask one service after the other until one answers."""
    begin, turn = time.monotonic(), 0
    while True:
        try:
            return ask(turn)
        except Unanswered:
            pass
        except Refused as refused:
            if refused.status != 503:
                raise
        assert time.monotonic() - begin < patience, "nobody answers"
        turn += 1
        time.sleep(0.05)


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name
