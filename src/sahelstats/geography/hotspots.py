"""Hot and cold spots: Getis-Ord Gi* over the hexagons, false discoveries controlled."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import require_columns

MIN_CELLS = 8
BATCH = 4_000_000  # simulated values held at once


def _weights(q: NDArray[np.int64], r: NDArray[np.int64], rings: int) -> Any:
    """Return libpysal weights: cells within `rings` steps of each other."""
    from libpysal.weights import W

    reach = range(-rings, rings + 1)
    steps = [(a, b) for a in reach for b in reach if 0 < max(abs(a), abs(b), abs(a + b)) <= rings]
    number = {cell: k for k, cell in enumerate(zip(q.tolist(), r.tolist(), strict=True))}
    near = {
        k: [number[c] for a, b in steps if (c := (cell[0] + a, cell[1] + b)) in number]
        for cell, k in number.items()
    }
    return W(near, silence_warnings=True)


def local_g(values: NDArray[np.float64], weights: Any, permutations: int, seed: int) -> Any:
    """Return esda's Gi* with binary weights, one process, fixed seed."""
    from esda.getisord import G_Local

    with warnings.catch_warnings():
        # esda warns that it sets the self-weight to one, which is what Gi* with B is.
        warnings.simplefilter("ignore")
        return G_Local(
            values, weights, transform="B", star=True, permutations=permutations,
            keep_simulations=True, n_jobs=1, seed=seed,
        )  # fmt: skip


def _scores(
    values: NDArray[np.float64], weights: Any, permutations: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Gi* as standard scores, and two-sided permutation p-values that count ties.

    esda's own p_sim leaves ties out of the lower tail: among sparse counts an empty
    neighbourhood, which chance makes often, would pass for a cold spot.
    """
    alone = np.array([not weights.neighbors[k] for k in range(len(values))])
    above, below, left = np.zeros(len(values)), np.zeros(len(values)), permutations
    while left:
        size = min(left, max(1, BATCH // len(values)))
        found = local_g(values, weights, size, int(rng.integers(2**31)))
        slack = 1e-12 * np.abs(found.Gs)
        above += (found.sim >= found.Gs - slack).sum(axis=0)
        below += (found.sim <= found.Gs + slack).sum(axis=0)
        left -= size
    p = np.minimum(2 * (1 + np.minimum(above, below)) / (1 + permutations), 1.0)
    # A cell by itself has no neighbourhood that could be permuted.
    p[alone] = 1.0
    return np.asarray(found.Zs, float), p


def hot_spots(
    cells: pd.DataFrame,
    value: str = "n_incidents",
    *,
    rng: np.random.Generator,
    alpha: float = 0.05,
    permutations: int = 9_999,
    rings: int = 1,
) -> pd.DataFrame:
    """Cells whose neighbourhood holds more, or less, than chance would put there.

    Parameters
    ----------
    cells : DataFrame
        From `hexagon_grid`, with ``empty_cells=True`` unless only the occupied cells are to
        be compared with each other.
    value : str
        Column tested: "n_incidents" or "deaths".
    rng : numpy.random.Generator
        Gives the seeds of the permutations; the same seed gives the same result.
    alpha : float
        Greatest expected share of false discoveries among the cells named.
    permutations : int
        Conditional permutations; the least p-value is 2 / (permutations + 1), so it must be
        well below alpha divided by the number of cells for a single cell to stand out.
    rings : int
        Neighbourhood: 1 is the six cells around, 2 the eighteen.

    Returns
    -------
    DataFrame
        The cells, in their order, with gi_z (Gi* as a standard score), p_value (two-sided,
        by permutation), p_fdr (Benjamini-Hochberg) and spot ("hot", "cold" or ""). If all
        values are equal there are no spots: gi_z 0, p 1. A cell without neighbours has p 1.

    Raises
    ------
    ValueError
        Fewer than eight cells; no permutations; the column is lacking or has negative or
        missing values.

    Notes
    -----
    Ord and Getis (1995), Geographical Analysis 27, 286-306; esda's G_Local (binary weights,
    star). Benjamini and Hochberg (1995); neighbours' tests are positively dependent, for
    which the procedure still holds (Benjamini and Yekutieli 2001).

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [14.0] * 30 + [16.0], "longitude": 0.0,
    ...                       "country": "MLI", "geo_precision": 1})
    >>> from sahelstats.geography import hexagon_grid
    >>> cells = hexagon_grid(table, 100, empty_cells=True)
    >>> spots = hot_spots(cells, rng=np.random.default_rng(1), permutations=999)
    >>> bool(spots.loc[spots.n_incidents.idxmax(), "gi_z"] > 3)
    True
    """
    require_columns(cells, ["q", "r", value])
    values = cells[value].to_numpy(float, na_value=np.nan)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        first = np.flatnonzero(bad)[:5].tolist()
        raise ValueError(f"{value} is negative or missing in {int(bad.sum())} cells: {first}")
    if permutations < 1:
        raise ValueError(f"permutations is {permutations}: give 1 or more")
    if len(cells) < MIN_CELLS:
        raise ValueError(f"{len(cells)} cells are too few for hot spots: at least {MIN_CELLS}")
    z, p = np.zeros(len(cells)), np.ones(len(cells))
    if np.ptp(values) > 0:
        weights = _weights(cells["q"].to_numpy(), cells["r"].to_numpy(), rings)
        z, p = _scores(values, weights, permutations, rng)
    return _name_spots(cells, z, p, alpha)


def _name_spots(
    cells: pd.DataFrame, z: NDArray[np.float64], p: NDArray[np.float64], alpha: float
) -> pd.DataFrame:
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control(p, method="bh")
    spot = np.where(adjusted > alpha, "", np.where(z > 0, "hot", "cold"))
    result = cells.assign(gi_z=z.round(9), p_value=p, p_fdr=adjusted.round(9))
    return result.assign(spot=pd.array(spot, dtype="str"))
