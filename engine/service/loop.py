"""Loops: threads of the service that look again and again whether there is something to do."""

from __future__ import annotations

import threading

import structlog

from engine.domain.errors import EngineError
from engine.ports import WriteConflict

AFTER_A_FAULT = 1.0
"""Seconds, however often it is woken."""

log = structlog.get_logger()


class Loop:
    """A thread that has one turn after the other: at once when it was woken, else after ``rest`` seconds.

    Whatever goes wrong in a turn ends that turn alone.
    """

    name = "loop"
    rest = 1.0

    def __init__(self) -> None:
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def turn(self, woken: bool) -> None:
        """Do what there is to do; ``woken`` says that somebody thinks there is."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin with the first turn."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the turn that is running."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        woken = False
        while not self._stopping.is_set():
            try:
                self.turn(woken)
            except (EngineError, WriteConflict) as error:
                log.warning("loop waits", loop=self.name, error=str(error))
                self._stopping.wait(AFTER_A_FAULT)
            except Exception:
                log.exception("loop stumbled", loop=self.name)
                self._stopping.wait(AFTER_A_FAULT)
            woken = self._woken.wait(self.rest)
            self._woken.clear()
