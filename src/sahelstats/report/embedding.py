"""Figures inside a page: the picture and the numbers behind it travel with the file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

#: A larger CSV is linked, not carried: a page shall stay small enough to be mailed.
CSV_LIMIT = 150_000


@dataclass(frozen=True)
class Picture:
    """What a page needs of a figure.

    Attributes
    ----------
    source : str
        The SVG as an address that holds it, ready to stand in an attribute.
    width, height : int
        Of the SVG, so that nothing jumps while the page is drawn.
    files : list of tuple
        (kind, address, name when saved) of SVG, PNG and CSV.
    """

    source: str
    width: int
    height: int
    files: list[tuple[str, str, str]]


def picture(figures: Path, name: str, page_folder: Path) -> Picture:
    """Return a figure as a page carries it.

    Parameters
    ----------
    figures : Path
        Folder of the figures.
    name : str
        ``STEM__name``.
    page_folder : Path
        Folder of the page, from where links lead to the files.

    Returns
    -------
    Picture
        The SVG and the CSV are inside the page. The links to SVG and PNG lead to the files; a page
        that was sent alone makes them from what it holds (page.js).
    """
    svg = (figures / f"{name}.svg").read_text(encoding="utf-8")
    width, height = size_of(svg)
    links = {kind: link_to(figures / f"{name}.{kind}", page_folder) for kind in ("svg", "png")}
    data = (figures / f"{name}.csv").read_bytes()
    beside = link_to(figures / f"{name}.csv", page_folder)
    links["csv"] = csv_address(data) if len(data) <= CSV_LIMIT else beside
    files = [(kind.upper(), address, f"{name}.{kind}") for kind, address in links.items()]
    return Picture(svg_address(svg), width, height, files)


def link_to(path: Path, page_folder: Path) -> str:
    """Return the address of a file as seen from a page's folder.

    Parameters
    ----------
    path : Path
        The file.
    page_folder : Path
        Folder of the page.

    Returns
    -------
    str
        Relative, with forward slashes, quoted as addresses are.

    Examples
    --------
    >>> link_to(Path("/a/figures/x y.svg"), Path("/a/reports"))
    '../figures/x%20y.svg'
    """
    return quote(Path(os.path.relpath(path, page_folder)).as_posix())


#: What a reader of the page never sees.
_UNSEEN = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)


def svg_address(svg: str) -> str:
    r"""Return an SVG as a data address.

    Parameters
    ----------
    svg : str
        As matplotlib writes it, text as outlines.

    Returns
    -------
    str
        Without prologue, metadata and needless white space; as it may stand between double quotes
        in HTML, without more escaping.

    Examples
    --------
    >>> svg_address('<?xml version="1.0"?>\n<svg>\n <g id="a">\n </g>\n</svg>')
    "data:image/svg+xml,<svg><g id='a'></g></svg>"
    """
    svg = _UNSEEN.sub("", svg)
    svg = re.sub(r">\s+<", "><", svg.strip())
    svg = re.sub(r"\s+", " ", svg)
    # Blanks beside a command of a path mean nothing.
    svg = re.sub(r' d="([^"]*)"', lambda hit: f' d="{_tight(hit[1])}"', svg)
    svg = svg.replace("%", "%25").replace("#", "%23").replace("&", "&amp;")
    return "data:image/svg+xml," + svg.replace('"', "%22" if "'" in svg else "'")


def _tight(path: str) -> str:
    return re.sub(r" ?([A-Za-z]) ?", r"\1", path.strip())


def csv_address(data: bytes) -> str:
    r"""Return a CSV file as a data address.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    str
        Its bytes, unchanged.

    Examples
    --------
    >>> csv_address(b"a,b\n1,2\n")
    'data:text/csv;charset=utf-8,a,b%0A1,2%0A'
    """
    return "data:text/csv;charset=utf-8," + quote(data, safe=",;:!$()*+-./=?@_~")


def size_of(svg: str) -> tuple[int, int]:
    """Return width and height of an SVG in points, from its viewBox.

    Parameters
    ----------
    svg : str
        The file's text.

    Returns
    -------
    tuple of int
        Width, height.

    Examples
    --------
    >>> size_of('<svg viewBox="0 0 504 480.6">')
    (504, 481)
    """
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    return (round(float(found[1])), round(float(found[2]))) if found else (504, 360)
