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
    from collections.abc import Iterable, Mapping, Sequence

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

# A word without digits, alone in a clause: Ana, Ana (town).
_WORD = _LETTER.removeprefix("0-9")
_NAME = rf"[^{_LETTER}]*[{_WORD}]{{1,{_NAME_LENGTH}}}(?: \([{_WORD}]{{1,20}}\))?[^{_LETTER}]*"

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

replied AS MATERIALIZED (
    -- With the family that finds a machine's words in a body's message, and the one that finds it
    -- to send elsewhere, each with the words. Kept, for claims are made of it, and verdicts.
    SELECT
        row,
        outbound,
        language,
        rulebook,
        normal,
        said,
        signed,
        unsigned,
        clauses,
        CASE WHEN outbound THEN coalesce(
            $automatic
        ) END AS announces,
        CASE WHEN outbound THEN coalesce(
            $redirect
        ) END AS sends
    FROM parted
),

claim AS (
    -- One row per class that words of a reply suggest, and language that it may be in, with what
    -- it says by clauses. A person signs, a machine does not.
    SELECT
        row,
        'automatic' AS class,
        unnest($read_by) AS book,
        clauses
    FROM replied
    WHERE announces IS NOT NULL AND NOT signed
    UNION ALL
    SELECT
        row,
        'redirect',
        unnest($read_by),
        $unasked
    FROM replied
    WHERE sends IS NOT NULL
),

clause AS (
    -- One row per clause of these.
    SELECT
        row,
        class,
        book,
        unnest(string_split(clauses, chr(10))) AS words,
        generate_subscripts(string_split(clauses, chr(10)), 1) AS n
    FROM claim
),

wording AS (
    -- One row per wording of a clause, class and language: whether it counts for nothing there,
    -- whether it has a letter at all, and whether it is a name alone.
    SELECT
        class,
        book,
        words,
        CASE
            $idle
        END AS idle,
        regexp_matches(words, $letter) AS spelt,
        regexp_full_match(words, $name) AS is_name
    FROM (SELECT DISTINCT class, book, words FROM clause)
),

weighed AS (
    -- One row per claim: whether nothing is told besides, but for the name of who is spoken to.
    SELECT
        clause.row,
        clause.class,
        count_if(spelt AND NOT idle) = 0
        OR (
            count_if(spelt AND NOT idle) = 1
            AND clause.class = 'redirect'
            AND bool_or(is_name) FILTER (spelt AND NOT idle)
            AND max(n) FILTER (spelt AND NOT idle) = max(n) FILTER (idle) + 1
        ) AS holds
    FROM clause
    INNER JOIN wording USING (class, book, words)
    GROUP BY clause.row, clause.class, book
),

established AS (
    -- One row per reply with such a claim that holds in one of the languages.
    SELECT
        row,
        bool_or(holds) FILTER (class = 'automatic') AS is_automatic,
        bool_or(holds) FILTER (class = 'redirect') AS is_redirect
    FROM weighed
    GROUP BY row
),

taken AS (
    -- With the family of rules that takes it and the words by which it does, such as
    -- fr.question pourquoi; NULL: none does.
    SELECT
        replied.*,
        CASE
            WHEN is_automatic THEN announces
            WHEN is_redirect THEN sends
            WHEN outbound THEN NULL
            ELSE coalesce(
                $question_mark,
                $negative,
                $question,
                $request
            )
        END AS taken_by
    FROM replied
    LEFT JOIN established USING (row)
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
        read_by=_read_by(books),
        unasked=_UNASKED,
        idle="\n".join(map(_idle, books)),
        letter=_literal(f"[{_LETTER}]"),
        name=_literal(_NAME),
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
    if family[0].language == ANY:
        return f"regexp_matches(said, {_literal(_framed(family))})"
    return f"{_reads(family)} AND {_finds(_subject(family), _framed(family))}"


def _finds(subject: str, pattern: str) -> str:
    """Whether a pattern for which an empty text is no match is found."""
    # regexp_matches would compile the pattern twice.
    return f"regexp_extract({subject}, {_literal(pattern)}) <> ''"


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


def _read_by(books: Sequence[Rulebook]) -> str:
    """The languages that a reply may be in."""
    every = ", ".join(_literal(book.language) for book in books)
    return f"CASE WHEN rulebook IS NULL THEN [{every}] ELSE [rulebook] END"


def _idle(book: Rulebook) -> str:
    """Whether the words of a clause in the book's language count for nothing."""
    standing, beside = (
        " OR ".join(_finds("words", pattern) for pattern in patterns)
        for patterns in (_standing(book), [*_sending(book), *_whole_clauses(book, book.asides)])
    )
    idle = f"{standing or 'false'} OR (class = 'redirect' AND ({beside or 'false'}))"
    return f"WHEN book = '{book.language}' THEN {idle}"


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
    """A clause with words that send elsewhere."""
    rules = [rule.pattern for rule in book.rules if rule.level == "redirect"]
    return [_in_a_clause("|".join(rules))] if rules else []


def _standing(book: Rulebook) -> Patterns:
    """A clause of nothing but courtesies and promises."""
    return _whole_clauses(book, (*book.courtesies, *book.promises))


def _whole_clauses(book: Rulebook, last: Sequence[str]) -> Patterns:
    """A clause that begins with courtesies or promises, if with anything, and ends with these."""
    other = f"[^{_LETTER}]"
    first = _open_words((*book.courtesies, *book.promises)) or "(?:)"
    # Few at a time, and nothing after an aside: else there are more states than RE2 keeps, and a
    # reply takes thirty times as long.
    parts = (last[n : n + _AT_ONCE] for n in range(0, len(last), _AT_ONCE))
    return [f"^{other}*(?:(?:{first}){other}+)*(?:{_open_words(part)}){other}*$" for part in parts]


def _open_words(phrases: Sequence[str]) -> str:
    """One pattern of these, in which words that are left open have no digits."""
    words = rf" ?[^ \d\n]*(?: [^ \d\n]+){{0,{_MORE_WORDS}}} ?"
    return "|".join(phrases).replace(".*", words).replace(r"\S", r"[^ \d\n]")


def _in_a_clause(pattern: str) -> str:
    return rf"(?m:(?:^|[^{_LETTER}\n])(?:{pattern})(?:[^{_LETTER}\n]|$))"
