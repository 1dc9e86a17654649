"""The manifest of a publication: what it rests on, and the digest of every file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from socialscore.errors import InputError
from socialscore.model.period import PLAUSIBLE_YEARS
from socialscore.version import FIRST_METHOD, METHOD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "FILE_NAME",
    "AuditReference",
    "Manifest",
    "Predecessor",
    "Withdrawal",
    "digest",
    "read_manifest",
]

FILE_NAME = "manifest.json"

_FORMAT = 1


@dataclass(frozen=True)
class Predecessor:
    """A publication that another one refers to."""

    folder: str  # its name, in the same series
    manifest: str  # the digest of its manifest


@dataclass(frozen=True)
class AuditReference:
    """The audit that a publication shows."""

    digest: str  # of its file
    period: str  # of the requests that were labelled
    read_on: str  # the day on which the labels were read, ISO 8601
    n_labelled: int


@dataclass(frozen=True)
class Withdrawal:
    """A run that was withdrawn from the store before a publication that would have counted it."""

    run_id: str
    withdrawn_on: str  # the day, UTC, ISO 8601
    n_messages: int  # of the bodies and the days that the publication reads


@dataclass(frozen=True)
class Manifest:
    """What a publication rests on. Digests are SHA-256, in hexadecimal digits."""

    ranking: str  # the name of the series
    panel: str  # the panel's name
    period: str  # 2026-W46, 2026-11, 2026-Q4 or FROM..UNTIL
    revision: int  # 1 for the first publication of the period
    state: Literal["provisional", "final"]  # final: every request of the period has matured
    as_of: datetime  # where the data were taken to end, aware, UTC
    seen_until: datetime  # up to when the store had learnt of them, aware, UTC
    supersedes: Predecessor | None  # the revision before
    compared_to: Predecessor | None  # the publication of the period before
    method: str  # its version: numbers of two methods cannot be compared
    versions: Mapping[str, str]  # by library; of what computes the numbers
    ranking_digest: str  # of the options
    panel_digest: str
    rules: Mapping[str, str]  # digest by file of language rules
    calendars: Mapping[str, str]  # digest by calendar that was read
    n_ignored: int  # authors on the ranking's ignore list, who are not named
    ignored_digest: str | None  # of that list, with the store's key; None: it is empty
    files: Mapping[str, str]  # digest by file of the publication, but for the manifest
    audit: AuditReference | None = None  # None: nobody audited the ranking
    rulebook: str = ""  # digest of the language rules in force; empty: method 1 did not say
    withdrawn: tuple[Withdrawal, ...] = ()  # runs whose data it would have counted

    def to_json(self) -> str:
        """The file."""
        document = {"format": _FORMAT, **asdict(self)}
        for name in ("as_of", "seen_until"):
            document[name] = document[name].isoformat()
        return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a publication.

    Raises:
        InputError: there is none, it is damaged, or another version wrote it.
    """
    path = folder / FILE_NAME
    try:
        document = json.loads(path.read_bytes())
        found = document.pop("format")
        if found == _FORMAT:
            return _manifest(document)
    except OSError as error:
        problem = f"a publication has a manifest, which cannot be read ({error.strerror})"
        raise InputError(path, problem) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(path, f"the manifest is damaged: {error}") from None
    raise InputError(path, f"has format {found}, this socialscore reads {_FORMAT}; update it")


def _manifest(document: dict[str, Any]) -> Manifest:
    document.setdefault("method", FIRST_METHOD)
    if document["method"] != METHOD:  # it may say what ours do not
        known = {field.name for field in fields(Manifest)}
        document = {name: value for name, value in document.items() if name in known}
    instants = {name: datetime.fromisoformat(document[name]) for name in ("as_of", "seen_until")}
    others = {
        name: Predecessor(**document[name]) if document[name] else None
        for name in ("supersedes", "compared_to")
    }
    audit = AuditReference(**said) if (said := document.get("audit")) else None
    withdrawn = tuple(Withdrawal(**it) for it in document.get("withdrawn", ()))
    rest = {"audit": audit, "withdrawn": withdrawn}
    manifest = Manifest(**(document | instants | others | rest))
    manifest.to_json().encode()  # half a surrogate pair is no text
    if wrong := [name for name, right in _sound(manifest) if not right]:
        raise ValueError(f"{', '.join(wrong)}: is nothing that `publish` writes")
    return manifest


_WORDS = ("ranking", "panel", "period", "method", "rulebook", "ranking_digest", "panel_digest")
_COUNTS = {"revision": range(1, 10**6), "n_ignored": range(10**6)}


def _sound(manifest: Manifest) -> Iterator[tuple[str, bool]]:
    """What a manifest says, by name, and whether it is of the kind that it should be."""
    for name in _WORDS:
        yield name, isinstance(getattr(manifest, name), str)
    for name, sensible in _COUNTS.items():
        number = getattr(manifest, name)
        yield name, type(number) is int and number in sensible
    for name in ("as_of", "seen_until"):
        instant = getattr(manifest, name)
        yield name, instant.utcoffset() is not None and instant.year in PLAUSIBLE_YEARS
    for name in ("versions", "rules", "calendars", "files"):
        table = getattr(manifest, name)
        yield name, isinstance(table, dict) and all(isinstance(it, str) for it in table.values())
    for name in ("supersedes", "compared_to"):
        other = getattr(manifest, name)
        yield name, other is None or all(isinstance(it, str) for it in vars(other).values())
    audit = manifest.audit
    yield "audit", audit is None or _is_audit(audit)
    yield "withdrawn", all(map(_is_withdrawal, manifest.withdrawn))
    yield "state", manifest.state in ("provisional", "final")
    whom = manifest.ignored_digest
    yield "ignored_digest", whom is None or (isinstance(whom, str) and manifest.n_ignored > 0)


def _is_withdrawal(it: Withdrawal) -> bool:
    words = (it.run_id, it.withdrawn_on)
    return all(isinstance(each, str) for each in words) and type(it.n_messages) is int


def _is_audit(audit: AuditReference) -> bool:
    words = (audit.digest, audit.period, audit.read_on)
    return all(isinstance(it, str) for it in words) and type(audit.n_labelled) is int
