"""The digest of the rulebook changes with whatever decides a judgement."""

from __future__ import annotations

from hashlib import sha256
from shutil import copytree
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from socialscore.language import rulebook, statement
from socialscore.language.judge import judge
from socialscore.language.rulebook import (
    ANY,
    LEVELS,
    STATEMENT,
    Rule,
    Rulebook,
    rulebook_digest,
    shipped,
)

if TYPE_CHECKING:
    from pathlib import Path


def digest() -> str:
    return rulebook_digest.__wrapped__()


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files, in their place."""
    folder = copytree(shipped()[0].parent, tmp_path / "rules")
    files = [folder / path.name for path in shipped()]
    monkeypatch.setattr(rulebook, "shipped", lambda: files)
    return folder


@pytest.mark.usefixtures("rules")
def test_the_digest_is_the_same_wherever_the_rules_lie() -> None:
    assert digest() == rulebook_digest()
    assert len(digest()) == 12


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_the_digest_changes_with_every_file(path: Path, rules: Path) -> None:
    with (rules / path.name).open("a", encoding="utf-8") as file:
        file.write("# another\n")

    assert digest() != rulebook_digest()


def test_the_digest_changes_with_the_version_of_the_statement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rulebook, "STATEMENT", STATEMENT + 1)

    assert digest() != rulebook_digest()


def test_every_judgement_says_by_which_rules() -> None:
    table = pa.table(
        {
            "text": pa.array(["Quand ?", "", None], pa.string()),
            "language": pa.array([None] * 3, pa.string()),
            "outbound": pa.array([False] * 3),
        }
    )

    assert judge(table, salt="salt")["rulebook"].to_pylist() == [rulebook_digest()] * 3


def test_another_statement_has_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    books = tuple(
        Rulebook(
            name,
            words=("the",),
            courtesies=("hello",),
            asides=("sorry.*",),
            promises=("soon",),
            closings=("regards",),
            rules=tuple(rule(name, level) for level in LEVELS),
        )
        for name in ("en", ANY)
    )
    monkeypatch.setattr(statement, "rulebooks", lambda: books)
    monkeypatch.setattr(statement, "rules", lambda: [it for book in books for it in book.rules])

    made = statement.judging.__wrapped__(("en",)) + statement.naming.__wrapped__(("en.question",))

    # If equal rules judge otherwise now, raise STATEMENT; then write what is found here.
    assert (STATEMENT, sha256(made.encode()).hexdigest()[:12]) == (2, "1c33ebac0530")


def rule(language: str, level: str) -> Rule:
    return Rule(f"{language}.{level}", language, level, f"{level}!", "", (), ())
