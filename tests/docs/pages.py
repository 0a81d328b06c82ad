"""The pages as the tests see them: their code blocks, headings and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs"

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_TICKED = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what stands behind its fence, what is in it, and where that begins and ends in the page."""

    info: tuple[str, ...]
    text: str
    start: int
    end: int

    @property
    def runs(self) -> bool:
        """Whether it is marked ``sh run``: a test executes it."""
        return self.info[:2] == ("sh", "run")

    @property
    def fails(self) -> bool:
        """Whether its last command is meant to be refused."""
        return "fails" in self.info

    @property
    def shows(self) -> bool:
        """Whether it is marked ``text output``: what the block before it prints."""
        return self.info[:2] == ("text", "output")


def pages() -> list[Path]:
    """Every page of the documentation."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(FOLDER.rglob("*.md"))]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(tuple(match[1].split()), match[2], match.start(2), match.end(2)) for match in _FENCE.finditer(text)]


def links(text: str) -> list[str]:
    """Where a page leads; what stands in code leads nowhere."""
    return _LINK.findall(_TICKED.sub("", _FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """What can stand behind ``#`` in a link to a page, as the forges make it from headings."""
    return {_anchor(heading) for heading in _HEADING.findall(_FENCE.sub("", text))}


def _anchor(heading: str) -> str:
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return plain.replace(" ", "-")
