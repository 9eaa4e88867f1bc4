"""What a notebook says and leaves behind: prose made from values, and the file that keeps them.

A number in a notebook's prose is never typed. ``say`` and ``answer`` fill it in from a named value
and write that value to the run's ``values.json``, so that every sentence can be checked.
"""

from __future__ import annotations

import json
import math
import os
import re
import string
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from sahelstats.files import write_atomic
from sahelstats.paths import BUILD

#: Set by the runner: the notebook's stem, and the folder that takes what the run makes.
STEM_VARIABLE = "SAHELSTATS_STEM"
FOLDER_VARIABLE = "SAHELSTATS_RUN_FOLDER"

#: Audit event with the path of a file that is read past Python; the runner listens.
READS = "sahelstats.reads"

#: What a figure may be called: it becomes part of file names.
FIGURE_NAME = r"[a-z0-9]+(?:_[a-z0-9]+)*"


@dataclass
class Run:
    """One execution of a notebook, by the runner or by hand in JupyterLab.

    Attributes
    ----------
    stem : str
        Name of the notebook without ``.ipynb``.
    folder : Path
        Where its figures and values go; under ``build/drafts`` when run by hand, so that trying
        things out never touches the committed figures.
    values : dict
        Everything its prose cites.
    answer : list of str
        The lines that answer its question.
    figures : dict
        Figure name -> alt text and caption.
    skipped : dict
        Declared figure that this table cannot give -> why.
    """

    stem: str
    folder: Path
    values: dict[str, Any] = field(default_factory=dict)
    answer: list[str] = field(default_factory=list)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Write values, answer and figure texts to the run's folder."""
        for name, content in (
            (
                "values.json",
                {"values": self.values, "answer": self.answer, "skipped": self.skipped},
            ),
            ("figures.json", self.figures),
        ):
            text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
            # Written anew for every value; the runner sees to it that the last one lasts.
            write_atomic(self.folder / name, text, lasting=False)


@lru_cache(maxsize=1)
def current_run() -> Run:
    """Return the run this kernel belongs to.

    Returns
    -------
    Run
        The same object for the life of the kernel.
    """
    session = Path(os.environ.get("JPY_SESSION_NAME", "draft.ipynb")).stem
    stem = os.environ.get(STEM_VARIABLE, session)
    return Run(stem, Path(os.environ.get(FOLDER_VARIABLE, BUILD / "drafts" / stem)))


def record(**values: Any) -> dict[str, Any]:
    """Keep named values in the run's values file.

    Parameters
    ----------
    **values
        Numbers, text, flags, dates, or lists and dicts of them.

    Returns
    -------
    dict
        The values as plain Python, ready for a template.

    Raises
    ------
    ValueError
        When a name already stands for another value: a reader could not tell which is meant.

    Examples
    --------
    >>> record(n_example=3)
    {'n_example': 3}
    """
    run = current_run()
    plain = {name: _plain(value) for name, value in values.items()}
    for name, value in plain.items():
        if name in run.values and run.values[name] != _storable(value):
            was = run.values[name]
            raise ValueError(f"the value {name!r} is already {was!r} and cannot also be {value!r}")
        run.values[name] = _storable(value)
    run.write()
    return plain


def fill(template: str, **values: Any) -> str:
    """Return a sentence with named values filled in, keeping them in the values file.

    Parameters
    ----------
    template : str
        Text with ``{name}`` or ``{name:,}``.
    **values
        A value for each name.

    Returns
    -------
    str
        The sentence.

    Examples
    --------
    >>> fill("{n_words:,} words", n_words=1200)
    '1,200 words'
    >>> fill("from {low:.1f} to {high:.0f}", low=-0.71, high=-0.2)
    'from \u22120.7 to 0'
    """
    return _Formatter().format(template, **record(**values))


class _Formatter(string.Formatter):
    """Writes numbers below zero with a minus sign, and without one where they round to nought."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        text = super().format_field(value, format_spec)
        if not isinstance(value, (int, float)) or not value < 0:
            return text
        return text.replace("-", "\u2212" if re.search("[1-9]", text) else "", 1)


def as_text(text: str) -> str:
    r"""Return text that Markdown shows letter by letter, whatever stands in it.

    Parameters
    ----------
    text : str
        For example a name from the data.

    Returns
    -------
    str
        On one line, with a backslash before every letter that Markdown or HTML would act on.

    Examples
    --------
    >>> as_text("<b> [Gao]")
    '\\<b\\> \\[Gao\\]'
    """
    # What comes from data is text, not markup: a place called <b> must show as <b>.
    line = re.sub(r"\s*[\r\n]\s*", " ", text)
    harmless = re.sub(r"([\\`*_\[\]<>&|~$#])", r"\\\1", line)
    # At the beginning of a line these make a list.
    return re.sub(r"^(\s*)(\d*)([-+.)])", r"\1\2\\\3", harmless)


def fill_markdown(template: str, **values: Any) -> str:
    r"""Return Markdown with named values filled in as text, keeping them in the values file.

    Parameters
    ----------
    template : str
        Markdown with ``{name}`` or ``{name:,}``.
    **values
        A value for each name.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> fill_markdown("The *place* {shown_place}", shown_place="<b>")
    'The *place* \\<b\\>'
    """
    plain, formatter, parts, in_code = record(**values), _Formatter(), [], False
    for literal, name, spec, conversion in formatter.parse(template):
        parts.append(literal)
        in_code ^= literal.count("`") % 2 == 1
        if name is None:
            continue
        value = formatter.convert_field(formatter.get_field(name, (), plain)[0], conversion)
        text = formatter.format_field(value, (spec or "").format(**plain))
        if isinstance(value, (int, float)):
            parts.append(text)
        else:  # code is shown as it stands; only a backtick would end it
            parts.append(text.replace("`", "'") if in_code else as_text(text))
    return "".join(parts)


def say(template: str, **values: Any) -> None:
    """Show a paragraph of Markdown with named values filled in.

    Parameters
    ----------
    template : str
        Markdown with ``{name}`` or ``{name:,}`` for each value.
    **values
        A value for each name; kept in the values file.
    """
    _show_markdown(fill_markdown(template, **values), "prose")


def answer(*lines: str, **values: Any) -> None:
    """Show and keep the lines that answer the notebook's question.

    Parameters
    ----------
    *lines : str
        Templates as for ``say``; three is the custom.
    **values
        A value for each name in any of them.
    """
    run = current_run()
    run.answer = [fill_markdown(line, **values) for line in lines]
    run.write()
    _show_markdown("\n".join(f"* {line}" for line in run.answer), "answer")


def reads(path: Path | str) -> Path | str:
    """Declare a file or folder under ``data/`` that a library opens where the runner cannot see it.

    Files that Python opens are seen, and so are those that pandas, pyarrow, GeoPandas, h5py and
    sqlite3 are given by path. Others make the notebook run again only when it declares them.

    Parameters
    ----------
    path : Path or str
        What is read, a folder with all that is in it.

    Returns
    -------
    Path or str
        The same, to hand on.

    Raises
    ------
    FileNotFoundError
        When there is no such file.

    Examples
    --------
    >>> import duckdb                                               # doctest: +SKIP
    >>> duckdb.read_parquet(reads("data/events.parquet"))           # doctest: +SKIP
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no {path} to read")
    sys.audit(READS, os.fspath(path))
    return path


def _show_markdown(text: str, role: str) -> None:
    """Display Markdown, marked with its role for the report."""
    from IPython.display import display

    bundle = {"text/markdown": text, "text/plain": text}
    display(bundle, raw=True, metadata={"sahelstats": {"role": role}})


def _plain(value: Any) -> Any:
    """Return numpy and pandas scalars as plain Python."""
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _storable(value: Any) -> Any:
    """Return a value as JSON keeps it: days as text, not-a-number as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    raise TypeError(f"a value for prose must be plain, not {type(value).__name__}: {value!r}")
