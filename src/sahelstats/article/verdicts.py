"""Verdicts on the assertions: one small function each, with what it compares and its threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sahelstats.article.evidence import Evidence
from sahelstats.paths import DATA
from sahelstats.summaries import country_name

ASSERTIONS = DATA / "article_assertions.csv"
VERDICTS = ("supported", "partly", "contradicted", "not testable here")


@dataclass(frozen=True)
class Finding:
    """What a table says of one assertion.

    Attributes
    ----------
    verdict : str
        One of ``VERDICTS``.
    found : str
        What the table says, in one sentence with its numbers.
    numbers : dict
        The numbers by name.
    """

    verdict: str
    found: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """How one assertion is checked.

    Attributes
    ----------
    assertion_id : str
        As in data/article_assertions.csv.
    compares : str
        What is compared, and the threshold, in words.
    on_events : bool
        Whether imported event data can be asked as well.
    countries : tuple of str
        Countries that event data must hold to be asked, ISO 3166-1 alpha-3.
    until : int
        Year that event data must reach to be asked.
    run : callable
        Evidence -> Finding.
    """

    assertion_id: str
    compares: str
    on_events: bool
    countries: tuple[str, ...]
    until: int
    run: Callable[[Evidence], Finding]


CHECKS: dict[str, Check] = {}


def check(
    assertion_id: str,
    compares: str,
    on_events: bool = False,
    countries: tuple[str, ...] = (),
    until: int = 0,
) -> Callable[[Callable[[Evidence], Finding]], Callable[[Evidence], Finding]]:
    """Register the function below as the check of an assertion.

    Parameters
    ----------
    assertion_id : str
        As in data/article_assertions.csv.
    compares : str
        What is compared, and the threshold, in words.
    on_events : bool
        Whether imported event data can be asked as well.
    countries : tuple of str
        Countries without which event data cannot be asked.
    until : int
        Year that event data must reach to be asked.

    Returns
    -------
    callable
        A decorator that returns the function as it is.
    """

    def register(run: Callable[[Evidence], Finding]) -> Callable[[Evidence], Finding]:
        CHECKS[assertion_id] = Check(assertion_id, compares, on_events, countries, until, run)
        return run

    return register


def load_assertions(path: Path | str | None = None) -> pd.DataFrame:
    """Load the assertions of the article.

    Parameters
    ----------
    path : Path or str, optional
        Default ``data/article_assertions.csv``.

    Returns
    -------
    DataFrame
        Columns ``assertion_id``, ``kind``, ``assertion``, ``figure_low``, ``figure_best``,
        ``figure_high`` (Int64), ``incident_id``, ``testable_with``.

    Examples
    --------
    >>> len(load_assertions())
    25
    """
    frame = pd.read_csv(ASSERTIONS if path is None else path, keep_default_na=True)
    return frame.astype(dict.fromkeys(("figure_low", "figure_best", "figure_high"), "Int64"))


def check_article(
    table: pd.DataFrame, claims: pd.DataFrame | None = None, events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Check every assertion against the curated table, and against event data where given.

    Parameters
    ----------
    table : DataFrame
        The curated tidy incidents.
    claims : DataFrame
        Their claims.
    events : DataFrame, optional
        An imported tidy table (UCDP GED, ACLED or GTD).

    Returns
    -------
    DataFrame
        One row per assertion: ``assertion_id``, ``kind``, ``assertion``, ``compares``,
        ``verdict``, ``found``, and ``events_verdict``, ``events_found`` (missing where event data
        cannot tell or is not given); ``numbers`` holds the numbers by name.

    Examples
    --------
    >>> from sahelstats import load_claims, load_incidents
    >>> found = check_article(load_incidents(), load_claims())
    >>> set(found["verdict"]) <= set(VERDICTS)
    True
    """
    from sahelstats.article import events_and_places, figures_and_actors  # noqa: F401

    curated = Evidence(table, claims)
    rows = []
    for assertion in load_assertions().itertuples(index=False):
        how = CHECKS[str(assertion.assertion_id)]
        finding = how.run(curated)
        beside = ask_events(how, events, table) if events is not None and how.on_events else None
        rows.append(
            {
                "assertion_id": how.assertion_id,
                "kind": assertion.kind,
                "assertion": assertion.assertion,
                "compares": how.compares,
                "verdict": finding.verdict,
                "found": finding.found,
                "events_verdict": beside.verdict if beside else None,
                "events_found": beside.found if beside else None,
                "numbers": finding.numbers,
            }
        )
    return pd.DataFrame(rows)


def ask_events(how: Check, events: pd.DataFrame, table: pd.DataFrame | None = None) -> Finding:
    """Return what event data say of one assertion.

    Parameters
    ----------
    how : Check
        The check; its ``on_events`` is true.
    events : DataFrame
        An imported tidy table.
    table : DataFrame, optional
        The curated table. Event data that hold fewer events than it holds incidents, in the same
        countries and years, are a part of a record.

    Returns
    -------
    Finding
        "not testable here" where the data leave out a country, end before the assertion or are a
        part of a record: what a file does not cover is no evidence that nothing happened.
    """
    held = set(events["country"])
    if lacking := [country_name(code) for code in how.countries if code not in held]:
        return Finding("not testable here", f"The data hold no event in {' or '.join(lacking)}.")
    last = int(events["year"].max())
    if last < how.until:
        return Finding("not testable here", f"The data end in {last}.")
    if table is not None:
        rows = [frame["country"].isin(set(how.countries) or held) for frame in (table, events)]
        n_table = int((rows[0] & table["year"].between(events["year"].min(), last)).sum())
        if (n_events := int(rows[1].sum())) < n_table:
            said = (
                f"The data are a part of a record: events {n_events:,}, our incidents {n_table:,}."
            )
            return Finding("not testable here", said)
    return how.run(Evidence(events))


def grade(supported: bool, partly: bool = False) -> str:
    """Return the verdict that two tests give.

    Examples
    --------
    >>> grade(True), grade(False, True), grade(False)
    ('supported', 'partly', 'contradicted')
    """
    if supported:
        return "supported"
    return "partly" if partly else "contradicted"
