"""The mean over a shared normal factor, by the trapezoidal rule on as many nodes as it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray

FARTHEST = 7.5  # 6e-14 of the factor's mass lies beyond
FEWEST_NODES, MOST_NODES = 49, 200_000
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
        self.z: FloatArray = np.linspace(-FARTHEST, FARTHEST, FEWEST_NODES)

    def mixed(self, value: Callable[[FloatArray, FloatArray], Any]) -> Any:
        """Return a mean over the factor.

        Parameters
        ----------
        value : function of (z, halves)
            The weighted sums over the nodes z, for both rows of `halves`, along the first axis:
            the rule on the even nodes and that on the odd ones.

        Raises
        ------
        ArithmeticError
            If 200,000 nodes are not enough.
        """
        while True:
            share = np.exp(-(self.z**2) / 2)
            halves = np.stack([share, share])
            halves[0, 1::2], halves[1, ::2] = 0.0, 0.0
            halves /= halves.sum(axis=1, keepdims=True)
            even, odd = value(self.z, halves)
            if np.abs(even - odd).max() <= AGREED:
                return (even + odd) / 2
            if self.z.size > MOST_NODES:
                raise ArithmeticError("the mean over the shared factor does not settle")
            self.z = np.linspace(-FARTHEST, FARTHEST, 2 * self.z.size - 1)


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
