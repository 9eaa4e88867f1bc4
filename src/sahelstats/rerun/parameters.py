"""Parameters from a command line, parsed to the type of the notebook's own default.

A shell knows only text, and guessing turns 007 into 7 and NO into False. The notebook's default
says what each parameter is, so nothing is guessed.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sahelstats.rerun.errors import RerunError

MAX_LENGTH = 10_000
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def parse_settings(
    settings: Sequence[str], defaults: Mapping[str, Any], stem: str
) -> dict[str, Any]:
    """Return typed parameters from ``NAME=VALUE`` texts.

    Parameters
    ----------
    settings : sequence of str
        As typed behind ``--set``.
    defaults : mapping
        The notebook's parameters and their defaults.
    stem : str
        The notebook, for messages.

    Returns
    -------
    dict
        Name -> value of the default's type.

    Raises
    ------
    RerunError
        Lists every setting that cannot be used, with the nearest known name.

    Examples
    --------
    >>> defaults = {"countries": [], "first_year": 0}
    >>> parse_settings(["countries=MLI,BFA", "first_year=2015"], defaults, "x")
    {'countries': ['MLI', 'BFA'], 'first_year': 2015}
    """
    parsed: dict[str, Any] = {}
    faults = []
    for setting in settings:
        name, equals, text = setting.partition("=")
        try:
            if not equals:
                raise ValueError(f"{setting!r} is not of the form NAME=VALUE")
            if name not in defaults:
                raise ValueError(_unknown(name, list(defaults)))
            if name in parsed:
                raise ValueError(f"{name} is set twice")
            parsed[name] = parse_value(text, defaults[name])
        except ValueError as error:
            faults.append(str(error))
    if faults:
        raise RerunError(f"notebook {stem} cannot be run with these settings:", faults)
    return parsed


def parse_value(text: str, default: Any) -> Any:
    """Return a text as the type of a default.

    Parameters
    ----------
    text : str
        What was typed.
    default : bool, int, float, str, list or None
        Gives the type; a list takes the type of its first element, else text. None takes text.

    Returns
    -------
    Same type as the default.

    Raises
    ------
    ValueError
        When the text does not fit.

    Examples
    --------
    >>> parse_value("007", "text"), parse_value("NO", ["MLI"]), parse_value("2.5", 1.0)
    ('007', ['NO'], 2.5)
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(
            f"a value of {len(text):,} characters is too long (at most {MAX_LENGTH:,})"
        )
    if isinstance(default, bool):
        return _parse_flag(text)
    if isinstance(default, (int, float)):
        return _parse_number(text, type(default))
    if isinstance(default, list):
        return _parse_list(text, default)
    if default is None or isinstance(default, str):
        return text
    raise ValueError(f"a parameter of type {type(default).__name__} cannot be set from here")


def _parse_flag(text: str) -> bool:
    if text.lower() in _TRUE or text.lower() in _FALSE:
        return text.lower() in _TRUE
    raise ValueError(f"{text!r} is neither true nor false")


def _parse_number(text: str, kind: type) -> Any:
    try:
        if not re.fullmatch(
            r"[-+]?\d+" if kind is int else r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", text
        ):
            raise ValueError
        value = kind(text)
        if not math.isfinite(value):
            raise ValueError
        return value
    except (ValueError, OverflowError):
        what = "whole number" if kind is int else "number"
        raise ValueError(f"{text!r} is not a {what}") from None


def _parse_list(text: str, default: list[Any]) -> list[Any]:
    """Return a list typed with commas between its items, or as a literal in brackets."""
    example = default[0] if default else ""
    if text.startswith("["):
        try:
            items = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            raise ValueError(f"{text!r} is not a list") from None
        return [
            item if type(item) is type(example) else parse_value(str(item), example)
            for item in items
        ]
    return [parse_value(item.strip(), example) for item in text.split(",") if item.strip()]


def _unknown(name: str, known: list[str]) -> str:
    hint = nearest_name(name, known)
    return f"there is no parameter {name!r}{hint} (known: {', '.join(known)})"


def nearest_name(name: str, known: Sequence[str]) -> str:
    """Return the end of a message that names the nearest of some names.

    Parameters
    ----------
    name : str
        What was given.
    known : sequence of str
        What would have been right.

    Returns
    -------
    str
        Empty when none is near.

    Examples
    --------
    >>> nearest_name("contries", ["countries", "basis"])
    "; did you mean 'countries'?"
    """
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""


def variant_name(parameters: Mapping[str, Any]) -> str:
    """Return a folder name for a set of parameters, safe on every file system.

    Parameters
    ----------
    parameters : mapping
        What differs from the defaults.

    Returns
    -------
    str
        ``NAME=VALUE`` joined with commas, in order of the names; whatever a file system might
        object to is replaced and told apart by a digest.

    Examples
    --------
    >>> variant_name({"first_year": 2015, "countries": ["MLI", "BFA"]})
    'countries=MLI+BFA,first_year=2015'
    >>> variant_name({"countries": ["mli"]}).startswith("countries=mli-")
    True

    Notes
    -----
    Windows and macOS take ``a=X`` and ``a=x`` for one folder. So of all ways to write a text in
    capitals and small letters one alone goes without a digest: capitals up to three letters, as the
    codes of countries have, small letters beyond that. Names that Windows keeps for devices, CON
    say, cannot come about: every name has an equals sign before any dot.
    """
    plain = ",".join(f"{name}={_folder_text(parameters[name])}" for name in sorted(parameters))
    safe = re.sub(r"[^A-Za-z0-9_=+,.-]", "_", plain)
    # A value with one of the separators in it could pass for several values.
    clear = plain.count("=") == len(parameters) and plain.count(",") == len(parameters) - 1
    clear &= not any("+" in str(item) for value in parameters.values() for item in _items(value))
    clear &= not re.search(r"-[0-9a-f]{10}$", plain)  # could pass for a digest
    clear &= _in_usual_case(parameters)
    if clear and safe == plain and len(safe) <= 100 and not safe.endswith("."):
        return safe
    exact = json.dumps(dict(parameters), sort_keys=True, default=str)
    return f"{safe[:80].rstrip('.')}-{hashlib.sha256(exact.encode()).hexdigest()[:10]}"


def _in_usual_case(parameters: Mapping[str, Any]) -> bool:
    """Return whether every name and text is in the one case that goes without a digest."""
    items = [item for value in parameters.values() for item in _items(value)]
    texts = [item for item in items if isinstance(item, str)]
    usual = all(text == (text.upper() if len(text) <= 3 else text.lower()) for text in texts)
    return usual and all(name == name.lower() for name in parameters)


def _folder_text(value: Any) -> str:
    return "+".join(map(str, _items(value)))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
