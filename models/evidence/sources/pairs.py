"""What pairs of elements do in an alloy, learned so that it carries over to pairs nobody has seen.

In the regular-solution picture the excess energy of an alloy is a sum over its pairs of elements,

    f(x) = Σ_ij x_i x_j h_ij,

with x the atomic fractions. Here h is a Gaussian process over unordered pairs. Two pairs are alike as their elements
are (either way round), as any one element of each is, and as their mixing enthalpies and size, electronegativity and
periodic-table differences are; a last part is a pair's own:

    k(ij, kl) = ½(κ_ik κ_jl + κ_il κ_jk) + ¼(κ_ik + κ_il + κ_jk + κ_jl) + κ_phys(ij, kl) + OWN·[ij = kl].

So alloys covary as sums of k, and a pair of a new element is known from the pairs it resembles. A. R. Miedema's model
(de Boer et al., Cohesion in Metals, 1988) gives the enthalpies; the symmetrised product is the pairwise kernel of
Ben-Hur and Noble, Bioinformatics 21, i38, 2005.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from hypograph.models.evidence.alloys.elements import ElementTable, standardise
from hypograph.models.evidence.alloys.features import PAIR_PROPERTIES
from hypograph.models.evidence.masses.mass import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

OWN: Final = 0.1
# Prior variance of a pair term in units of the noise of one label.
VARIANCE: Final = 10.0


class PairMap:
    """Maps fractions of elements to coordinates whose inner products are the covariance of Σ x_i x_j h_ij.

    Parameters
    ----------
    elements
        Elements, in the order of the columns of fractions.
    most
        Reference pairs. With more pairs than that the covariance is approximated on a choice of them (Nyström).
    seed
        Seed of the choice.
    """

    def __init__(self, elements: ElementTable, most: int = 400, seed: int = 0) -> None:
        self.first, self.second = np.triu_indices(len(elements.symbols))
        # Elements beyond the common ones have a place, but what is learned does not depend on them.
        chosen = common_pairs(elements, self.first, self.second)
        if len(chosen) > most:
            chosen = np.sort(np.random.default_rng(seed).choice(chosen, most, replace=False))
        kernel = VARIANCE * pair_kernel(elements, self.first, self.second, chosen)
        values, vectors = np.linalg.eigh(kernel[chosen])
        keep = values > 1e-6 * values[-1]
        self.terms = np.asarray(kernel @ (vectors[:, keep] / np.sqrt(values[keep])), float)

    def __call__(self, weights: FloatArray) -> FloatArray:
        """Coordinates of alloys given by fractions, with a constant 1 appended; one row an alloy."""
        out = np.ones((len(weights), self.terms.shape[1] + 1))
        out[:, :-1] = self._products(weights) @ self.terms
        return out

    def _products(self, weights: FloatArray) -> csr_array:
        """x_i² and 2·x_i·x_j of the pairs in each alloy, which are few, shape ``(alloys, pairs)``."""
        from scipy.sparse import csr_array

        place = np.zeros((weights.shape[1], weights.shape[1]), np.int64)
        place[self.first, self.second] = place[self.second, self.first] = np.arange(len(self.first))
        sizes = (weights > 0).sum(1)
        rows, columns, values = [], [], []
        for size in np.unique(sizes):
            part = np.flatnonzero(sizes == size)
            members = np.nonzero(weights[part])[1].reshape(len(part), int(size))
            share = np.take_along_axis(weights[part], members, 1)
            a, b = np.triu_indices(int(size))
            rows.append(np.repeat(part, len(a)))
            columns.append(place[members[:, a], members[:, b]].ravel())
            values.append((share[:, a] * share[:, b] * np.where(a == b, 1.0, 2.0)).ravel())
        shape = (len(weights), len(self.first))
        if not rows:
            return csr_array(shape)
        where = (np.concatenate(rows), np.concatenate(columns))
        return csr_array((np.concatenate(values), where), shape=shape)


def pair_kernel(elements: ElementTable, first: IntArray, second: IntArray, others: IntArray) -> FloatArray:
    """Covariance of pair terms, shape ``(pairs, len(others))``, up to the prior variance.

    Parameters
    ----------
    elements
        Their properties and mixing enthalpies.
    first, second
        The elements of each pair, shape ``(pairs,)``.
    others
        Which of the pairs stand in the columns.
    """
    apart = elements.distance()
    common = apart[: elements.common, : elements.common]
    near = _gauss(apart / _unit(common[np.triu_indices(len(common), 1)]))
    a, b, c, d = first[:, None], second[:, None], first[None, others], second[None, others]
    ac, ad, bc, bd = near[a, c], near[a, d], near[b, c], near[b, d]
    columns = [elements.enthalpy[first, second]]
    columns += [np.abs(v[first] - v[second]) for v in map(elements.column, PAIR_PROPERTIES)]
    physics = standardise(np.stack(columns, 1), common_pairs(elements, first, second))
    gap = np.sqrt(((physics[:, None] - physics[None, others]) ** 2).mean(-1))
    own = np.arange(len(first))[:, None] == others[None]
    return np.asarray((ac * bd + ad * bc) / 2 + (ac + ad + bc + bd) / 4 + _gauss(gap) + OWN * own, float)


def common_pairs(elements: ElementTable, first: IntArray, second: IntArray) -> IntArray:
    """Places of the pairs of common elements."""
    count = elements.common or len(elements.symbols)
    return np.flatnonzero((first < count) & (second < count))


def _gauss(distance: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(distance**2) / 2), float)


def _unit(distances: FloatArray) -> float:
    """Return the median distance, 1 where there is none."""
    return float(np.median(distances)) or 1.0 if len(distances) else 1.0
