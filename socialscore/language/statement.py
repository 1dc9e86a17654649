"""Writes the statement that judges messages, and the one that names rules, from the rulebooks.

The cost decides the form. A family (the rules of one level in one language) is tried as one
pattern, a later family only on messages that no earlier one took, and single rules only on the few
words that took the message.
"""

from __future__ import annotations

from functools import cache
from string import Template
from typing import TYPE_CHECKING

from socialscore.language.rulebook import ANY, LEVELS, Rule, Rulebook, rulebooks, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["judging", "naming"]

_SIGNATURE_LENGTH = 15
"""Characters that may stand beside a redirection: a first name, initials, a team."""

Family = tuple[Rule, ...]
"""The rules of one level in one language; never empty."""

# White space; U+00A0 and U+202F are what French puts before its question marks.
_SPACE = r" \t\n\r\x{a0}\x{202f}"

# `\s+` would match, and copy, at every word; this matches only where it makes a difference.
_SPACES = rf"[{_SPACE}]{{2,}}|[\t\n\r\x{{a0}}\x{{202f}}]"

# A link ends before the punctuation of the sentence around it; a handle may name its server.
_NO_LINK = r"""\s\x{a0}\x{202f}"«»“”<>"""
_URL = rf"[{_SPACE}]?(?:https?://|www\.)[^{_NO_LINK}]*[^{_NO_LINK}?!.,;:)]"
_HANDLE = rf"@\w+(?:[.@-]\w+)*[{_SPACE}]*"
_QUOTED = rf'"[^"]*"|«[^»]*»|„[^“”]*[“”]|“[^”]*”|(?m:^[{_SPACE}]*>.*$)'

# Letters and digits of all scripts, by block. \pL and \pN name them one by one, and so take RE2
# most of a second to compile in all the rules; \b knows only ASCII.
_LETTER = (
    r"0-9_a-z\x{c0}-\x{1fff}\x{2c00}-\x{2fef}\x{3040}-\x{d7ff}"
    r"\x{f900}-\x{faff}\x{ff10}-\x{ff19}\x{ff41}-\x{ffdc}\x{20000}-\x{3ffff}"
)

# What ends a clause; nothing does inside 01.99.00, mairie.fr or rendez-vous.
_STOP = r"[.!?;:,|-]+(?: |$)|[…–—]"

# A clause that `_idle` has marked.
_MARKED = r"[^\n\x01]*\x01[^\n]*"

_STATEMENT = Template(r"""
WITH lowered AS (
    -- One message in lower case.
    SELECT
        row,
        outbound,
        language,
        lower(text) AS whole,
        strlen(text) = length(text) AS ascii
    FROM message
),

unaddressed AS (
    -- Without links and handles.
    SELECT
        *,
        ltrim(regexp_replace(
            CASE
                WHEN contains(whole, 'http') OR contains(whole, 'www.')
                    THEN regexp_replace(whole, $url, '', 'g')
                ELSE whole
            END, $handle, ' ', 'g'
        )) AS plain
    FROM lowered
),

spaced AS (
    -- With single spaces.
    SELECT
        *,
        CASE
            WHEN contains(plain, '  ')
                OR contains(plain, chr(9))
                OR contains(plain, chr(10))
                OR contains(plain, chr(13))
                OR (NOT ascii AND (contains(plain, chr(160)) OR contains(plain, chr(8239))))
                THEN trim(regexp_replace(plain, $spaces, ' ', 'g'))
            WHEN ends_with(plain, ' ') THEN rtrim(plain)
            ELSE plain
        END AS normal
    FROM unaddressed
),

spoken AS (
    -- With what the author said.
    SELECT
        *,
        CASE
            WHEN contains(plain, '"')
                OR contains(plain, '>')
                OR (NOT ascii AND regexp_matches(plain, '[«“„]'))
                THEN trim(regexp_replace(
                    regexp_replace(replace(plain, '’', ''''), $quoted, ' ', 'g'),
                    $spaces, ' ', 'g'
                ))
            WHEN ascii THEN normal
            ELSE replace(normal, '’', '''')
        END AS said
    FROM spaced
),

heard AS (
    -- With the language of the rules that read it; NULL: all rules do.
    SELECT
        *,
        CASE
            $readings
        END AS rulebook
    FROM spoken
),

replied AS (
    -- With the family that finds a machine's words in a body's message, and the one that finds it
    -- to send elsewhere, each with the words.
    SELECT
        *,
        CASE WHEN outbound THEN coalesce(
            $automatic
        ) END AS announces,
        CASE WHEN outbound THEN coalesce(
            $redirect
        ) END AS sends
    FROM heard
),

taken AS (
    -- With the family of rules that takes it and the words by which it does, such as
    -- fr.question pourquoi; NULL: none does.
    SELECT
        *,
        CASE
            WHEN outbound THEN coalesce(
                announces,
                CASE WHEN sends IS NOT NULL AND $untold <= $signature THEN sends END
            )
            ELSE coalesce(
                $question_mark,
                $negative,
                $question,
                $request
            )
        END AS taken_by
    FROM replied
),

found AS (
    -- With the family alone.
    SELECT
        *,
        split_part(taken_by, ' ', 1) AS family
    FROM taken
)

SELECT
    row,
    language,
    taken_by,
    coalesce(ends_with(family, '.question-mark'), false) AS question_mark,
    question_mark OR coalesce(ends_with(family, '.question'), false) AS question,
    question OR coalesce(ends_with(family, '.request'), false) AS request,
    CASE
        WHEN NOT outbound THEN NULL
        WHEN ends_with(family, '.automatic') THEN 'automatic'
        WHEN ends_with(family, '.redirect') THEN 'redirect'
        ELSE 'answer'
    END AS response_class,
    CASE WHEN normal <> '' THEN left(md5($$salt || normal), 16) END AS text_digest
FROM found
""")

_NAMING = Template("SELECT n, $rule_id AS rule_id FROM distinct_words")


@cache
def judging(languages: tuple[str, ...]) -> str:
    """The statement for the shipped rules of these languages; its only parameter is the salt."""
    books = [book for book in rulebooks() if book.language in languages]
    families = _families((*languages, ANY))
    return _STATEMENT.substitute(
        url=_literal(_URL),
        handle=_literal(_HANDLE),
        spaces=_literal(_SPACES),
        quoted=_literal(_QUOTED),
        readings="\n".join(map(_reading, languages)),
        untold=f"least({', '.join(map(_untold, books))})",
        signature=_SIGNATURE_LENGTH,
        **{
            level.replace("-", "_"): ",\n".join(_taking(family) for family in _of(families, level))
            for level in LEVELS
        },
    )


@cache
def naming(families: tuple[str, ...]) -> str:
    """The statement that names the rule for the words of these families."""
    ours = _families(book.language for book in rulebooks())
    names = " ".join(_name(ours[name]) for name in families)
    return _NAMING.substitute(rule_id=f"CASE {names} END" if names else "NULL::VARCHAR")


def _families(languages: Iterable[str]) -> dict[str, Family]:
    """The rules of one level in one of these languages, by the beginning of their ids."""
    families: dict[str, Family] = {}
    wanted = set(languages)
    for rule in rules():
        if rule.language in wanted:
            name = _family_name(rule)
            families[name] = (*families.get(name, ()), rule)
    return families


def _family_name(rule: Rule) -> str:
    return f"{rule.language}.{rule.level}"


def _of(families: Mapping[str, Family], level: str) -> list[Family]:
    """The families of one level, language by language."""
    return [family for name, family in families.items() if name.endswith(f".{level}")]


# Fragments of the statement ---------------------------------------------------------------------


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _reading(language: str) -> str:
    return (
        f"WHEN lower(language) = '{language}' OR starts_with(lower(language), '{language}-')"
        f" THEN '{language}'"
    )


def _taking(family: Family) -> str:
    """The family's name with the words that it finds; NULL: it finds none."""
    name = _family_name(family[0])
    if len(family) == 1:
        # Its only rule needs no words to be told.
        return f"CASE WHEN {_takes(family)} THEN '{name} ' END"
    if _are_signs(family):
        sign = f"regexp_extract({_subject(family)}, {_literal(_signs(family))})"
        return f"CASE WHEN {_takes(family)} THEN '{name} ' || {sign} END"
    words = f"nullif(regexp_extract(said, {_literal(_framed(family))}), '')"
    return f"CASE WHEN {_reads(family)} THEN '{name} ' || {words} END"


def _takes(family: Family) -> str:
    if _are_signs(family):
        return _has_sign(family)
    pattern = _literal(_framed(family))
    if family[0].language == ANY:
        return f"regexp_matches(said, {pattern})"
    # Words are never empty, and regexp_matches would compile the pattern twice.
    return f"{_reads(family)} AND regexp_extract(said, {pattern}) <> ''"


def _reads(family: Family) -> str:
    """Whether the family's language is that of the message, or might be."""
    language = family[0].language
    return "true" if language == ANY else f"coalesce(rulebook = '{language}', true)"


def _are_signs(family: Family) -> bool:
    return family[0].language == ANY and family[0].level != "negative"


def _signs(family: Family) -> str:
    return "|".join(rule.pattern for rule in family)


def _subject(family: Family) -> str:
    return "whole" if family[0].level == "redirect" else "said"


def _has_sign(family: Family) -> str:
    # One by one, because DuckDB turns a pattern that is a plain text into a search for it.
    signs = _signs(family).split("|")
    return " OR ".join(f"regexp_matches({_subject(family)}, {_literal(sign)})" for sign in signs)


def _untold(book: Rulebook) -> str:
    """How long the message is without the clauses that are idle in the book's language."""
    clauses = f"regexp_replace(said, {_literal(_STOP)}, chr(10), 'g')"
    marked = f"regexp_replace({clauses}, {_literal(_idle(book))}, chr(1), 'g')"
    rest = f"length(regexp_replace({marked}, {_literal(_MARKED)}, '', 'g'))"
    return f"CASE WHEN coalesce(rulebook = '{book.language}', true) THEN {rest} END"


def _name(family: Family) -> str:
    """The family's name in `taken_by`, and the rule that found the words."""
    *others, last = family
    names = " ".join(f"WHEN {_is_by(rule)} THEN '{rule.rule_id}'" for rule in others)
    name = f"CASE {names} ELSE '{last.rule_id}' END" if others else f"'{last.rule_id}'"
    return f"WHEN starts_with(taken_by, '{_family_name(last)} ') THEN {name}"


def _is_by(rule: Rule) -> str:
    hit = f"substr(taken_by, {len(_family_name(rule)) + 2})"
    if _are_signs((rule,)):
        return f"regexp_matches({hit}, {_literal(rule.pattern)})"
    if rule.level == "negative":
        return f"regexp_matches({hit}, {_literal(_framed((rule,)))})"
    # The hit is a rule's words with at most a sign on either side, so no boundaries are needed.
    return f"regexp_matches({hit}, {_literal(f'^.?(?:{rule.pattern}).?$')})"


# Patterns ---------------------------------------------------------------------------------------


def _framed(family: Family) -> str:
    """The family's pattern, between the boundaries of its level."""
    pattern = "|".join(rule.pattern for rule in family)
    if family[0].level == "negative":
        return f"^[^{_LETTER}]*(?:(?:{pattern})(?:[^{_LETTER}]+|$))+$"
    return f"(?:^|[^{_LETTER}])(?:{pattern})(?:[^{_LETTER}]|$)"


def _idle(book: Rulebook) -> str:
    """In a line of one clause: words that send elsewhere, or nothing but a courtesy."""
    elsewhere = "|".join(rule.pattern for rule in book.rules if rule.level == "redirect")
    courtesies = "|".join(book.courtesies)
    other = rf"[^{_LETTER}\n]"
    return rf"(?m:(?:^|{other})(?:{elsewhere})(?:{other}|$)|^{other}*(?:{courtesies}){other}*$)"
