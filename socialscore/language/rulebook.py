"""The rules as content: one file per language in `rules/`, read and checked here.

A file says:

- `language`: the primary subtag that it is named after; `any` holds in every language.
- `words`: common words of the language; by their number `detection` tells it.
- `courtesies`, `promises`: patterns of what a reply may say without telling anything, in standing
  words: they leave few words open, because what they take from a machine's reply is not read.
- `asides`: patterns of what else it may say around a redirection. `.*` is up to five words here.
- `closings`: patterns of the last words of a letter, after which a person writes a name.
- `[[rule]]`: `id` (`<language>.<level>`, and a name where a level has several rules),
  `description`, `any_of` (the patterns, of which one is enough), `examples` that the rule itself
  selects and `counterexamples` that no rule of that level does. A test holds both.

Patterns are RE2, so there is no looking around. They meet a text in lower case, with straight
apostrophes and single spaces, without links, handles and quoted text, and as whole words: `judge`
puts the boundaries. A negative has to account for the whole text, in any number of repetitions.
Where a reply is weighed, patterns meet one clause; in a rule `.*` is the rest of it. The others
have to account for the whole clause, in which courtesies and promises may stand before another;
no open word of theirs has a digit.
The signs of `any.question-mark` and `any.redirect` have no boundaries. Of several rules that fit
the same words the first of the file is named, so the narrow ones stand first.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

import duckdb
from pydantic import AfterValidator, ValidationInfo

from socialscore.errors import UnknownName
from socialscore.inputs.checked_toml import Listed, Table, at_least_one, read_checked
from socialscore.runtime.duckdb import connect

__all__ = [
    "ANY",
    "LEVELS",
    "STATEMENT",
    "Rule",
    "Rulebook",
    "read_rulebook",
    "rulebook_digest",
    "rulebooks",
    "rules",
    "shipped",
]

ANY = "any"
"""The language of the rules that hold in all languages."""

LEVELS = ("question-mark", "question", "request", "negative", "redirect", "automatic")
"""What a rule says of a message: the narrowest selection it belongs to, that it is no demand at
all, or the class of the response that it is."""

STATEMENT = 2
"""The version of what applies the rules: raise it when texts are judged otherwise by equal rules,
or told by another language."""

_ID = re.compile(r"[a-z]+(?:\.[a-z0-9-]+){1,2}")


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
    words: tuple[str, ...]  # in lower case; common in the language, be they in others or not
    courtesies: tuple[str, ...]  # RE2; empty talk
    asides: tuple[str, ...]  # RE2; the same in more and other words
    promises: tuple[str, ...]  # RE2; what is going to be done, or that a machine is speaking
    closings: tuple[str, ...]  # RE2; what stands before a name
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


@cache
def rulebook_digest() -> str:
    """Twelve hexadecimal digits that change with anything that decides a judgement."""
    read = hashlib.sha256(str(STATEMENT).encode())
    for path in shipped():
        read.update(hashlib.sha256(path.read_bytes()).digest())
    return read.hexdigest()[:12]


def read_rulebook(path: Path, *, try_patterns: bool = True) -> Rulebook:
    """One language's file.

    Args:
        path: the file.
        try_patterns: have the engine read every pattern, to name those that it cannot read.

    Raises:
        InputError: it cannot be read, or has wrong values or missing keys.
        UnknownName: it has an unknown key.
        SeveralProblems: several things are wrong; each is named with its line and key.
    """
    with connect() if try_patterns else nullcontext() as engine:
        context = _Context(path.stem, engine)
        file = read_checked(path, "the rulebook", _RulebookFile, {"rule": _RuleTable}, context)
    return Rulebook(
        language=file.language,
        words=file.words,
        courtesies=file.courtesies,
        asides=file.asides,
        promises=file.promises,
        closings=file.closings,
        rules=tuple(
            Rule(
                rule_id=rule.id,
                language=file.language,
                level=_level(rule.id),
                pattern="|".join(rule.any_of),
                description=rule.description,
                examples=rule.examples,
                counterexamples=rule.counterexamples,
            )
            for rule in file.rule
        ),
    )


@dataclass(frozen=True)
class _Context:
    """What it takes to check a file."""

    language: str  # that it is named after
    engine: duckdb.DuckDBPyConnection | None  # that is to read the patterns; None: none need be
    rule_ids: set[str] = field(default_factory=set)  # that earlier rules have


def _level(rule_id: str) -> str:
    return rule_id.split(".")[1]


def _named_after(language: str, info: ValidationInfo[_Context]) -> str:
    if language != info.context.language:
        raise ValueError(f"name the file {language}.toml, or write {info.context.language!r} here")
    return language


def _rule_id(rule_id: str, info: ValidationInfo[_Context]) -> str:
    language, ids = info.context.language, info.context.rule_ids
    if not _ID.fullmatch(rule_id) or not rule_id.startswith(f"{language}."):
        raise ValueError(f"write the id as {language}.level.name, in small letters")
    if _level(rule_id) not in LEVELS:
        raise ValueError(str(UnknownName("level", _level(rule_id), LEVELS)))
    if rule_id in ids:
        raise ValueError(f"another rule has the id {rule_id}; rename one")
    ids.add(rule_id)
    return rule_id


def _pattern(pattern: str, info: ValidationInfo[_Context]) -> str:
    if info.context.engine:
        try:
            info.context.engine.execute("SELECT regexp_matches('', $1)", [pattern])
        except duckdb.InvalidInputException as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"{pattern!r} is not a pattern ({reason})") from None
    return pattern


_Texts = Listed[str]
_Patterns = Listed[Annotated[str, AfterValidator(_pattern)]]


class _RuleTable(Table):
    id: Annotated[str, AfterValidator(_rule_id)]
    description: str
    any_of: Annotated[_Patterns, AfterValidator(at_least_one)]
    examples: Annotated[_Texts, AfterValidator(at_least_one)]
    counterexamples: _Texts = ()


class _RulebookFile(Table):
    language: Annotated[str, AfterValidator(_named_after)]
    words: _Texts = ()
    courtesies: _Patterns = ()
    asides: _Patterns = ()
    promises: _Patterns = ()
    closings: _Patterns = ()
    rule: Listed[_RuleTable] = ()
