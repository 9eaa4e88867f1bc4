"""ACLED: from its cells to the tidy table."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from sahelstats.datasets import mapping
from sahelstats.datasets.drafting import Draft
from sahelstats.datasets.values import by_unique
from sahelstats.tables.countries import by_iso_number, code_of

_GOVERNING = ("state", "external")


def draft(draft: Draft) -> None:
    """Fill a draft from ACLED's columns, as ``mapping.MAPPING`` says.

    Parameters
    ----------
    draft : Draft
        With the cells of an ACLED export.
    """
    ids = _stripped(draft, "event_id_cnty")
    draft.reject(ids == "", "event_id_cnty is empty: the row may be cut short")
    spaced = np.array([bool(re.search(r"\s", text)) for text in ids])
    draft.reject(spaced, "is no id", "event_id_cnty")
    draft.ids(ids, "ACLED-")
    start, end = draft.dates("event_date", "event_date")
    event = np.char.lower(_stripped(draft, "event_type").astype(str))
    attack = np.array([text.startswith(mapping.ACLED_ATTACKS) for text in event], dtype=bool)
    draft.reject(~attack, "is no organised violence", "event_type")
    draft.columns |= {
        "date_start": start,
        "date_end": end,
        "date_precision": draft.coded("time_precision", mapping.ACLED_TIME),
        "geo_precision": draft.coded("geo_precision", mapping.ACLED_GEO),
        "country": _country(draft),
        "attack_type": draft.matched("sub_event_type", mapping.ACLED_ATTACK, "unknown"),
    }
    draft.coordinates()
    draft.place("location", "admin1", "country")
    _sides(draft, event)
    figures = draft.whole("fatalities", needed=True)
    civilians = draft.columns["target_type"] == "civilians"
    draft.toll("killed", "incl_attackers", best=figures)
    draft.toll("killed", "excl_attackers", best=np.where(civilians, figures, np.nan))
    for basis in ("excl_attackers", "incl_attackers"):
        draft.toll("wounded", basis)


def _stripped(draft: Draft, name: str) -> np.ndarray:
    codes, texts = by_unique(draft.cells.text(name))
    return texts.str.strip().to_numpy(dtype=object)[codes]


def _country(draft: Draft) -> np.ndarray:
    """Return the ISO code by name, else by ISO number (older exports)."""
    codes, names = by_unique(draft.cells.text("country"))
    found = np.array([code_of(name) for name in names], dtype=object)[codes]
    numbers = draft.number("iso")
    known = by_iso_number()
    by_number = np.array([known.get(int(n), "") if n == n else "" for n in numbers], dtype=object)
    found = np.where(found == "", by_number, found)
    draft.reject(found == "", "is no country that is known", "country")
    return found


def _sides(draft: Draft, event: np.ndarray) -> None:
    """Set what follows from the two sides: type, target, actor and on whose word."""
    kinds = [_kind(draft, name) for name in ("inter1", "inter2")]
    first, second = kinds
    battle = np.char.startswith(event.astype(str), "battle")
    harmed = np.isin(second, ("civilians", "protesters"))
    targeted = _stripped(draft, "civilian_targeting") != ""
    civilians = targeted | harmed | np.char.startswith(event.astype(str), "violence against civ")
    states = np.isin(first, _GOVERNING) | np.isin(second, _GOVERNING)
    violence = np.where(civilians, "one-sided", np.where(states, "state-based", "non-state"))
    # A mine that nobody is known to have run into: one side, and no word of the other.
    alone = ~civilians & (second == "")
    violence = np.where(alone, "one-sided", violence)
    draft.flag("type_assumed", alone)
    actor2 = _stripped(draft, "actor2")
    actor = _stripped(draft, "actor1")
    opponent = battle & np.isin(first, _GOVERNING) & ~np.isin(second, ("", *_GOVERNING))
    draft.columns |= {
        "type_of_violence": violence,
        "target_type": np.where(civilians, "civilians", _target(second, actor2, battle)),
    }
    draft.actors(np.where(opponent, actor2, actor))
    unnamed = draft.columns["actor_family"] == "unidentified"
    coded = np.where(battle, "side", "coded")
    draft.columns["attribution"] = np.where(unnamed, "unknown", coded)


def _kind(draft: Draft, name: str) -> np.ndarray:
    """Return the kind of a side; turns away what ACLED's codebook does not have."""
    codes, texts = by_unique(draft.cells.text(name))
    plain = texts.str.strip().str.lower().str.replace(r"\.0$", "", regex=True)
    found = plain.map(mapping.ACLED_KINDS).astype(object)
    unknown = found.isna().to_numpy()
    draft.reject(unknown[codes], "is no kind of actor", name)
    return found.where(~pd.Series(unknown), "").to_numpy(dtype=object)[codes]


def _target(kind: np.ndarray, name: np.ndarray, battle: np.ndarray) -> np.ndarray:
    """Return who was hit from a distance; in a battle nobody is known to be the target."""
    forces = np.isin(kind, _GOVERNING)
    lower = np.char.lower(name.astype(str))
    police = np.char.startswith(lower, "police") | (np.char.find(lower, "gendarm") >= 0)
    mission = (np.char.find(lower, "united nations") >= 0) | np.char.startswith(lower, "minusma")
    found = np.where(forces, "military", "unknown").astype(object)
    found[forces & police] = "gendarmerie_police"
    found[forces & mission] = "peacekeepers"
    found[np.isin(kind, ("rebels", "militia"))] = "militants"
    found[battle] = "unknown"
    return found
