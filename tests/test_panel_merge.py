"""Merging registers into panels that people keep."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import InputError
from socialscore.inputs.panel import Panel
from socialscore.inputs.panel_file import examine_panel, read_panel
from socialscore.inputs.panel_merge import EMPTY, merged_panel, panel_changes
from socialscore.model.messages import Account, Body

KEPT = """\
# Who is compared, and why.
body_id;body;category;network;account_id;handle;calendar
a;"Ville; d'Armorelle";ville;X;;@Armorelle;office

# Roz has moved
r;Roz;ville;X;22;RozVille;
v;Valdoine;ville;;;;
g;Granvoise;ville;X;77;granvoise;
t;Trams;bus;X;88;trams;
"""


def x(handle: str, account_id: str = "", role: str = "main") -> Account:
    return Account("twitter", account_id or handle, handle, role)


def fb(handle: str) -> Account:
    return Account("facebook", handle, handle)


REGISTER = (
    Body("a", "Armorelle", "mairie", (x("armorelle", "11"), fb("armorelle.fr"))),
    Body("r", "Roz", "mairie", (x("Roz_Officiel", "22"),)),
    Body("v", "Valdoine", "mairie", (x("valdoine"),)),
    Body("l", "Lannebec", "mairie", (x("lannebec"),)),
    Body("n", "Nonville", "mairie"),
)


def merged(text: str, *bodies: Body, ended: date | None = None) -> tuple[list[str], str]:
    """The differences in words, and the text that follows."""
    changes = panel_changes(read_panel("panel.csv", text.encode()), bodies)
    words = [
        " ".join(
            filter(None, (it.what, it.body.body_id, it.account and it.account.handle, it.note))
        )
        for it in changes
    ]
    return words, merged_panel("panel.csv", text, changes, ended)


def test_the_difference_is_named_and_every_line_that_is_not_concerned_stays() -> None:
    words, text = merged(KEPT, *REGISTER)

    assert words == [
        "identified a armorelle is 11",
        "new account a armorelle.fr",
        "renamed r Roz_Officiel was RozVille",
        "new account v valdoine",
        "new body l",
        "new account l lannebec",
        "new body n",
        "body gone g",
        "account gone g granvoise",
    ]
    assert (
        text
        == """\
# Who is compared, and why.
body_id;body;category;network;account_id;handle;calendar
a;"Ville; d'Armorelle";ville;X;11;@Armorelle;office
a;"Ville; d'Armorelle";ville;facebook;;armorelle.fr;

# Roz has moved
r;Roz;ville;X;22;Roz_Officiel;
v;Valdoine;ville;twitter;;valdoine;
g;Granvoise;ville;X;77;granvoise;
t;Trams;bus;X;88;trams;
l;Lannebec;mairie;twitter;;lannebec;
n;Nonville;mairie;;;;
"""
    )


def test_a_register_that_was_merged_has_nothing_new_the_next_time() -> None:
    _, once = merged(KEPT, *REGISTER, ended=date(2026, 7, 1))

    words, twice = merged(once, *REGISTER, ended=date(2026, 9, 1))

    assert (words, twice) == ([], once)


def test_accounts_that_are_gone_end_only_if_somebody_says_when() -> None:
    _, text = merged(KEPT, *REGISTER, ended=date(2026, 7, 1))

    panel = read_panel("panel.csv", text.encode())
    ends = {account.handle: account.valid_until for _, account in panel.accounts()}
    assert ends["granvoise"] == date(2026, 7, 1)
    assert {handle for handle, end in ends.items() if end} == {"granvoise"}
    assert text.splitlines()[1].endswith(";calendar;valid_until")


def test_a_network_of_which_the_register_knows_nothing_is_left_alone() -> None:
    text = f"{EMPTY}a,Armorelle,,facebook,,armorelle\na,Armorelle,,X,,armor\n"

    words, _ = merged(text, Body("a", "Armorelle", "", (x("armorelle"),)))

    assert words == ["new account a armorelle", "account gone a armor"]


@pytest.mark.parametrize(
    ("row", "account", "note"),
    [
        ("b,Other,,X,11,armor", x("armor", "11"), "the panel has it under b"),
        (
            "a,Armorelle,,X,12,armor",
            x("armor", "11"),
            "the panel has this handle with account_id 12",
        ),
    ],
)
def test_what_the_panel_says_otherwise_is_a_conflict_and_changes_nothing(
    row: str, account: Account, note: str
) -> None:
    text = f"{EMPTY}{row}\na,Armorelle,,,,\n"

    words, after = merged(text, Body("a", "Armorelle", "", (account,)))

    assert words[0] == f"conflict a armor {note}"
    assert after == text


def test_a_body_that_the_panel_has_by_another_name_is_not_added_a_second_time() -> None:
    text = f"{EMPTY}mine,Ville d'Armorelle,,X,,armor\nmine,Ville d'Armorelle,,FB,,armor\n"

    words, after = merged(text, Body("99101", "Armorelle", "", (x("Armor", "11"), fb("armor.fr"))))

    assert words == [
        f"conflict 99101 {handle} the panel has an account of this body under mine"
        for handle in ("Armor", "armor.fr")
    ]
    assert after == text


def test_an_account_that_the_panel_ended_does_not_come_back() -> None:
    text = "body_id,body,network,handle,valid_until\na,Armorelle,X,armor,2020-01-01\n"

    assert merged(text, Body("a", "Armorelle", "", (x("armor"),))) == ([], text)


def test_an_end_before_the_beginning_is_told_before_anything_is_written() -> None:
    text = "body_id,body,network,handle,valid_from\na,Armorelle,X,armor,2025-01-01\nb,Roz,X,roz,\n"

    with pytest.raises(InputError, match=r"panel.csv:2: valid_until must come after valid_from"):
        merged(text, Body("b", "Roz", "", (x("roz"),)), ended=date(2024, 1, 1))


def test_line_ends_stay_as_they_were_and_the_last_line_gets_one() -> None:
    text = "body_id,body,network,handle\r\na,Armorelle,X,armor"

    _, after = merged(text, Body("b", "Roz", "", (x("roz"),)))

    assert after == f"{text}\r\nb,Roz,twitter,roz\r\n"


names = st.text("abé #'\",;=@", min_size=1, max_size=5).filter(lambda it: it.strip("# '\"@=,;"))
bodies = st.lists(
    st.builds(
        Body,
        st.sampled_from("abcdef"),
        names.map(str.strip),
        st.sampled_from(["", "ville"]),
        st.lists(st.sampled_from("ijkl"), max_size=2, unique=True).map(
            lambda handles: tuple(x(handle) for handle in handles)
        ),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda it: it.body_id,
)


def without_doubles(found: list[Body]) -> list[Body]:
    """Each account is one body's, as in what `assembled` makes."""
    seen: set[str] = set()
    kept = []
    for body in found:
        accounts = tuple(it for it in body.accounts if it.handle not in seen)
        seen |= {it.handle for it in accounts}
        kept.append(Body(body.body_id, body.name, body.category, accounts))
    return kept


@given(bodies.map(without_doubles), bodies.map(without_doubles))
def test_whatever_is_merged_is_a_panel_with_the_lines_of_the_former_one_in_order(
    first: list[Body], second: list[Body]
) -> None:
    before = merged_panel("p.csv", EMPTY, panel_changes(Panel("", ()), first))
    reading = examine_panel("p.csv", before.encode())
    changes = panel_changes(reading.panel, second)

    after = merged_panel("p.csv", before, changes)

    told = [it for it in changes if it.what in ("new body", "new account")]
    if all(body.accounts for body in first):
        lines = iter(after.splitlines())
        assert all(line in lines for line in before.splitlines())
    found = examine_panel("p.csv", after.encode())
    assert reading.problems == found.problems == ()
    added = {it.body.body_id for it in told}
    assert {it.body_id for it in found.panel.bodies} == {it.body_id for it in first} | added
    n_added = sum(it.account is not None for it in told)
    assert len(found.panel.account_keys) == len(reading.panel.account_keys) + n_added
    in_conflict = {it.body.body_id for it in changes if it.what == "conflict"}
    assert {it.body_id for it in second} <= {it.body_id for it in first} | added | in_conflict
