"""Folders of procedures: each sub-folder with a diagram is one deployment."""

from __future__ import annotations

from pathlib import Path

import structlog

from api.bootstrap import Service
from api.procedures import files_of, is_procedure, read
from engine.domain.definition import Resource
from engine.domain.errors import DeploymentRefused
from engine.service.command import SERVICE
from engine.service.deployments import Deploy, Deployed

log = structlog.get_logger()


def bundles(root: Path) -> dict[str, tuple[Resource, ...]]:
    """The files of each procedure under ``root``: its diagrams, forms and procedure.toml, nothing else."""
    return {each.name: read(each, files_of(each)) for each in sorted(root.iterdir()) if is_procedure(each)}


def deploy_folders(service: Service, root: Path) -> None:
    """Publish every procedure under ``root``; one that is refused is named in the log and does not hold up the others."""
    waiting = bundles(root)
    while waiting:
        refusals = {name: refusal for name, files in waiting.items() if (refusal := _deploy(service, name, files))}
        called_later = {
            name: files for name, files in waiting.items() if name in refusals and _only_misses(refusals[name])
        }
        if len(called_later) == len(waiting):
            called_later = {}
        for name in refusals.keys() - called_later.keys():
            _say_refused(name, refusals[name])
        waiting = called_later


def _deploy(service: Service, name: str, files: tuple[Resource, ...]) -> DeploymentRefused | None:
    try:
        done: Deployed = service.writer.do(Deploy(files), SERVICE)
    except DeploymentRefused as refused:
        return refused
    log.info("deployed", procedure=name, new=done.created, definitions=[d.id for d in done.definitions])
    return None


def _only_misses(refused: DeploymentRefused) -> bool:
    """Whether it would be taken if what it calls were there already: then it waits until the others are."""
    return {problem.code for problem in refused.problems} == {"callMissing"}


def _say_refused(name: str, refused: DeploymentRefused) -> None:
    for problem in refused.problems:
        log.warning("refused", procedure=name, file=problem.file, element=problem.element_id, reason=problem.en)
