"""The server: one process that listens and watches, one worker that holds the store and answers."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from api import collector, logs
from api.app import make_app
from api.bootstrap import Service, StoreInUse, hold, wire
from api.ending import IN_USE, UNUSABLE, refused
from api.folders import deploy_folders
from api.sandbox import wire_in_sandbox
from api.settings import Settings
from engine.domain.errors import EngineError

THREADS = 64
"""Callers wait in their thread for the commit; as many as one batch holds."""
BACKLOG = 1_024
STOPPING = 30
"""Seconds that a worker has to finish what was begun."""
_PR_SET_PDEATHSIG = 1

log = structlog.get_logger()


def serve(settings: Settings, deploy: Path | None = None) -> int:
    """Serve until told to stop; the exit code. ``deploy`` is a folder of procedures to publish first."""
    logs.configure(settings.log_level)
    try:
        hold(settings).release()  # says at once, and clearly, that the store is taken
    except StoreInUse as error:
        return refused(error, IN_USE)
    parent = os.getpid()
    logging.getLogger("_granian").addFilter(_is_news)
    server = _server(settings)
    server.on_startup(_no_second_worker)
    try:
        server.serve(target_loader=lambda: _work(settings, deploy, parent), wrap_loader=False)
    except SystemExit as exit:
        return int(exit.code or 0)
    return 0


def _server(settings: Settings) -> MPServer:
    host, port = settings.bind
    return MPServer(
        "motcua",
        host,
        port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels.warning,
        workers_kill_timeout=STOPPING,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """The server warns of many threads at every start; they are meant, for they wait for commits."""
    return "Python threads" not in record.getMessage()


def _no_second_worker() -> None:
    """A hang-up would have a second worker started before the first has let go of the store."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _work(settings: Settings, deploy: Path | None, parent: int) -> Any:
    """In the worker: open the store, catch up, and give the application."""
    _die_with(parent)
    try:
        service = wire_in_sandbox(settings) if settings.sandbox else wire(settings)
        service.start()
    except StoreInUse as error:
        sys.exit(refused(error, IN_USE))
    except EngineError as error:
        sys.exit(refused(error, UNUSABLE))
    Finalize(None, _stop, args=(service,), exitpriority=100)
    _show_key(service)
    if settings.sandbox:
        _say_sandbox()
    if deploy is not None:
        deploy_folders(service, deploy)
    _when_told_to_stop(service.send_home)
    log.info("ready", bind="{}:{}".format(*settings.bind), clock=settings.clock)
    app = joined(make_app(service))
    collector.spare()
    return app


def _when_told_to_stop(then: Callable[[], None]) -> None:
    """The server takes the signals for itself, and then waits for every caller: so they are read beside it."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)

    def listen() -> None:
        while os.read(told, 1)[0] not in (signal.SIGTERM, signal.SIGINT):
            pass
        then()

    threading.Thread(target=listen, name="stop", daemon=True).start()


def _die_with(parent: int) -> None:
    """A worker without its parent would hold the store for ever; the kernel ends it when the parent dies."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before that was said
        os._exit(1)


def _stop(service: Service) -> None:
    service.stop()
    log.info("stopped")


def _show_key(service: Service) -> None:
    if service.new_admin_key is not None:
        print(  # noqa: T201 - it goes to the terminal, not into a log
            f"Khóa quản trị (chỉ hiện một lần) / admin key (shown only this once): {service.new_admin_key}", flush=True
        )
        service.new_admin_key = None


def _say_sandbox() -> None:
    print(  # noqa: T201 - it goes to the terminal, not into a log
        "BẢN THỬ: mọi hệ thống bên ngoài là giả lập, giấy tờ ký bằng chứng thư thử, không có giá trị.\n"
        "SANDBOX: all outside systems are played, papers are signed with a test certificate and void.",
        flush=True,
    )


def joined(app: Flask) -> Any:
    """The application for granian, which sends a whole list of bytes at once but an iterator piece by piece."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        body = app(environ, start_response)
        length = getattr(body, "__length_hint__", None)
        return body if length is None else list(body)

    return answer
