"""An audit goes with its ranking: into tables, publications and the site; `verify` knows it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from publications import BODIES, HEAD, Desk, contents, document, manifest
from shell import begin, run

from socialscore.publishing.manifest import digest

if TYPE_CHECKING:
    from collections.abc import Callable

WEEK, AS_OF = "2026-W45", "2026-11-16T09:00"
CHANCE = "the intervals cover chance only; errors in telling questions are not in them"
FOUND = "the intervals cover chance only; an audit of 2026-W45 ("


def at_desk(project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder to audit and to publish from."""
    begin(folder, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(project / "pseudonym.key"))
    made = Desk(folder, project / "socialscore-data")
    made.panel(*BODIES)
    made.ranking()
    return made


@pytest.fixture
def desk(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return at_desk(project, tmp_path, monkeypatch)


def audit(desk: Desk, *, every: int = 4) -> Path:
    """Audit the week: every fourth request is not genuine."""
    where = ("--store", desk.store, "--as-of", AS_OF, "--period", WEEK, "--output", "sheet.csv")
    Path("sheet.csv").unlink(missing_ok=True)
    made = run("audit", "weekly.toml", *where)
    assert made.code == 0, made.err
    text = Path("sheet.csv").read_text(encoding="utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    lines = io.StringIO(newline="")
    labelled = ([*row[:6], "yes" if n % every else "no", ""] for n, row in enumerate(rows))
    csv.writer(lines).writerows([header, *labelled])
    Path("filled.csv").write_text(lines.getvalue(), encoding="utf-8")
    read = run("audit", "weekly.toml", "--read", "filled.csv")
    assert read.code == 0, read.err
    return desk.folder / "weekly.audit.json"


def published(desk: Desk, *options: object) -> Path:
    (folder,) = desk.published(AS_OF, "--period", WEEK, *options)
    return desk.at(folder)


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file, in its own notation, and give the manifest its new digest."""
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    path.chmod(0o644)
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def forge(folder: Path) -> None:
    """Give the manifest the digests of the files as they are now."""
    files = {name: digest(it) for name, it in contents(folder).items() if name != "manifest.json"}
    edit(folder / "manifest.json", lambda said: said.update(files=files))


def problems(folder: Path) -> str:
    """What is wrong with a publication, by the command."""
    result = run("verify", folder)
    assert result.code == 3, result
    return result.err


# --- without --------------------------------------------------------------------------------------


def test_without_an_audit_everything_says_what_intervals_leave_out(desk: Desk) -> None:
    folder = published(desk)

    assert manifest(folder)["audit"] is None
    assert document(folder)["audit"] is None
    assert document(folder, "datapackage.json")["notes"] == [CHANCE]
    for name in ("ranking.md", "method.txt"):
        assert CHANCE in (folder / name).read_text(encoding="utf-8")
    assert CHANCE.encode() in (folder / "ranking.xlsx").read_bytes()
    assert not (folder / "audit.json").exists()


# --- with -----------------------------------------------------------------------------------------


def test_an_audit_is_published_with_its_digest_size_and_date(desk: Desk) -> None:
    kept = audit(desk)

    folder = published(desk)

    content = (folder / "audit.json").read_bytes()
    said = json.loads(content)
    assert content == kept.read_bytes()
    assert manifest(folder)["audit"] == {
        "digest": digest(content),
        "period": WEEK,
        "read_on": said["read_on"],
        "n_labelled": len(said["rows"]),
    }
    assert (
        document(folder)["audit"]["corrected"] == (said["figures"]["overall"]["corrected"]["value"])
    )
    for name in ("ranking.md", "method.txt"):
        text = (folder / name).read_text(encoding="utf-8").replace("\\", "")
        assert FOUND in text
        assert CHANCE not in text
        assert f"{len(said['rows'])} labels, {digest(content)[:12]}" in text
    assert run("verify", folder).code == 0
    assert run("verify", folder, "--store", desk.store).code == 0


def test_a_ranking_says_what_the_audit_beside_it_found(desk: Desk) -> None:
    where = ("--store", desk.store, "--as-of", AS_OF, "--period", WEEK)
    before = run("rank", "weekly.toml", *where)
    audit(desk)

    after = run("rank", "weekly.toml", *where)

    assert CHANCE in " ".join(before.out.split())
    assert FOUND in " ".join(after.out.split())
    assert FOUND in " ".join(
        run("rank", "weekly.toml", *where, "--by-group", "network").out.split()
    )


def test_the_site_shows_the_audit(desk: Desk) -> None:
    audit(desk)
    folder = published(desk)
    run("site", "--out", "site")

    method = (desk.folder / "site/en/weekly/method.html").read_text(encoding="utf-8")
    assert FOUND in method
    assert manifest(folder)["audit"]["digest"][:12] in method
    page = (desk.folder / "site/en/weekly/2026-W45.html").read_text(encoding="utf-8")
    assert 'href="../../data/weekly/2026-W45/audit.json"' in page


def test_a_new_audit_is_a_revision_if_asked_for(desk: Desk) -> None:
    published(desk)
    audit(desk)

    assert desk.published(AS_OF, "--period", WEEK) == []
    assert published(desk, "--revise").name == "2026-W45.r2"
    assert desk.published(AS_OF, "--period", WEEK, "--revise") == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"selection": "requests"}, "was made of requests by another selection"),
        ({"horizon": "3d", "unit": "message"}, "was made of requests by another horizon, unit"),
        ({"ignore": ["75432"]}, "was made of requests by another ignore"),
        ({"categories": ["ville"]}, "was made of requests by another categories"),
    ],
)
def test_an_audit_of_another_ranking_is_left_out_and_named(
    desk: Desk, options: dict[str, Any], problem: str
) -> None:
    audit(desk)
    desk.ranking(**options)

    result = desk.publish(AS_OF, "--period", WEEK)

    assert f"weekly.audit.json is left out: it {problem}; audit again" in result.err
    assert manifest(desk.at(WEEK))["audit"] is None


def test_an_audit_knows_whom_its_ranking_ignored(desk: Desk) -> None:
    desk.ranking(ignore=["75432"])
    kept = audit(desk)

    assert "75432" not in kept.read_text(encoding="utf-8")
    assert "left out" not in desk.publish(AS_OF, "--period", WEEK).err
    desk.ranking(ignore=["75434"])
    result = desk.publish(AS_OF, "--period", WEEK, "--revise")
    assert "is left out: it was made of requests by another ignore; audit again" in result.err


@pytest.mark.parametrize("command", ["rank", "publish"])
def test_an_audit_of_another_panel_is_left_out_and_named(desk: Desk, command: str) -> None:
    audit(desk)
    where = ("--store", desk.store, "--as-of", AS_OF, "--period", WEEK)
    Path("fewer.csv").write_text("\n".join([HEAD, *BODIES[:2], ""]), encoding="utf-8")

    result = run(command, "weekly.toml", *where, "--panel", "fewer.csv")

    assert result.code == 0
    assert "weekly.audit.json is left out: it was made with another panel, " in result.err
    assert FOUND not in " ".join(result.out.split())


def test_options_that_change_no_request_leave_an_audit_as_it_is(desk: Desk) -> None:
    audit(desk)
    desk.ranking(by="wilson_low", title="Another title")

    assert manifest(published(desk))["audit"] is not None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rulebook": "0" * 64}, "was made with other language rules"),
        ({"method": "0"}, "was made by method 0, this is"),
    ],
)
def test_an_audit_by_other_rules_is_left_out_and_named(
    desk: Desk, change: dict[str, str], problem: str
) -> None:
    edit(audit(desk), lambda said: said.update(change))

    result = desk.publish(AS_OF, "--period", WEEK)

    assert f"weekly.audit.json is left out: it {problem}" in result.err
    assert manifest(desk.at(WEEK))["audit"] is None


def test_a_damaged_audit_keeps_a_ranking_from_being_published(desk: Desk) -> None:
    audit(desk).write_text("{", encoding="utf-8")

    result = desk.publish(AS_OF, "--period", WEEK)

    assert result.code == 3
    assert "weekly.audit.json: is not what `audit` wrote" in result.err
    assert not desk.at(WEEK).exists()


# --- verifying ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def untouched(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with an audit, which no test changes."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = at_desk(project, tmp_path_factory.mktemp("audited"), monkeypatch)
        audit(desk)
        return published(desk)


@pytest.fixture
def folder(untouched: Path, tmp_path: Path) -> Path:
    """A copy that can be changed."""
    copy = Path(shutil.copytree(untouched, tmp_path / "weekly" / WEEK))
    copy.chmod(0o755)
    return copy


def test_a_changed_audit_is_named(folder: Path) -> None:
    edit(folder / "audit.json", lambda said: said["rows"][0].update(genuine=[None]))

    assert "audit.json: is not the file that was published" in problems(folder)


def test_a_missing_audit_is_named(folder: Path) -> None:
    (folder / "audit.json").unlink()

    assert "audit.json: is missing" in problems(folder)


def test_an_audit_that_was_changed_with_its_digest_is_named(folder: Path) -> None:
    edit(folder / "audit.json", lambda said: said["rows"][0].update(genuine=[None]))
    forge(folder)

    found = problems(folder)
    assert "audit.json: its figures are not those of its labels" in found
    assert "manifest.json: audit" in found


def test_an_audit_that_was_removed_from_the_manifest_too_is_named(folder: Path) -> None:
    (folder / "audit.json").unlink()
    forge(folder)

    assert "manifest.json: audit" in problems(folder)


def test_an_audit_that_was_added_is_named(folder: Path) -> None:
    def forget(said: dict[str, Any]) -> None:
        said["audit"] = None
        del said["files"]["audit.json"]

    edit(folder / "manifest.json", forget)

    assert "audit.json: was not published" in problems(folder)


@pytest.mark.parametrize(
    "audit_said", [{"digest": 1}, "none", {"digest": "", "period": "", "read_on": "x"}]
)
def test_an_audit_in_a_manifest_that_cannot_be_one_is_a_problem(
    folder: Path, audit_said: object
) -> None:
    edit(folder / "manifest.json", lambda said: said.update(audit=audit_said))

    assert "the manifest is damaged" in problems(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"read_on": "yesterday"},
        {"n_labelled": "many"},
        {"corrected": 7},
        {"digest": None},
        {"more": 1},
    ],
)
def test_an_audit_in_ranking_json_that_cannot_be_one_is_a_problem(
    folder: Path, change: dict[str, Any]
) -> None:
    edit(folder / "ranking.json", lambda said: said["audit"].update(change))
    forge(folder)

    problems(folder)
