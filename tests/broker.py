"""A real RabbitMQ server of the tests' own, on the loopback address, gone when they are."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONTROL = SERVER.with_name("rabbitmqctl")
STARTS_WITHIN = 60.0
_SETTINGS = """
listeners.tcp.1 = 127.0.0.1:{port}
log.console = true
log.console.level = warning
log.file = false
"""


class RabbitMQ:
    """A broker that can be stopped, started again, and emptied."""

    def __init__(self) -> None:
        if not SERVER.exists():
            raise AssertionError("The tests need RabbitMQ. On Debian 12: apt-get install rabbitmq-server")
        self._folder = Path(tempfile.mkdtemp(prefix="motcua-mq-"))
        self._port, distribution, self._epmd_port = _free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        (self._folder / "rabbitmq.conf").write_text(_SETTINGS.format(port=self._port))
        (self._folder / "plugins").write_text("[].")
        self._environment = {
            **os.environ,
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"motcua{self._port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Erlang's own address book is started and ended here, else it would outlive the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        }
        self._epmd = subprocess.Popen(["epmd", "-port", str(self._epmd_port)], env=self._environment)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [SERVER], env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        begin = time.monotonic()
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() - begin > STARTS_WITHIN:
                self.stop()
                raise AssertionError(f"RabbitMQ did not start: {(self._folder / 'output').read_text()[-2000:]}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End it; what was in it is gone, for nothing in it is durable."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End it and everything that belongs to it."""
        self.stop()
        self._epmd.terminate()
        self._epmd.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
