"""``python -m api.cli`` is ``motcua``."""

from __future__ import annotations

from api.cli import main

if __name__ == "__main__":
    main(prog_name="motcua")
