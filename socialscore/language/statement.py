"""Writes the statement that judges messages, and the one that names rules, from the rulebooks.

The cost decides the form. A family (the rules of one level in one language) is tried as one
pattern, a later family only on messages that no earlier one took, and single rules only on the few
words that took the message.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from string import Template
from typing import TYPE_CHECKING

from socialscore.language.rulebook import ANY, LEVELS, Rule, Rulebook, rulebooks, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["judging", "naming"]

_NAME_LENGTH = 12
"""Letters of a name that stands alone under a redirection, or after a comma.

Of the 54 redirects among the labelled replies on which the rules were developed, 47 are found with
2 letters, 49 with 6 and 50 with 8, 12 or 20; 12 leave room for Maximilian.
"""

_MORE_WORDS = 4
"""Words that `.*` stands for in an aside, after the one that it may complete."""

_AT_ONCE = 8  # phrases in one pattern

Patterns = list[str]

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
_STOP = r"[.!?;:,|-]+(?: |$)|[…–—]|[:;=]-?[()]"

# A clause that is marked as idle, and what is no letter.
_UNCOUNTED = rf"[^\n\x01]*\x01[^\n]*|[^{_LETTER}\x01]+"

# Some files have & and > so: the one with a semicolon that ends no clause, the other between steps.
_UNSIGNED = "regexp_replace(replace(unsigned, '&amp;', '&'), '&[gl]t;', '. ', 'g')"

# The clauses without questions, which tell nothing; beside a mere link they may suggest something.
_UNASKED = (
    "CASE WHEN starts_with(sends, 'any.') OR NOT contains(unsigned, '?') THEN clauses "
    rf"ELSE regexp_replace(regexp_replace({_UNSIGNED}, '[^.!?;:…]*\?', '', 'g'), "
    f"'{_STOP}', chr(10), 'g') END"
)

# Whom it speaks to: Hi, Ana. We are here to help, Ana!
_CAPITAL = rf"[A-Z\x{{c0}}-\x{{de}}][A-Za-z\x{{c0}}-\x{{ff}}]{{1,{_NAME_LENGTH - 1}}}"
_VOCATIVE = rf"(, {_CAPITAL}(?: {_CAPITAL})?)[.!?,]"

# Who wrote for the body: ^JR, *KimLee, - Ana, /si; before or after the number of a part: 1/2.
_PART = r"(?:[ .…]*\(?\d/\d\)?)?"
_MARK = r"(?:(?:^|[ .!?…):;])[–—-]{1,2} ?|[ .!?…]?[\^*]+ ?|[ .!?…]/ ?)"
_NAMED = rf"[{_LETTER}]{{1,20}}(?:[ .-][{_LETTER}]{{1,20}})?[.!)]?"
_SIGNATURE = rf"{_PART}{_MARK}{_NAMED}{_PART}[ .…]*$|[ .…]\(?\d/\d\)?[ .…]*$"

# A word without digits, alone in the last line, under one that is marked as idle: Ana, Ana (town).
_WORD = _LETTER.removeprefix("0-9")
_NAME = (
    rf"\x01[^\n]*\n[^{_LETTER}\n\x01]*[{_WORD}]{{1,{_NAME_LENGTH}}}"
    rf"(?: \([{_WORD}]{{1,20}}\))?[^{_LETTER}\x01]*$"
)

_STATEMENT = Template(r"""
WITH lowered AS (
    -- One message in lower case, and the name by which it addresses somebody.
    SELECT
        row,
        outbound,
        language,
        lower(text) AS whole,
        CASE WHEN outbound THEN lower(regexp_extract(text, $vocative, 1)) ELSE '' END AS vocative,
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

unsigned AS (
    -- With what a body says without its signature.
    SELECT
        *,
        CASE WHEN outbound THEN replace(said, vocative, '') END AS remark,
        regexp_replace(remark, $signature, '') AS unsigned,
        unsigned <> remark AS signed
    FROM heard
),

parted AS (
    -- With that by clauses, each in a line.
    SELECT
        *,
        regexp_replace($unsigned, $stop, chr(10), 'g') AS clauses
    FROM unsigned
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
    FROM parted
),

taken AS (
    -- With the family of rules that takes it and the words by which it does, such as
    -- fr.question pourquoi; NULL: none does.
    SELECT
        *,
        CASE
            -- A person signs, a machine does not; and neither class may tell anything.
            WHEN announces IS NOT NULL AND NOT signed AND $told_by_machine = 0 THEN announces
            WHEN sends IS NOT NULL AND $told_beside = 0 THEN sends
            WHEN outbound THEN NULL
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
        vocative=_literal(_VOCATIVE),
        readings="\n".join(map(_reading, languages)),
        signature=_literal(_signature(books)),
        stop=_literal(_STOP),
        unsigned=_UNSIGNED,
        told_by_machine=_told("clauses", books, _standing),
        told_beside=_told(_UNASKED, books, _sending, _courteous, _named),
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
    words = f"nullif(regexp_extract({_subject(family)}, {_literal(_framed(family))}), '')"
    return f"CASE WHEN {_reads(family)} THEN '{name} ' || {words} END"


def _takes(family: Family) -> str:
    if _are_signs(family):
        return _has_sign(family)
    pattern = _literal(_framed(family))
    if family[0].language == ANY:
        return f"regexp_matches(said, {pattern})"
    # Words are never empty, and regexp_matches would compile the pattern twice.
    return f"{_reads(family)} AND regexp_extract({_subject(family)}, {pattern}) <> ''"


def _reads(family: Family) -> str:
    """Whether the family's language is that of the message, or might be."""
    language = family[0].language
    return "true" if language == ANY else f"coalesce(rulebook = '{language}', true)"


def _are_signs(family: Family) -> bool:
    return family[0].language == ANY and family[0].level != "negative"


def _signs(family: Family) -> str:
    return "|".join(rule.pattern for rule in family)


def _subject(family: Family) -> str:
    if family[0].level != "redirect":
        return "said"
    return "whole" if _are_signs(family) else "clauses"


def _has_sign(family: Family) -> str:
    # One by one, because DuckDB turns a pattern that is a plain text into a search for it.
    signs = _signs(family).split("|")
    return " OR ".join(f"regexp_matches({_subject(family)}, {_literal(sign)})" for sign in signs)


def _told(said: str, books: Iterable[Rulebook], *idle: Callable[[Rulebook], Patterns]) -> str:
    """How many letters a reply has besides the clauses that are idle in a book's language."""
    counts = []
    for book in books:
        clauses = said
        for pattern in chain.from_iterable(patterns(book) for patterns in idle):
            clauses = f"regexp_replace({clauses}, {_literal(pattern)}, chr(1), 'g')"
        reads = f"coalesce(rulebook = '{book.language}', true)"
        counts.append(f"CASE WHEN {reads} THEN {_counted(clauses)} END")
    return f"coalesce(least({', '.join(counts)}), {_counted(said)})"


def _counted(clauses: str) -> str:
    return f"length(regexp_replace({clauses}, {_literal(_UNCOUNTED)}, '', 'g'))"


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
    if family[0].level == "redirect":
        return _in_a_clause(pattern)
    return f"(?:^|[^{_LETTER}])(?:{pattern})(?:[^{_LETTER}]|$)"


def _signature(books: Iterable[Rulebook]) -> str:
    """At the end: who wrote for the body, after a sign or the closing words of a letter."""
    closings = "|".join(chain.from_iterable(book.closings for book in books))
    closed = rf"(?:^|[^{_LETTER}])(?:{closings})[,.!:]* [{_WORD}]{{1,{_NAME_LENGTH}}}[.! ]*$"
    return f"{_SIGNATURE}|{closed}" if closings else _SIGNATURE


def _sending(book: Rulebook) -> Patterns:
    """In a line of one clause: words that send elsewhere."""
    rules = [rule.pattern for rule in book.rules if rule.level == "redirect"]
    return [_in_a_clause("|".join(rules))] if rules else []


def _standing(book: Rulebook) -> Patterns:
    """In a line of one clause: nothing but courtesies and promises."""
    return _whole_clauses(book, (*book.courtesies, *book.promises))


def _courteous(book: Rulebook) -> Patterns:
    """In a line of one clause: nothing but these and an aside."""
    return _whole_clauses(book, (*book.courtesies, *book.promises, *book.asides))


def _named(_: Rulebook) -> Patterns:
    """In the last line: a name."""
    return [_NAME]


def _whole_clauses(book: Rulebook, last: Sequence[str]) -> Patterns:
    other = rf"[^{_LETTER}\n]"
    first = _open_words((*book.courtesies, *book.promises)) or "(?:)"
    # Few at a time, and nothing after an aside: else there are more states than RE2 keeps, and a
    # reply takes thirty times as long.
    parts = (last[n : n + _AT_ONCE] for n in range(0, len(last), _AT_ONCE))
    return [
        rf"(?m:^{other}*(?:(?:{first}){other}+)*(?:{_open_words(part)}){other}*$)" for part in parts
    ]


def _open_words(phrases: Sequence[str]) -> str:
    """One pattern of these, in which words that are left open have no digits."""
    words = rf" ?[^ \d\n]*(?: [^ \d\n]+){{0,{_MORE_WORDS}}} ?"
    return "|".join(phrases).replace(".*", words).replace(r"\S", r"[^ \d\n]")


def _in_a_clause(pattern: str) -> str:
    return rf"(?m:(?:^|[^{_LETTER}\n])(?:{pattern})(?:[^{_LETTER}\n]|$))"
