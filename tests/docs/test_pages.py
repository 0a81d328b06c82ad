"""Pages lead to each other and to folders that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import FOLDER, ROOT, anchors, links, pages

IGNORED = {"__pycache__", "var", "build", "node_modules"}
KEPT_HIDDEN = {".ci"}


@pytest.mark.parametrize("page", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A dead link is a question without an answer."""
    dead = [link for link in links(page.read_text()) if not _lives(page, link)]

    assert not dead


def _lives(page: Path, link: str) -> bool:
    if link.startswith("https://"):
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text()))


def test_every_page_can_be_found() -> None:
    """What the index does not lead to is not read."""
    index = FOLDER / "README.md"
    reached = {(FOLDER / link.partition("#")[0]).resolve() for link in links(index.read_text())}

    assert not {page for page in FOLDER.rglob("*.md") if page != index} - reached


def test_the_map_is_the_tree() -> None:
    """Who looks for something starts at the map; a folder that it leaves out, or invents, costs him the way."""
    mapped = re.findall(r"^\| `([^`]+)/` \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert sorted(_folders()) == sorted(mapped)


def _folders() -> Iterator[str]:
    """Folders at the top, and those directly below that hold sources; what is made while working does not count."""
    for folder in _inside(ROOT):
        yield folder.name
        yield from (f"{folder.name}/{inner.name}" for inner in _inside(folder) if _holds_sources(inner))


def _inside(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and not _is_made(path.name)]


def _is_made(name: str) -> bool:
    return name in IGNORED or name.endswith(".egg-info") or (name.startswith(".") and name not in KEPT_HIDDEN)


def _holds_sources(folder: Path) -> bool:
    return any(path.suffix in (".py", ".bpmn", ".md", ".json") for path in folder.rglob("*") if path.is_file())


def test_vietnamese_words_have_their_marks() -> None:
    """Without diacritics Vietnamese is another language; names in code are in backticks."""
    for page in (FOLDER / "glossary.md", ROOT / "README.md"):
        assert not re.search(r"(?<![`\w])(ho so|thu tuc|quy trinh|mot cua)(?![`\w])", page.read_text(), re.IGNORECASE)
