"""Headers that people write are understood, and where two could be meant, somebody is asked."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from socialscore.errors import InputError
from socialscore.importers import FileOptions, read, synonyms
from socialscore.importers.columns import COLUMNS
from socialscore.importers.source import Source
from socialscore.importers.staging import Stage
from socialscore.importers.synonyms import headers_of
from socialscore.model.messages import KINDS

if TYPE_CHECKING:
    from socialscore.importers import FileReading

CONTENT = tomllib.loads(Path(synonyms.__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def taken(*headers: str, **pairs: str) -> dict[str, str]:
    """What of a header is which of our columns."""
    columns = headers_of(headers, pairs).layout.columns
    return {ours: " + ".join(choices[0]) for ours, choices in columns.items()}


def write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def begin(path: Path, *lines: str, **pairs: str) -> FileReading:
    write(path, *lines)
    with Source(path) as source:
        return read(source, FileOptions(columns=pairs))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


# --- what is written ------------------------------------------------------------------------------


def test_no_header_stands_for_two_columns() -> None:
    headers = [
        synonyms._plain(header)
        for ours, those in CONTENT.items()
        if ours != "words"
        for header in those
    ]

    assert not [header for header, n in Counter(headers).items() if n > 1]


def test_headers_stand_for_columns_that_there_are() -> None:
    assert CONTENT.keys() - {"author", "time", "words"} <= COLUMNS.keys()
    assert CONTENT["words"]["kind"].keys() - {"unsaid"} <= set(KINDS)


# --- headers --------------------------------------------------------------------------------------


def test_a_french_export_is_understood() -> None:
    assert taken("Date", "N°", "Auteur", "Message", "En réponse à", "Type", "Réseau", "Langue") == {
        "sent_at": "Date",
        "message_id": "N°",
        "author_id": "Auteur",
        "author_handle": "Auteur",
        "text": "Message",
        "reply_to_id": "En réponse à",
        "kind": "Type",
        "network": "Réseau",
        "language": "Langue",
    }


def test_an_english_export_is_understood() -> None:
    assert taken("Tweet ID", "Created At", "From", "Full Text", "In reply to", "Thread") == {
        "message_id": "Tweet ID",
        "sent_at": "Created At",
        "author_id": "From",
        "author_handle": "From",
        "text": "Full Text",
        "reply_to_id": "In reply to",
        "conversation_id": "Thread",
    }


@pytest.mark.parametrize(
    "header", ["CRÉÉ LE", "cree le", "créé_le", " Créé-le : ", "Cre\u0301e\u0301 le"]
)
def test_case_accents_and_punctuation_do_not_matter(header: str) -> None:
    assert taken(header) == {"sent_at": header}


def test_day_and_time_in_two_columns_are_joined() -> None:
    assert taken("Heure", "Date") == {"sent_at": "Date + Heure"}
    assert taken("Time") == {"sent_at": "Time"}


def test_whoever_has_an_identifier_and_a_handle_is_known_by_each() -> None:
    assert taken("Auteur", "Pseudo", "Id auteur") == {
        "author_handle": "Pseudo",
        "author_id": "Id auteur",
    }


def test_a_handle_goes_before_the_name_of_a_person() -> None:
    assert taken("Auteur", "Pseudo") == {"author_handle": "Pseudo", "author_id": "Pseudo"}


def test_our_own_name_goes_before_what_else_could_be_meant() -> None:
    assert taken("text", "Message") == {"text": "text"}


def test_what_somebody_says_stands_for_nothing_else() -> None:
    assert taken("Date", "Créé le", "Message", sent_at="Date", kind="Message") == {}
    assert taken("Auteur", "Nom", author_id="Nom") == {}
    assert taken("Auteur", "Nom", author_handle="Nom") == {"author_id": "Nom"}


def test_columns_that_may_be_numbers_are_left() -> None:
    assert taken("Mentions", "Retweets", "Likes", "", "Unnamed: 0") == {}


# --- files ----------------------------------------------------------------------------------------


def test_two_columns_that_could_be_one_of_ours_are_asked_for(path: Path) -> None:
    lines = ("Date,Id,Auteur,Nom,Message", "2026-11-09T10:00:00Z,1,ana,Ana B.,Bonjour")

    with pytest.raises(InputError, match="Auteur and Nom could each be author_id") as caught:
        begin(path, *lines)

    assert "--map author_id=Auteur or --map author_id=Nom" in str(caught.value)
    assert begin(path, *lines, author_id="Auteur").layout.name == "headers"


def test_messages_in_a_list_of_a_json_document_are_found(path: Path) -> None:
    post = {"id": "1", "created_at": "2026-11-09T10:00:00Z", "user_id": "2", "message": "Bonjour"}

    found = begin(path, json.dumps({"page": 1, "data": {"posts": [post, post | {"id": "3"}]}}))

    assert (found.layout.name, found.layout.rows) == ("headers", "data.posts[]")


def test_columns_that_have_one_header_are_to_be_renamed(path: Path) -> None:
    lines = ("Id,Date,Date,Auteur,Message", "1,2026-11-09T10:00:00Z,Monday,Ana,Bonjour")

    with pytest.raises(InputError, match="columns are called Date; rename all but one") as caught:
        begin(path, *lines)

    assert caught.value.ways_out == ()


def test_what_is_missing_is_named(path: Path) -> None:
    with pytest.raises(InputError, match="recognised as message_id or author_id") as caught:
        begin(path, "Date,Message,Likes", "2026-11-09T10:00:00Z,Bonjour,3")

    assert "--map message_id=COLUMN --map author_id=COLUMN" in str(caught.value)


def test_types_and_languages_are_understood_in_words(path: Path) -> None:
    write(
        path,
        "Id;Date;Auteur;Message;Type;Langue",
        "1;2026-11-09T10:00:00Z;@ana;Bonjour;Message privé;Français",
        "2;2026-11-09T10:00:00Z;ben;Hello;Retweet;en",
        "3;2026-11-09T10:00:00Z;eva;@roz Hello;Tweet;",
        "4;2026-11-09T10:00:00Z;eva;@roz Hello;Positif;",
    )

    with Source(path) as source, Stage() as stage:
        stage.read(read(source).rows, path)
        stage.address(stage.bodies())
        rows = stage.beginning(4)
        refusals = [(it.line, it.outcome, it.reason) for it in stage.refusals()]

    assert [row["kind"] for row in rows] == ["direct", "repost", "mention", "mention"]
    assert [row["language"] for row in rows] == ["fr", "en", None, None]
    assert rows[0]["author"] == "ana"
    assert refusals == [(5, "damaged", "unknown kind Positif")]
