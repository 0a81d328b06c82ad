"""The worker: a process that answers nobody, and runs jobs of which others tell."""

from __future__ import annotations

import structlog

from api import collector, logs
from api.bootstrap import wire
from api.ending import UNUSABLE, refused
from api.settings import Settings, SettingsRefused
from engine.domain.errors import EngineError

log = structlog.get_logger()


def work(settings: Settings) -> int:
    """Run jobs until told to stop; the exit code.

    Raises:
        SettingsRefused: there is no broker.
    """
    if settings.broker_url is None:
        raise SettingsRefused(
            "“motcua worker” cần MOTCUA_BROKER_URL; không có hàng đợi thì tiến trình “serve” tự chạy mọi công việc.",
            "'motcua worker' needs MOTCUA_BROKER_URL; without a broker the 'serve' processes run every job themselves.",
        )
    logs.configure(settings.log_level)
    try:
        service = wire(settings)
    except EngineError as error:
        return refused(error, UNUSABLE)
    collector.spare()
    log.info("working")
    try:
        return service.work()
    finally:
        service.stop()
        log.info("stopped")
