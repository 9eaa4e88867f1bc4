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
