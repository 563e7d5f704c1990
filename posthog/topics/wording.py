"""Names of topics from the words of their messages: what these say often and the others seldom. No model is asked.

A word counts once per message, and only words of many messages of a topic are taken: what one person wrote names nothing.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from posthog.common import limits

TERMS = 6  # kept of each topic
_NAME_TERMS = 3
_SHARE_MIN = 0.04  # of a topic's messages that have the term
_MESSAGES_MIN = 3
_PHRASE_BONUS = 1.3  # two words say more than one: "credit card" before "credit"
_CLOSE = 0.4  # a further term needs this share of the first one's weight
_FEATURES = 50_000

# Words of letters, with marks inside: "don't" stays whole; numbers, addresses and codes are no words.
_WORD = r"(?u)(?<![\w@.])[^\W\d_](?:[^\W\d_]|['-])*[^\W\d_](?![\w@])"
# What people say to an assistant whatever it is about, beside the English stop words.
_ASKING = """
able actually also ask asked asking assist based bit can't couldn't did didn didn't does doesn doesn't doing don don't ensure example
following for get gets getting give given gives going gonna good got great guys hello help hey hi hope how's i'd i'll i'm i've im include
including isn isn't it's ive just know let let's like likely ll look looking lot make makes making maybe mean need needed needs new ok
okay please pls possible provide question questions really right say says see seems shouldn't show someone something soon sorry sure
tell thank thanks that's there's they're thing things think told try trying use used using ve want wanted wants way we're what's
where's who's won won't would wouldn't yeah yes yet you'd you'll you're
"""

Numbers = NDArray[np.float64]


def terms(texts: Sequence[str], members: NDArray[np.intp], topics: int) -> list[list[str]]:
    """Of each of `topics` topics its most telling terms, best first; members (n,): the topic of each text, -1 for none."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    counter = CountVectorizer(
        preprocessor=_plain,
        token_pattern=_WORD,
        stop_words=sorted(ENGLISH_STOP_WORDS | set(_ASKING.split())),
        ngram_range=(1, 2),
        binary=True,
        max_features=_FEATURES,
        min_df=2,
        dtype=np.float64,
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # no word is said twice
        return [[] for _ in range(topics)]
    words = counter.get_feature_names_out()
    sizes = np.array([(members == topic).sum() for topic in range(topics)], dtype=np.float64)
    said = np.stack([np.asarray(counts[np.flatnonzero(members == topic)].sum(axis=0)).ravel() for topic in range(topics)])
    weights = _weights(said, sizes, words)
    return [_best(words, weights[topic]) for topic in range(topics)]


def name_all(terms_of: Sequence[Sequence[str]], taken: Iterable[str] = ()) -> list[str]:
    """A name for each list of terms, none of them twice or among those taken."""
    used = {name.lower() for name in taken} | {"other"}
    names = []
    for found in terms_of:
        name = _free_name(found, used)
        used.add(name.lower())
        names.append(name)
    return names


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _weights(said: Numbers, sizes: Numbers, words: Sequence[str]) -> Numbers:
    """(topics, words): the share of a topic's messages with the word, times how rare the word is elsewhere. 0 below the least."""
    share = said / np.maximum(sizes[:, None], 1.0)
    everywhere = share.sum(axis=0)
    rarity = np.log1p(len(sizes) * 0.5 / np.maximum(everywhere, 1e-9))
    phrases = np.array([_PHRASE_BONUS if " " in word else 1.0 for word in words])
    least = np.maximum(_MESSAGES_MIN, _SHARE_MIN * sizes)[:, None]
    weights: Numbers = np.where(said >= least, np.sqrt(share) * share / np.maximum(everywhere, 1e-9) * rarity * phrases, 0.0)
    return weights


def _best(words: Sequence[str], weights: Numbers) -> list[str]:
    """The heaviest terms that say something new."""
    found: list[str] = []
    for row in np.argsort(-weights, kind="stable")[: TERMS * 5]:
        weight, word = weights[row], str(words[row])
        if weight <= 0 or len(found) == TERMS or (found and weight < _CLOSE * weights.max() * 0.5):
            break
        if not any(_overlap(word, other) for other in found):
            found.append(word)
    return found


def _overlap(one: str, other: str) -> bool:
    """Whether a word of one is, but for its ending, a word of the other."""
    return bool({_stem(word) for word in one.split()} & {_stem(word) for word in other.split()})


def _stem(word: str) -> str:
    return re.sub(r"(?:'s|ies|es|s|ing|ed|y|e)$", "", word) if len(word) > 4 else word.removesuffix("s")


def _free_name(found: Sequence[str], used: set[str]) -> str:
    for number in (2, *range(_NAME_TERMS, len(found) + 1)):
        name = _cut(", ".join(found[:number]))
        if name and name.lower() not in used:
            return name
    base = _cut(", ".join(found[:2])) or "topic"
    return next(name for number in range(2, limits.TOPICS * 2 + 10) if (name := f"{base} {number}").lower() not in used)


def _cut(name: str) -> str:
    return name[: limits.TOPIC_NAME_LENGTH - 5].rstrip(" ,")
