"""Registers that others keep: what each of them says, and what a panel takes from it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import assume, given
from hypothesis import strategies as st

from socialscore.errors import InputError, SocialscoreError, UnknownName, UsageError
from socialscore.importers.registers import REGISTERS
from socialscore.importers.registers.assembling import RegisterReading, assembled
from socialscore.importers.registers.opened import RegisterFile
from socialscore.inputs.addresses import NamedAccount, account_named
from socialscore.inputs.panel import Panel
from socialscore.inputs.panel_file import examine_panel
from socialscore.inputs.panel_merge import EMPTY, merged_panel, panel_changes
from socialscore.model.network import BY_NAME, NETWORKS

FIXTURES = Path(__file__).parents[1] / "fixtures" / "registers"
KEYS = st.sampled_from((
    "id", "nom", "name", "pivot", "reseau_social", "valeur", "custom_dico2", "fields", "results",
    "body", "bodyLabel", "property", "handle", "type", "accounts", "screen_name", "bioguide",
    "sites_web", "url_institution", "twitter", "body_id",
))  # fmt: skip
CASES = sorted(path for path in FIXTURES.iterdir() if path.with_name(f"{path.name}.csv").exists())


def read(path: Path, register: str = "csv", category: str = "", **columns: str) -> RegisterReading:
    return assembled(REGISTERS[register].entries(RegisterFile(path, columns)), category)


def as_panel(reading: RegisterReading) -> str:
    return merged_panel("panel.csv", EMPTY, panel_changes(Panel("", ()), reading.bodies))


# --- the files of each register


def test_every_register_has_a_fixture() -> None:
    assert {path.name.split(".")[0] for path in CASES} == REGISTERS.keys() - {"csv"}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_register_becomes_this_panel_and_says_what_became_no_account(path: Path) -> None:
    expected = path.with_name(f"{path.name}.csv").read_text(encoding="utf-8")

    found = read(path, path.name.split(".")[0])

    left_out = [f"# {str(it).removeprefix(f'{path}').lstrip(':, ')}\n" for it in found.refused]
    if found.elsewhere:
        listed = sorted(found.elsewhere.items())
        left_out.append(f"# elsewhere: {', '.join(f'{n} {name}' for name, n in listed)}\n")
    assert as_panel(found) + "".join(left_out) == expected


def test_a_member_has_the_same_identifier_in_both_lists_of_the_congress() -> None:
    first, second = (
        read(FIXTURES / f"congress.{name}", "congress")
        for name in ("legislators.yaml", "users.json")
    )

    assert first.bodies[0].body_id == second.bodies[0].body_id == "X000901"


@pytest.mark.parametrize(
    ("register", "content", "complaint"),
    [
        ("annuaire", '[{"id": "1"}]', "key [0]: lacks nom or reseau_social"),
        ("annuaire", '[{"nom": "A", "reseau_social": "[{"}]', "key [0]: '[{' is not JSON"),
        ("annuaire", '[{"nom": "A",\n "x": }]', ":2: is not JSON: Expecting value (column 7)"),
        ("annuaire", '{"nom": "A", "reseau_social": ""}\n{"nom":', ":2: is not JSON"),
        (
            "wikidata",
            "item,itemLabel\nQ1,A\n",
            ":2: lacks body and bodyLabel; it has item, itemLabel",
        ),
        ("wikidata", "[]", ": has no records"),
        ("congress", "- id: {bioguide: A1}\n", ":1: lacks id or social"),
        ("congress", "- id: [\n", ":2: is not YAML: "),
        ("congress", "a: b\n", ": is no list of records in YAML"),
        ("parlement", "nom,slug\nA,a\n", ":2: lacks sites_web and url_institution"),
    ],
)
def test_another_file_than_the_register_is_refused_with_its_line(
    tmp_path: Path, register: str, content: str, complaint: str
) -> None:
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InputError) as caught:
        read(path, register)

    assert str(caught.value).removeprefix(str(path)).lstrip(", ").startswith(complaint)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["", "a", "[]", "[1", "x.com/a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=9), max_size=2)


@pytest.mark.parametrize("register", REGISTERS)
@given(records=RECORDS)
def test_whatever_a_file_of_json_says_becomes_a_sound_panel_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, register: str, records: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(records), encoding="utf-8")

    try:
        found = read(path, register)
    except SocialscoreError:
        return

    assume(found.bodies)
    assert examine_panel("panel.csv", as_panel(found).encode()).problems == ()


@pytest.mark.parametrize(
    ("register", "content"),
    [
        ("congress", "- &a\n  id: {bioguide: A}\n  social: {twitter: a, more: *a}\n"),
        ("congress", "- " + "[" * 5000),
        ("annuaire", "[" * 100_000),
        ("annuaire", '[{"nom": "A", "reseau_social": "%s"}]' % ("[" * 100_000)),
    ],
    ids=["alias", "deep YAML", "deep JSON", "deep text"],
)
def test_a_file_that_was_made_to_do_harm_does_none(
    tmp_path: Path, register: str, content: str
) -> None:
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")

    if "*a" in content:
        assert [body.name for body in read(path, register).bodies] == ["A"]
    else:
        with pytest.raises(InputError):
            read(path, register)


# --- any table


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_a_column_may_be_called_like_ours_or_like_a_network_as_people_say_it(table: Path) -> None:
    table.write_text(
        "Body;Twitter;FB;X;Y\nVille d'Armorelle;@armorelle;fb.com/armorelle;652089;6862305\n",
        encoding="utf-8",
    )

    found = read(table, category="ville")

    assert as_panel(found).splitlines()[1:] == [
        "ville-d-armorelle,Ville d'Armorelle,ville,twitter,,armorelle",
        "ville-d-armorelle,Ville d'Armorelle,ville,facebook,,armorelle",
    ]


def test_a_map_names_the_columns_and_addresses_say_their_network(table: Path) -> None:
    table.write_text(
        "nom;code;page\n"
        "Armorelle-les-Près;a1;https://x.com/armor | https://mastodon.example/@armor\n"
        "Roz;r1;NA\n"
        "Valdoine;v1;https://www.youtube.com/@valdoine\n"
        "Lannebec;l1;\n",
        encoding="latin-1",
    )

    found = read(table, body="nom", body_id="code", handle="page")

    assert as_panel(found).splitlines()[1:] == [
        "a1,Armorelle-les-Près,,twitter,,armor",
        "a1,Armorelle-les-Près,,mastodon,,armor@mastodon.example",
        "r1,Roz,,,,",
        "v1,Valdoine,,,,",
        "l1,Lannebec,,,,",
    ]
    assert [str(it) for it in found.refused] == [
        f"{table}:3: Roz: 'NA' is taken to mean that there is no account"
    ]
    assert found.elsewhere == {"youtube.com": 1}


def test_what_a_table_says_twice_or_of_two_bodies_is_told_with_both_lines(table: Path) -> None:
    table.write_text(
        "body_id,body,network,handle,account_id,role\n"
        "a,Armorelle,X,armor,11,\n"
        "a,Armorelle,X,@ARMOR,,\n"
        "a,Armorelle (ville),X,armor_care,,care\n"
        "r,Roz,X,roz,22,\n"
        "v,Valdoine,X,valdoine,22,\n"
        ",,X,nobody,,\n"
        "l,Lannebec,X,lannebec,,boss\n"
        "l,Lannebec,,lannebec,,\n"
        "l,Lannebec,Myspace,lannebec,,\n"
        "l,Lannebec,,,,\n",
        encoding="utf-8",
    )

    found = read(table)

    assert [(body.body_id, [it.handle for it in body.accounts]) for body in found.bodies] == [
        ("a", ["armor", "armor_care"]),
        ("r", []),
        ("v", []),
        ("l", []),
    ]
    assert [str(it).removeprefix(f"{table}:") for it in found.refused] == [
        "3: Armorelle: '@ARMOR' is listed for the same body already, in line 2",
        "4: body 'a' is 'Armorelle' in line 2, 'Armorelle (ville)' here; the first is kept",
        "5: Roz: the twitter account 'roz' is also listed for Valdoine (line 6), and was given to "
        "none; whose is it? Add it to the panel by hand",
        "6: Valdoine: the twitter account 'valdoine' is also listed for Roz (line 5), and was "
        "given to none; whose is it? Add it to the panel by hand",
        "7: names no body",
        "8: Lannebec: the role 'boss' is none of main, care, alert, person",
        "9: Lannebec: 'lannebec' is no address, and nothing says on which network it is",
        "11: Lannebec is listed already, in line 8",
    ]
    assert found.elsewhere == {"Myspace": 1}


def test_a_table_may_be_a_workbook_with_a_title_or_compressed(tmp_path: Path) -> None:
    workbook, packed = tmp_path / "table.xlsx", tmp_path / "table.csv.gz"
    with xlsxwriter.Workbook(workbook) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(
            [("Communes",), (), ("nom", "siren", "twitter"), ("Roz", 219901010, "roz")]
        ):
            sheet.write_row(n, 0, row)
    packed.write_bytes(gzip.compress(b"nom,siren,twitter\nRoz,219901010,roz\n"))

    found = [read(path, body="nom", body_id="siren") for path in (workbook, packed)]

    assert found[0].bodies == found[1].bodies
    assert as_panel(found[0]).splitlines()[1:] == ["219901010,Roz,,twitter,,roz"]


def test_a_map_that_names_no_column_of_the_file_is_an_error(table: Path) -> None:
    table.write_text("nom,compte\nArmorelle,armorelle\n", encoding="utf-8")

    with pytest.raises(UnknownName, match="unknown column 'name'; did you mean 'nom'"):
        read(table, body="name")
    with pytest.raises(UnknownName, match="unknown column 'twiter'; did you mean 'twitter'"):
        read(table, twiter="compte")
    with pytest.raises(UsageError, match=r"--map body=COLUMN. The file has nom, compte"):
        read(table)


# --- addresses


@pytest.mark.parametrize(
    ("text", "network", "handle", "account_id"),
    [
        ("https://twitter.com/Armorelle?lang=fr", "twitter", "Armorelle", ""),
        ("http://mobile.twitter.com/#!/Armorelle", "twitter", "Armorelle", ""),
        ("x.com/@Armorelle/with_replies", "twitter", "Armorelle", ""),
        ("https://fr-fr.facebook.com//armorelle.mairie/", "facebook", "armorelle.mairie", ""),
        ("m.facebook.com/Armorelle/about/", "facebook", "Armorelle", ""),
        ("facebook.com/pages/Armorelle/123456", "facebook", "Armorelle", "123456"),
        (
            "facebook.com/people/José-Roz/100000806214849/",
            "facebook",
            "José-Roz",
            "100000806214849",
        ),
        (
            "facebook.com/p/Roz-100064123456789/",
            "facebook",
            "Roz-100064123456789",
            "100064123456789",
        ),
        ("facebook.com/profile.php?id=1234&sk=about", "facebook", "1234", "1234"),
        ("facebook.com/ 100058103108525", "facebook", "100058103108525", "100058103108525"),
        ("https://mastodon.example/@roz", "mastodon", "roz@mastodon.example", ""),
        ("https://mastodon.example/@roz@other.example", "mastodon", "roz@other.example", ""),
        ("https://bsky.app/profile/roz.example", "bluesky", "roz.example", ""),
        ("https://bsky.app/profile/did:plc:ab2", "bluesky", "did:plc:ab2", "did:plc:ab2"),
    ],
)
def test_an_address_becomes_a_handle(text: str, network: str, handle: str, account_id: str) -> None:
    assert account_named(text) == NamedAccount(network, handle, account_id)
    assert account_named(f" <{text}> ", network) == NamedAccount(network, handle, account_id)


def test_a_server_of_mastodon_may_have_any_name_if_somebody_says_that_it_is_one() -> None:
    found = account_named("https://social.example/@roz", "mastodon")

    assert found == account_named("@roz@social.example", "mastodon")
    with pytest.raises(ValueError, match="address of no network that is known"):
        account_named("https://social.example/@roz")


@pytest.mark.parametrize(
    "text",
    [
        "https://twitter.com/roz/status/1234",
        "https://twitter.com/search?q=roz",
        "https://x.com/intent/user?screen_name=roz",
        "https://twitter.com/share?url=roz",
        "https://x.com/home",
        "https://x.com/",
        "https://www.facebook.com/roz/posts/1234",
        "https://www.facebook.com/roz/videos/1234",
        "https://www.facebook.com/groups/roz",
        "https://www.facebook.com/sharer/sharer.php?u=roz",
        "https://www.facebook.com/photo.php?fbid=12",
        "https://www.facebook.com/https://www.facebook.com/roz",
        "https://www.facebook.com/Ville de Roz",
        "https://mastodon.example/@roz/1234",
        "https://mastodon.example/explore",
        "https://bsky.app/profile/roz.example/post/12",
    ],
)
def test_the_address_of_anything_else_is_none_of_an_account(text: str) -> None:
    with pytest.raises(ValueError, match="shows no account of"):
        account_named(text)


@pytest.mark.parametrize(
    ("text", "network", "problem"),
    [
        ("Ville de Roz", "twitter", "cannot be a handle of X"),
        ("a" * 21, "twitter", "cannot be a handle of X"),
        ("roz", "bluesky", "cannot be a handle of Bluesky"),
        ("roz", "mastodon", "lacks its server"),
        ("https://facebook.com/roz", "twitter", "is no address of X but one of Facebook"),
        ("https://roz.example/roz", "twitter", "is no address of X but of another site"),
        ("https://[roz/", "twitter", "is no address of X but of another site"),
        ("roz", "", "is no address, and nothing says on which network it is"),
    ],
)
def test_a_handle_that_cannot_be_is_refused(text: str, network: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        account_named(text, network)


@given(st.text(max_size=60), st.sampled_from(["", *NETWORKS]), st.booleans())
def test_whatever_is_written_is_an_account_that_can_be_or_an_error(
    text: str, network: str, of_host: bool
) -> None:
    address = f"https://www.facebook.com/{text}" if of_host else text
    try:
        found = account_named(address, network)
    except ValueError:
        return

    assert found.handle
    assert account_named(found.handle, found.network) == found or found.account_id
    assert found.network in BY_NAME
