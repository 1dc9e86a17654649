"""Tells the language of a text by its words.

Each rulebook lists words of its language. The language that has most of a text's words is the one
that it is in; a tie, or no such word, leaves it unknown. Words that several languages share count
for each of them, so what they share decides nothing. Rulebooks without rules are there so that
their language is not taken for its neighbour: what is in it stays unknown, too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from socialscore.language.rulebook import rulebooks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["detect"]

_BATCH_TEXTS = 8_192  # so that the words of a batch stay near the processor

# What may stand around a word; what begins with @ is a handle, and no word.
_AROUND = " .,;:!?¿¡…()[]\"«»“”„*#'-–—/"

# What may stand for the whole: l'horaire, est-ce.
_BEGINNING = "^(?P<beginning>[^'-]*'?)"


def detect(texts: pa.Array) -> pa.Array:
    """The primary subtag of each text's language; NULL: unknown, as the text may be."""
    batches = [texts.slice(n, _BATCH_TEXTS) for n in range(0, len(texts), _BATCH_TEXTS)]
    return pa.chunked_array(map(_detect, batches), pa.string()).combine_chunks()


def _detect(texts: pa.Array) -> pa.Array:
    _, points, languages = _table()
    words = pc.ascii_split_whitespace(texts.fill_null(""))
    tokens = words.values.dictionary_encode()
    rows = _rows(tokens.dictionary)[tokens.indices.to_numpy()]
    begin, end = words.offsets.to_numpy()[:-1], words.offsets.to_numpy()[1:]
    # The row that is appended is no word's, and lets the last texts be empty.
    sums = np.add.reduceat(points[np.append(rows, -1)], begin)
    counts = sums.view(np.uint16)
    second, first = np.partition(counts, -2)[:, -2:].T
    unknown = (first == second) | (begin == end)
    chosen = pa.array(counts.argmax(axis=1), pa.int64(), mask=unknown)
    return pa.array(languages, pa.string()).take(chosen)


def _rows(tokens: pa.Array) -> NDArray[np.int64]:
    """The row of each token in the table; -1: it is no word of any language."""
    words, _, _ = _table()
    plain = pc.utf8_trim(pc.replace_substring(pc.utf8_lower(tokens), "’", "'"), _AROUND)
    beginning = pc.struct_field(pc.extract_regex(plain, _BEGINNING), "beginning")
    rows: NDArray[np.int64] = pc.coalesce(
        pc.index_in(plain, words), pc.index_in(beginning, words), -1
    ).to_numpy()
    return rows


@cache
def _table() -> tuple[pa.Array, NDArray[np.uint64], list[str | None]]:
    """The words, a row for each that says which languages have it, and the languages.

    A row has 16 bits for each language, so one addition counts for four of them; no network takes
    texts of 65,536 words. The last row is for what is no word.
    """
    books = [book for book in rulebooks() if book.words]
    row = {word: n for n, word in enumerate({word for book in books for word in book.words})}
    points = np.zeros((len(row) + 1, -(-len(books) // 4) * 4), np.uint16)
    for n, book in enumerate(books):
        points[[row[word] for word in book.words], n] = 1
    languages = [book.language if book.rules else None for book in books]
    return pa.array(list(row), pa.string()), points.view(np.uint64), languages
