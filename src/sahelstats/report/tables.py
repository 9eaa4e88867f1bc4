"""Tables that notebooks show, drawn anew: their structure is kept, all else becomes text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_NUMBER = re.compile(r"[-+\u2212]?[\d,.\u202f ]*\d ?%?")
_STRUCTURE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "br"}

#: A cell with more letters than this is read like prose.
SENTENCE = 48


@dataclass
class Cell:
    """One cell: its text, and how many columns and rows it spans."""

    heading: bool
    columns: int = 1
    rows: int = 1
    text: str = ""


@dataclass
class Table:
    """One table: rows of the head, rows of the body, and what stands above it."""

    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)
    caption: str = ""


def cleaned_tables(html: str) -> str:
    r"""Return the tables in an output of a notebook as HTML of the page's own making.

    Parameters
    ----------
    html : str
        What pandas shows of a frame or a styler.

    Returns
    -------
    str
        The tables, columns of numbers set to the right. Styles are left out. Any other markup,
        which can only have come from data, shows as text; so does what stands beside the tables.
        Empty where there is no table.

    Examples
    --------
    >>> html = cleaned_tables("<table><tr><td><i>Gao</i></td><td>12</td></tr></table>")
    >>> "<td>&lt;i&gt;Gao&lt;/i&gt;</td><td class=\"n\">12</td>" in html
    True
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if not reader.tables:
        return ""
    beside = f"<p>{escape(reader.beside.strip())}</p>" if reader.beside.strip() else ""
    return "".join(_drawn(table) for table in reader.tables) + beside


class _Reader(HTMLParser):
    """Reads tables; whatever is no part of their structure is text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self.beside = ""
        self._open = self._in_head = self._in_caption = self._style = False
        self._row: list[Cell] | None = None
        self._cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "table" and not self._open:
            self._open = True
            self.tables.append(Table())
        elif tag == "style" and not self._open:
            self._style = True
        elif tag == "div" and not self._open:
            pass  # pandas puts a frame into one
        elif not self._open or tag not in _STRUCTURE:
            self._say(self.get_starttag_text() or "")
        elif tag == "thead":
            self._in_head = True
        elif tag == "caption":
            self._in_caption = True
        elif tag == "tr":
            self._row = []
            table = self.tables[-1]
            (table.head if self._in_head else table.body).append(self._row)
        elif tag in ("th", "td") and self._row is not None:
            self._cell = Cell(tag == "th", _span(known.get("colspan")), _span(known.get("rowspan")))
            self._row.append(self._cell)
        elif tag == "br":
            self._say(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._say(" " if tag == "br" else self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self._style:
            self._style = False
        elif tag == "div" and not self._open:
            pass
        elif not self._open or tag not in _STRUCTURE:
            self._say(f"</{tag}>")
        elif tag == "table":
            self._open = False
        elif tag == "thead":
            self._in_head = False
        elif tag == "caption":
            self._in_caption = False
        elif tag == "tr":
            self._row = None
        elif tag in ("th", "td"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        self._say(data)

    def handle_comment(self, data: str) -> None:
        self._say(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._say(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._say(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._say(f"<![{data}]>")

    def _say(self, text: str) -> None:
        if self._style:
            return
        if self._cell is not None:
            self._cell.text += text
        elif self._open and self._in_caption:
            self.tables[-1].caption += text
        elif text.strip():
            self.beside += text


def _span(value: str | None) -> int:
    """Return a span as a number; anything else than a small one is 1."""
    return min(int(value), 1000) if value and value.isdecimal() and len(value) < 5 else 1


def _drawn(table: Table) -> str:
    """Return a table as HTML."""
    numeric, wordy = _numeric_columns(table.body), _wordy_columns(table.body)
    caption = f"<caption>{escape(table.caption.strip())}</caption>" if table.caption.strip() else ""
    head = "".join(_row(row, numeric, wordy, "col") for row in table.head if _said(row))
    body = "".join(_row(row, numeric, wordy, "row") for row in table.body)
    head = f"<thead>{head}</thead>" if head else ""
    return (
        f'<div class="table" tabindex="0"><table>{caption}{head}<tbody>{body}</tbody></table></div>'
    )


def _said(row: list[Cell]) -> bool:
    return any(cell.text.strip() for cell in row)


def _numeric_columns(rows: list[list[Cell]]) -> set[int]:
    """Return the places of the columns that hold numbers and nothing else."""
    kinds: dict[int, set[bool]] = {}
    for row in rows:
        place = 0
        for cell in row:
            if cell.columns == 1 and (text := cell.text.strip()) not in ("", "nan", "NaN", "<NA>"):
                kinds.setdefault(place, set()).add(bool(_NUMBER.fullmatch(text)))
            place += cell.columns
    return {place for place, kind in kinds.items() if kind == {True}}


def _wordy_columns(rows: list[list[Cell]]) -> set[int]:
    """Return the places of the columns of sentences, which want room on a small screen."""
    plain = (row for row in rows if all(cell.columns == 1 for cell in row))
    return {i for row in plain for i, cell in enumerate(row) if len(cell.text.strip()) > SENTENCE}


def _row(row: list[Cell], numeric: set[int], wordy: set[int], scope: str) -> str:
    """Return one row as HTML."""
    parts, place = [], 0
    for cell in row:
        text = escape(cell.text.strip())
        heading = cell.heading and text != ""
        tag = "th" if heading else "td"
        attributes = f' scope="{scope}"' if heading else ""
        attributes += f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        attributes += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        if cell.columns == 1 and (place in numeric or place in wordy):
            attributes += ' class="n"' if place in numeric else ' class="w"'
        parts.append(f"<{tag}{attributes}>{text}</{tag}>")
        place += cell.columns
    return f"<tr>{''.join(parts)}</tr>"
