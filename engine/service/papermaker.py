"""The papermaker: sets papers, has them signed, and hands them in to be numbered and published."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import structlog

from engine.domain.errors import EngineError, NumberTaken, PaperRefused, SignatureMissing, SigningFailed
from engine.domain.paper import Form
from engine.domain.values import written
from engine.domain.waiting import PAPER, Job
from engine.ports import Clock, Queries, Signer, Typesetter
from engine.service.command import Command
from engine.service.errands import Errands
from engine.service.papers import BeginPaper, Draft, FailPaper, PublishPaper
from engine.service.writer import Writer

_EVER = "9999"
"""Later than every time that is written."""

log = structlog.get_logger()


class Papermaker(Errands):
    """Finds jobs that ask for papers and makes them, one after the other: the number on a paper is the next one.

    Without a ``signer`` no paper is made, and each that is asked for says so as an incident.
    """

    def __init__(self, typesetter: Typesetter, signer: Signer | None, writer: Writer, clock: Clock) -> None:
        super().__init__(writer, 1, "papermaker")
        self._typesetter, self._signer, self._clock = typesetter, signer, clock

    def waiting(self, queries: Queries, resting: Collection[str]) -> Iterable[BeginPaper]:
        """The paper that waits longest, when none is being made."""
        for job in self._next(queries, written(self._clock.now())):
            form, missing = self._form(job)
            yield BeginPaper(job, form, missing)

    def next_due(self, queries: Queries) -> str | None:
        """When the next falls due."""
        return next((job.run_at for job in self._next(queries, _EVER)), None)

    def _next(self, queries: Queries, until: str) -> Iterable[Job]:
        if self.room():
            return ()
        topics = queries.topics_asked(PAPER)
        return queries.waiting_jobs(topics, until, 1) if topics else ()

    def _form(self, job: Job) -> tuple[Form | None, str]:
        if self._signer is None:
            return None, "signerMissing"
        return self._typesetter.forms.get(job.form or ""), "paperFormMissing"

    def answer(self, errand: Draft) -> Command:
        """Set the paper, have it signed, and check what came back."""
        assert self._signer is not None
        try:
            content = self._typesetter.typeset(errand.sheet)
            signed = self._signer.checked(content, self._signer.sign(content))
        except PaperRefused as refused:
            return FailPaper(errand, str(refused), again=False)
        except SigningFailed as failed:
            return FailPaper(errand, str(failed), again=failed.again)
        except Exception as fault:
            log.exception("paper not made", job=errand.job.id, form=errand.sheet.form)
            return FailPaper(errand, type(fault).__name__, again=True)
        return PublishPaper(errand, signed)

    def refused(self, command: Command, refusal: EngineError) -> None:
        """What was not taken is made again under another number, or a person has to look; it is out in no case."""
        if isinstance(command, PublishPaper) and isinstance(refusal, NumberTaken | SignatureMissing):
            again = isinstance(refusal, NumberTaken)
            self._record(FailPaper(command.draft, str(refusal), again=again))
        else:
            super().refused(command, refusal)
