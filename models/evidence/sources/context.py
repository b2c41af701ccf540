"""Evidence of hosts, weighted by how alike the situations before and after the exchange are.

Each host H of an alloy A is a piece of evidence for its own label with weight

    w(A, H) = exp(−Σ_k θ_k |φ_k(A) − φ_k(H)|),

φ the alloys' features (an evidential nearest-neighbour rule: T. Denœux, IEEE Trans. SMC 25, 804, 1995,
with a metric that is learned). Hosts share elements and are no independent witnesses, so weights are added
and not multiplied:  p = (Σ w·y + ε·π) / (Σ w + ε), with π the base rate and ε the weight of knowing
nothing. The ignorance is ε / (Σ w + ε). θ and ε are learned on training alloys for which an element is
held out, as it will be in use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypograph.models.evidence.masses.mass import FloatArray, IntArray

CLIP = 1e-4


@dataclass(frozen=True)
class ContextModel:
    """A learned metric.

    Attributes
    ----------
    theta
        Weight of each feature's difference, shape ``(features,)``, not negative.
    epsilon
        Weight of knowing nothing, positive.
    base
        Base rate π of a single phase in training.
    """

    theta: FloatArray
    epsilon: float
    base: float

    def weights(self, features: FloatArray, targets: IntArray, hosts: IntArray) -> FloatArray:
        """Weight of each host, shape ``(targets, hosts)``; 0 where there is none."""
        # |a − b|·θ summed is the city-block distance of features scaled by θ: one pass and little memory.
        used = np.flatnonzero(self.theta > 1e-4)
        scaled = np.asarray(features[:, used] * self.theta[used], np.float32)
        out = np.empty(hosts.shape)
        step = max(1, 4_000_000 // (hosts.shape[1] * max(len(used), 1)))
        for start in range(0, len(targets), step):
            part = hosts[start : start + step]
            gap = np.abs(scaled[targets[start : start + step]][:, None, :] - scaled[np.maximum(part, 0)])
            out[start : start + step] = np.exp(-gap.sum(-1))
        return np.where(hosts >= 0, out, 0.0)

    def predict(
        self, features: FloatArray, labels: FloatArray, targets: IntArray, hosts: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return (probability of a single phase, ignorance), both of shape ``(targets,)``."""
        weight = self.weights(features, targets, hosts)
        total = weight.sum(1) + self.epsilon
        p = ((weight * labels[np.maximum(hosts, 0)]).sum(1) + self.epsilon * self.base) / total
        return np.clip(p, CLIP, 1 - CLIP), self.epsilon / total


def fit_context(
    features: FloatArray,
    labels: FloatArray,
    targets: IntArray,
    hosts: IntArray,
    *,
    start: ContextModel | None = None,
    penalty: float = 1e-3,
    steps: int = 60,
) -> ContextModel:
    """Learn the metric by the logarithmic score of alloys with known labels.

    Parameters
    ----------
    features, labels
        Of all alloys, shapes ``(alloys, features)`` and ``(alloys,)``.
    targets
        Training alloys to predict.
    hosts
        Their hosts as `nearest_hosts` gives them, shape ``(targets, most)``.
    start
        Where to begin.
    penalty
        Price of each unit of Σθ: features that do not help go to zero.
    steps
        Most iterations of L-BFGS.

    Returns
    -------
    ContextModel
    """
    from scipy.optimize import minimize

    count = features.shape[1]
    mask = hosts >= 0
    gap = np.abs(features[targets][:, None, :] - features[np.maximum(hosts, 0)]).astype(np.float32)
    known = np.where(mask, labels[np.maximum(hosts, 0)], 0.0)
    y = labels[targets]
    base = float(np.clip(y.mean(), 0.02, 0.98))

    def loss(x: FloatArray) -> tuple[float, FloatArray]:
        theta, epsilon = np.exp(x[:count]), float(np.exp(x[count]))
        weight = np.exp(-(gap @ theta.astype(np.float32)).astype(float)) * mask
        total = weight.sum(1) + epsilon
        p = np.clip(((weight * known).sum(1) + epsilon * base) / total, CLIP, 1 - CLIP)
        value = -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean() + penalty * theta.sum()
        slope = (p - y) / (p * (1 - p)) / len(y)
        by_weight = slope[:, None] * (known - p[:, None]) / total[:, None]
        pulls = (-by_weight * weight).astype(np.float32).ravel()
        by_theta = (pulls @ gap.reshape(-1, count)).astype(float) + penalty
        by_epsilon = float((slope * (base - p) / total).sum())
        return float(value), np.append(by_theta * theta, by_epsilon * epsilon)

    if start is None:
        x0 = np.append(np.full(count, -np.log(count)), 0.0)
    else:
        x0 = np.append(np.log(np.maximum(start.theta, 1e-4)), np.log(start.epsilon))
    bounds = [(-9.3, 3.0)] * count + [(-7.0, 2.0)]
    found = minimize(
        loss, np.clip(x0, -9.0, 2.0), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps}
    )
    return ContextModel(np.exp(found.x[:count]), float(np.exp(found.x[count])), base)
