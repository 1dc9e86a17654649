"""Real registers, counted a second time by the modules of Python alone."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from shell import SHARED, begin, run

from socialscore.inputs.panel_file import read_panel

if TYPE_CHECKING:
    from socialscore.inputs.panel import Panel

REAL = SHARED / "public_bodies"
pytestmark = pytest.mark.skipif(
    not REAL.exists(), reason="the shared data are not beside the checkout"
)

MEMBERS = ("deputes.csv", "deputes_2017-2022.csv", "senateurs.csv")
BY_SIREN = ("--map", "body_id=SIREN", "--map", "body=nom", "--map", "category=type")
Counts = tuple[int, dict[str, int]]  # bodies, and accounts by network


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, monkeypatch)


def imported(name: str, register: str, *options: str, output: str = "panel.csv") -> Panel:
    result = run("panel", "import", REAL / name, "--as", register, *options, "--output", output)
    assert result.code == 0, result.err
    return read_panel(Path(output))


def counted(panel: Panel) -> Counts:
    return len(panel.bodies), Counter(account.network for _, account in panel.accounts())


def rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def claims_of_one(claims: list[tuple[int, set[str]]]) -> int:
    """How many accounts there are that one body claims alone; once if it does so twice."""
    whose: dict[str, set[int]] = {}
    for body, names in claims:
        for name in names:
            whose.setdefault(name, set()).add(body)
    alone = {
        (body, frozenset(names))
        for body, names in claims
        if all(whose[name] == {body} for name in names)
    }
    return len(alone)


# --- tables


@pytest.mark.parametrize("what", ["regions", "departements", "epci"])
def test_bodies_without_accounts_are_all_there_under_their_siren(what: str) -> None:
    name = f"fr_collectivites/identifiants_{what}_2022.csv"

    panel = imported(name, "csv", *BY_SIREN, "--refused", "refused.csv")

    assert {(it.body_id, it.name, it.category) for it in panel.bodies} == {
        (row["SIREN"], row["nom"], row["type"]) for row in rows(name)
    }
    assert counted(panel) == (len({row["SIREN"] for row in rows(name)}), {})
    told = Path("refused.csv").read_text(encoding="utf-8").count("is listed already")
    assert told == len(rows(name)) - len(panel.bodies)


def test_the_fire_services_are_read_with_their_semicolons() -> None:
    name = "fr_sdis/sdis_twitter_excerpt.csv"
    there = [row for row in rows(name, ";") if row["compte"] != "NA"]

    panel = imported(name, "csv", "--map", "body=departement", "--map", "twitter=compte")

    assert counted(panel) == (len(rows(name, ";")), {"twitter": len(there)})
    assert {it.handle for _, it in panel.accounts()} == {row["compte"] for row in there}


def test_addresses_of_the_european_union_become_the_handles_beside_them() -> None:
    name = "eu/eu_accounts.csv"

    panel = imported(name, "csv", "--map", "body=handle", "--map", "handle=url")

    assert [it.handle for _, it in panel.accounts()] == [it.name for it in panel.bodies]
    assert {it.name for it in panel.bodies} == {row["handle"] for row in rows(name)}


# --- parliaments


def facebook_names(row: dict[str, str]) -> list[str]:
    """The accounts on Facebook among the sites of a member, in a way of their own."""
    found = []
    for site in row["sites_web"].split("|"):
        match = re.match(
            r"https?://[\w.-]*(?:facebook|\bfb)\.com/+ ?@?([^?#]*)(\?id=\d+)?", site, re.IGNORECASE
        )
        if not match:
            continue
        parts = match[1].rstrip("/").split("/")
        if match[2]:
            found.append(match[2].removeprefix("?id="))
        elif parts[0] in ("people", "pages"):
            found.append(parts[-1])
        elif len(parts) == 1 or parts[1] in ("timeline", "about", "photos"):
            name = re.search(r"-(\d{9,})$", parts[0])
            if re.fullmatch(r"[\w.-]+", parts[0]) and not parts[0].endswith(".php"):
                found.append(name[1] if name else parts[0].lower())
    return found


@pytest.mark.parametrize("name", MEMBERS)
def test_members_of_the_french_parliament_are_counted_alike(name: str) -> None:
    members = rows(f"fr_parlementaires/{name}")

    panel = imported(f"fr_parlementaires/{name}", "parlement")

    of_x = [
        (n, {row["twitter"].lstrip("@").lower(), row["twitter_id"]})
        for n, row in enumerate(members)
    ]
    of_facebook = [(n, {it}) for n, row in enumerate(members) for it in facebook_names(row)]
    assert counted(panel) == (
        len(members),
        {"twitter": claims_of_one(of_x), "facebook": claims_of_one(of_facebook)},
    )


def test_the_difference_between_two_editions_of_the_deputies_is_right() -> None:
    before, after = (
        {
            row["url_institution"].partition("OMC_")[2]: row
            for row in rows(f"fr_parlementaires/{it}")
        }
        for it in ("deputes_2017-2022.csv", "deputes.csv")
    )
    imported("fr_parlementaires/deputes_2017-2022.csv", "parlement")

    result = run(
        "panel", "import", REAL / "fr_parlementaires/deputes.csv", "--as", "parlement",
        "--into", "panel.csv", "--yes", "--ended", "2022-06-22", "--format", "csv",
    )  # fmt: skip

    assert result.code == 0
    changes: dict[str, set[tuple[str, ...]]] = {}
    for row in csv.DictReader(result.out.splitlines()):
        if row["network"] in ("", "twitter"):
            said = (row["body_id"], row["handle"], row["note"])
            changes.setdefault(row["change"], set()).add(said)
    both = before.keys() & after.keys()
    same = {it for it in both if before[it]["twitter_id"] == after[it]["twitter_id"]}
    assert changes == {
        "new body": {(it, "", "") for it in after.keys() - before.keys()},
        "body gone": {(it, "", "") for it in before.keys() - after.keys()},
        "new account": {(it, after[it]["twitter"].lstrip("@"), "") for it in after.keys() - same},
        "account gone": {
            (it, before[it]["twitter"].lstrip("@"), "") for it in before.keys() - same
        },
        "renamed": {
            (it, after[it]["twitter"], f"was {before[it]['twitter']}")
            for it in same
            if before[it]["twitter"].lower() != after[it]["twitter"].lower()
        },
    }
    panel = read_panel(Path("panel.csv"))
    valid = {it.account_id for _, it in panel.accounts() if not it.valid_until}
    assert {row["twitter_id"] for row in after.values()} <= valid
    assert {body.body_id for body in panel.bodies} == before.keys() | after.keys()


def test_members_committees_and_caucuses_of_the_congress_are_counted_alike() -> None:
    name = "us_congress/users-filtered.json"
    listed: list[dict[str, Any]] = json.loads((REAL / name).read_text(encoding="utf-8"))

    panel = imported(name, "congress")

    ids = {account["id"] for each in listed for account in each["accounts"]}
    assert counted(panel) == (len(listed), {"twitter": len(ids)})
    assert {account.account_id for _, account in panel.accounts()} == ids
    assert Counter(body.category.split()[-1] for body in panel.bodies) == Counter(
        each["type"] for each in listed
    )


def test_members_of_the_congress_are_counted_alike_and_named_by_the_other_list() -> None:
    yaml = pytest.importorskip("yaml")
    name = "us_congress/legislators-social-media.yaml"
    listed = yaml.load((REAL / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)

    panel = imported(name, "congress", output="alone.csv")
    imported("us_congress/users-filtered.json", "congress")
    run("panel", "import", REAL / name, "--as", "congress", "--into", "panel.csv", "--yes")

    claims = {
        network: [
            (n, {each["social"][network].lower()})
            for n, each in enumerate(listed)
            if network in each["social"]
        ]
        for network in ("twitter", "facebook", "mastodon")
    }
    alone = {network: claims_of_one(of_network) for network, of_network in claims.items()}
    assert counted(panel) == (len(listed), alone)
    names = {body.body_id: body.name for body in read_panel(Path("panel.csv")).bodies}
    known = {
        it["id"]["bioguide"]
        for it in json.loads((REAL / "us_congress/users-filtered.json").read_text(encoding="utf-8"))
        if it["type"] == "member"
    }
    assert all(
        (names[it["id"]["bioguide"]] == it["id"]["bioguide"]) == (it["id"]["bioguide"] not in known)
        for it in listed
    )
