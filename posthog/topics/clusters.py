"""Finding topics: messages that mean similar things lie in similar directions, and a topic is a crowd of them.

What all messages of a project share (an application for banking is always about banking) is taken away first, so that one distance
suits projects of one subject and of many. A tree of the nearest pairs (average linkage) is cut at that distance; crowds that
are large enough become topics; then every message of the sample pulls the nearest topic's middle towards itself. Topics that were known
before and lie where no crowd was seen this time take part in that, and stay if they have messages. Compared with k-means and HDBSCAN in
docs/topics.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posthog.clickhouse.embeddings import Vectors, nearest, stacked, unit
from posthog.common import limits
from posthog.topics import lineage

LINKED = 4_000  # messages the tree is made of; its cost grows with the square
CUT = 0.75  # cosine distance between two crowds from which they are two
MEMBERS_SHARE, MEMBERS_MIN = 0.004, 5  # of the messages, and in number, that make a crowd a topic
OUTSIDE = 0.10  # of a topic's own messages, the farthest: where it ends
FLOOR = 0.35  # cosine similarity under which a message is not about the same, however loose the topic is
_ROUNDS = 3
_SEED = 7

Numbers = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Found:
    """k topics, the largest first: their middles (k, 384) at length 1, and the cosine similarity (k,) from which a message belongs.

    members (n,): the topic of each message of the sample, -1 for none. examples: of each topic the messages nearest to its middle.
    """

    vectors: Vectors
    thresholds: Numbers
    members: Rows
    examples: list[list[int]]


def find(vectors: Vectors, known: Vectors | None = None, *, seed: int = _SEED) -> Found:
    """Topics in unit vectors (n, 384), known ones (k, 384) among them. The same vectors in the same order give the same topics."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # the worker's other threads ingest
        middles = _crowds(vectors, seed)
        if known is not None:
            middles = np.concatenate([middles, lineage.unseen(known, middles)])
        for _ in range(_ROUNDS):
            middles = _pulled(vectors, middles)
        return _described(vectors, middles)


def without(found: Found, topics: list[int]) -> Found:
    """Found, but for some of the topics."""
    kept = [topic for topic in range(len(found.vectors)) if topic not in topics]
    places = np.full(len(found.vectors) + 1, -1, dtype=np.intp)
    places[kept] = np.arange(len(kept))  # the last place is that of -1
    return Found(found.vectors[kept], found.thresholds[kept], places[found.members], [found.examples[topic] for topic in kept])


def least(messages: int) -> int:
    """How many messages make a topic among so many."""
    return max(MEMBERS_MIN, round(messages * MEMBERS_SHARE))


def _crowds(vectors: Vectors, seed: int) -> Vectors:
    """Middles (k, 384) of the crowds in a part of the messages, the largest first."""
    from sklearn.cluster import AgglomerativeClustering

    if len(vectors) < MEMBERS_MIN:
        return stacked([])
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:LINKED]
    part = vectors[chosen]
    apart = unit(part - part.mean(axis=0))
    tree = AgglomerativeClustering(n_clusters=None, distance_threshold=CUT, metric="cosine", linkage="average")
    crowds = tree.fit_predict(_without_zeros(apart))
    sizes = np.bincount(crowds)
    large = [crowd for crowd in np.argsort(-sizes, kind="stable") if sizes[crowd] >= least(len(part))]
    return _middles(part, [crowds == crowd for crowd in large[: limits.TOPICS_FOUND]])


def _without_zeros(vectors: Vectors) -> Vectors:
    """Vectors that the cosine can be taken of: one that is just the mean of all has no direction left, and gets any."""
    empty = ~vectors.any(axis=1)
    if empty.any():
        vectors = vectors.copy()
        vectors[empty, 0] = 1.0
    return vectors


def _pulled(vectors: Vectors, middles: Vectors) -> Vectors:
    """The middles moved to the middle of what is nearest to each, without the farthest; those that too little is near to are gone."""
    if not len(middles):
        return middles
    topics, similarity = nearest(vectors, middles)
    cores = []
    for topic in range(len(middles)):
        mine = topics == topic
        core = mine & (similarity >= _threshold(similarity[mine]))
        if core.sum() >= least(len(vectors)):
            cores.append(core)
    return _middles(vectors, cores)


def _described(vectors: Vectors, middles: Vectors) -> Found:
    topics, similarity = nearest(vectors, middles)
    order = np.argsort(-np.bincount(topics, minlength=len(middles)), kind="stable") if len(middles) else np.empty(0, dtype=np.intp)
    thresholds = np.empty(len(middles), dtype=np.float32)
    members = np.full(len(vectors), -1, dtype=np.intp)
    examples = []
    for place, topic in enumerate(order):
        mine = np.flatnonzero(topics == topic)
        thresholds[place] = _threshold(similarity[mine])
        inside = mine[similarity[mine] >= thresholds[place]]
        members[inside] = place
        examples.append([int(row) for row in inside[np.argsort(-similarity[inside], kind="stable")][: limits.TOPIC_EXAMPLES]])
    return Found(middles[order], thresholds, members, examples)


def _threshold(similarity: Numbers) -> float:
    """Where a topic ends, from the similarities of what is nearest to it."""
    return max(FLOOR, float(np.quantile(similarity, OUTSIDE))) if len(similarity) else 1.0


def _middles(vectors: Vectors, crowds: list[NDArray[np.bool_]]) -> Vectors:
    """The middle (k, 384) of each crowd, given as a mask (n,)."""
    return unit(stacked([vectors[crowd].mean(axis=0) for crowd in crowds])).astype(np.float32)
