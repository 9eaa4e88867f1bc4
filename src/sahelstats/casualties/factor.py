"""The mean over a shared normal factor, by the trapezoidal rule on as many nodes as it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray

FARTHEST = 7.5  # 6e-14 of the factor's mass lies beyond
FEWEST_PANELS, MOST_NODES = 24, 200_000
# Between the rule on even and on odd nodes. Of a smooth integrand their mean is then good to the
# square of it or better (Trefethen and Weideman 2014, SIAM Review 56).
AGREED = 2e-6


class SharedFactor:
    """Nodes of the factor; they only ever get more.

    Parameters
    ----------
    rho : float
        Correlation of the normal scores that share the factor.
    """

    def __init__(self, rho: float) -> None:
        self.rho = rho
        self.panels = FEWEST_PANELS

    def mixed(self, value: Callable[[FloatArray, FloatArray], Any]) -> Any:
        """Return a mean over the factor.

        Parameters
        ----------
        value : function of (z, weight)
            The sum over the nodes z of what is to be averaged, times `weight`.

        Raises
        ------
        ArithmeticError
            If 200,000 nodes are not enough.
        """
        z = np.linspace(-FARTHEST, FARTHEST, self.panels + 1)
        even, mass = self._sum(value, z)
        while True:
            odd, more = self._sum(value, _between(self.panels))
            if np.abs(even / mass - odd / more).max() <= AGREED:
                return (even + odd) / (mass + more)
            if self.panels > MOST_NODES:
                raise ArithmeticError("the mean over the shared factor does not settle")
            even, mass = even + odd, mass + more
            self.panels *= 2

    def _sum(
        self, value: Callable[[FloatArray, FloatArray], Any], z: FloatArray
    ) -> tuple[Any, float]:
        weight: FloatArray = np.exp(-(z**2) / 2)
        return value(z, weight), float(weight.sum())


def _between(panels: int) -> FloatArray:
    """The middles of the panels."""
    edges: FloatArray = np.linspace(-FARTHEST, FARTHEST, panels + 1)
    return (edges[1:] + edges[:-1]) / 2


def power(base: Any, times: int) -> Any:
    """Return the elementwise power with a whole exponent, by squaring: no logarithm, no branch."""
    made = None
    while True:
        if times & 1:
            made = base if made is None else made * base
        times >>= 1
        if not times:
            return made
        base = base * base


def real_times_complex(a: FloatArray, b: Any) -> Any:
    """Return the matrix product without turning the real factor into a complex one."""
    both = a @ np.concatenate([b.real, b.imag], axis=1)
    n = b.shape[1]
    return both[:, :n] + 1j * both[:, n:]
