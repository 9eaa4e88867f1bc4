"""Markdown to HTML for the pages: nothing that stands in it can become markup of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from sahelstats.report.glossary import TERMS, Term

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Addresses that a page may link to; others are shown as text.
LINKED = re.compile(r"https?://|#|\.{0,2}/(?!/)|[\w-]+(?:/|\.html|\.md|\.csv|$)", re.IGNORECASE)

#: In these a term is left as it is: a heading is short, a link leads elsewhere, code is quoted.
_UNMARKED = {"h1", "h2", "h3", "h4", "h5", "h6", "a", "code", "pre", "table", "summary"}


@dataclass
class Heading:
    """A heading of a page: how deep it is, its anchor and its text."""

    level: int
    anchor: str
    text: str


@dataclass
class Prose:
    """The prose of one page: its headings, and the terms explained at its foot.

    Attributes
    ----------
    headings : list of Heading
        In order.
    used : dict
        Name of a term -> the term, in the order in which they first occur.
    """

    headings: list[Heading] = field(default_factory=list)
    used: dict[str, Term] = field(default_factory=dict)
    _here: set[str] = field(default_factory=set)

    def block(self, markdown: str, explain: bool = True) -> str:
        """Return paragraphs, lists, headings and tables as HTML.

        Parameters
        ----------
        markdown : str
            CommonMark with tables. HTML in it is shown as text.
        explain : bool
            Whether the first use of a term leads to its meaning.

        Returns
        -------
        str
            HTML.

        Examples
        --------
        >>> Prose().block("A <b>place</b>").strip()
        '<p>A &lt;b&gt;place&lt;/b&gt;</p>'
        """
        html = _markdown(self)(markdown)
        return self.explained(html) if explain else html

    def line(self, markdown: str) -> str:
        """Return one line as HTML without the paragraph around it.

        Parameters
        ----------
        markdown : str
            A sentence or a few.

        Returns
        -------
        str
            HTML.
        """
        html = self.block(markdown, explain=False).strip()
        return html.removeprefix("<p>").removesuffix("</p>")

    def explained(self, html: str) -> str:
        """Return HTML in which the first use of a term leads to its meaning.

        Parameters
        ----------
        html : str
            Well-formed HTML of the page.

        Returns
        -------
        str
            The same with links to the foot of the page, each beside a note that shows on hover and
            focus.
        """
        marker = _Marker(self)
        marker.feed(html)
        marker.close()
        return "".join(marker.parts)

    def begin_section(self) -> None:
        """Forget which terms were explained: the answer and the text below it are read apart."""
        self._here.clear()

    def anchor(self, text: str) -> str:
        """Return an anchor for a heading that no other heading of the page has.

        Parameters
        ----------
        text : str
            The heading.

        Returns
        -------
        str
            Small letters, digits and hyphens.
        """
        plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
        taken = {heading.anchor for heading in self.headings}
        number, anchor = 1, plain
        while anchor in taken:
            number += 1
            anchor = f"{plain}-{number}"
        return anchor

    def mark(self, text: str) -> str:
        """Return plain text, escaped already, with its terms marked."""
        spans: list[tuple[int, int, Term]] = []
        for term in TERMS:
            if term.name in self._here or not (found := term.pattern.search(text)):
                continue
            start, end = found.span()
            if all(end <= one or start >= other for one, other, _ in spans):
                spans.append((start, end, term))
                self._here.add(term.name)
        for start, end, term in sorted(spans, key=lambda span: span[0], reverse=True):
            text = text[:start] + _explained(text[start:end], term) + text[end:]
        for _, _, term in sorted(spans, key=lambda span: span[0]):
            self.used.setdefault(term.name, term)
        return text


def _explained(word: str, term: Term) -> str:
    """Return a word of the prose that leads to its meaning."""
    meaning = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(term.meaning, quote=False))
    return (
        f'<span class="term"><a href="#{term.anchor}">{word}</a>'
        f'<span class="note" aria-hidden="true"><b>{escape(term.name)}</b>: {meaning}</span></span>'
    )


class _Marker(HTMLParser):
    """Copies HTML and marks terms where they stand in running text."""

    def __init__(self, prose: Prose) -> None:
        super().__init__(convert_charrefs=False)
        self.prose, self.parts, self.depth = prose, [], 0  # type: Prose, list[str], int

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag in _UNMARKED
        self.parts.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in _UNMARKED
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self.depth else self.prose.mark(data))

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")


def _markdown(prose: Prose) -> Any:
    """Return a Markdown renderer for one page."""
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def heading(self, text: str, level: int, **attrs: Any) -> str:
            plain = re.sub(r"<[^>]*>", "", text)
            anchor = prose.anchor(plain)
            prose.headings.append(Heading(level, anchor, plain))
            return f'<h{level} id="{anchor}">{text}</h{level}>\n'

        def link(self, text: str, url: str, title: str | None = None) -> str:
            return linked(url, text)

        def image(self, text: str, url: str, title: str | None = None) -> str:
            # Figures come from save_figure; a picture from elsewhere would be a request.
            return f"[picture: {re.sub('<[^>]*>', '', text)}]"

        def table(self, text: str) -> str:
            return f'<div class="table" tabindex="0">\n<table>\n{text}</table>\n</div>\n'

    return mistune.create_markdown(renderer=Renderer(escape=True), plugins=["table"])


def linked(url: str, html: str) -> str:
    """Return a link, or the text alone where the address is not one a page may lead to.

    Parameters
    ----------
    url : str
        An address as the source has it.
    html : str
        What is linked, escaped already.

    Returns
    -------
    str
        HTML. A link to another site tells that site nothing of the page.

    Examples
    --------
    >>> linked("https://example.org/a", "there")
    '<a href="https://example.org/a" rel="noopener noreferrer">there</a>'
    >>> linked("javascript:alert(1)", "there")
    'there'
    """
    if not LINKED.match(url):
        return html
    outside = ' rel="noopener noreferrer"' if re.match("https?:", url, re.IGNORECASE) else ""
    return f'<a href="{escape(url)}"{outside}>{html}</a>'


def sections(headings: list[Heading]) -> Iterator[Heading]:
    """Yield the headings that a table of contents lists."""
    yield from (heading for heading in headings if heading.level == 2)
