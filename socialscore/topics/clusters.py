"""Groups of messages that share words, each named by the words that set it apart."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib.util import find_spec
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from socialscore.errors import UsageError
from socialscore.model.topics import FEWEST_AUTHORS
from socialscore.topics.words import handle_words, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]
    Labels = npt.NDArray[np.intp]

__all__ = ["FoundTopics", "find_topics", "is_installed", "require"]

# Set on messages to a railway, in which a reader tells leaves from trees, fires and goats.
_COMMON = 0.5  # share of messages in which a word tells nothing any more
_DIMENSIONS = 50
_MOST_CLUSTERS = 24  # small ones, before those are joined whose words are alike
_ALIKE = 0.1  # the cosine from which two clusters are one topic
_FITS = 0.15  # the cosine from which a message belongs to a topic
_NEARLY_NONE = 1e-9  # of a word: a row of zeros is like nothing
_SAMPLED = 10_000  # messages in which topics are looked for; the others are assigned to these
_FEWEST_WORDS, _MOST_WORDS = 2, 5  # in the name of a topic
_SURE_WORDS = 3  # of these, those that need not be rarer elsewhere
_LIFT = 1.5  # times as frequent as among all, for a word beyond these


@dataclass(frozen=True)
class FoundTopics:
    """The topics of some messages."""

    words: tuple[tuple[str, ...], ...]  # that name each, the most telling first
    of: tuple[int | None, ...]  # the number of the topic of each message; None: it fits none


def is_installed() -> bool:
    """Whether topics can be found: the extra `topics` is there."""
    return find_spec("sklearn") is not None


def require() -> None:
    """Make sure that topics can be found.

    Raises:
        UsageError: the extra `topics` is not installed.
    """
    if not is_installed():
        raise UsageError("topics need the extra `topics`: pip install 'socialscore[topics]'")


def find_topics(
    texts: Sequence[str],
    authors: Sequence[str],
    *,
    seed: int = 0,
    fewest_authors: int = FEWEST_AUTHORS,
) -> FoundTopics:
    """The topics of messages, those of most people first; the same in whatever order they come.

    Args:
        texts: of the messages, in French or English.
        authors: an identifier of who wrote each.
        seed: where the search begins; topics that depend on it are weak.
        fewest_authors: who must have written about a topic, and used a word that names one.

    Raises:
        UsageError: the extra `topics` is not installed.
    """
    require()
    handles = handle_words(texts)
    found = [[word for word in words(text) if stem(word) not in handles] for text in texts]
    forms = _vocabulary(found, authors, fewest_authors)
    documents = [
        tuple(sorted({s for word in each if (s := stem(word)) in forms})) for each in found
    ]
    # Once for each person: what somebody repeats says nothing new. In an order that is the same
    # whatever authors are called: pseudonyms differ from store to store.
    pairs = {pair for pair in zip(authors, documents, strict=True) if pair[1]}
    distinct = sorted(document for _, document in pairs)
    if len(forms) < _SURE_WORDS or len(distinct) < 2 * fewest_authors:
        return FoundTopics((), (None,) * len(texts))
    vocabulary = sorted(forms)
    profiles = _profiles(_sampled(distinct, seed), vocabulary, seed)
    numbers = _assigned(documents, vocabulary, profiles)
    return _shown(numbers, documents, authors, forms, fewest_authors)


def _vocabulary(
    found: Iterable[Sequence[str]], authors: Sequence[str], fewest: int
) -> dict[str, str]:
    """By stem, the form to show, of all words that enough people write and not most.

    Of forms that enough people write, it is that of most of them, those with accents first: many
    leave accents out, and nobody adds any.
    """
    users: dict[str, set[str]] = defaultdict(set)
    n_messages: Counter[str] = Counter()
    n = 0
    for each, author in zip(found, authors, strict=True):
        n += 1
        n_messages.update({stem(word) for word in each})
        for word in each:
            users[word].add(author)
    forms: dict[str, str] = {}
    for word in sorted(users, key=lambda word: (word.isascii(), -len(users[word]), word)):
        if len(users[word]) >= fewest and n_messages[stem(word)] <= _COMMON * n:
            forms.setdefault(stem(word), word)
    return forms


def _sampled(documents: Sequence[tuple[str, ...]], seed: int) -> Sequence[tuple[str, ...]]:
    if len(documents) <= _SAMPLED:
        return documents
    chosen = np.random.default_rng(seed).choice(len(documents), _SAMPLED, replace=False)
    return [documents[number] for number in sorted(chosen)]


def _profiles(documents: Sequence[tuple[str, ...]], vocabulary: Sequence[str], seed: int) -> Matrix:
    """A row for each topic: how telling each word of the vocabulary is, a vector of length 1.

    Many small clusters are found first, and joined where their words are alike: so the messages
    say how many topics there are.
    """
    from sklearn.cluster import AgglomerativeClustering, KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize
    from threadpoolctl import threadpool_limits

    n_clusters = min(_MOST_CLUSTERS, isqrt(len(documents)), len(set(documents)))
    dimensions = min(_DIMENSIONS, len(vocabulary) - 1)
    counts = _matrix(documents, vocabulary)
    # Several threads add up in another order each time. Of messages that are one point there are
    # fewer clusters than asked for, which is no reason to warn.
    with threadpool_limits(1), warnings.catch_warnings(action="ignore"):
        weights = TfidfTransformer().fit_transform(counts)
        reduced = TruncatedSVD(dimensions, random_state=seed).fit_transform(weights)
        fitted = KMeans(n_clusters, n_init=10, random_state=seed).fit(normalize(reduced))
        numbers = np.unique(fitted.labels_, return_inverse=True)[1]
        if numbers.any():
            small = _profile(_frequencies(counts, numbers))
            joining = AgglomerativeClustering(
                n_clusters=None, distance_threshold=1 - _ALIKE, metric="cosine", linkage="average"
            )
            numbers = joining.fit_predict(small)[numbers]
    profiles: Matrix = normalize(_profile(_frequencies(counts, numbers)))
    return profiles


def _matrix(documents: Sequence[tuple[str, ...]], vocabulary: Sequence[str]) -> Any:
    """A sparse row for each document: 1 for each word that it has."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer=tuple, vocabulary=vocabulary).fit_transform(documents)


def _frequencies(counts: Any, labels: Labels) -> Matrix:
    """A row for each cluster: in how many of its documents each word stands."""
    return np.vstack([
        np.asarray(counts[labels == number].sum(axis=0), dtype=float).ravel()
        for number in range(int(labels.max()) + 1)
    ])  # fmt: skip


def _weights(frequencies: Matrix) -> Matrix:
    """What each word weighs, log(1 + A / f), as class-based TF-IDF has it (BERTopic, 2022).

    A: the mean number of words in a cluster; f: how often all of them have the word.
    """
    of_all = np.maximum(frequencies.sum(axis=0), 1)
    weights: Matrix = np.log1p(frequencies.sum() / len(frequencies) / of_all)
    return weights


def _profile(frequencies: Matrix) -> Matrix:
    """A row for each cluster: how much more often it has each word than all have, weighed.

    So streets and manners of speaking, which every cluster has, tell nothing. Where there is one
    cluster, it is told by all that it has.
    """
    if len(frequencies) == 1:
        return frequencies
    shares = frequencies.sum(axis=1, keepdims=True) / frequencies.sum()
    more = np.maximum(frequencies - shares * frequencies.sum(axis=0), _NEARLY_NONE)
    profile: Matrix = more * _weights(frequencies)
    return profile


def _assigned(
    documents: Sequence[tuple[str, ...]], vocabulary: Sequence[str], profiles: Matrix
) -> list[int | None]:
    """The topic whose words each message shares most; None: it shares too few with any."""
    from sklearn.preprocessing import normalize

    likeness = normalize(_matrix(documents, vocabulary).astype(float)) @ profiles.T
    best = likeness.argmax(axis=1)
    fits = likeness[np.arange(len(best)), best] >= _FITS
    return [int(number) if fit else None for number, fit in zip(best, fits, strict=True)]


def _shown(
    numbers: Sequence[int | None],
    documents: Sequence[tuple[str, ...]],
    authors: Sequence[str],
    forms: dict[str, str],
    fewest: int,
) -> FoundTopics:
    """The topics about which enough people wrote, those of most people first."""
    people: dict[int, set[str]] = defaultdict(set)
    for number, author in zip(numbers, authors, strict=True):
        if number is not None:
            people[number].add(author)
    kept = [number for number in people if len(people[number]) >= fewest]
    names = _names(numbers, documents, authors, kept)
    kept = [number for number in kept if len(names[number]) >= _FEWEST_WORDS]
    kept.sort(key=lambda number: (-len(people[number]), names[number]))
    places = {number: place for place, number in enumerate(kept)}
    return FoundTopics(
        tuple(tuple(forms[each] for each in names[number]) for number in kept),
        tuple(None if number is None else places.get(number) for number in numbers),
    )


def _names(
    numbers: Sequence[int | None],
    documents: Sequence[tuple[str, ...]],
    authors: Sequence[str],
    kept: Sequence[int],
) -> dict[int, tuple[str, ...]]:
    """The stems that name each topic, the most telling first; a person counts once for a word."""
    if not kept:
        return {}
    places = {number: place for place, number in enumerate(sorted(kept))}
    used = {
        (places[number], each, author)
        for number, author, document in zip(numbers, authors, documents, strict=True)
        if number is not None and number in places
        for each in document
    }
    vocabulary = sorted({each for _, each, _ in used})
    columns = {each: column for column, each in enumerate(vocabulary)}
    counts: Matrix = np.zeros((len(kept), len(vocabulary)))
    for row, each, _ in used:
        counts[row, columns[each]] += 1
    telling = counts * _weights(counts)
    shares = counts / counts.sum(axis=1, keepdims=True)
    lifts = shares / (counts.sum(axis=0) / counts.sum())
    return {
        number: tuple(
            vocabulary[column]
            for rank, column in enumerate(np.argsort(-telling[row], kind="stable")[:_MOST_WORDS])
            if counts[row, column] and (rank < _SURE_WORDS or lifts[row, column] >= _LIFT)
        )
        for number, row in places.items()
    }
