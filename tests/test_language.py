from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import language, replies
from bench.language import ALL, Accuracy, Labelled, Share, evaluate, invented, read, real
from bench.report import markdown, section
from socialscore.errors import InputError, SeveralProblems, UnknownName
from socialscore.language import rules
from socialscore.language.detection import detect
from socialscore.language.judge import judge
from socialscore.language.rulebook import (
    ANY,
    LEVELS,
    Rulebook,
    read_rulebook,
    rulebooks,
    shipped,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "language"
CLASSES = ("redirect", "automatic")


def judged(
    *texts: str | None, language: str | None = None, outbound: bool = False, salt: str = "salt"
) -> list[dict[str, Any]]:
    """One row for each text, all of them in one pass."""
    table = judge(messages(*texts, language=language, outbound=outbound), salt=salt)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def messages(*texts: str | None, language: str | None = None, outbound: bool = False) -> pa.Table:
    n_texts = len(texts)
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "language": pa.array([language] * n_texts, pa.string()),
            "outbound": pa.array([outbound] * n_texts, pa.bool_()),
        }
    )


def level(row: dict[str, Any]) -> str | None:
    """The level at which the message was decided, as rules name it."""
    if row["outbound"]:
        return None if row["response_class"] == "answer" else row["response_class"]
    for column in ("question_mark", "question", "request"):
        if row[column]:
            return column.replace("_", "-")
    return "negative" if row["rule_id"] else None


# The rules as content ---------------------------------------------------------------------------


def test_the_engine_can_read_every_pattern_that_is_shipped() -> None:
    assert tuple(map(read_rulebook, shipped())) == rulebooks()


EXAMPLES = [(rule, text) for rule in rules() for text in rule.examples]
COUNTEREXAMPLES = [(rule, text) for rule in rules() for text in rule.counterexamples]


@pytest.fixture(scope="module")
def decided() -> dict[tuple[str, str], dict[str, Any]]:
    """All examples and counterexamples, judged in one pass, by rule and text."""
    cases = EXAMPLES + COUNTEREXAMPLES
    table = pa.table(
        {
            "rule": [rule.rule_id for rule, _ in cases],
            "text": [text for _, text in cases],
            "language": pa.array(
                [None if rule.language == ANY else rule.language for rule, _ in cases], pa.string()
            ),
            "outbound": [rule.level in CLASSES for rule, _ in cases],
        }
    )
    return {(row["rule"], row["text"]): row for row in judge(table, salt="salt").to_pylist()}


def test_a_rule_decides_its_examples(decided: dict[tuple[str, str], dict[str, Any]]) -> None:
    rows = {(rule, text): decided[rule.rule_id, text] for rule, text in EXAMPLES}

    others = [
        (rule.rule_id, text, row["rule_id"], level(row))
        for (rule, text), row in rows.items()
        if (row["rule_id"], level(row)) != (rule.rule_id, rule.level)
    ]

    assert not others


def test_no_rule_of_the_level_takes_a_counterexample(
    decided: dict[tuple[str, str], dict[str, Any]],
) -> None:
    rows = {(rule, text): decided[rule.rule_id, text] for rule, text in COUNTEREXAMPLES}

    taken = [
        (rule.rule_id, text, row["rule_id"])
        for (rule, text), row in rows.items()
        if level(row) == rule.level
    ]

    assert not taken


def test_every_language_has_rules_of_every_level_but_the_sign() -> None:
    levels = {language: set[str]() for language in ("de", "en", "es", "fr", "it", "nl")}
    for rule in rules():
        levels.get(rule.language, set()).add(rule.level)

    assert levels == dict.fromkeys(levels, set(LEVELS) - {"question-mark"})


# What is judged ---------------------------------------------------------------------------------


def test_the_selections_are_nested() -> None:
    sign, question, request, statement = judged(
        "Quand ouvrez-vous ?", "Quand ouvrez-vous", "Banc en panne svp", "Beau banc", language="fr"
    )

    columns = ("question_mark", "question", "request")
    assert [sign[column] for column in columns] == [True, True, True]
    assert [question[column] for column in columns] == [False, True, True]
    assert [request[column] for column in columns] == [False, False, True]
    assert [statement[column] for column in columns] == [False, False, False]


def test_a_body_asks_nothing_of_the_group() -> None:
    (row,) = judged("Quelle est votre adresse ? Merci de répondre svp", outbound=True)

    assert (row["question_mark"], row["question"], row["request"]) == (False, False, False)
    assert row["response_class"] == "answer"


def test_a_citizen_gives_no_response() -> None:
    (row,) = judged("Écrivez-moi en MP")

    assert row["response_class"] is None


def test_an_unknown_text_is_no_demand() -> None:
    (row,) = judged(None)

    assert (row["question_mark"], row["question"], row["request"]) == (False, False, False)
    assert (row["rule_id"], row["text_digest"], row["language"]) == (None, None, None)


def test_a_response_without_text_is_an_answer() -> None:
    (row,) = judged(None, outbound=True)

    assert row["response_class"] == "answer"


def test_a_rule_of_another_language_selects_nothing() -> None:
    (english,) = judged("No comment marche", language="en")
    (french,) = judged("Un petit what else au bar", language="fr-FR")

    assert (english["request"], french["request"]) == (False, False)


def test_a_language_without_rules_is_read_by_all_rules() -> None:
    rows = judged("Pourquoi", "How come", language="pt")

    assert [row["rule_id"] for row in rows] == ["fr.question.pourquoi", "en.question.why"]


def test_a_regional_language_is_read_by_the_rules_of_its_language() -> None:
    (row,) = judged("comment ça", language="fr-CA")

    assert (row["rule_id"], row["language"]) == ("fr.question.comment", "fr-CA")


def test_a_missing_language_is_told_by_its_words() -> None:
    rows = judged("La rue est fermée pour nous", "the street is closed to us", "Zut 42", "the est")

    assert [row["language"] for row in rows] == ["fr", "en", None, None]


def test_a_question_mark_outweighs_thanks() -> None:
    (row,) = judged("Merci ?", language="fr")

    assert row["rule_id"] == "any.question-mark"


def test_thanks_outweigh_the_words_of_a_request() -> None:
    (row,) = judged("Thanks for your help", language="en")

    assert (row["rule_id"], row["request"]) == ("en.negative.thanks", False)


def test_a_question_mark_after_a_link_counts() -> None:
    inside, after, glued = judged(
        "https://ville.example/?page=2", "https://ville.example/ ?", "https://ville.example/p?"
    )

    assert [row["question_mark"] for row in (inside, after, glued)] == [False, True, True]


def test_typographic_signs_are_read_like_plain_ones() -> None:
    plain, typographic = judged(
        "qu'est-ce qui se passe s'il vous plait", "qu’est-ce qui se passe s’il vous plait"
    )

    assert plain["rule_id"] == typographic["rule_id"] == "fr.question.qu-est-ce"


def test_an_e_mail_address_is_no_handle() -> None:
    (row,) = judged("Mon adresse est camille@ville.example pouvez-vous écrire", language="fr")

    assert row["rule_id"] == "fr.question.inversion-vous"


@pytest.mark.parametrize(
    "signature",
    ["^JR", "-KC", "- Ana", "–Ana", "*AnaLee", "/si", "^Jo Ann 2/2", "^JR.", "(1/2) ^JR"],
)
def test_a_person_signs_and_a_machine_does_not(signature: str) -> None:
    standing = "Thank you for your message. We will reply as soon as possible."

    unsigned, signed = judged(standing, f"{standing} {signature}", language="en", outbound=True)

    assert (unsigned["response_class"], signed["response_class"]) == ("automatic", "answer")


def test_15_what_tells_something_in_the_words_of_a_machine_is_an_answer() -> None:
    told = (
        "Thanks for reaching out! The lamp is mended since this morning. "
        "If it fails again I will get back to you."
    )

    rows = judged(told, f"{told} ^JR", language="en", outbound=True)

    assert [row["response_class"] for row in rows] == ["answer", "answer"]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for contacting us. We are sorry the hall is shut until May. We will get back to "
        "you shortly.",
        "Thank you for contacting us. We will mend the pump at noon and get back to you.",
        "Thank you for contacting us. We will mend it and get back to you.",
        "Thank you for your message. Your report has been forwarded to the crew who clear it "
        "tonight. They will get back to you",
        "Thank you for your message. Please bring your old card. We will get back to you shortly.",
        "Merci de votre message. Nous sommes désolés que la salle soit close jusqu'en mai. Nous "
        "reviendrons vers vous dans les meilleurs délais.",
        "Merci de passer au guichet 7 avec la carte, nous avons bien reçu votre message et y "
        "répondrons dans les meilleurs délais",
        "Danke für Ihre Nachricht. Es tut uns leid, dass die Fähre bis Mai ausfällt. Wir melden "
        "uns schnellstmöglich bei Ihnen.",
        "Danke für Ihre Nachricht. Wir flicken das Dach und melden uns in Kürze bei Ihnen.",
        "Gracias por su mensaje. Sentimos que la sala esté cerrada hasta mayo. Le responderemos lo "
        "antes posible.",
        "Grazie per il messaggio. Ci dispiace che la sala sia chiusa fino a maggio. Le "
        "risponderemo al più presto.",
        "Bedankt voor uw bericht. Sorry dat de zaal tot mei dicht is. We reageren zo snel "
        "mogelijk.",
    ],
)
def test_what_a_machine_cannot_know_is_an_answer(text: str) -> None:
    (row,) = judged(text, outbound=True)

    assert row["response_class"] == "answer"


@pytest.mark.parametrize(
    "text",
    [
        "Sorry the hall is shut until May. DM us",
        "Merci d'apporter votre carte et deux timbres au guichet 7. Plus d'infos ici : "
        "https://ville.example/a",
        "Nous regrettons que le bac 7 soit coupé jusqu'à 18h. Infos ici : https://ville.example/a",
        "Tut uns leid, die Fähre fährt erst im Mai. Mehr Infos hier: https://stadt.example/a",
        "Hi Lou, it's mended now. Please DM us if not",
        "Repaid. DM us if not there",
        "Open till 7. More info here: https://town.example/a",
        "Closed https://town.example/a",
        "Bonjour, c'est remplacé. MP si besoin.",
        "Oui, à 17h. Plus d'infos ici : https://ville.example/a",
        "Ja. Mehr Infos hier: https://stadt.example/a",
    ],
)
def test_a_redirection_under_an_answer_is_an_answer(text: str) -> None:
    (row,) = judged(text, outbound=True)

    assert row["response_class"] == "answer"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi, Lou. Please DM us", "redirect"),
        ("We are here to help, Lou Ann! Please DM us", "redirect"),
        ("Please DM us. Maximilian", "redirect"),
        ("Please DM us. Thanks! Ana (town)", "redirect"),
        ("Please DM us. It works", "answer"),
        ("Hello, mended. Please DM us if not", "answer"),
        ("Ana, please DM us", "answer"),  # nothing tells that it is a name
    ],
)
def test_a_name_around_a_redirection_tells_nothing(text: str, found: str) -> None:
    (row,) = judged(text, language="en", outbound=True)

    assert row["response_class"] == found


@pytest.mark.parametrize(
    ("language", "promise", "closing"),
    [
        ("de", "Danke für Ihre Nachricht. Wir melden uns schnellstmöglich bei Ihnen.", "Gruß Tim"),
        ("de", "Danke für Ihre Nachricht. Wir melden uns schnellstmöglich bei Ihnen.", "VG Tim"),
        ("de", "Danke für Ihre Nachricht. Wir melden uns in Kürze.", "Viele Grüße, Tim"),
        ("en", "Thank you for contacting us. We will get back to you shortly.", "Regards Ana"),
        ("fr", "Merci pour votre message. Nous vous répondrons dans les meilleurs délais.",
         "Cordialement, Ana"),
    ],
)  # fmt: skip
def test_a_name_after_the_closing_words_of_a_letter_is_a_signature(
    language: str, promise: str, closing: str
) -> None:
    unsigned, signed = judged(promise, f"{promise} {closing}", language=language, outbound=True)

    assert (unsigned["response_class"], signed["response_class"]) == ("automatic", "answer")


@pytest.mark.parametrize("book", rulebooks(), ids=lambda book: book.language)
def test_what_is_taken_from_the_words_of_a_machine_leaves_three_words_open_at_most(
    book: Rulebook,
) -> None:
    phrases = (*book.courtesies, *book.promises)

    assert [each for each in phrases if re.search(r"\.[*+]|\{\d,(?:[4-9]|\d\d)?\}", each)] == []
    assert [each for each in book.asides if re.search(r"\\S\+? ?\)[*+]", each)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Which line was it, and when? Please DM us. ^AB", "redirect"),
        ("Have you tried the other door? https://town.example/doors ^AB", "answer"),
        ("Please DM us your name, address and pass number so we can check. ^AB", "redirect"),
        ("We are sorry. Let us know. We are always here. ^AB", "answer"),  # here, in another clause
        ("It reopens at noon. Which line was it? Please DM us. ^AB", "answer"),
    ],
)
def test_what_a_reply_tells_is_weighed_clause_by_clause(text: str, found: str) -> None:
    (row,) = judged(text, language="en", outbound=True)

    assert row["response_class"] == found


@pytest.mark.parametrize("given", [True, False])
def test_replies_are_what_people_say_they_are(given: bool) -> None:
    with (FIXTURES / "replies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    languages = [row["language"] if given else None for row in rows]
    table = messages(*[row["text"] for row in rows], outbound=True)
    table = table.set_column(1, "language", pa.array(languages, pa.string()))

    found = judge(table, salt="salt")["response_class"].to_pylist()

    assert len(rows) == 60
    assert [row for row, each in zip(rows, found, strict=True) if row["label"] != each] == []


def test_a_link_alone_is_a_redirect_in_any_language() -> None:
    rows = judged("https://cidade.example", "Aberto ate as 17 h https://x.example", language="pt",
                  outbound=True)  # fmt: skip

    assert [row["response_class"] for row in rows] == ["redirect", "answer"]


def test_a_signature_under_a_redirection_is_no_answer() -> None:
    signed, answered = judged(
        "Bonjour, écrivez-nous en MP. Julie (ville)",
        "Bonjour, écrivez-nous en MP. La rue rouvre demain matin.",
        language="fr",
        outbound=True,
    )

    assert (signed["response_class"], answered["response_class"]) == ("redirect", "answer")


# The language -----------------------------------------------------------------------------------

LANGUAGES = Path(__file__).parents[1] / "fixtures" / "language" / "languages.csv"


def test_a_language_is_told_or_left_unknown_and_hardly_ever_mistaken() -> None:
    with LANGUAGES.open(encoding="utf-8", newline="") as file:
        rows = [(row["language"], row["text"]) for row in csv.DictReader(file)]
    truth = [None if language in ("pt", "ca") else language for language, _ in rows]

    told = detect(pa.array([text for _, text in rows])).to_pylist()

    mistaken = [row for row, tag in zip(rows, told, strict=True) if tag and tag != row[0]]
    agreed = [tag == right for right, tag in zip(truth, told, strict=True)]
    assert len(mistaken) <= 1
    assert sum(agreed) >= 0.95 * len(rows)


def test_the_words_that_languages_share_decide_nothing() -> None:
    texts = [
        "la",
        "",
        None,
        "@jesuisla https://le.example",
        "la piscina",
        "J’arrive !",
        "¿CUÁNDO?",
    ]

    assert detect(pa.array(texts)).to_pylist() == [None, None, None, None, None, "fr", "es"]


def test_no_text_has_no_language() -> None:
    assert detect(pa.array([], pa.string())).to_pylist() == []


def test_a_language_that_is_given_is_kept() -> None:
    (row,) = judged("La rue est fermée pour nous", language="nl")

    assert row["language"] == "nl"


# The digest -------------------------------------------------------------------------------------


def test_the_digest_ignores_case_space_links_and_handles() -> None:
    rows = judged(
        "Rue fermée demain",
        "@camille RUE  fermée\ndemain https://ville.example/a",
        "@sasha Rue\u00a0fermée demain @camille@social.example",
    )

    assert len({row["text_digest"] for row in rows}) == 1


def test_the_digest_keeps_other_words_apart() -> None:
    first, second = judged("Rue fermée demain", "Rue ouverte demain")

    assert first["text_digest"] != second["text_digest"]


def test_the_digest_depends_on_the_salt() -> None:
    (first,) = judged("Rue fermée demain", salt="one")
    (second,) = judged("Rue fermée demain", salt="two")

    assert first["text_digest"] != second["text_digest"]


def test_nothing_but_links_and_handles_has_no_digest() -> None:
    rows = judged("", " \n", "@camille", "@camille https://ville.example")

    assert [row["text_digest"] for row in rows] == [None] * 4


# The table --------------------------------------------------------------------------------------


def test_other_columns_are_passed_through() -> None:
    table = messages("Pourquoi", "Merci").append_column("message_id", pa.array(["7", "8"]))

    result = judge(table, salt="salt")

    assert result.column_names[:4] == table.column_names
    assert result["message_id"].to_pylist() == ["7", "8"]


def test_an_empty_table_stays_empty() -> None:
    result = judge(messages(), salt="salt")

    assert result.num_rows == 0
    assert "text_digest" in result.column_names


def test_rows_keep_their_order_on_any_connection() -> None:
    table = messages(*[f"{n} ?" if n % 3 else f"{n}" for n in range(300_000)])
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        result = judge(table, salt="salt", connection=connection)

    assert result["question_mark"].to_pylist() == [n % 3 > 0 for n in range(300_000)]


def test_the_connection_keeps_its_own_relations() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE message AS SELECT 'mine' AS text")
        (row,) = judge(messages("Pourquoi"), salt="salt", connection=connection).to_pylist()
        mine = connection.sql("SELECT text FROM message").fetchall()

    assert row["rule_id"] == "fr.question.pourquoi"
    assert mine == [("mine",)]


# Laws -------------------------------------------------------------------------------------------

PIECES = [
    *("pourquoi", "comment", "merci", "svp", "où", "why", "please", "thanks", "en panne", "DM"),
    *("?", "!", ".", ",", '"', "«", "»", "“", "”", ">", "\n>", "@", "@ville", "https://", "www."),
    *(" ", "  ", "\n", "\r", "\t", "\u00a0", "\u202f", "\x00", "\x01", "’", "'", "👏", "é", "е"),
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))
# Reading the rules costs more than a hundred texts.
LISTS_OF_TEXTS = st.lists(TEXTS, min_size=30, max_size=90)


@settings(max_examples=8)
@given(LISTS_OF_TEXTS, st.sampled_from([None, "fr", "de", "pt"]), st.booleans())
def test_selections_are_nested_whatever_is_written(
    texts: list[str], language: str | None, outbound: bool
) -> None:
    rows = judged(*texts, language=language, outbound=outbound)

    assert [row["text"] for row in rows] == texts
    for row in rows:
        assert row["question_mark"] <= row["question"] <= row["request"]


@settings(max_examples=5)
@given(LISTS_OF_TEXTS)
def test_handles_and_links_around_a_text_change_no_selection(texts: list[str]) -> None:
    dressed = [f"@ville_exemple {text} https://ville.example/a?b=c" for text in texts]
    rows = judged(*texts, *dressed)
    plain, around = rows[: len(texts)], rows[len(texts) :]

    columns = ("question_mark", "question", "request", "text_digest")
    assert [[row[column] for column in columns] for row in plain] == [
        [row[column] for column in columns] for row in around
    ]


@settings(max_examples=5)
@given(LISTS_OF_TEXTS)
def test_the_case_of_links_and_handles_changes_no_digest(texts: list[str]) -> None:
    lower = [f"@ville {text} https://ville.example/a" for text in texts]
    upper = [f"@VILLE {text} HTTPS://VILLE.EXAMPLE/A" for text in texts]

    digests = [row["text_digest"] for row in judged(*lower, *upper)]

    assert digests[: len(texts)] == digests[len(texts) :]


# Files that people write ------------------------------------------------------------------------

GOOD_RULE = """
[[rule]]
id = "de.question.warum"
description = "warum."
any_of = ["warum"]
examples = ["Warum ist das Bad zu"]
"""


def rulebook_file(folder: Path, content: str, name: str = "de.toml") -> Path:
    path = folder / name
    path.write_text('language = "de"\n' + content, encoding="utf-8")
    return path


def test_a_language_is_added_by_a_file(tmp_path: Path) -> None:
    book = read_rulebook(rulebook_file(tmp_path, 'words = ["nicht"]\n' + GOOD_RULE))

    assert (book.language, book.words) == ("de", ("nicht",))
    assert [(rule.level, rule.pattern) for rule in book.rules] == [("question", "warum")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (GOOD_RULE + 'example = ["Warum"]', ":8, key rule.example: unknown key 'example'; did you"),
        ('word = ["nicht"]', ":2, key word: unknown key 'word'; did you mean 'words'?"),
        (
            GOOD_RULE.replace("de.question", "de.questions"),
            ":4, key rule.id: unknown level 'questions'; did you mean 'question'?",
        ),
        (GOOD_RULE + GOOD_RULE, ":10, key rule.id: another rule has the id de.question.warum; re"),
        (GOOD_RULE.replace("de.question", "fr.question"), ":4, key rule.id: write the id as de.l"),
        (GOOD_RULE.replace('warum"\ndesc', 'Warum?"\ndesc'), ":4, key rule.id: write the id as "),
        (GOOD_RULE.replace('id = "de.question.warum"', ""), ":3, key rule.id: the key is missing"),
        (GOOD_RULE.replace('["Warum ist das Bad zu"]', "[]"), ":7, key rule.examples: write at l"),
        (GOOD_RULE.replace('["warum"]', "[]"), ":6, key rule.any_of: write at least one"),
        (GOOD_RULE.replace('description = "warum."', ""), ":3, key rule.description: the key is "),
        (
            GOOD_RULE.replace('["warum"]', "['warum', '(?=warum)']"),
            ":6, key rule.any_of: '(?=warum)' is not a pattern (Invalid Input Error: invalid perl",
        ),
        ('courtesies = ["(hallo"]', ":2, key courtesies: '(hallo' is not a pattern"),
        ('courtesies = "hallo"', ':2, key courtesies: write a list in square brackets: ["hallo"]'),
        ('words = ["a", 1]', ":2, key words: write a text in quotation marks, not 1"),
        (GOOD_RULE.replace("[[rule]]", "[rule]"), ":3, key rule: write [[rule]] over each of them"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_line_and_key(
    tmp_path: Path, content: str, problem: str
) -> None:
    path = rulebook_file(tmp_path, content)

    with pytest.raises((InputError, UnknownName)) as caught:
        read_rulebook(path)

    assert str(caught.value).startswith(f"{path}{problem}")


def test_everything_that_is_wrong_with_a_file_is_named_at_once(tmp_path: Path) -> None:
    wrong = GOOD_RULE.replace("de.question", "de.questions").replace('["warum"]', "['(', ')']")

    with pytest.raises(SeveralProblems) as caught:
        read_rulebook(rulebook_file(tmp_path, f"words = 1\n{wrong}{GOOD_RULE}example = 1\n"))

    places = [str(problem.place).partition(":")[2] for problem in caught.value.problems]
    assert places == [
        "2, key words", "5, key rule.id", "7, key rule.any_of", "7, key rule.any_of",
        "15, key rule.example",
    ]  # fmt: skip


def test_a_file_is_named_after_its_language(tmp_path: Path) -> None:
    path = rulebook_file(tmp_path, "", name="german.toml")

    with pytest.raises(InputError, match=r":1, key language: name the file de\.toml, or write"):
        read_rulebook(path)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = rulebook_file(tmp_path, "rule = [\n")

    with pytest.raises(InputError, match="is not TOML"):
        read_rulebook(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_rulebook(tmp_path / "de.toml")


# How well the rules select ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def held_out() -> dict[tuple[str, str], Accuracy]:
    """The figures on the invented messages, by language and selection."""
    return by_selection(invented("held-out"))


def by_selection(rows: list[Labelled]) -> dict[tuple[str, str], Accuracy]:
    return {(line.language, line.selection): line for line in evaluate(rows)}


def test_the_rules_agree_with_people_on_messages_that_they_were_not_changed_for(
    held_out: dict[tuple[str, str], Accuracy],
) -> None:
    questions, requests = held_out[ALL, "questions"], held_out[ALL, "requests"]

    assert (questions.recall.value or 0) >= 0.95
    assert (requests.precision.value or 0) >= 0.70
    assert (requests.recall.value or 0) >= 0.80
    assert (requests.unmarked_precision.value or 0) >= 0.75


def test_no_language_is_left_behind(held_out: dict[tuple[str, str], Accuracy]) -> None:
    recall = {
        language: line.recall.value or 0
        for (language, selection), line in held_out.items()
        if selection == "requests"
    }

    assert recall.keys() == {"de", "en", "es", "fr", "it", "nl", ALL}
    assert min(recall.values()) >= 0.75


def real_messages() -> list[Labelled]:
    rows = [row for half in language.HALVES for row in real(half)]
    if not rows:
        pytest.skip("the real messages are not beside the checkout")
    return rows


def test_what_rules_select_without_a_mark_is_right_in_six_of_ten_real_messages() -> None:
    found = by_selection(real_messages())

    shares = {tag: found[tag, "requests"].unmarked_precision for tag in ("de", "en", "fr", ALL)}
    low = {tag: share for tag, share in shares.items() if (share.value or 0) < 0.6}
    assert low == {}


def test_the_results_say_how_the_rules_do_on_real_messages_today() -> None:
    real_messages()
    results = (Path(__file__).parents[1] / "bench" / "RESULTS.md").read_text(encoding="utf-8")

    fresh = markdown(language.lines(), language.HEADER).strip()

    assert section(results, language.TITLE) == fresh


def test_redirects_are_told_as_people_tell_them() -> None:
    figures = replies.lines()
    if not figures:
        pytest.skip("the replies are not beside the checkout")
    results = (Path(__file__).parents[1] / "bench" / "RESULTS.md").read_text(encoding="utf-8")

    assert section(results, replies.TITLE) == markdown(figures, replies.HEADER).strip()
    _, n_replies, n_redirects, recall, precision, n_automatic = figures[-1]
    assert (n_replies, n_redirects, n_automatic) == ("190", "54", "0")
    assert float(recall[:4]) >= 0.80
    assert float(precision[:4]) >= 0.85


def test_the_results_say_how_far_two_labellers_agree() -> None:
    results = (Path(__file__).parents[1] / "bench" / "RESULTS.md").read_text(encoding="utf-8")

    fresh = markdown(replies.agreement_lines(), replies.AGREEMENT_HEADER).strip()

    assert section(results, replies.AGREEMENT_TITLE) == fresh


def test_agreement_is_what_is_left_above_chance() -> None:
    both, first, second, neither = ("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")

    # The example of Cohen's kappa for 50 grants: 0.7 agreed, 0.5 by chance.
    pairs = [both] * 20 + [first] * 5 + [second] * 10 + [neither] * 15
    assert replies.kappa(pairs) == pytest.approx(0.4)


def test_replies_without_their_texts_are_not_measured(tmp_path: Path) -> None:
    assert replies.labelled("held-out", tmp_path) == []


def test_the_accuracy_of_a_selection_counts_what_is_selected_and_what_belongs() -> None:
    rows = [
        Labelled("fr", "Pourquoi la rue est fermée", "genuine", "none"),
        Labelled("fr", "Le pont", "genuine", "none"),
        Labelled("fr", "Le banc du parc est cassé", "none", "fault"),
        Labelled("fr", "Vous plaisantez ?", "rhetorical", "none"),
    ]

    found = by_selection(rows)

    questions, requests = found["fr", "questions"], found["fr", "requests"]
    assert (questions.precision, questions.recall) == (Share(1, 2), Share(1, 2))
    assert (requests.precision, requests.recall) == (Share(2, 3), Share(2, 3))
    assert (requests.marked_precision, requests.unmarked_precision) == (Share(0, 1), Share(2, 2))
    sign = found[ALL, "question-mark"]
    assert (sign.n_messages, sign.precision, sign.recall) == (4, Share(0, 1), Share(0, 2))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Share(8, 48), "0.17 (0.09–0.30)"),
        (Share(3, 3), "1.00 (0.44–1.00)"),
        (Share(0, 4), "0.00 (0.00–0.49)"),
        (Share(0, 0), "–"),
    ],
)
def test_a_share_is_printed_with_its_interval(share: Share, text: str) -> None:
    assert str(share) == text


STANDING = (
    "feel free to contact us",
    "que se passe t il",
    "thanks for getting in touch",
    "will get back to you as soon as possible",
    "will get back to you",
    "as soon as possible",
)
"""What everybody says in these words."""


def five_words_in_a_row(text: str) -> set[str]:
    spoken = re.sub(r"https?://\S+|@\w+", "", text.lower().replace("’", "'"))
    plain = " ".join(re.findall(r"\w+(?:'\w+)*", spoken))
    for phrase in STANDING:
        plain = plain.replace(phrase, "|")
    parts = [part.split() for part in plain.split("|")]
    return {" ".join(part[n : n + 5]) for part in parts for n in range(len(part) - 4)}


def texts(path: Path) -> set[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["text"] for row in csv.DictReader(file) if "text" in row}


def test_no_example_repeats_a_real_message() -> None:
    folders = (language.SHARED / "inbound", language.SHARED / "care_tweets")
    real = [path for folder in folders for path in folder.glob("*.csv")]
    if not real:
        pytest.skip("the real messages are not beside the checkout")
    ours = {text for _, text in EXAMPLES + COUNTEREXAMPLES}
    ours |= {text for path in FIXTURES.glob("*.csv") for text in texts(path)}

    said = set[str]().union(*(five_words_in_a_row(text) for path in real for text in texts(path)))

    assert {text: both for text in ours if (both := five_words_in_a_row(text) & said)} == {}


def test_both_halves_hold_the_same_languages_and_no_message_twice() -> None:
    working, held_out = (invented(half) for half in language.HALVES)

    assert {row.language for row in working} == {row.language for row in held_out}
    assert not {row.text for row in working} & {row.text for row in held_out}


def test_the_invented_messages_have_the_natural_mix() -> None:
    rows = [row for half in language.HALVES for row in invented(half)]
    interrogative = [row for row in rows if row.question != "none"]
    marked = [row for row in interrogative if "?" in row.text]

    rhetorical = sum(row.question == "rhetorical" for row in marked) / len(marked)
    assert 0.07 <= 1 - len(marked) / len(interrogative) <= 0.15
    assert 0.35 <= rhetorical <= 0.55


def test_a_label_without_its_message_is_an_error_and_no_data_are_none(tmp_path: Path) -> None:
    folder = tmp_path / "inbound"
    folder.mkdir()
    (folder / "fr.csv").write_text("n,text\n0,Bonjour\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"fr\.csv: has no message [0-9a-f]{32}, which"):
        real("held-out", tmp_path)

    assert real("held-out", tmp_path / "nowhere") == []


def test_a_file_with_an_unknown_label_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "text_id,language,question,request,thread,text\n1,fr,open,none,no,Pourquoi\n",
        encoding="utf-8",
    )

    with pytest.raises(ValueError, match="'open' is none of genuine, rhetorical, none"):
        read(path)
