"""Topics of invented messages, without a store: what is found, and what never shows."""

from __future__ import annotations

import random
from math import log

import numpy as np
import pytest

from socialscore.errors import UsageError
from socialscore.topics.clusters import _weights, find_topics
from socialscore.topics.words import handle_words, stem, stop_words, words

THEMES = (
    ("la piscine", "le bassin", "la natation"),
    ("les poubelles", "le bac", "la collecte"),
    ("le lampadaire", "l'éclairage", "l'ampoule"),
)
FRAMES = (
    "Bonjour, quand rouvrent {} et {} ?",
    "{}, {} rue des Ormes, c'est pour quand ?",
    "toujours rien pour {} ni pour {} @VilleDeMontsabran 😡",
    "Merci de regarder {} avec {} https://t.co/x4",
)


def crowd(n=240, seed=1):
    """Texts, authors and themes: three people in four write once, the others again."""
    dice = random.Random(seed)
    themes = [dice.randrange(3) for _ in range(n)]
    texts = [dice.choice(FRAMES).format(*dice.sample(THEMES[theme], 2)) for theme in themes]
    authors = [f"author{dice.randrange(n)}" for _ in range(n)]
    return texts, authors, themes


@pytest.fixture(scope="module")
def world():
    return crowd()


@pytest.fixture(scope="module")
def topics(world):
    texts, authors, _ = world
    return find_topics(texts, authors)


def test_each_theme_is_a_topic_named_by_its_words(topics):
    named = {word for topic in topics.words for word in topic}

    assert len(topics.words) == 3
    assert {"piscine", "bassin", "natation", "poubelles", "bac", "lampadaire"} <= named


def test_messages_of_one_theme_have_one_topic(world, topics):
    from sklearn.metrics import adjusted_rand_score

    told = [-1 if topic is None else topic for topic in topics.of]

    assert adjusted_rand_score(world[2], told) > 0.95


def test_the_order_of_messages_does_not_matter(world, topics):
    texts, authors, _ = world
    order = list(range(len(texts)))
    random.Random(2).shuffle(order)

    shuffled = find_topics([texts[i] for i in order], [authors[i] for i in order])

    assert shuffled.words == topics.words
    assert list(shuffled.of) == [topics.of[i] for i in order]


def test_what_authors_are_called_does_not_matter(world, topics):
    texts, authors, _ = world

    assert find_topics(texts, [f"{hash(author)}" for author in authors]) == topics


def test_topics_are_in_order_of_how_many_people_have_them(world, topics):
    pairs = set(zip(world[1], topics.of, strict=True))
    sizes = [sum(it == number for _, it in pairs) for number in range(len(topics.words))]

    assert sizes == sorted(sizes, reverse=True)


def test_a_word_that_one_person_repeats_names_no_topic(world, topics):
    texts, authors, _ = world
    marked = [f"{texts[0]} Zorglub 0199004567" for _ in range(100)]
    spread = ["Zorglub la piscine", "Zorglub les poubelles", "Zorglub Zorglub Zorglub"]

    found = find_topics([*texts, *marked, *spread], [*authors, *(["marker"] * 103)])

    assert "zorglub" not in {word for topic in found.words for word in topic}
    assert set(map(frozenset, found.words)) == set(map(frozenset, topics.words))


def test_a_topic_of_nine_people_is_not_shown_and_one_of_ten_is():
    texts, authors, _ = crowd()
    lions = [f"un lion dans le jardin {street}" for street in ("est", "ouest", "nord") * 10]

    def shown(n_people):
        people = [f"lion{number % n_people}" for number in range(30)]
        found = find_topics([*texts, *lions], [*authors, *people])
        return any("lion" in topic for topic in found.words), found.of[len(texts) :]

    assert shown(9) == (False, (None,) * 30)
    assert shown(10)[0]


def test_a_word_that_nine_people_use_is_in_no_name():
    texts, authors, themes = crowd()
    pool = [i for i, theme in enumerate(themes) if theme == 0]
    nine = {author: None for i in pool if (author := authors[i])}
    chosen = set(list(nine)[:9])
    told = [
        f"{text} plongeoir" if a in chosen else text for text, a in zip(texts, authors, strict=True)
    ]

    found = find_topics(told, authors)

    assert "plongeoir" not in {word for topic in found.words for word in topic}


def test_words_are_weighed_by_class_based_tf_idf():
    weights = _weights(np.array([[2.0, 0.0], [1.0, 1.0]]))

    assert weights == pytest.approx([log(1 + 2 / 3), log(1 + 2 / 1)])


def test_what_shares_no_word_with_others_fits_no_topic(world):
    texts, authors, _ = world

    found = find_topics([*texts, "un dromadaire pensif", "😀", ""], [*authors, "a", "b", "c"])

    assert found.of[-3:] == (None, None, None)


@pytest.mark.parametrize("n_words", [3, 4, 7, 20])
def test_words_at_random_do_no_harm(n_words):
    dice = random.Random(n_words)
    known = [f"mot{'abcdefghijklmnopqrstuvwxyz'[i]}" for i in range(n_words)]
    texts = [" ".join(dice.choices(known, k=dice.randrange(4))) for _ in range(200)]

    found = find_topics(texts, [f"a{i % 90}" for i in range(200)])

    assert len(found.of) == 200
    assert all(number is None or found.words[number] for number in found.of)


@pytest.mark.parametrize("texts", [[], ["la piscine"] * 30, ["a"] * 3])
def test_where_there_is_too_little_there_is_no_topic(texts):
    found = find_topics(texts, [f"a{i}" for i in range(len(texts))])

    assert found.words == ()
    assert found.of == (None,) * len(texts)


def test_words_are_those_that_may_say_what_it_is_about():
    text = "@Ville_X Bonjour ! À quelle heure ouvre l'Hôtel, svp ? 🙏 01 99 https://a.example/x B12"

    assert words(f"{text} me@a.example") == ["ouvre", "hôtel"]
    assert words("Hi, when is the swimming pool open on Sunday?") == ["swimming", "pool", "open"]


def test_accents_and_plurals_make_no_other_word():
    assert {stem(word) for word in ("école", "ecoles", "écoles")} == {"ecole"}
    assert stem("bus") == "bus"
    assert {"apres", "the", "bonjour"} <= stop_words()


def test_a_word_is_shown_with_the_accents_that_ten_people_write():
    texts, authors, _ = crowd()
    bare = [text.replace("é", "e") if n % 3 else text for n, text in enumerate(texts)]

    found = find_topics(bare, authors)

    assert "éclairage" in {word for words in found.words for word in words}


def test_the_name_of_whom_all_write_to_is_no_topic():
    texts = ["@VilleDeLyon oui", "@VilleDeLyon non", "@INFO_Trains rien"] * 5

    assert handle_words(texts) >= {"ville", "lyon", "info", "train"}
    assert handle_words([*texts, "@jardin_du_parc"] * 2 + ["x"] * 40) == {"ville", "de", "lyon"} | {
        "info",
        "train",
    }


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("socialscore.topics.clusters.is_installed", lambda: False)

    with pytest.raises(UsageError, match=r"pip install 'socialscore\[topics\]'"):
        find_topics(["a"], ["b"])
