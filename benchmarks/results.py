"""The one file that benchmarks write their tables to, a section each."""

from __future__ import annotations

import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# Benchmarks\n\nWritten by `make bench`: each benchmark replaces its own section.\n"


def write_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Replace one section of the results, and keep the others as they are.

    Parameters
    ----------
    name : str
        Heading of the section; a new one goes to the end.
    text : str
        Markdown below the heading, without headings of its own.
    path : Path
        The file; made where it does not exist.
    """
    from sahelstats.files import write_atomic

    if re.search("^#", text, flags=re.MULTILINE):
        raise ValueError(f"section {name!r} must not hold headings of its own")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", before, flags=re.MULTILINE))
    parts[name] = text
    sections = [f"## {title}\n\n{body.strip()}\n" for title, body in parts.items()]
    write_atomic(path, "\n".join([TITLE, *sections]))
