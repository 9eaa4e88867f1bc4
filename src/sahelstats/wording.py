"""Findings in words: spans of years, and movements with their intervals."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural unless it is one.

    Examples
    --------
    >>> counted(1, "soldier"), counted(0, "soldier")
    ('1 soldier', '0 soldiers')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def way(km: float, more: str = "") -> str:
    """Return a movement given in kilometres southward in words.

    Examples
    --------
    >>> way(101.4), way(-17.2, " a year")
    ('101 km south', '17 km a year north')
    """
    return f"{abs(km):,.0f} km{more} {'south' if km >= 0 else 'north'}"


def span_name(first: int, last: int) -> str:
    """Return the name of a span of years.

    Examples
    --------
    >>> span_name(2016, 2019), span_name(2016, 2016)
    ('2016\N{EN DASH}2019', '2016')
    """
    return f"{first}" if first == last else f"{first}\N{EN DASH}{last}"


def years_text(first: int, last: int, alone: str = "", several: str = "") -> str:
    """Return a span of years as a sentence holds it.

    Parameters
    ----------
    first, last : int
        Both included.
    alone, several : str
        What stands before a single year, and before a span.

    Returns
    -------
    str
        One year once.

    Examples
    --------
    >>> years_text(2012, 2026), years_text(2012, 2012)
    ('2012 to 2026', '2012')
    >>> years_text(2012, 2026, "in ", "from "), years_text(2012, 2012, "in ", "from ")
    ('from 2012 to 2026', 'in 2012')
    """
    return f"{alone}{first}" if first == last else f"{several}{first} to {last}"


def scope(n_held: int, n_chosen: int, first: int, last: int, n_used: int | None = None) -> str:
    """Return which incidents of a table a page takes, empty where it takes them all.

    Parameters
    ----------
    n_held, n_chosen : int
        Incidents of the table, and those of the years and countries chosen.
    first, last : int
        Years chosen, both included.
    n_used : int, optional
        Those of them that lie in the region, for pages that place them.

    Returns
    -------
    str
        One or two sentences.

    Examples
    --------
    >>> scope(135, 29, 2012, 2026)
    'Of the 135 incidents of the table this page takes 29, by the parameters: years 2012 to 2026.'
    >>> scope(30, 30, 2012, 2026), scope(30, 30, 2012, 2026, n_used=30)
    ('', '')
    >>> scope(9, 9, 2012, 2026, n_used=8)[:34]
    'Of 9 incidents 1 is left out here:'
    """
    said = []
    if n_chosen < n_held:
        span = years_text(first, last, "year ", "years ")
        said.append(
            f"Of the {n_held:,} incidents of the table this page takes {n_chosen:,}, by the"
            f" parameters: {span}."
        )
    if n_used is not None and n_used < n_chosen:
        n_out = n_chosen - n_used
        said.append(
            f"Of {n_chosen:,} incidents {n_out:,} {'is' if n_out == 1 else 'are'} left out here:"
            " outside the region's fourteen countries, or with a point that cannot be"
            f" {'its' if n_out == 1 else 'their'} own."
        )
    return " ".join(said)


def moved(km: float, low: float, high: float, more: str = "") -> str:
    """Return a movement and its interval, given in kilometres southward, in words.

    Parameters
    ----------
    km, low, high : float
        Kilometres, south positive.
    more : str
        What follows the number, such as ``" a year"``.

    Returns
    -------
    str
        With the direction of either end where they differ.

    Examples
    --------
    >>> moved(101, 44, 230)
    '101 km south (44 to 230)'
    >>> moved(-17.2, -77, 28, " a year")
    '17 km a year north (77 north to 28 south)'
    """
    ways = ["south" if value >= 0 else "north" for value in (low, high)]
    ends = [f"{abs(value):,.0f}" for value in (low, high)]
    if ways[0] == ways[1]:
        ends = ends if ways[0] == "south" else ends[::-1]
    else:
        ends = [f"{end} {side}" for end, side in zip(ends, ways, strict=True)]
    return f"{way(km, more)} ({ends[0]} to {ends[1]})"


def within_chance(low: float, high: float) -> str:
    """Return the words that end a finding whose interval does not leave out zero.

    Examples
    --------
    >>> within_chance(3, 9), within_chance(-3, 9)
    ('', ', within what chance allows')
    """
    return "" if low > 0 or high < 0 else ", within what chance allows"
