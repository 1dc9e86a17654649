"""Signatures: made beside a manifest, checked by us and by ssh-keygen alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from publications import BODIES, Desk, contents, manifest
from shell import CHECKOUT, begin, run
from ssh_keys import WHO, allow, new_key
from test_publish import FILES

from socialscore.publishing.signatures import SIGNATURE

WEEKS = ("2026-W43", "2026-W44", "2026-W44.r2", "2026-W45")


@pytest.fixture(scope="module", autouse=True)
def openssh() -> None:
    """What signatures need; without it, only CI insists."""
    if shutil.which("ssh-keygen") is None:
        reason = "signatures need ssh-keygen: apt-get install openssh-client"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@pytest.fixture(scope="module")
def signed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a key and a signed series, which no test changes."""
    folder = tmp_path_factory.mktemp("signed")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        desk = Desk(folder, project / "socialscore-data")
        desk.panel(*BODIES)
        desk.ranking()
        allow(folder / "allowed_signers", new_key(folder / "key"))
        for as_of in ("2026-11-03", "2026-11-10"):
            desk.published(as_of, "--since", "2026-W43", "--sign", "key")
    return folder


@pytest.fixture
def desk(signed: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of it that can be changed."""
    folder = Path(shutil.copytree(signed, tmp_path / "desk"))
    for path in (folder / "published").rglob("*.*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    monkeypatch.chdir(folder)
    return Desk(folder, project / "socialscore-data")


def checked(desk: Desk, *options: object) -> tuple[int, str, list[str]]:
    """The exit code of verifying the series with its allowed signers, and both outputs."""
    done = run("verify", desk.at(""), "--allowed-signers", "allowed_signers", *options)
    lines = [line.removeprefix("socialscore: ") for line in done.err.splitlines()]
    return done.code, done.out, [line for line in lines if "publications not as" not in line]


def test_every_publication_is_signed_and_who_signed_is_told(desk: Desk) -> None:
    code, out, err = checked(desk)

    assert code == 0
    assert out.splitlines() == [
        f"{week}: {len(FILES) + 1} files, 4 bodies, signed by {WHO}: as published" for week in WEEKS
    ]
    assert err == [f"panel and options as published: only {WHO}, who signed, vouched for them"]


def test_who_has_ssh_keygen_alone_can_check_a_signature_as_the_page_says(desk: Desk) -> None:
    page = (CHECKOUT / "docs" / "publish.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^ssh-keygen -Y verify .*$", page, re.MULTILINE)
    shutil.copy("allowed_signers", desk.at("2026-W43"))

    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=desk.at("2026-W43"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, f'Good "socialscore" signature for {WHO}' in done.stdout) == (0, True)


def test_unsigned_publications_can_be_signed_as_the_page_says(desk: Desk) -> None:
    page = (CHECKOUT / "docs" / "publish.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^ssh-keygen -Y sign .*$", page, re.MULTILINE)
    for week in WEEKS:
        (desk.at(week) / SIGNATURE).unlink()

    subprocess.run(["/bin/sh", "-c", line], cwd=desk.folder, check=True, capture_output=True)

    assert checked(desk)[0] == 0


def test_a_signature_that_ssh_keygen_made_is_as_good(desk: Desk) -> None:
    path = desk.at("2026-W43") / SIGNATURE
    ours = path.read_bytes()
    path.unlink()
    by_hand = ["ssh-keygen", "-q", "-Y", "sign", "-n", "socialscore", "-f", "key"]
    subprocess.run([*by_hand, path.with_suffix("")], check=True, capture_output=True)

    assert path.read_bytes() == ours  # ed25519 signs one text in one way
    assert checked(desk)[0] == 0


def test_a_signature_changes_no_other_file(desk: Desk) -> None:
    desk.published("2026-11-03", "--period", "2026-W43", "--out", "unsigned")
    unsigned = contents(desk.folder / "unsigned/weekly/2026-W43")
    found = contents(desk.at("2026-W43"))

    assert found.keys() - unsigned.keys() == {SIGNATURE}
    assert SIGNATURE not in manifest(desk.at("2026-W43"))["files"]
    found.pop(SIGNATURE)
    assert found == unsigned


def test_without_allowed_signers_a_signature_is_not_checked_and_told(desk: Desk) -> None:
    done = run("verify", desk.at("2026-W43"))

    assert done.code == 0
    note = "socialscore: 2026-W43: manifest.json.sig: not checked without --allowed-signers\n"
    assert note in done.err


def test_an_unsigned_publication_is_named(desk: Desk) -> None:
    (desk.at("2026-W44") / SIGNATURE).unlink()

    code, _, err = checked(desk)

    assert code == 3
    assert err[0] == "2026-W44: manifest.json.sig: is missing, nobody signed it"


def test_a_publication_signed_with_another_key_is_named(desk: Desk) -> None:
    text = (desk.at("2026-W44") / "manifest.json").read_bytes()
    other = new_key(desk.folder / "other")
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", "socialscore", "-f", other]
    done = subprocess.run(words, input=text, capture_output=True, check=True)
    (desk.at("2026-W44") / SIGNATURE).write_bytes(done.stdout)

    code, _, err = checked(desk)

    assert code == 3
    assert err[0].startswith("2026-W44: manifest.json.sig: is by the ED25519 key SHA256:")
    assert err[0].endswith(", which allowed_signers does not allow")


@pytest.mark.parametrize("allowed", ["", "# nobody\n", "what is this\n"])
def test_who_is_not_allowed_is_named(allowed: str, desk: Desk) -> None:
    (desk.folder / "allowed_signers").write_text(allowed)

    code, _, err = checked(desk)

    assert code == 3
    assert sum(line.endswith("which allowed_signers does not allow") for line in err) == len(WEEKS)


def test_a_key_that_is_allowed_to_sign_other_things_only_is_named(desk: Desk) -> None:
    path = desk.folder / "allowed_signers"
    path.write_text(path.read_text().replace('"socialscore"', '"git"'))

    assert checked(desk)[0] == 3


def test_what_a_key_signed_is_a_problem_once_it_has_expired(desk: Desk) -> None:
    path = desk.folder / "allowed_signers"
    dates = 'valid-after="20200101",valid-before="20200102",namespaces'
    path.write_text(path.read_text().replace("namespaces", dates))

    code, _, err = checked(desk)

    assert code == 3
    assert sum(line.endswith("which allowed_signers does not allow") for line in err) == len(WEEKS)


@pytest.mark.parametrize("signature", [b"", b"?", b"-----BEGIN SSH SIGNATURE-----\n", b"a" * 10**6])
def test_what_is_no_signature_is_named(signature: bytes, desk: Desk) -> None:
    (desk.at("2026-W44") / SIGNATURE).write_bytes(signature)

    code, _, err = checked(desk)

    problem = "manifest.json.sig: is no signature of this manifest for socialscore"
    assert (code, err[0]) == (3, f"2026-W44: {problem}")


def test_the_signature_of_another_manifest_is_none_of_this_one(desk: Desk) -> None:
    shutil.copy(desk.at("2026-W43") / SIGNATURE, desk.at("2026-W44") / SIGNATURE)

    code, _, err = checked(desk)

    assert code == 3
    assert "2026-W44: manifest.json.sig: is no signature of this manifest" in err[0]


def test_a_broken_chain_is_named_though_everything_in_it_is_signed(desk: Desk) -> None:
    shutil.rmtree(desk.at("2026-W44"))

    code, _, err = checked(desk)

    assert code == 3
    problem = "2026-W44.r2: 2026-W44 is missing, to which it refers; earlier ones are there"
    assert err[0] == problem


def test_what_was_published_before_stays_unsigned_and_is_named(desk: Desk) -> None:
    for week in WEEKS[:2]:
        (desk.at(week) / SIGNATURE).unlink()

    done = desk.publish("2026-11-16T09:00", "--sign", "key")

    assert [Path(line).name for line in done.out.splitlines()] == ["2026-W45.r2"]
    assert (
        "socialscore: not signed before: 2 of the series (2026-W43 to 2026-W44); --sign signs only "
        "what it publishes, docs/publish.md shows how to sign these\n"
    ) in done.err
    signed = [week for week in (*WEEKS, "2026-W45.r2") if (desk.at(week) / SIGNATURE).exists()]
    assert signed == ["2026-W44.r2", "2026-W45", "2026-W45.r2"]


def test_a_key_that_cannot_sign_is_named_and_nothing_is_published(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copy("panel.csv", "no-key")

    missing = desk.publish("2026-11-03", "--sign", "nowhere", "--out", "other")
    useless = desk.publish("2026-11-03", "--sign", "no-key", "--out", "other")

    assert (missing.code, missing.err) == (3, "socialscore: nowhere: is not the file of a key\n")
    assert useless.code == 3
    assert "no-key: ssh-keygen cannot sign with this key, and says why above" in useless.err
    assert "no-key" in capfd.readouterr().err
    assert [path for path in Path("other").rglob("*") if path.name != ".lock"] == [
        Path("other/weekly")
    ]


def test_without_ssh_keygen_it_is_said_what_is_missing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    problem = "socialscore: signatures need ssh-keygen of OpenSSH 8.2 or newer; install it\n"

    published = desk.publish("2026-11-03", "--sign", "key", "--out", "other")
    verified = run("verify", desk.at(""), "--allowed-signers", "allowed_signers")

    assert (published.code, published.err) == (2, problem)
    assert (verified.code, verified.err) == (2, problem)


@pytest.mark.parametrize(
    "complaint", ["ssh-keygen: unknown option -- Y", 'Unsupported operation for -Y: "$2"']
)
def test_an_ssh_keygen_that_is_too_old_calls_no_signature_wrong(
    complaint: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = desk.folder / "bin" / "ssh-keygen"
    old.parent.mkdir()
    old.write_text(f"#!/bin/sh\necho '{complaint}' >&2\nexit 255\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))

    verified = run("verify", desk.at(""), "--allowed-signers", "allowed_signers")

    problem = "socialscore: signatures need ssh-keygen of OpenSSH 8.2 or newer; install it\n"
    assert (verified.code, verified.err) == (2, problem)


def test_allowed_signers_that_are_no_file_are_named(desk: Desk) -> None:
    done = run("verify", desk.at(""), "--allowed-signers", "nowhere")

    problem = "socialscore: nowhere: there is no such file of allowed signers\n"
    assert (done.code, done.err) == (3, problem)


def test_the_site_has_the_signatures(desk: Desk) -> None:
    assert run("site", "--out", "pages").code == 0

    copied = desk.folder / "pages/data/weekly/2026-W43" / SIGNATURE
    assert copied.read_bytes() == (desk.at("2026-W43") / SIGNATURE).read_bytes()
    page = (desk.folder / "pages/en/weekly/2026-W43.html").read_text(encoding="utf-8")
    assert 'href="../../data/weekly/2026-W43/manifest.json.sig"' in page
