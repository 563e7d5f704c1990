"""What a fit computes: from texts and vectors to topics and their terms. No store is asked.

Imports scikit-learn, some 135 MB that stay for good: call it with posthog.common.apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from posthog.clickhouse.embeddings import Vectors
from posthog.topics import clusters, wording
from posthog.topics.clusters import Found


@dataclass(frozen=True)
class Discovery:
    """rows: those of the messages that topics were found in; found.members and found.examples count within them. terms: of each topic."""

    rows: list[int]
    found: Found
    terms: list[list[str]]


def discover(contents: Sequence[str], vectors: Vectors, known: Vectors, report: Callable[[float], object]) -> Discovery:
    """Topics in n texts and their unit vectors (n, 384), known ones (k, 384) among them; report gets what is done of a fit."""
    # "Yes, please" and the like are answers within a topic, and a crowd of their own otherwise.
    rows = [row for row, content in enumerate(contents) if wording.says_something(content)]
    report(0.2)
    found = clusters.find(vectors[rows], known)
    report(0.7)
    terms = wording.terms([contents[row] for row in rows], found.members, len(found.vectors))
    nameless = [topic for topic, words in enumerate(terms) if not words]
    return Discovery(rows, clusters.without(found, nameless), [words for words in terms if words])
