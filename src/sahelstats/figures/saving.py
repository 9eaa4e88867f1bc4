"""Saving a figure so that its bytes depend on nothing but what it shows."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pandas as pd

from sahelstats.files import write_atomic
from sahelstats.notebook import FIGURE_NAME, as_text, current_run

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure


def save_figure(fig: Figure, name: str, *, data: pd.DataFrame, alt: str, caption: str) -> None:
    """Save a figure as SVG, PNG and the CSV behind it, and show it in the notebook.

    Parameters
    ----------
    fig : Figure
        What to save; it is closed afterwards.
    name : str
        Short name, unique in its notebook: the files are ``STEM__name.svg`` and so on.
    data : DataFrame
        Every value the figure shows, one row a mark.
    alt : str
        What the figure shows, for readers who cannot see it.
    caption : str
        What it shows, of how many, and what it cannot show.

    Raises
    ------
    ValueError
        When the name is not plain, the texts are missing, or the data is empty.
    """
    import matplotlib.pyplot as plt

    if not re.fullmatch(FIGURE_NAME, name):
        raise ValueError(f"figure name {name!r}: use small letters, digits and single underscores")
    if not alt.strip() or not caption.strip():
        raise ValueError(f"figure {name!r} needs both an alt text and a caption")
    if data.empty:
        raise ValueError(f"figure {name!r} has no data behind it: is the selection empty?")
    run = current_run()
    files = {
        "svg": _drawn(fig, "svg"),
        "png": _drawn(fig, "png"),
        "csv": data_csv(data).encode("utf-8"),
    }
    plt.close(fig)
    for kind, content in files.items():
        target = run.folder / "figures" / f"{run.stem}__{name}.{kind}"
        write_atomic(target, content, lasting=False)  # until the run has succeeded
    run.figures[name] = {"alt": alt.strip(), "caption": caption.strip()}
    run.write()
    _show(name, files["png"], alt, caption)


def skip_figure(name: str, reason: str) -> None:
    """Say in the notebook why a declared figure cannot be drawn from this table.

    Parameters
    ----------
    name : str
        A figure the notebook declares.
    reason : str
        One sentence for the reader: what the table lacks.

    Raises
    ------
    ValueError
        When no reason is given.

    Notes
    -----
    For imported tables, which lack some columns. The runner lets a figure be missing only where the
    notebook said so.
    """
    from sahelstats.notebook import say

    if not reason.strip():
        raise ValueError(f"figure {name!r} is skipped without a reason")
    run = current_run()
    said = reason.strip() in run.skipped.values()
    run.skipped[name] = reason.strip()
    run.write()
    if not said:  # one reason may hold for several figures
        value = f"skipped_{name}"
        say(f"{{{value}}}", **{value: reason.strip()})


def _drawn(fig: Figure, kind: str) -> bytes:
    """Return the figure's bytes without dates and version strings."""
    nothing = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    buffer = io.BytesIO()
    if fig.get_layout_engine() is not None:
        _draw_once(fig)
    fig.savefig(buffer, format=kind, metadata=nothing[kind])
    return shortened(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


def shortened(svg: bytes) -> bytes:
    r"""Return an SVG whose positions are no finer than a hundredth of a point.

    Parameters
    ----------
    svg : bytes
        As matplotlib writes it, with six decimals.

    Returns
    -------
    bytes
        The same picture, in about half the space: pages carry their figures within them.

    Examples
    --------
    >>> shortened(b'<path d="M 1.234567 2.5 \nL -0.001 7 \nz \n" transform="scale(0.015625)"/>')
    b'<path d="M1.23 2.5L0 7z" transform="scale(0.015625)"/>'
    """
    return _POSITIONS.sub(lambda found: _FINE.sub(_hundredths, _joined(found[0])), svg)


#: What gives positions: outlines, places of marks and letters, and moves (but not scales).
_POSITIONS = re.compile(rb' d="[^"]*"| [xy]="[^"]*"|translate\([^)]*\)')
_FINE = re.compile(rb"-?\d+\.\d{3,}")


def _hundredths(number: re.Match[bytes]) -> bytes:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return b"0" if text == "-0" else text.encode("ascii")


def _joined(path: bytes) -> bytes:
    """Return an outline without the spaces and line ends that its letters make needless."""
    if not path.startswith(b" d="):
        return path
    return b" " + re.sub(rb"\s*([A-Za-z])\s*", rb"\1", path[1:].replace(b"\n", b" "))


def _draw_once(fig: Figure) -> None:
    """Have the next ``savefig`` lay the figure out and draw it once.

    matplotlib draws it twice, first into nothing: it needs no more than the layout of that. Drawing
    is what a notebook spends most of its time with.
    """

    def lay_out(renderer: RendererBase) -> None:
        del fig.draw  # the second time it is drawn
        engine = fig.get_layout_engine()
        if engine is not None:
            engine.execute(fig)

    fig.draw = lay_out  # type: ignore[method-assign]


def data_csv(data: pd.DataFrame) -> str:
    r"""Return the data behind a figure as CSV that a spreadsheet reads as data.

    Parameters
    ----------
    data : DataFrame
        One row a mark.

    Returns
    -------
    str
        Floats with ten significant digits; text that a spreadsheet would take for a formula is
        led by an apostrophe, which ``read_data_csv`` takes away again. Numbers stay as they are,
        also where they stand in a column of text.

    Examples
    --------
    >>> data_csv(pd.DataFrame({"place": ["=1+1", "Gao"], "n": [0.1 + 0.2, -2.0]}))
    "place,n\n'=1+1,0.3\nGao,-2\n"
    """
    safe = data.copy()
    safe.columns = [guarded(name) for name in data.columns]
    for place in range(safe.shape[1]):
        column = safe.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(object)
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            safe.isetitem(place, column.map(guarded, na_action="ignore"))
    written = safe.to_csv(
        index=False, lineterminator="\n", float_format="%.10g", date_format="%Y-%m-%d"
    )
    if "\r" not in written:
        return written
    # Python does not quote a lone carriage return, which a spreadsheet takes for the end of a row.
    return safe.to_csv(
        index=False, lineterminator="\n", float_format="%.10g", date_format="%Y-%m-%d",
        quoting=csv.QUOTE_ALL,
    )  # fmt: skip


def read_data_csv(source: Path | str | IO[str]) -> pd.DataFrame:
    r"""Read the data behind a figure, as text without the apostrophes that guard it.

    Parameters
    ----------
    source : Path, str or file
        A CSV file that ``save_figure`` wrote.

    Returns
    -------
    DataFrame
        Cells and names as they were before; numbers where a whole column is numbers.

    Examples
    --------
    >>> read_data_csv(io.StringIO("place,n\n'=1+1,3\n'quoted',4\n")).values.tolist()
    [['=1+1', 3], ["'quoted'", 4]]
    """
    data = pd.read_csv(source)
    data.columns = [unguarded(name) for name in data.columns]
    for place in range(data.shape[1]):
        column = data.iloc[:, place]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            data.isetitem(place, column.map(unguarded, na_action="ignore"))
    return data


#: What begins a formula in some spreadsheet (OWASP, "CSV Injection"), also in its full-width forms.
_FORMULA = "[=+@\\t\\r\\n\uff1d\uff0b\uff0d\uff20-]"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


def guarded(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula.

    Parameters
    ----------
    cell : object
        A value, or the name of a column.

    Returns
    -------
    object
        Text that begins like a formula, after any number of apostrophes, with one apostrophe more;
        anything else, and a plain number, unchanged.

    Examples
    --------
    >>> [guarded(cell) for cell in ("=1+1", "'=1+1", "-0.5", "-a", -0.5, "'n Gao")]
    ["'=1+1", "''=1+1", '-0.5', "'-a", -0.5, "'n Gao"]
    """
    if not isinstance(cell, str) or re.fullmatch(_NUMBER, cell):
        return cell
    return f"'{cell}" if re.match(f"'*{_FORMULA}", cell) else cell


def unguarded(cell: object) -> object:
    """Return a cell as it was before ``guarded``.

    Parameters
    ----------
    cell : object
        A value as it was read.

    Returns
    -------
    object
        Text without the apostrophe that guards it.

    Examples
    --------
    >>> [unguarded(cell) for cell in ("'=1+1", "''=1+1", "-0.5", "'n Gao")]
    ['=1+1', "'=1+1", '-0.5', "'n Gao"]
    """
    guard = isinstance(cell, str) and re.match(f"'+{_FORMULA}", cell)
    return str(cell)[1:] if guard else cell


def _show(name: str, png: bytes, alt: str, caption: str) -> None:
    """Display the figure and its caption; the report finds them by their marks."""
    import base64

    from IPython.display import display

    picture = {"image/png": base64.b64encode(png).decode("ascii"), "text/plain": alt}
    marks = {"sahelstats": {"role": "figure", "name": name}, "image/png": {"width": 700}}
    display(picture, raw=True, metadata=marks)
    text = {"text/markdown": f"*{as_text(caption)}*", "text/plain": caption}
    display(text, raw=True, metadata={"sahelstats": {"role": "caption", "name": name}})
