"""Assertions about where and when attacks happen, against the table and event data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelstats.article.evidence import Evidence
from sahelstats.article.figures_and_actors import BAMAKO, KATI
from sahelstats.article.verdicts import Finding, check, grade
from sahelstats.geography import comparable_names, southward_trend

#: The article appeared in September 2024; what came later cannot support or refute it.
LAST_YEAR = 2024
NORTH_AND_CENTRE = ("Kidal", "Gao", "Tombouctou", "Mopti", "Segou")
WEST_OF_NIGER = ("Tillaberi", "Tahoua", "Dosso", "Niamey")
CENTRAL_SAHEL = ("MLI", "BFA", "NER")
SEED = 20240917


def _regions(table: pd.DataFrame, country: str) -> pd.Series:
    """Return the comparable first-level divisions of a country's incidents, without accents."""
    own = table[table["country"] == country]
    names = pd.Series(comparable_names(own["country"], own["admin1"]), index=own.index)
    plain = names.astype("string").str.normalize("NFKD").str.encode("ascii", "ignore")
    return plain.str.decode("ascii")


@check("A01", "The incident is in the table on that day, within 20 km of the centre of Bamako.")
def attack_on_bamako(evidence: Evidence) -> Finding:
    """The attack of 17 September 2024."""
    row = evidence.incident(BAMAKO)
    km = float(evidence.km_from("Bamako")[evidence.table["incident_id"] == BAMAKO][0])
    day = f"{row['date_start']:%Y-%m-%d}"
    return Finding(
        grade(day == "2024-09-17" and km <= 20),
        f"Dated {day}, {km:.0f} km from the centre; place: {row['place']}.",
        {"day": day, "km": round(km, 1)},
    )


@check("A06", "Distance of the attack's point from the centre: outskirts are 5 to 25 km out.")
def outskirts(evidence: Evidence) -> Finding:
    """Whether Senou and Faladie lie on the outskirts."""
    km = float(evidence.km_from("Bamako")[evidence.table["incident_id"] == BAMAKO][0])
    return Finding(
        grade(5 <= km <= 25), f"Its point lies {km:.1f} km from the centre.", {"km": round(km, 1)}
    )


@check("A07", "First incident in Mali: supported by 2011, partly where the table starts in 2012.")
def beginning(evidence: Evidence) -> Finding:
    """When and where the crisis began."""
    mali = evidence.table[evidence.table["country"] == "MLI"].sort_values("date_start")
    first = mali.iloc[0]
    year = int(first["year"])
    return Finding(
        grade(year <= 2011, year == 2012),
        f"The table begins with {first['place']}, {first['date_start']:%Y-%m-%d}; it holds attacks,"
        " not who held a town.",
        {"first_year": year},
    )


@check(
    "A11",
    "Share of incidents in Mali to 2021 in its north and centre: supported from 80%.",
    True,
    countries=("MLI",),
    until=2021,
)
def north_and_centre(evidence: Evidence) -> Finding:
    """Where in Mali the conflict was."""
    table = evidence.table[evidence.between(2012, 2021)]
    region = _regions(table, "MLI")
    share = float(region.isin(NORTH_AND_CENTRE).mean())
    return Finding(
        grade(share >= 0.8, share >= 0.6),
        f"{share:.0%} of {len(region)} incidents in Mali from 2012 to 2021 lie there.",
        {"share": round(share, 4), "incidents": len(region)},
    )


@check(
    "A12",
    "Incidents within 100 km of Bamako in the three weeks before Kati: supported from two.",
    True,
    countries=("MLI",),
    until=2022,
)
def before_kati(evidence: Evidence) -> Finding:
    """The small attacks before the raid on Kati."""
    days = evidence.table["date_start"]
    near = (evidence.km_from("Bamako") <= 100) & days.between("2022-07-01", "2022-07-21")
    n = int(near.sum())
    return Finding(
        grade(n >= 2, n == 1), f"Incidents from 1 to 21 July 2022: {n}.", {"incidents": n}
    )


@check("A13", "Geodesic distance of Kati's point from the centre: supported within 3 km of 15 km.")
def kati_distance(evidence: Evidence) -> Finding:
    """How far Kati is from Bamako."""
    km = float(evidence.km_from("Bamako")[evidence.table["incident_id"] == KATI][0])
    return Finding(
        grade(abs(km - 15) <= 3, abs(km - 15) <= 6),
        f"{km:.1f} km from the centre.",
        {"km": round(km, 1)},
    )


@check(
    "A16",
    "Southward trend of both groups' incidents: supported when its whole interval points south.",
    True,
    countries=CENTRAL_SAHEL,
    until=2022,
)
def further_south(evidence: Evidence) -> Finding:
    """Whether the groups probe further south."""
    rows = evidence.between(2012, LAST_YEAR)
    if not evidence.table["actor_family"].isna().all():
        rows &= evidence.table["actor_family"].isin(["jnim", "is_sahel", "unidentified"])
    trend = southward_trend(
        evidence.table[rows], "incidents", rng=np.random.default_rng(SEED), statistic="mean"
    )
    return Finding(
        grade(trend.low > 0, trend.km_per_year > 0),
        f"{trend.km_per_year:.0f} km a year southward"
        f" (90% interval {trend.low:.0f} to {trend.high:.0f}).",
        {
            "km_per_year": trend.km_per_year,
            "low": trend.low,
            "high": trend.high,
            "p": trend.p_south,
        },
    )


@check(
    "A17",
    "Burkina's regions with incidents since 2019: partly from half; it is not control.",
    True,
    countries=("BFA",),
    until=2019,
)
def burkina(evidence: Evidence) -> Finding:
    """How widely attacks are spread in Burkina Faso."""
    table = evidence.table[evidence.between(2019, LAST_YEAR)]
    n = int(_regions(table, "BFA").nunique())
    return Finding(
        grade(False, n >= 7), f"Attacks in {n} of 13 regions since 2019.", {"regions": n}
    )


@check(
    "A18",
    "Incidents in western Niger in every year since 2019, some within 60 km of Niamey.",
    True,
    countries=("NER",),
    until=2019,
)
def west_of_niger(evidence: Evidence) -> Finding:
    """Attacks in the west of Niger."""
    recent = evidence.between(2019, LAST_YEAR)
    region = _regions(evidence.table[recent], "NER")
    west = evidence.table.loc[region.index[region.isin(WEST_OF_NIGER)]]
    years = int(west["year"].nunique())
    span = int(evidence.table.loc[recent, "year"].nunique())
    near = int((recent & (evidence.km_from("Niamey") <= 60)).sum())
    return Finding(
        grade(years == span and near > 0, years >= span - 1),
        f"{len(west)} incidents in {years} of {span} years; {near} within 60 km of Niamey.",
        {"incidents": len(west), "years": years, "near_niamey": near},
    )


@check(
    "A19",
    "Incidents in the north of Benin and Togo (north of 10° N) since 2022: in every year.",
    True,
    countries=("BEN", "TGO"),
    until=2022,
)
def north_of_the_coast(evidence: Evidence) -> Finding:
    """Attacks in the north of the coastal states."""
    rows = evidence.between(2022, LAST_YEAR) & evidence.table["country"].isin(["BEN", "TGO"])
    north = evidence.table[rows & (evidence.table["latitude"] >= 10)]
    span = int(evidence.table.loc[evidence.between(2022, LAST_YEAR), "year"].nunique())
    counts = north.groupby("country")["year"].nunique().reindex(["BEN", "TGO"], fill_value=0)
    return Finding(
        grade(bool((counts == span).all()), bool((counts > 0).all())),
        f"{len(north)} incidents; Benin {counts['BEN']}, Togo {counts['TGO']} of {span} years.",
        {
            "incidents": len(north),
            "years_benin": int(counts["BEN"]),
            "years_togo": int(counts["TGO"]),
        },
    )


@check(
    "A20",
    "Incidents in Côte d'Ivoire north of 8° N, 2020 and 2021 against 2022 to 2024.",
    True,
    countries=("CIV",),
    until=2022,
)
def ivory_coast(evidence: Evidence) -> Finding:
    """Whether the groups were pushed back in Côte d'Ivoire."""
    north = evidence.table[(evidence.table["country"] == "CIV") & (evidence.table["latitude"] >= 8)]
    before = int(north["year"].between(2020, 2021).sum())
    after = int(north["year"].between(2022, LAST_YEAR).sum())
    if before == after == 0:
        return Finding("not testable here", "The data hold no incident there, before or after.")
    return Finding(
        grade(before > 0 and after == 0, after < before),
        f"{before} incidents in 2020 and 2021, {after} from 2022 to {LAST_YEAR}.",
        {"before": before, "after": after},
    )


@check(
    "A21",
    "Deaths per year, last complete year against 2022: only event data can tell.",
    True,
    countries=CENTRAL_SAHEL,
    until=2022,
)
def as_difficult_as_ever(evidence: Evidence) -> Finding:
    """Whether the situation is worse than in 2022."""
    if evidence.claims is not None:
        return Finding(
            "not testable here", "A hand-picked table cannot measure how much violence there is."
        )
    sums = evidence.table.groupby("year")["killed_incl_best"].sum()
    years = [int(year) for year in sums.index if year <= LAST_YEAR]
    last = max(years)
    if last <= 2022 or 2022 not in years:
        return Finding("not testable here", f"The data end in {last}.", {"last_year": last})
    ratio = float(sums[last] / sums[2022])
    return Finding(
        grade(ratio > 1 and sums[last] == sums.max(), ratio > 1),
        f"{int(sums[last]):,} deaths in {last}, {ratio:.2f} times those of 2022.",
        {"last_year": last, "ratio": ratio},
    )


@check(
    "A23",
    "Share of Mali's incidents since 2022 within 100 km of Bamako: supported below 10%.",
    True,
    countries=("MLI",),
    until=2022,
)
def far_from_bamako(evidence: Evidence) -> Finding:
    """How much of the conflict is near Bamako."""
    mali = (evidence.table["country"] == "MLI") & evidence.between(2022, LAST_YEAR)
    near = int((mali & (evidence.km_from("Bamako") <= 100)).sum())
    share = near / max(int(mali.sum()), 1)
    return Finding(
        grade(share < 0.1, share < 0.25),
        f"{near} of {int(mali.sum())} incidents in Mali since 2022 ({share:.0%}).",
        {"near": near, "share": round(share, 4)},
    )
