"""UCDP GED: from its cells to the tidy table."""

from __future__ import annotations

import numpy as np

from sahelstats.datasets import mapping
from sahelstats.datasets.drafting import Draft
from sahelstats.datasets.values import ROUNDED, by_unique
from sahelstats.tables.countries import by_state_number, code_of


def draft(draft: Draft) -> None:
    """Fill a draft from UCDP GED's columns, as ``mapping.MAPPING`` says.

    Parameters
    ----------
    draft : Draft
        With the cells of a GED file.
    """
    ids = draft.whole("id", needed=True)
    if draft.cells.text("id").dtype == object:
        rounded = draft.cells.text("id").str.strip().str.fullmatch(ROUNDED)
        draft.reject(rounded.to_numpy(bool), "is rounded by a spreadsheet and no id", "id")
    draft.ids(ids, "UCDP-")
    start, end = draft.dates("date_start", "date_end")
    violence = draft.coded("type_of_violence", mapping.TYPE_OF_VIOLENCE)
    draft.columns |= {
        "date_start": start,
        "date_end": end,
        "date_precision": draft.coded("date_prec", mapping.DATE_PREC),
        "geo_precision": draft.coded("where_prec", mapping.WHERE_PREC),
        "type_of_violence": violence,
        "country": _country(draft),
    }
    draft.coordinates()
    draft.place("where_coordinates", "adm_1", "country")
    draft.actors(_actor(draft, violence))
    target = np.full(len(draft), "unknown", dtype=object)
    target[violence == "one-sided"] = "civilians"
    target[violence == "non-state"] = "militants"
    draft.columns |= {
        "attack_type": np.full(len(draft), "unknown", dtype=object),
        "target_type": target,
        "attribution": np.where(violence == "one-sided", "coded", "side"),
    }
    _tolls(draft, violence == "one-sided")
    clarity = draft.number("event_clarity")
    draft.flag("summary_event", clarity == 2)
    status = draft.cells.text("code_status")
    codes, texts = by_unique(status)
    cleared = texts.str.strip().str.lower().isin(["", "clear"]).to_numpy()[codes]
    draft.flag("not_cleared", ~cleared)


def _country(draft: Draft) -> np.ndarray:
    """Return the ISO code by UCDP's number of the state, else by its name."""
    numbers = draft.number("country_id")
    values, codes = np.unique(np.nan_to_num(numbers, nan=-1), return_inverse=True)
    known = by_state_number()
    found = np.array([known.get(int(value), "") for value in values], dtype=object)[codes]
    unknown = found == ""
    if unknown.any():
        positions, names = by_unique(draft.cells.text("country"))
        by_name = np.array([code_of(name) for name in names], dtype=object)[positions]
        found = np.where(unknown, by_name, found)
        draft.reject(found == "", "is no country that is known", "country")
    return found


def _actor(draft: Draft, violence: np.ndarray) -> np.ndarray:
    """Return the side that the tidy table names: of a state's opponent and the state the former.

    Who attacked is known for one-sided violence only; column attribution says so.
    """
    side_a, side_b = (
        draft.cells.text(side).to_numpy(dtype=object) for side in ("side_a", "side_b")
    )
    codes, texts = by_unique(draft.cells.text("side_b"))
    government = texts.str.startswith("Government of").to_numpy()[codes]
    rebels = (violence == "state-based") & ~government & (side_b != "")
    return np.where(rebels, side_b, side_a)


def _tolls(draft: Draft, one_sided: np.ndarray) -> None:
    """Set the tolls: with attackers as the producer gives them, without where none can be in it."""
    figures = {part: draft.whole(part, needed=True) for part in ("low", "best", "high")}
    draft.toll("killed", "incl_attackers", **figures)
    side_a, side_b, unknown = (
        np.nan_to_num(draft.whole(name), nan=1)
        for name in ("deaths_a", "deaths_b", "deaths_unknown")
    )
    only_civilians = (side_a == 0) & (side_b == 0) & (unknown == 0)
    known = (one_sided & (side_a == 0)) | only_civilians
    without = {part: np.where(known, values, np.nan) for part, values in figures.items()}
    draft.toll("killed", "excl_attackers", **without)
    for basis in ("excl_attackers", "incl_attackers"):
        draft.toll("wounded", basis)
