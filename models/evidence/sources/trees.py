"""Randomised trees as arrays: what a fitted forest says, without the library that fitted it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.evidence.masses.mass import FloatArray, IntArray


@dataclass(frozen=True)
class Forest:
    """Decision trees, their nodes one after the other.

    Attributes
    ----------
    roots
        Place of the first node of each tree.
    left, right
        Place of the next node, −1 at a leaf.
    feature, threshold
        Go left where the feature is not above the threshold.
    share
        Share of the first class's rival (label 1) at each node.
    """

    roots: IntArray
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: FloatArray
    share: FloatArray

    @classmethod
    def of(cls, fitted: Any) -> Forest:
        """Take the arrays out of a fitted scikit-learn forest of two classes."""
        parts: dict[str, list[np.ndarray]] = {k: [] for k in ("left", "right", "feature", "threshold", "share")}
        roots, start = [], 0
        for tree in (e.tree_ for e in fitted.estimators_):
            roots.append(start)
            for name, child in (("left", tree.children_left), ("right", tree.children_right)):
                parts[name].append(np.where(child >= 0, child + start, -1))
            parts["feature"].append(tree.feature)
            parts["threshold"].append(tree.threshold)
            value = tree.value[:, 0, :]
            parts["share"].append(value[:, 1] / value.sum(1))
            start += tree.node_count
        joined = {k: np.concatenate(v) for k, v in parts.items()}
        whole = {k: joined[k].astype(np.int32) for k in ("left", "right", "feature")}
        return cls(np.array(roots, np.int64), **whole, threshold=joined["threshold"], share=joined["share"])

    def probability(self, features: FloatArray) -> FloatArray:
        """Mean share of label 1 over the trees, shape ``(alloys,)``; `features` as 32-bit numbers decide."""
        values = features.astype(np.float32)
        total = np.zeros(len(values))
        rows = np.arange(len(values))
        for root in self.roots:
            node = np.full(len(values), root)
            inner = self.left[node] >= 0
            while inner.any():
                goes = values[rows[inner], self.feature[node[inner]]] <= self.threshold[node[inner]]
                node[inner] = np.where(goes, self.left[node[inner]], self.right[node[inner]])
                inner = self.left[node] >= 0
            total += self.share[node]
        return total / max(len(self.roots), 1)
