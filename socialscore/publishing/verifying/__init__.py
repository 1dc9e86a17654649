"""Verifying a publication: nobody changed it, it is sound, and the store says so too.

Four questions, each of which can be asked without the answer to the next:

1. Are these the files that were published? The manifest has their digests, and the chain of
   publications those of manifests.
2. Does everything in them follow from the numbers of the bodies?
3. Do these numbers follow from the store, as it was then, by the panel and the options that were
   published? Only this one needs it.
4. Are these the right panel and options? The store and the ranking's file vouch for them; where
   neither does, they are taken on trust.

Of a publication by another method the numbers are not asked about: this one would give others.

Whoever made a folder may have put anything into it. What cannot be read is a problem that is told.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.errors import InputError, SeveralProblems, SocialscoreError, StoreError
from socialscore.publishing.manifest import FILE_NAME
from socialscore.publishing.series import read_publication
from socialscore.publishing.signatures import SIGNATURE, signer
from socialscore.publishing.verifying.chain import (
    check_links,
    missing,
    order_of,
    read_earlier,
    removed,
)
from socialscore.publishing.verifying.consistency import inconsistencies
from socialscore.publishing.verifying.differences import Finding
from socialscore.publishing.verifying.opening import damaged, files_in, open_publication
from socialscore.publishing.verifying.recomputing import Evidence, recomputed
from socialscore.publishing.verifying.vouching import Witness, contradictions, on_trust
from socialscore.reporters import formatting
from socialscore.version import FIRST_METHOD, METHOD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.publishing.verifying.differences import Kind
    from socialscore.publishing.verifying.opening import Opened

__all__ = ["Evidence", "Verification", "Witness", "publications_in", "verify"]

_ON_IGNORED = "not checked: whom the ranking ignored, which takes --store and --ranking"


@dataclass(frozen=True)
class Verification:
    """What came of verifying one publication."""

    folder: Path
    n_files: int  # that are there
    n_bodies: int = 0  # that it tells of
    n_cells: int = 0  # that were computed again
    problems: tuple[str, ...] = ()  # sentences; none: it is what was published
    touched: tuple[str, ...] = ()  # what became of rows since, and the cells that it touches
    notes: tuple[str, ...] = ()  # what was not checked, and what may explain a difference
    on_trust: tuple[str, ...] = ()  # what neither the store nor a ranking's file vouched for
    signed_by: str = ""  # an allowed signer; empty: nobody, or it was not asked


def publications_in(folder: Path) -> list[Path]:
    """The publications in a folder: itself, those of a series, or those of all series.

    Revisions of a period stand in their order.

    Raises:
        InputError: there is none, or one of a series lies elsewhere.
    """
    found = [folder] if _is_publication(folder) else _in_series(folder)
    found = found or [each for series in _below(folder) for each in _in_series(series)]
    if not found:
        what = "is neither a publication nor a folder of publications"
        raise InputError(folder, what if folder.exists() else "there is no such folder")
    return found


def _is_publication(folder: Path) -> bool:
    return any((folder / name).exists() for name in (FILE_NAME, "ranking.json"))


def _in_series(folder: Path) -> list[Path]:
    """The folders in a series; what stands among publications is one, or was."""
    found = _below(folder)
    if not any(map(_is_publication, found)):
        return []
    here = folder.resolve()
    for link in (it for it in found if it.resolve().parent != here):
        raise InputError(
            link, "is a link out of its series, which is not followed; copy the folder"
        )
    return found


def _below(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [it for it in folder.iterdir() if it.is_dir() and not it.name.startswith(".")]
    return sorted(found, key=lambda it: order_of(it.name))


def verify(
    folder: Path,
    evidence: Evidence | None = None,
    witnesses: Sequence[Witness] = (),
    signers: Path | None = None,
) -> Verification:
    """Check a publication.

    Args:
        folder: where it lies, beside the others of its series.
        evidence: what to compute it from again; None: it is only checked against itself.
        witnesses: who says what its panel and its options should be.
        signers: a file of those who may have signed it; None: no signature is checked.

    Raises:
        StoreError: the store cannot be read.
        UsageError: there is no ssh-keygen to check signatures.
    """
    folder = folder.resolve()
    contents, unreadable = files_in(folder)
    findings = [Finding("problem", text) for text in unreadable]
    signed_by = _signer(contents, signers, findings)
    opened = None if unreadable else _opened(folder, contents, findings)
    n_cells = 0
    if opened:
        earlier = _earlier(opened, findings)
        if opened.publication.manifest.method != METHOD:
            findings.append(_by_another_method(opened))
            evidence = None
        else:
            with _continuing(findings):
                findings.extend(inconsistencies(opened, earlier))
        if evidence:
            with _continuing(findings):
                n_cells, found = recomputed(opened, earlier, evidence)
                findings.extend(found)
        findings.extend(contradictions(opened, witnesses))
        if opened.publication.manifest.n_ignored and not evidence:
            findings.append(Finding("note", _ON_IGNORED))
    return Verification(
        folder,
        len(contents),
        len(opened.rows) if opened else 0,
        n_cells,
        problems=_sentences(folder, findings, "problem"),
        touched=_sentences(folder, findings, "touched"),
        notes=_sentences(folder, findings, "note"),
        on_trust=tuple(on_trust(opened, witnesses)) if opened else (),
        signed_by=signed_by,
    )


@contextmanager
def _continuing(findings: list[Finding]) -> Iterator[None]:
    """A check that cannot go on has found a problem; what it found before stays.

    Raises:
        StoreError: the store cannot be read, of which a publication is innocent.
    """
    try:
        yield
    except StoreError:
        raise
    except SeveralProblems as error:
        findings.extend(Finding("problem", str(each)) for each in error.problems)
    except SocialscoreError as error:
        findings.append(Finding("problem", str(error)))


def _signer(contents: Mapping[str, bytes], signers: Path | None, findings: list[Finding]) -> str:
    """Who signed a publication, if that can be told."""
    signature = contents.get(SIGNATURE)
    if signers is None:
        if signature is not None:
            findings.append(Finding("note", f"{SIGNATURE}: not checked without --allowed-signers"))
    elif signature is None:
        findings.append(Finding("problem", f"{SIGNATURE}: is missing, nobody signed it"))
    else:
        try:
            return signer(contents.get(FILE_NAME, b""), signature, signers)
        except InputError as error:
            findings.append(Finding("problem", str(error)))
    return ""


def _opened(folder: Path, contents: Mapping[str, bytes], findings: list[Finding]) -> Opened | None:
    with _continuing(findings):
        publication = read_publication(folder)
        differing = damaged(contents, publication.manifest.files)
        findings.extend(Finding("problem", text) for text in differing)
        return open_publication(publication, contents)
    return None


def _earlier(opened: Opened, findings: list[Finding]) -> Opened | None:
    """What it was compared to, after a look at everything that it refers to."""
    with _continuing(findings):
        findings.extend(Finding("problem", text) for text in check_links(opened))
        gone = removed(opened)
        for name in gone:
            text = f"{name} is missing, to which it refers; earlier ones are there"
            findings.append(Finding("problem", text))
        absent = (f"not checked: {it} is not beside it" for it in missing(opened) if it not in gone)
        findings.extend(Finding("note", text) for text in absent)
        return read_earlier(opened)
    return None


def _by_another_method(opened: Opened) -> Finding:
    """What to say of a publication of which only the digests were checked."""
    manifest = opened.publication.manifest
    if opened.document.get("method", FIRST_METHOD) != manifest.method:
        return Finding("problem", f"{FILE_NAME}: ranking.json names another method")
    made_by = manifest.versions.get("socialscore", "another version")
    return Finding(
        "note",
        f"socialscore {made_by} made it by method {manifest.method}, here is method {METHOD}: its "
        "files have the digests that were published, and no number was computed again",
    )


def _sentences(folder: Path, findings: list[Finding], kind: Kind) -> tuple[str, ...]:
    """The findings of a kind, each once; paths inside the folder begin there."""
    texts = (text.replace(f"{folder}/", "") for each, text in findings if each == kind)
    return tuple(dict.fromkeys(map(formatting.one_line, texts)))
