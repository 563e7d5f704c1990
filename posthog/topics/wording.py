"""Names of topics from the words of their messages: what these say often and the others seldom. No model is asked.

A word counts once per message, and only words of several messages of a topic are taken: what one person wrote names nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posthog.common import limits

TERMS = 6  # kept of each topic
_NAME_TERMS = 3
_SHARE_MIN = 0.04  # of a topic's messages that have the term
_MESSAGES_MIN = 2
_PHRASE_BONUS = 1.8  # two words say more than one: "credit card" before "credit"
_FURTHER = 0.2  # share of the first term's weight that a further one needs
_STEM = 5  # letters at the beginning in which two forms of a word agree

# Words of letters, with marks inside: "don't" stays whole. Numbers, addresses and codes are no words.
_WORD = re.compile(r"(?<![\w@.])[^\W\d_](?:[^\W\d_]|['-])+(?![\w@])")
_LETTERS_MIN = 3
# Thai and above: written without spaces, so pairs of letters stand for words. Korean has spaces.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# What people say to an assistant whatever it is about, beside the English stop words.
_SAID_ANYWAY = """
able absolutely actually ahead alright also answer anything appreciate appreciated ask asked asking assist assistance awesome based bit
bunch bye can't cheers com continue cool correct could couldn't definitely did didn didn't does doesn doesn't doing don don't else ensure
exactly example excellent explain fantastic find fine following for get gets getting give given gives glad going gonna good goodbye got
great guys happy hello help helped helpful helps hey hi hmm hope how's http https i'd i'll i'm i've im include including indeed interested
interesting isn isn't it's ive just kind kindly know let let's like likely ll look looking looks lot lovely make makes making maybe mean
need needed needs new nice nope nothing now okay one ones perfect perfectly please pls possible provide question questions quite really
right say says see seems shouldn't show someone something soon sorry sounds super sure tell thank thankful thanks that'd that'll that's
there's they're thing things think told tons too tried try trying use used using ve very want wanted wants way we're welcome well what's
where's who's won won't wonderful works would wouldn't wow wrong www yeah yep yes yet you'd you'll you're
"""
_SAID_ANYWAY_WORDS = frozenset(_SAID_ANYWAY.split())

Numbers = NDArray[np.float64]


def says_something(text: str) -> bool:
    """Whether the text has a word that could name a topic: "Yes, that works, thank you!" has none."""
    return next(_words(_plain(text)), None) is not None


def terms(texts: Sequence[str], members: NDArray[np.intp], topics: int) -> list[list[str]]:
    """Of each of `topics` topics its most telling terms, best first; members (n,): the topic of each text, -1 for none."""
    from sklearn.feature_extraction.text import CountVectorizer

    if not topics:
        return []
    try:
        counter = CountVectorizer(analyzer=_terms, binary=True, min_df=_MESSAGES_MIN, dtype=np.float64)
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


def _terms(text: str) -> Iterator[str]:
    """Words, and pairs of words that stand side by side."""
    plain = _plain(text)
    found = [(match.start(), match.end(), match[0]) for match in _WORD.finditer(plain)]
    for (_, end, first), (start, _, second) in pairwise(found):
        if plain[end:start].isspace() and _is_telling(first) and _is_telling(second):
            yield f"{first} {second}"
    yield from _words(plain)


def _words(plain: str) -> Iterator[str]:
    for match in _WORD.finditer(plain):
        word = match[0]
        if _UNSPACED.search(word):
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        elif _is_telling(word):
            yield word


def _is_telling(word: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return len(word) >= _LETTERS_MIN and not _UNSPACED.search(word) and word not in _SAID_ANYWAY_WORDS and word not in ENGLISH_STOP_WORDS


def _weights(said: Numbers, sizes: Numbers, words: Sequence[str]) -> Numbers:
    """(topics, words): how much of a topic's messages have the word, times how much of the word is in the topic. 0 below the least."""
    share = said / np.maximum(sizes[:, None], 1.0)
    exclusive = share / np.maximum(share.sum(axis=0), 1e-9)
    phrases = np.array([_PHRASE_BONUS if " " in word else 1.0 for word in words])
    least = np.maximum(_MESSAGES_MIN, _SHARE_MIN * sizes)[:, None]
    weights: Numbers = np.where(said >= least, share * exclusive * phrases, 0.0)
    return weights


def _best(words: Sequence[str], weights: Numbers) -> list[str]:
    """The heaviest terms that say something new."""
    found: list[str] = []
    for row in np.argsort(-weights, kind="stable"):
        if weights[row] <= _FURTHER * weights.max() or len(found) == TERMS:
            break
        word = str(words[row])
        if not any(_overlap(word, other) for other in found):
            found.append(word)
    return found


def _overlap(one: str, other: str) -> bool:
    """Whether a word of one is, but for its ending, a word of the other."""
    return bool({word[:_STEM].removesuffix("s") for word in one.split()} & {word[:_STEM].removesuffix("s") for word in other.split()})


def _free_name(found: Sequence[str], used: set[str]) -> str:
    for number in (2, *range(_NAME_TERMS, len(found) + 1)):
        name = _cut(", ".join(found[:number]))
        if name and name.lower() not in used:
            return name
    base = _cut(", ".join(found[:2])) or "topic"
    return next(name for number in range(2, len(used) + 3) if (name := f"{base} {number}").lower() not in used)


def _cut(name: str) -> str:
    return name[: limits.TOPIC_NAME_LENGTH - 5].rstrip(" ,")
