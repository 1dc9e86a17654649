"""The rules as content: one file per language in `rules/`, read and checked here.

A file says:

- `language`: the primary subtag that it is named after; `any` holds in every language.
- `telltales`: whole words by whose number a message without a language is placed.
- `courtesies`: patterns of what may stand around a redirection without making it an answer.
- `[[rule]]`: `id` (`<language>.<level>`, and a name where a level has several rules),
  `description`, `any_of` (the patterns, of which one is enough), `examples` that the rule itself
  selects and `counterexamples` that no rule of that level does. A test holds both.

Patterns are RE2, so there is no looking around. They meet a text in lower case, with straight
apostrophes and single spaces, without links, handles and quoted text, and as whole words: `judge`
puts the boundaries. A negative has to account for the whole text, in any number of repetitions.
Where a redirection is weighed, patterns and courtesies meet one clause, so `.*` is the rest of it.
The signs of `any.question-mark` and `any.redirect` have no boundaries. Of several rules that fit
the same words the first of the file is named, so the narrow ones stand first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from socialscore.errors import InputError, UnknownName
from socialscore.inputs.toml_files import read_toml
from socialscore.runtime.duckdb import connect

__all__ = ["ANY", "LEVELS", "Rule", "Rulebook", "read_rulebook", "rulebooks", "rules", "shipped"]

ANY = "any"
"""The language of the rules that hold in all languages."""

LEVELS = ("question-mark", "question", "request", "negative", "redirect", "automatic")
"""What a rule says of a message: the narrowest selection it belongs to, that it is no demand at
all, or the class of the response that it is."""

_BOOK_KEYS = ("language", "telltales", "courtesies", "rule")
_ID = re.compile(r"[a-z]+(?:\.[a-z0-9-]+){1,2}")
_RULE_KEYS = ("id", "description", "any_of", "examples", "counterexamples")


@dataclass(frozen=True)
class Rule:
    """One reason for which a message is selected, passed over or classed."""

    rule_id: str  # stable: stored with every message that it decided
    language: str  # primary subtag, or `any`
    level: str  # one of LEVELS
    pattern: str  # RE2, without the boundaries
    description: str  # one sentence for `socialscore explain`
    examples: tuple[str, ...]  # texts that this rule decides
    counterexamples: tuple[str, ...]  # texts that no rule of the level selects


@dataclass(frozen=True)
class Rulebook:
    """One language's file."""

    language: str  # primary subtag, or `any`
    telltales: tuple[str, ...]  # words that give the language away
    courtesies: tuple[str, ...]  # RE2; empty talk around a redirection
    rules: tuple[Rule, ...]  # in the order of the file


def rules() -> tuple[Rule, ...]:
    """All rules that are shipped, language by language, those of `any` last."""
    return tuple(rule for book in rulebooks() for rule in book.rules)


@cache
def rulebooks() -> tuple[Rulebook, ...]:
    """The shipped files, in order of language; `any` last, so that words explain before signs."""
    # That the patterns can be read is a test: trying them all takes a third of a second.
    return tuple(read_rulebook(path, try_patterns=False) for path in shipped())


def shipped() -> list[Path]:
    """The files of the rules, in the order of `rulebooks`."""
    folder = Path(__file__).parent / "rules"
    return sorted(folder.glob("*.toml"), key=lambda path: (path.stem == ANY, path.stem))


def read_rulebook(path: Path, *, try_patterns: bool = True) -> Rulebook:
    """One language's file.

    Args:
        path: the file.
        try_patterns: have the engine read every pattern, to name the one that it cannot read.

    Raises:
        InputError: it cannot be read, or says something wrong; the place names file and rule.
        UnknownName: it has a key or a level that nobody reads.
    """
    content = read_toml(path, "the rulebook")
    _check_keys(path, content, _BOOK_KEYS)
    language = content.get("language")
    if language != path.stem:
        raise InputError(path, f"language is {language!r}; name the file {language}.toml")
    book = Rulebook(
        language=path.stem,
        telltales=_texts(path, content, "telltales"),
        courtesies=_texts(path, content, "courtesies"),
        rules=tuple(_rule(path, entry) for entry in content.get("rule", [])),
    )
    _check_ids(path, book.rules)
    if try_patterns:
        _check_patterns(path, book)
    return book


def _rule(path: Path, entry: dict[str, Any]) -> Rule:
    rule_id = entry.get("id")
    if not isinstance(rule_id, str):
        raise InputError(path, f"a rule has no id: {entry}")
    place = f"{path}: {rule_id}"
    _check_keys(place, entry, _RULE_KEYS)
    language, _, rest = rule_id.partition(".")
    if language != path.stem or not _ID.fullmatch(rule_id):
        raise InputError(place, f"write the id as {path.stem}.level.name, in small letters")
    level = rest.partition(".")[0]
    if level not in LEVELS:
        raise UnknownName("level", level, LEVELS, place)
    description = entry.get("description")
    if not isinstance(description, str):
        raise InputError(place, "description is missing; say in a sentence what the rule is for")
    return Rule(
        rule_id=rule_id,
        language=language,
        level=level,
        pattern="|".join(_needed(place, entry, "any_of")),
        description=description,
        examples=_needed(place, entry, "examples"),
        counterexamples=_texts(place, entry, "counterexamples"),
    )


def _needed(place: object, entry: dict[str, Any], key: str) -> tuple[str, ...]:
    found = _texts(place, entry, key)
    if not found:
        raise InputError(place, f"{key} is missing; give at least one")
    return found


def _texts(place: object, entry: dict[str, Any], key: str) -> tuple[str, ...]:
    found = entry.get(key, [])
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise InputError(place, f"{key} must be a list of texts")
    return tuple(found)


def _check_keys(place: object, entry: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            raise UnknownName("key", key, known, place)


def _check_ids(path: Path, found: tuple[Rule, ...]) -> None:
    seen = set()
    for rule in found:
        if rule.rule_id in seen:
            raise InputError(f"{path}: {rule.rule_id}", "two rules have this id; rename one")
        seen.add(rule.rule_id)


def _check_patterns(path: Path, book: Rulebook) -> None:
    """Has the engine that will run the patterns read each of them."""
    patterns = [(f"{path}: {rule.rule_id}", rule.pattern) for rule in book.rules]
    patterns += [(f"{path}: courtesies", courtesy) for courtesy in book.courtesies]
    with connect() as engine:
        for place, pattern in patterns:
            try:
                engine.execute("SELECT regexp_matches('', $pattern)", {"pattern": pattern})
            except duckdb.InvalidInputException as error:
                reason = str(error).splitlines()[0]
                raise InputError(place, f"{pattern!r} is not a pattern ({reason})") from None
