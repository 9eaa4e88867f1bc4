"""Time the geography room on 400,000 invented events; exit 1 if a goal is missed.

Run from the project's root: python benchmarks/geography.py [--events N] [--quick]
Prints a table: function, seconds of the best of three runs, seconds of its work on the processors,
goal. On a shared machine the clock counts other people's work too, so a goal is met if the work
meets it: on an idle machine the clock shows no more than that. Boundaries are read before the
first run. A run of everything at full size replaces the section in RESULTS.md.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sahelstats import geography as geo
from sahelstats.boundaries import load_boundaries

EVENTS = 400_000
GOALS = {"assign_regions": 3.0, "hexagon_grid": 3.0, "yearly_centres": 5.0}


def invented_events(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return n events around 3,000 places of nine countries, some beyond their border."""
    countries = load_boundaries("country")
    wanted = ("MLI", "BFA", "NER", "BEN", "TGO", "GHA", "CIV", "NGA", "TCD")
    places, codes = [], []
    for iso3 in wanted:
        polygon = countries.geometry[countries.iso3 == iso3][0]
        west, south, east, north = polygon.bounds
        found = 0
        while found < 333:
            point = rng.uniform((south, west), (north, east))
            if _inside(polygon, point):
                places.append(point)
                codes.append(iso3)
                found += 1
    # A few places see most events, as in life.
    chance = 1 / np.arange(1, len(places) + 1) ** 0.7
    at = rng.permutation(len(places))[rng.choice(len(places), n, p=chance / chance.sum())]
    lat, lon = (np.array(places)[at] + rng.normal(0, 0.05, (n, 2))).T
    deaths = rng.negative_binomial(0.5, 0.1, n)
    day = np.datetime64("2012-01-01") + rng.integers(0, 12 * 365, n)
    table = pd.DataFrame({"date_start": day, "country": np.array(codes)[at]})
    return table.assign(
        incident_id=np.arange(n), year=table["date_start"].dt.year, latitude=lat, longitude=lon,
        geo_precision=rng.choice([1, 2, 3, 4], n, p=[0.5, 0.3, 0.15, 0.05]),
        admin1=pd.NA, killed_low=deaths // 2, killed_best=deaths, killed_high=2 * deaths,
        killed_open_above=False,
    )  # fmt: skip


def _inside(polygon: Any, point: Any) -> bool:
    import shapely

    return bool(shapely.contains_xy(polygon, point[1], point[0]))


def jobs(table: pd.DataFrame) -> dict[str, Callable[[], Any]]:
    """Return what is timed, by name."""
    draws = np.stack([table["killed_best"].to_numpy(float)] * 20)
    lat, lon = table["latitude"].to_numpy(), table["longitude"].to_numpy()
    assigned = geo.assign_regions(table)[0]

    def rng() -> np.random.Generator:
        return np.random.default_rng(1)

    cells = geo.hexagon_grid(table, 50, empty_cells=True)
    inside = (table["year"] % 2 == 0).to_numpy()
    return {
        "assign_regions": lambda: geo.assign_regions(table),
        "hexagon_grid": lambda: geo.hexagon_grid(table, 50, empty_cells=True),
        "yearly_centres": lambda: geo.yearly_centres(
            table, rng=rng(), n_boot=1_000, max_geo_precision=None
        ),
        "yearly_centres, 20 draws": lambda: geo.yearly_centres(table, draws, rng=rng()),
        "distance_km": lambda: geo.distance_km(lat, lon, 12.64, -8.0),
        "distance_to_coast_km": lambda: geo.distance_to_coast_km(lat, lon),
        "within_km": lambda: geo.within_km(table, "Bamako", 100),
        "nearest_capital": lambda: geo.nearest_capital(table),
        "precision_filter": lambda: geo.precision_filter(table, 2),
        "jitter": lambda: geo.jitter(table, rng()),
        "death_weights, 20 draws": lambda: geo.death_weights(table, rng(), size=20),
        "deaths_by_division": lambda: geo.deaths_by_division(assigned),
        "southern_limit": lambda: geo.southern_limit(table, rng=rng()),
        "southern_limit, 20 draws": lambda: geo.southern_limit(table, draws, rng=rng()),
        "coastal_share": lambda: geo.coastal_share(table),
        "coastal_share, 20 draws": lambda: geo.coastal_share(table, draws),
        "capital_share": lambda: geo.capital_share(table),
        "overall_share, 20 draws": lambda: geo.overall_share(table, inside, draws),
        "southward_shift": lambda: geo.southward_shift(
            table, (2012, 2015), (2020, 2023), rng=rng(), statistic=0.1
        ),
        "southward_trend": lambda: geo.southward_trend(table, rng=rng()),
        "concentration": lambda: geo.concentration(table),
        "concentration, 20 draws": lambda: geo.concentration(table, draws),
        "hot_spots, 9,999 permutations": lambda: geo.hot_spots(cells, rng=rng()),
        "kernel_density": lambda: geo.kernel_density(table),
        "clusters, 1 km": lambda: geo.clusters(table, 1.0, 20),
        "knox, 5 km, 14 days": lambda: geo.knox(table, 5.0, 14, rng=rng()),
    }


def timed(job: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Return the seconds of the best run: by the clock, and of work on the processors."""
    took = []
    for _ in range(runs):
        wall, work = time.perf_counter(), time.process_time()
        job()
        took.append((time.perf_counter() - wall, time.process_time() - work))
    return min(took)


def main() -> int:
    """Time everything, print the table, and compare with the goals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--quick", action="store_true", help="only what has a goal")
    options = parser.parse_args()
    table = invented_events(options.events, np.random.default_rng(2024))
    missed, rows = [], []
    print(f"{options.events:,} events\n{'function':36}{'seconds':>8}{'work':>8}{'goal':>6}")
    for name, job in jobs(table).items():
        goal = GOALS.get(name)
        if options.quick and goal is None:
            continue
        wall, work = timed(job, 3 if goal else 1)
        wanted = "" if goal is None else f"{goal:g}"
        print(f"{name:36}{wall:8.2f}{work:8.2f}{wanted:>6}", flush=True)
        rows.append(f"| {name} | {wall:.2f} | {work:.2f} | {wanted} |")
        if goal is not None and work > goal:
            missed.append(name)
    if missed:
        print(f"missed: {', '.join(missed)}")
    elif options.events == EVENTS and not options.quick:
        write_section(f"Geography of {EVENTS:,} events", as_markdown(rows))
    return int(bool(missed))


def as_markdown(rows: list[str]) -> str:
    """Return the table as Markdown."""
    head = [
        f"`python benchmarks/geography.py`, {os.cpu_count()} cores, NumPy {np.__version__}.",
        "Seconds by the clock, and of work on the processors, which the goals are held against: on",
        "a shared machine the clock counts other people's work too.",
        "",
        "| function | seconds | work | goal |",
        "|---|---:|---:|---:|",
    ]
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    from results import write_section

    sys.exit(main())
