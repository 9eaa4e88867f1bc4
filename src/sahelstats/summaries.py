"""Small tables that notebooks show: selections, counts and shares of incidents and claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sahelstats.casualties.tolls import toll_ranges
from sahelstats.tables.countries import short_names
from sahelstats.tables.schema import BASES, OUTCOMES, RANGE_PARTS, range_column
from sahelstats.tables.vocabulary import COUNTRIES, SOURCE_TYPE
from sahelstats.wording import moved as moved
from sahelstats.wording import scope as scope
from sahelstats.wording import span_name as span_name
from sahelstats.wording import way as way
from sahelstats.wording import within_chance as within_chance
from sahelstats.wording import years_text as years_text


def select(
    table: pd.DataFrame, countries: Sequence[str] = (), first_year: int = 0, last_year: int = 9999
) -> pd.DataFrame:
    """Return the incidents of some countries and years, ready for statistics.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    countries : sequence of str
        ISO 3166-1 alpha-3 codes; all when empty.
    first_year, last_year : int
        Both included.

    Returns
    -------
    DataFrame
        Rows of `table`, in its order, numbered anew.

    Raises
    ------
    ValueError
        When a country is not in the table, the years are reversed, or nothing is left.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> set(select(load_incidents(), ["TGO"])["country"])
    {'TGO'}
    """
    known = set(table["country"].dropna())
    if unknown := [code for code in countries if code not in known]:
        raise ValueError(
            f"no incident in {', '.join(unknown)}; the table has {', '.join(sorted(known))}"
        )
    if first_year > last_year:
        raise ValueError(f"first_year {first_year} is after last_year {last_year}")
    rows = table["year"].between(first_year, last_year)
    if countries:
        rows &= table["country"].isin(list(countries))
    if not rows.any():
        raise ValueError(
            f"no incident from {first_year} to {last_year} in {', '.join(countries) or 'the table'}"
        )
    return table[rows].reset_index(drop=True)


def country_name(code: str) -> str:
    """Return a country's name, or the code itself where it is none.

    Examples
    --------
    >>> country_name("MLI"), country_name("SYR"), country_name("ZZZ")
    ('Mali', 'Syria', 'ZZZ')
    """
    return COUNTRIES.get(code) or short_names().get(code, code)


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them.

    Examples
    --------
    >>> listed(["Mali", "Niger", "Togo"]), listed(["Mali"])
    ('Mali, Niger and Togo', 'Mali')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def listed_of_region(codes: Iterable[str]) -> str:
    """Return the names of countries, those outside the region as a number.

    Examples
    --------
    >>> listed_of_region(["NER", "MLI"]), listed_of_region(["MLI", "SYR", "AFG"])
    ('Mali and Niger', 'Mali and 2 others')
    >>> listed_of_region(["SYR", "AFG"])
    'Afghanistan and Syria'
    """
    every = set(codes)
    within = sorted(country_name(code) for code in every if code in COUNTRIES)
    beyond = sorted(country_name(code) for code in every if code not in COUNTRIES)
    if within and len(beyond) > 1:
        beyond = [f"{len(beyond)} others"]
    return listed([*within, *beyond])


def toll_columns(outcome: str, basis: str) -> dict[str, str]:
    """Return the names of the columns of one toll.

    Parameters
    ----------
    outcome : {"killed", "wounded"}
        What is counted.
    basis : {"excl_attackers", "incl_attackers"}
        Whether attackers are.

    Returns
    -------
    dict
        ``low``, ``best``, ``high``, ``open_above``, ``n_reports``, ``n_sources`` -> column name.

    Raises
    ------
    ValueError
        When the basis or the outcome is unknown.

    Examples
    --------
    >>> toll_columns("wounded", "excl_attackers")["best"]
    'wounded_best'
    """
    if basis not in BASES:
        raise ValueError(f"unknown basis {basis!r}: {' or '.join(BASES)}")
    if outcome not in OUTCOMES:
        raise ValueError(f"unknown outcome {outcome!r}: {' or '.join(OUTCOMES)}")
    return {part: range_column(outcome, basis, part) for part in RANGE_PARTS}


def on_basis(table: pd.DataFrame, basis: str) -> pd.DataFrame:
    """Return a table whose ``killed_*`` columns hold the toll on the chosen basis.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    basis : str
        ``excl_attackers`` or ``incl_attackers``.

    Returns
    -------
    DataFrame
        A copy where anything differs; ``killed_incl_*`` stay as they are.

    Raises
    ------
    ValueError
        When the basis is unknown.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> table = on_basis(load_incidents(), "incl_attackers")
    >>> bool(table["killed_best"].equals(table["killed_incl_best"]))
    True
    """
    wanted, standard = toll_columns("killed", basis), toll_columns("killed", "excl_attackers")
    if wanted == standard:
        return table
    return table.assign(**{standard[part]: table[wanted[part]] for part in standard})


def counts_by(table: pd.DataFrame, column: str, basis: str = "excl_attackers") -> pd.DataFrame:
    """Return incidents and known deaths by the values of a column, most incidents first.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    column : str
        For example ``country``.
    basis : str
        ``excl_attackers`` or ``incl_attackers``.

    Returns
    -------
    DataFrame
        Columns `column`, ``incidents``, ``without_best``, ``low``, ``best``, ``high``: sums of
        the ranges in people, by the rule of `sahelstats.casualties.toll_ranges`, as in every total.
        Low to high is an envelope, not an interval.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> table = load_incidents()
    >>> int(counts_by(table, "country")["incidents"].sum()) == len(table)
    True
    """
    ranges = _ranges(table, basis)
    groups = table.groupby(column, observed=True)
    found = ranges.groupby(table[column], observed=True).sum().astype("Int64")
    found.insert(0, "incidents", groups.size())
    found.insert(1, "without_best", ranges["best"].isna().groupby(table[column]).sum())
    order = found.reset_index().sort_values(["incidents", column], ascending=[False, True])
    return order.reset_index(drop=True)


def _ranges(table: pd.DataFrame, basis: str) -> pd.DataFrame:
    """Return low, best and high of every incident under the one rule for incomplete ranges."""
    ranges = toll_ranges(table, "killed", basis)
    return pd.DataFrame(
        {"low": ranges.low, "best": ranges.best, "high": ranges.high}, index=table.index
    )


def deaths_by_region(assigned: pd.DataFrame) -> pd.DataFrame:
    """Return incidents and known deaths by first-level division, most deaths first.

    Parameters
    ----------
    assigned : DataFrame
        Tidy incidents with ``region``, as ``geography.assign_regions`` returns them; those without
        a division are left out.

    Returns
    -------
    DataFrame
        Columns ``country``, ``region``, ``incidents``, ``low``, ``best``, ``high`` (sums, people)
        and ``open_above``: whether any of its highs was left open by its source.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> from sahelstats.geography import assign_regions
    >>> regions = deaths_by_region(assign_regions(load_incidents())[0])
    >>> bool((regions["low"] <= regions["high"]).all())
    True
    """
    placed = assigned.dropna(subset=["region"])
    keys = ["country", "region"]
    groups = placed.groupby(keys, observed=True)
    ranges = _ranges(placed, "excl_attackers").join(placed[keys])
    found = ranges.groupby(keys, observed=True).sum().astype("Int64")
    found.insert(0, "incidents", groups.size())
    found["open_above"] = groups["killed_open_above"].agg(lambda cells: bool(cells.any()))
    order = found.reset_index().sort_values(
        ["best", "incidents", "country", "region"], ascending=[False, False, True, True]
    )
    return order.reset_index(drop=True)


def half_within(values: ArrayLike, weights: ArrayLike) -> float:
    """Return the least value at which half of the weight is reached.

    Examples
    --------
    >>> half_within([100.0, 300.0, 200.0], [5, 1, 1])
    100.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(np.asarray(weights, dtype=float)[order])
    return float(np.asarray(values, dtype=float)[order][np.searchsorted(reached, reached[-1] / 2)])


def reports_per_incident(table: pd.DataFrame, basis: str, most: int = 5) -> pd.DataFrame:
    """Return how many incidents rest on how many reports of the dead.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    basis : str
        ``excl_attackers`` or ``incl_attackers``.
    most : int
        The last class takes this many and more.

    Returns
    -------
    DataFrame
        Columns ``number`` (0..most), ``by_report`` and ``by_party`` (incidents).

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> table = load_incidents()
    >>> found = reports_per_incident(table, "excl_attackers")
    >>> int(found["by_report"].sum()) == len(table)
    True
    """
    numbers = range(most + 1)

    def classes(part: str) -> pd.Series:
        cells = table[range_column("killed", basis, part)].astype(int).clip(upper=most)
        return cells.value_counts().reindex(numbers, fill_value=0)

    return pd.DataFrame(
        {
            "number": list(numbers),
            "by_report": classes("n_reports").to_numpy(),
            "by_party": classes("n_sources").to_numpy(),
        }
    )


def source_shares(claims: pd.DataFrame, table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return which types of source make the claims, for each value of a column.

    Parameters
    ----------
    claims : DataFrame
        As loaded, with ``source_type``.
    table : DataFrame
        Tidy incidents; claims on others are left out.
    by : str
        Column of `table`: ``country`` or ``year``.

    Returns
    -------
    DataFrame
        Columns `by`, ``source_type``, ``claims`` (count) and ``share`` (of the claims there, 0..1).

    Examples
    --------
    >>> from sahelstats import load_claims, load_incidents
    >>> shares = source_shares(load_claims(), load_incidents(), "country")
    >>> bool(np.allclose(shares.groupby("country")["share"].sum(), 1))
    True
    """
    values = table.set_index("incident_id")[by]
    joined = claims.assign(**{by: claims["incident_id"].map(values)}).dropna(subset=[by])
    counts = joined.groupby([by, joined["source_type"].astype(str)]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[t for t in SOURCE_TYPE if t in counts], fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0)
    stacked = counts.stack().rename("claims").to_frame()
    stacked["share"] = shares.stack()
    return stacked.reset_index()


#: What a reader would want to know of an incident -> test on the table and its toll columns.
KNOWN: dict[str, Callable[[pd.DataFrame, dict[str, str]], pd.Series]] = {
    "Day": lambda t, _: t["date_precision"] == "day",
    "Place to 25 km": lambda t, _: t["geo_precision"] <= 2,
    # Of an event with two sides a producer may name both and not say which attacked.
    "Who attacked": lambda t, _: (
        (t["actor_family"] != "unidentified") & (t["attribution"] != "side")
    ),
    "Number killed": lambda t, toll: t[toll["best"]].notna(),
    "... from two parties": lambda t, toll: t[toll["n_sources"]] >= 2,
    "... with no open end": lambda t, toll: t[toll["open_above"]].eq(False),
    "Killed, attackers counted": lambda t, _: t["killed_incl_best"].notna(),
    "Number wounded": lambda t, _: t["wounded_best"].notna(),
}


def known_shares(table: pd.DataFrame, basis: str = "excl_attackers") -> pd.DataFrame:
    """Return for each year the share of incidents of which something is known.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    basis : str
        ``excl_attackers`` or ``incl_attackers``.

    Returns
    -------
    DataFrame
        Columns ``year``, ``what``, ``incidents`` (of that year) and ``share`` (0..1).

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> bool(known_shares(load_incidents())["share"].between(0, 1).all())
    True
    """
    toll = toll_columns("killed", basis)
    flags = pd.DataFrame(
        {what: test(table, toll).fillna(False).to_numpy(bool) for what, test in KNOWN.items()}
    )
    years = table["year"].to_numpy(int)
    shares = flags.groupby(years).mean().rename_axis("year").reset_index()
    found = shares.melt("year", var_name="what", value_name="share")
    found.insert(2, "incidents", found["year"].map(pd.Series(years).value_counts()))
    return found
