from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import InputError, UnknownName
from socialscore.inputs.formulas import unguarded
from socialscore.inputs.panel import (
    ROLES,
    TEMPLATE,
    Panel,
    bodies_from_handles,
    format_panel,
)
from socialscore.inputs.panel_file import examine_panel, is_blank, read_panel
from socialscore.model.messages import Account, Body
from socialscore.model.network import NETWORKS

HEADER = "body_id,body,category,network,account_id,handle,role,valid_from,valid_until"
LONG_HEADER = f"{HEADER},calendar,closed"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "towns.csv"


def read(path: Path, *rows: str, header: str = HEADER) -> Panel:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_panel(path)


def complaint(path: Path, *rows: str, header: str = HEADER) -> str:
    """What is wrong with a panel, after the path that stands before it."""
    with pytest.raises((InputError, UnknownName)) as caught:
        read(path, *rows, header=header)
    assert caught.value.exit_code == 3
    return str(caught.value).removeprefix(str(path))


def body(body_id: str, *accounts: Account, name: str = "") -> Body:
    return Body(body_id, name or body_id.title(), "ville", accounts)


ARMOR = Account("twitter", "12", "armorelle")
ROZ = Account("twitter", "34", "roz")


# --- reading -----------------------------------------------------------------------------------


def test_a_body_has_the_accounts_of_all_its_rows(path: Path) -> None:
    panel = read(
        path,
        "valdoine,Métro de Valdoine,transport,twitter,77,MetroValdoine,care,2024-05-01,",
        "armor,Ville d'Armorelle,ville,twitter,12,armorelle,,,2025-01-01",
        "armor,Ville d'Armorelle,,mastodon,34,mairie@social.example,alert,,",
    )

    armorelle = Account("twitter", "12", "armorelle", valid_until=date(2025, 1, 1))
    mairie = Account("mastodon", "34", "mairie@social.example", "alert")
    metro = Account("twitter", "77", "MetroValdoine", "care", date(2024, 5, 1))
    assert panel.name == "towns"
    assert panel.bodies == (
        Body("armor", "Ville d'Armorelle", "ville", (armorelle, mairie)),
        Body("valdoine", "Métro de Valdoine", "transport", (metro,)),
    )


def test_four_columns_suffice_in_any_order_and_the_handle_stands_for_the_identifier(
    path: Path,
) -> None:
    panel = read(path, "@armorelle,twitter,Armorelle,a", header="handle,network,body,body_id")

    account = Account("twitter", "armorelle", "armorelle")
    assert panel.bodies == (Body("a", "Armorelle", "", (account,)),)


@pytest.mark.parametrize(
    ("said", "network"),
    [
        ("X", "twitter"),
        ("x", "twitter"),
        ("Twitter", "twitter"),
        ("X (Twitter)", "twitter"),
        ("FB", "facebook"),
        ("FaceBook", "facebook"),
        ("BlueSky", "bluesky"),
        ("bsky", "bluesky"),
    ],
)
def test_a_network_may_be_named_as_people_call_it(path: Path, said: str, network: str) -> None:
    handle = "metro.valdoine" if network == "bluesky" else "MetroValdoine"

    panel = read(path, f"valdoine,Métro de Valdoine,,{said},77,{handle},,,")

    assert panel.bodies[0].accounts[0].network == network


def test_rows_that_begin_with_a_hash_are_comments_wherever_they_stand(path: Path) -> None:
    lines = [
        "# who is compared; and more",
        "",
        HEADER.replace(",", ";"),
        '"# a comment, in quotes";;;;;;;;',
        "#a;A;ville;twitter;1;a;;;",
        "b;B;ville;twitter;2;b;;;",
        "c;C;ville;twiter;3;c;;;",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")

    reading = examine_panel(path)

    assert [body.body_id for body in reading.panel.bodies] == ["b", "c"]
    assert [str(problem) for problem in reading.problems] == [
        f"{path}:7: unknown network 'twiter'; did you mean 'twitter'?"
    ]


@pytest.mark.parametrize("body_id", ["#a", "'#a", "''#", "# a"])
def test_a_body_whose_identifier_looks_like_a_comment_is_written_as_a_body(
    path: Path, body_id: str
) -> None:
    panel = Panel("towns", (Body(body_id, "A", "ville", (ARMOR,)),))

    path.write_text(format_panel(panel), encoding="utf-8")

    assert read_panel(path) == panel


def test_the_template_names_nobody_and_its_example_is_a_panel(path: Path) -> None:
    path.write_text(TEMPLATE, encoding="utf-8")
    example = re.sub(r"(?m)^# (?=(town|tram)-)", "", TEMPLATE)

    assert is_blank(path)
    with pytest.raises(InputError, match="the panel names no body; write a line for each account"):
        read_panel(path)
    assert [len(body.accounts) for body in read_panel(path, example.encode()).bodies] == [2, 1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_template_that_a_spreadsheet_saved_names_nobody(path: Path, delimiter: str) -> None:
    rows = list(csv.reader(TEMPLATE.splitlines()))
    n_columns = max(map(len, rows))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows(row + [""] * (n_columns - len(row)) for row in rows)

    assert is_blank(path)


def test_what_cannot_be_read_is_not_blank(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")

    assert not is_blank(path)
    assert not is_blank(path.with_name("not-there.csv"))


def test_a_body_may_have_no_account(path: Path) -> None:
    assert read(path, "roz,Roz,ville,,,,,,").bodies == (Body("roz", "Roz", "ville"),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(path: Path, delimiter: str) -> None:
    text = f"{HEADER}\r\na,Ville d'Évran,ville,twitter,12,evran,,,\r\n,,,,,,,,\r\n"
    text = text.replace(",", delimiter)
    path.write_text(text, encoding="utf-8-sig", newline="")

    (found,) = read_panel(path).bodies

    assert found == Body("a", "Ville d'Évran", "ville", (Account("twitter", "12", "evran"),))


def test_a_handle_may_pass_on_to_another_account(path: Path) -> None:
    panel = read(
        path,
        "a,Armorelle,,twitter,1,mairie,,,2025-01-01",
        "b,Breizel,,twitter,2,mairie,,2025-01-01,",
    )

    assert [account.account_id for _, account in panel.accounts()] == ["1", "2"]


def test_a_body_has_the_calendar_that_one_of_its_rows_names(path: Path) -> None:
    panel = read(
        path,
        "a,Armorelle,,twitter,12,armorelle,,,,,",
        "a,Armorelle,,mastodon,34,mairie,,,,office,",
        "a,Armorelle,,facebook,56,armorelle,,,,,",
        "roz,Roz,,,,,,,,always,",
        header=LONG_HEADER,
    )

    assert [body.calendar for body in panel.bodies] == ["office", "always"]


def test_an_account_may_be_closed_to_citizens(path: Path) -> None:
    panel = read(
        path,
        "a,Armorelle,,facebook,12,armorelle,,,,,yes",
        "a,Armorelle,,facebook,34,mairie,,,,,",
        header=LONG_HEADER,
    )

    assert [account.closed for _, account in panel.accounts()] == [True, False]


# --- what is wrong is named with its line ------------------------------------------------------


def test_a_panel_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(InputError, match=r"towns\.csv: the panel cannot be read \(No such file"):
        read_panel(path)


def test_a_folder_is_no_panel(path: Path) -> None:
    path.mkdir()

    with pytest.raises(InputError, match=r"the panel cannot be read \(Is a directory\)"):
        read_panel(path)


def test_a_panel_in_another_encoding_is_refused_with_the_way_out(path: Path) -> None:
    path.write_text(f"{HEADER}\na,Évran,,,,,,,\n", encoding="latin-1")

    with pytest.raises(InputError, match="is not UTF-8; save it as CSV in UTF-8"):
        read_panel(path)


def test_an_empty_panel_is_told_its_first_line(path: Path) -> None:
    path.write_text("")

    problem = f"the panel is empty; its first line must be {HEADER},calendar,"
    with pytest.raises(InputError, match=problem):
        read_panel(path)


def test_an_unknown_column_is_likened_to_a_known_one(path: Path) -> None:
    header = HEADER.replace("handle", "handel")

    said = complaint(path, header=header)
    assert f"{path}:1: unknown column 'handel'; did you mean 'handle'?" in said
    assert f"{path}:1: the panel lacks the column handle" in said


def test_missing_columns_are_named(path: Path) -> None:
    assert (
        complaint(path, header="body,handle") == ":1: the panel lacks the column body_id, network"
    )


def test_of_very_many_columns_the_first_are_told(path: Path) -> None:
    told = complaint(path, header=",".join(f"c{n}" for n in range(100_000)))

    assert told.count("unknown column") == 100
    assert "towns.csv:1: 99,900 more mistakes from here on" in told


def test_a_file_that_is_no_panel_is_read_no_further_than_a_panel_may_be_long() -> None:
    (endless,) = examine_panel(Path("/dev/zero")).problems

    assert str(endless) == "/dev/zero: the panel is larger than 100 MB; is it another file?"


def test_a_column_stands_once(path: Path) -> None:
    assert complaint(path, header=f"{HEADER},role") == ":1: the panel has the column role twice"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Roz,,twitter,1,roz,,,", "body_id and body must not be empty"),
        ("b,,,twitter,1,roz,,,", "body_id and body must not be empty"),
        ("b,Roz,,twitter,1.70048E+17,roz,,,", "account_id '1.70048E+17' was rounded by a spre"),
        ("b,Roz,,twitter,170048123456789000,roz,,,", "enter it again, or leave it empty"),
        ("b,Roz,,facebook,1.00064E+14,roz,,,", "account_id '1.00064E+14' was rounded by a sp"),
        ("b,Roz,,twiter,1,roz,,,", "unknown network 'twiter'; did you mean 'twitter'?"),
        ("b,Roz,,,1,@roz,,,", "the account 'roz' has no network"),
        ("b,Roz,,twitter,1,https://x.com/roz,,,", "write the name alone, without an address: roz"),
        ("b,Roz,,twitter,1,x.com/roz/status/1,,,", "write the name alone, without an address"),
        (
            "b,Roz,,twitter,1,Port de Roz,,,",
            "'Port de Roz' cannot be a handle of X (letters, digits",
        ),
        ("b,Roz,,bluesky,,roz,,,", "'roz' cannot be a handle of Bluesky (a name with a dot"),
        ("b,Roz,,mastodon,,roz@,,,", "'roz@' cannot be a handle of Mastodon (name@server)"),
        ("b,Roz,,twitter,1,,,,", "the account has no handle"),
        ("b,Roz,,,1,,,,", "the account 1 has no network and no handle"),
        ("b,Roz,,twitter,1,roz,mane,,", "unknown role 'mane'; did you mean 'main'?"),
        ("b,Roz,,twitter,1,roz,,31/12/2025,", "valid_from '31/12/2025' is not a date such as 2026"),
        ("b,Roz,,twitter,1,roz,,0001-01-01,", "valid_from '0001-01-01' is not a date such as"),
        ("b,Roz,,twitter,1,roz,,2003-12-31,", "valid_from '2003-12-31' is not a date such as"),
        ("b,Roz,,twitter,1,roz,,,9999-12-31", "2026-11-23, from 2004 to 2099"),
        ("b,Roz,,twitter,1,roz,,2026-W46-1,", "valid_from '2026-W46-1' is not a date such as 2026"),
        ("b,Roz,,twitter,1,roz,,20261123,", "valid_from '20261123' is not a date such as 2026-11"),
        (
            "b,Roz,,twitter,1,roz,,2026-11-23,2026-11-23",
            "valid_until must come after valid_from",
        ),
        (f"b,{'Roz' * 400},,twitter,1,roz,,,", "a cell has more than 1,000 characters; is a quote"),
        (f"b,{'Roz' * 50_000},,twitter,1,roz,,,", "the panel is not CSV (field larger than field"),
        ("b,Roz,,twitter,1,roz,,,soon", "valid_until 'soon' is not a date such as 2026"),
        (
            "b,Roz, port,,twitter,1,roz,,,,,,",
            "there are more cells than columns; does one with a com",
        ),
        ("a,Roz,,twitter,1,roz,,,", "body 'a' is 'Armorelle' in a line above, 'Roz' here"),
        ("a,Armorelle,port,twitter,1,roz,,,", "body 'a' is 'ville' in a line above, 'port' here"),
        ("b,Roz,,twitter,1,roz,,,,,no", "closed is 'no'; write yes, or nothing"),
        ("b,Roz,,twitter,1,roz,,,,,Yes", "closed is 'Yes'; write yes, or nothing"),
        ("a,Armorelle,,,,,,,,always,", "body 'a' is 'office' in a line above, 'always' here"),
        ('b,"Roz', "unexpected end of data"),
    ],
)
def test_a_row_with_something_wrong_is_named_by_its_line(
    path: Path, row: str, problem: str
) -> None:
    above = "a,Armorelle,ville,twitter,12,armorelle,,,,office,"
    said = complaint(path, above, row, header=LONG_HEADER)

    assert problem in said
    assert said.startswith((":3: ", ": the panel is not CSV"))


def test_what_is_wrong_is_told_in_the_order_of_the_file(path: Path) -> None:
    rows = ("a,A,,myspace,,a,,,", "b,B,,twitter,1,b,,,,too,many", 'c,"C,,twitter,2,c,,,')
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")

    found = [str(problem).removeprefix(str(path)) for problem in examine_panel(path).problems]

    assert [problem[:3] for problem in found] == [":2:", ":3:", ":4:"]


@pytest.mark.parametrize(
    ("again", "name"),
    [
        ("b,Breizel,,twitter,99,Armorelle,,,", "armorelle"),
        ("b,Breizel,,twitter,12,breizel,,,", "12"),
        ("a,Armorelle,,twitter,99,armorelle,care,2025-01-01,", "armorelle"),
    ],
)
def test_a_handle_or_identifier_that_comes_back_is_named_with_both_lines(
    path: Path, again: str, name: str
) -> None:
    first, between = "a,Armorelle,,twitter,12,armorelle,,,2025-06-01", "c,Roz,,,,,,,"

    assert complaint(path, first, between, again) == (
        f":4: the twitter account '{name}' is in line 2 already; remove one, or give both validity "
        "dates that do not overlap"
    )


# --- writing -----------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
WORDS = WORDS.filter(lambda word: unguarded(word) == word)  # what looks guarded is read without
DAYS = st.none() | st.dates(date(2004, 1, 1), date(2099, 12, 31))
NETWORK, ROLE = st.sampled_from(NETWORKS), st.sampled_from(ROLES)
HANDLES = WORDS.filter(lambda handle: not handle.startswith("@") and "/" not in handle)
ACCOUNTS = st.builds(Account, NETWORK, WORDS, HANDLES, ROLE, DAYS, DAYS, st.booleans()).filter(
    lambda it: not (it.valid_from and it.valid_until) or it.valid_from < it.valid_until
)
GROUPS = st.lists(ACCOUNTS, max_size=3).map(tuple)
BODIES = st.builds(Body, WORDS, WORDS, st.just("") | WORDS, GROUPS, st.just("") | WORDS)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Panels in which no name stands twice, whatever the days."""
    bodies = draw(st.lists(BODIES, max_size=5, unique_by=lambda body: body.body_id))
    taken: set[tuple[str, str]] = set()
    clean = []
    for found in sorted(bodies, key=lambda body: body.body_id):
        accounts = []
        for account in found.accounts:
            names = {(account.network, n) for n in (account.handle.lower(), account.account_id)}
            if not names & taken:
                accounts.append(account)
                taken |= names
        clean.append(replace(found, accounts=tuple(accounts)))
    return Panel("towns", tuple(clean))


@given(panels().filter(lambda panel: panel.bodies))
def test_a_panel_that_was_written_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, panel: Panel
) -> None:
    path = tmp_path_factory.mktemp("panel") / "towns.csv"
    path.write_text(format_panel(panel), encoding="utf-8", newline="")

    assert read_panel(path, accepted=True) == panel  # whatever can be a handle


def test_no_spreadsheet_finds_a_formula_in_a_panel_and_it_reads_the_same(path: Path) -> None:
    fb = Account("facebook", "12", "-armor")
    panel = Panel("towns", (body("a", fb, name="=1+1"),))

    path.write_text(format_panel(panel), encoding="utf-8")

    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("a,'=1+1,ville,facebook,")
    assert read_panel(path).bodies == panel.bodies
    assert read_panel(path, path.read_bytes().replace(b"'=", b"=")).bodies == panel.bodies


def test_control_characters_in_a_panel_are_spaces(path: Path) -> None:
    path.write_text(f"{HEADER}\na,\x1b[31mA\x9b,ville,twitter,12,armor,main,,\n", encoding="utf-8")

    assert read_panel(path).bodies[0].name == "[31mA"


@pytest.mark.parametrize(
    "changed",
    [
        body("a", ARMOR, name="Arzal"),
        body("b", ARMOR),
        body("a"),
        body("a", ARMOR, ROZ),
        body("a", replace(ARMOR, handle="arzal")),
        body("a", replace(ARMOR, valid_until=date(2026, 1, 1))),
        body("a", replace(ARMOR, closed=True)),
        replace(body("a", ARMOR), calendar="office"),
    ],
)
def test_the_digest_changes_with_anything_in_the_panel(changed: Body) -> None:
    panel = Panel("towns", (body("a", ARMOR),))

    assert panel.digest == Panel("other name", panel.bodies).digest
    assert panel.digest != Panel("towns", (changed,)).digest


def test_a_panel_that_uses_neither_column_is_written_without_them_and_keeps_its_digest() -> None:
    panel = Panel("towns", (body("a", ARMOR),))

    assert format_panel(panel) == f"{HEADER}\na,A,ville,twitter,12,armorelle,main,,\n"
    assert panel.digest == "84beb505b13c"


# --- two panels together -----------------------------------------------------------------------


@given(panels())
def test_a_panel_merged_with_itself_stays_as_it_is(panel: Panel) -> None:
    assert panel.merged(panel) == panel


@given(panels(), panels())
def test_merging_adds_no_name_twice_and_changes_nothing_that_was_there(
    mine: Panel, other: Panel
) -> None:
    merged = mine.merged(other)

    found = {each.body_id: each for each in merged.bodies}
    for each in mine.bodies:
        accounts = found[each.body_id].accounts[: len(each.accounts)]
        assert replace(found[each.body_id], accounts=accounts) == each
    assert merged.merged(other) == merged


def test_bodies_and_accounts_that_only_the_other_has_are_added() -> None:
    alert = Account("mastodon", "9", "armor")
    mine = Panel("towns", (body("a", ARMOR),))
    other = Panel("others", (body("a", alert, name="Arzal"), body("r", ROZ), body("z")))

    assert mine.merged(other) == Panel(
        "towns", (body("a", ARMOR, alert), body("r", ROZ), body("z"))
    )


def test_calendars_and_closed_accounts_are_kept_and_those_of_new_bodies_are_added() -> None:
    mine = Panel("towns", (replace(body("a", replace(ARMOR, closed=True)), calendar="office"),))
    roz = replace(body("r", replace(ROZ, closed=True)), calendar="always")
    other = Panel("others", (replace(body("a", ARMOR), calendar="always"), roz))

    assert mine.merged(other) == Panel("towns", (*mine.bodies, roz))


def test_an_account_that_changed_hands_belongs_to_whom_this_panel_says() -> None:
    mine = Panel("towns", (body("a", replace(ARMOR, handle="armor")),))
    other = Panel("others", (body("old", ARMOR),))

    assert mine.merged(other) == mine


@pytest.mark.parametrize(
    ("mine", "known", "kept"),
    [
        # The panel has the handle alone, the store an identifier.
        (("roz", ()), ("34", ()), ("34", ())),
        (("ROZ", ()), ("roz", ("34",)), ("roz", ("34",))),
        # The store has the handle alone, with what it learnt or without.
        (("34", ()), ("roz", ()), ("roz", ("34",))),
        (("34", ()), ("roz", ("34",)), ("roz", ("34",))),
        (("34", ()), ("roz", ("35",)), ("34", ())),  # somebody else's
        (("35", ()), ("34", ()), ("35", ())),
    ],
)
def test_an_account_keeps_the_identifier_under_which_a_store_has_it(
    mine: tuple[str, tuple[str, ...]],
    known: tuple[str, tuple[str, ...]],
    kept: tuple[str, tuple[str, ...]],
) -> None:
    ours, theirs, both = (
        Panel("towns", (body("a", replace(ROZ, account_id=it[0], other_ids=it[1])),))
        for it in (mine, known, kept)
    )

    assert ours.reconciled(theirs) == both


def test_an_account_that_was_renamed_is_known_by_its_identifier() -> None:
    ours = Panel("towns", (body("a", Account("twitter", "34", "rozic")),))
    known = Panel("towns", (body("a", Account("twitter", "roz", "roz", other_ids=("34",))),))

    (account,) = ours.reconciled(known).bodies[0].accounts

    assert account == Account("twitter", "roz", "rozic", other_ids=("34",))


def test_a_handle_that_passed_on_is_not_the_account_that_had_it() -> None:
    day = date(2026, 1, 1)
    ours = Panel("towns", (body("a", Account("twitter", "roz", "roz", valid_from=day)),))
    known = Panel("towns", (body("a", replace(ROZ, valid_until=day)),))

    assert ours.reconciled(known) == ours


def test_further_identifiers_are_read_and_written(path: Path) -> None:
    panel = Panel("towns", (body("a", Account("twitter", "roz", "roz", other_ids=("34", "35"))),))

    path.write_text(format_panel(panel), encoding="utf-8")

    assert read_panel(path) == panel
    assert "valid_until,other_ids\n" in path.read_text(encoding="utf-8")


def test_two_accounts_with_one_handle_are_rivals_whatever_its_case() -> None:
    mine = Panel("towns", (body("a", ARMOR),))
    other = replace(ARMOR, account_id="armorelle", handle="Armorelle")

    assert mine.rivals(Panel("others", (body("a", other),))) == [(ARMOR, other)]


def test_a_handle_that_passed_on_makes_no_rivals() -> None:
    before = replace(ARMOR, valid_until=date(2025, 1, 1))
    after = replace(ARMOR, account_id="99", valid_from=date(2025, 1, 1))

    assert not Panel("towns", (body("a", before),)).rivals(Panel("others", (body("b", after),)))


# --- identifiers -------------------------------------------------------------------------------


@pytest.mark.parametrize("n_others", [2, 40])
def test_an_identifier_that_ends_with_zeros_among_others_is_one(path: Path, n_others: int) -> None:
    accounts = [1700481234567890000, *range(1700481234567890123, 1700481234567890123 + n_others)]

    panel = read(path, *(f"b{n},B{n},,twitter,{n},h{n},,," for n in accounts))

    assert len(panel.bodies) == 1 + n_others


def test_identifiers_of_networks_that_have_no_numbers_may_end_with_zeros(path: Path) -> None:
    assert read(path, "b,Roz,,facebook,100064000000000000,roz,,,").bodies


def test_a_rounded_identifier_in_a_panel_that_was_accepted_is_read(path: Path) -> None:
    path.write_text(f"{HEADER}\nb,Roz,,twitter,1.70048E+17,x.com/roz,,,\n", encoding="utf-8")

    assert read_panel(path, accepted=True).bodies


# --- from data ---------------------------------------------------------------------------------


def test_every_account_of_the_data_is_a_body_under_its_handle() -> None:
    panel = bodies_from_handles("twitter", [("2", "roz"), ("1", "armor")], "data")

    assert panel.bodies == (
        Body("armor", "armor", "", (Account("twitter", "1", "armor"),)),
        Body("roz", "roz", "", (Account("twitter", "2", "roz"),)),
    )
