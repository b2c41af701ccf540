"""What of a weighted graph stands out: disparity filter, association, communities."""

from __future__ import annotations

import numpy as np

from hypograph.models.literature.graph.pair_counts import FloatArray, IntArray


def disparity(first: IntArray, second: IntArray, weight: FloatArray, nodes: int) -> FloatArray:
    """Significance of each edge under the disparity filter.

    Parameters
    ----------
    first, second
        Ends of each edge, numbers in [0, nodes).
    weight
        Positive weights, same shape.
    nodes
        Number of nodes.

    Returns
    -------
    numpy.ndarray
        Probability in [0, 1], same shape, that a random division of the strength of an end gives the edge
        as large a share; the smaller of the two ends. Small is significant. An end of degree 1 gives 1.

    References
    ----------
    Serrano, Boguñá, Vespignani, PNAS 106 (2009) 6483, equation 2.
    """
    degree = np.bincount(first, minlength=nodes) + np.bincount(second, minlength=nodes)
    strength = np.bincount(first, weight, nodes) + np.bincount(second, weight, nodes)
    result = np.ones(weight.size)
    for end in (first, second):
        share = np.clip(weight / strength[end], 0.0, 1.0)
        alpha = np.where(degree[end] > 1, (1.0 - share) ** (degree[end] - 1.0), 1.0)
        np.minimum(result, alpha, out=result)
    return result


def association(count: IntArray, df_first: IntArray, df_second: IntArray, publications: int) -> FloatArray:
    """Normalised pointwise mutual information of each pair, in [-1, 1].

    Parameters
    ----------
    count
        Publications holding both, positive.
    df_first, df_second
        Publications holding each end.
    publications
        All publications.

    References
    ----------
    Bouma, GSCL (2009): log(p_xy / (p_x p_y)) / -log(p_xy).
    """
    joint = count / publications
    pmi = np.log(joint * publications / df_first * publications / df_second)
    scale = -np.log(joint)
    return np.where(scale > 0, pmi / np.where(scale > 0, scale, 1.0), 1.0)


def communities(first: IntArray, second: IntArray, weight: FloatArray, nodes: int, seed: int = 0) -> IntArray:
    """Divide the nodes into communities by modularity (Louvain).

    Parameters
    ----------
    first, second, weight, nodes
        As for `disparity`.
    seed
        Order in which nodes are visited; equal seeds give equal communities.

    Returns
    -------
    numpy.ndarray
        Number of each node's community, shape ``(nodes,)``: 0 is the largest, ties by smallest member; -1
        for a node without edges.

    References
    ----------
    Blondel et al., J. Stat. Mech. (2008) P10008.
    """
    import networkx as nx

    result = np.full(nodes, -1, np.int64)
    if not weight.size:
        return result
    graph = nx.Graph()
    graph.add_nodes_from(np.unique(np.concatenate([first, second])).tolist())
    graph.add_weighted_edges_from(zip(first.tolist(), second.tolist(), weight.tolist(), strict=True))
    found = nx.community.louvain_communities(graph, seed=seed)
    for number, members in enumerate(sorted(found, key=lambda c: (-len(c), min(c)))):
        result[sorted(members)] = number
    return result
