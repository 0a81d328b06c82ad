"""The collector of garbage: it is kept away from what stays as long as the process does."""

from __future__ import annotations

import gc

SELDOM = (50_000, 10, 5)
"""New objects, and rounds, between two visits of the collector to each generation."""


def rest() -> None:
    """Nothing is collected before ``spare``: while modules are loaded nothing becomes garbage, and the search took a quarter of a start."""
    gc.disable()


def spare() -> None:
    """What is there now stays as long as the process does; walking it again and again made the slowest answers slow.

    Executions that are let go of are cycles, so the collector still has to come, but seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()
