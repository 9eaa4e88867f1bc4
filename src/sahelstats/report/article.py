"""From an executed notebook to an article: what a page shows, in the order in which it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from html import escape
from itertools import takewhile
from typing import Any

from sahelstats.report.prose import Prose
from sahelstats.report.tables import cleaned_tables


@dataclass(frozen=True)
class Block:
    """A part of an article.

    Attributes
    ----------
    kind : str
        ``prose``, ``answer``, ``table`` and ``code`` hold HTML; ``text`` plain text; ``picture`` a
        base64 PNG that is no declared figure; ``figure`` its caption as HTML.
    content : str
        What is shown.
    name : str
        Of a figure, or what a fold of code is called.
    alt : str
        Of a picture.
    """

    kind: str
    content: str = ""
    name: str = ""
    alt: str = ""


@dataclass
class Article:
    """What one notebook becomes.

    Attributes
    ----------
    title : str
        Its question.
    lede : str
        What stands between the title and the first section, as HTML.
    answer_title : str
        Heading above the answer.
    answer : list of Block
        The lines that answer the question, and the code they come from.
    blocks : list of Block
        All the rest, in order.
    prose : Prose
        Headings and terms met on the way.
    """

    title: str = ""
    lede: str = ""
    answer_title: str = ""
    answer: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    prose: Prose = field(default_factory=Prose)

    def folds_from(self, start: int) -> list[Block]:
        """Return the blocks of code that follow each other from a place on."""
        return list(takewhile(lambda block: block.kind == "code", self.blocks[start:]))


def article_of(
    cells: Sequence[Mapping[str, Any]],
    captions: Mapping[str, str] | None = None,
    passed_over: Set[str] = frozenset(),
) -> Article:
    """Return an executed notebook as an article.

    Parameters
    ----------
    cells : sequence of mapping
        Its cells, with outputs.
    captions : mapping, optional
        Name of a figure -> its caption, as plain text.
    passed_over : set of str
        Cells with one of these tags are left out, as are those tagged ``hidden``.

    Returns
    -------
    Article
        Title and answer come first, wherever the notebook has them.
    """
    article = Article()
    shown = [cell for cell in cells if _is_read(cell, passed_over | {"hidden"})]
    for position, cell in enumerate(shown):
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            if not article.title:
                article.title, source = _split_title(source)
                if article.title:
                    article.lede, source = _before_sections(source)
            after = shown[position + 1] if position + 1 < len(shown) else None
            heading = re.fullmatch(r"## ([^\n]+)", source.strip())
            if heading and after is not None and _answers(after):
                article.answer_title = heading[1]
            elif source.strip():
                article.blocks.append(Block("prose", source))
        elif cell["cell_type"] == "code":
            target = article.answer if _answers(cell) else article.blocks
            target.extend(_outputs(cell))
            target.append(Block("code", source, _fold_name(cell)))
    return _rendered(article, captions or {})


def _rendered(article: Article, captions: Mapping[str, str]) -> Article:
    """Turn Markdown and code into HTML, in the order in which the page shows them."""
    prose = article.prose
    article.lede = prose.block(article.lede)
    prose.begin_section()
    article.answer = [_as_html(block, prose, captions) for block in article.answer]
    prose.begin_section()
    article.blocks = [_as_html(block, prose, captions) for block in article.blocks]
    return article


def _as_html(block: Block, prose: Prose, captions: Mapping[str, str]) -> Block:
    if block.kind == "figure":
        caption = escape(captions.get(block.name, ""), quote=False)
        return Block("figure", prose.explained(caption), block.name)
    if block.kind in ("prose", "answer"):
        return Block(block.kind, prose.block(block.content))
    if block.kind == "code":
        return Block("code", coloured(block.content), block.name)
    if block.kind == "table":
        return Block("table", cleaned_tables(block.content)) if block.content else block
    return block


def _split_title(source: str) -> tuple[str, str]:
    """Return the first heading of a notebook and what follows it."""
    found = re.match(r"\s*# +(.*?)[ #]*(?:\n|$)", source)
    return (found[1], source[found.end() :]) if found else ("", source)


def _before_sections(source: str) -> tuple[str, str]:
    """Return what stands before the first heading, and the rest."""
    before = re.split(r"(?m)^(?=##)", source, maxsplit=1)[0]
    return before, source[len(before) :]


def _is_read(cell: Mapping[str, Any], passed_over: Set[str]) -> bool:
    """Return whether a reader shall see a cell; empty ones are left out."""
    tags = cell.get("metadata", {}).get("tags", [])
    return bool(_text(cell["source"]).strip()) and passed_over.isdisjoint(tags)


def _answers(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell shows the answer to the notebook's question."""
    return any(_role(output) == "answer" for output in cell.get("outputs", []))


def _role(output: Mapping[str, Any]) -> str:
    return output.get("metadata", {}).get("sahelstats", {}).get("role", "")


def _outputs(cell: Mapping[str, Any]) -> Iterator[Block]:
    """Yield what a cell of code shows."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            if output["name"] == "stdout":
                yield Block("text", _text(output["text"]))
            continue
        data = {kind: _text(content) for kind, content in output.get("data", {}).items()}
        role = _role(output)
        if role == "figure":
            yield Block("figure", name=output["metadata"]["sahelstats"]["name"])
        elif role == "caption":
            continue  # stands below its figure, from the run's record
        elif role == "answer":
            yield Block("answer", data["text/markdown"])
        else:
            yield from _shown(data)


def _shown(data: Mapping[str, str]) -> Iterator[Block]:
    """Yield the richest form of an output that a page can show safely."""
    plain = data.get("text/plain", "")
    if "text/markdown" in data:
        yield Block("prose", data["text/markdown"])
    elif "text/html" in data and "<table" in data["text/html"]:
        yield Block("table", data["text/html"])
    elif re.fullmatch(r"[A-Za-z0-9+/=\s]+", data.get("image/png", "")):
        yield Block("picture", re.sub(r"\s", "", data["image/png"]), alt=plain)
    elif plain:
        yield Block("text", plain)


def _fold_name(cell: Mapping[str, Any]) -> str:
    tagged = "parameters" in cell.get("metadata", {}).get("tags", [])
    return "parameters" if tagged else "code"


def _text(source: Any) -> str:
    """Return a text of a notebook, which may be stored in lines."""
    return source if isinstance(source, str) else "".join(source)


def coloured(source: str) -> str:
    """Return Python code as HTML with a class for each kind of word.

    Parameters
    ----------
    source : str
        Python code.

    Returns
    -------
    str
        The inside of a ``pre`` element.

    Examples
    --------
    >>> coloured("a < 1")
    'a <span class="o">&lt;</span> <span class="m">1</span>'
    """
    from pygments.lexers import PythonLexer
    from pygments.token import Comment, Keyword, Number, Operator, String

    classes = (
        (Comment, "c"), (Keyword, "k"), (Operator.Word, "k"), (Operator, "o"), (Number, "m"),
        (String, "s"),
    )  # fmt: skip
    parts = []
    for kind, text in PythonLexer().get_tokens(source.rstrip()):
        name = next((name for known, name in classes if kind in known), "")
        parts.append(f'<span class="{name}">{escape(text)}</span>' if name else escape(text))
    return "".join(parts).rstrip("\n")
