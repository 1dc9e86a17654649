"""Keys to sign with, and files of who may."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WHO = "observatory@example.org"


def new_key(path: Path, passphrase: str = "") -> Path:
    """A private key, with its public one beside it."""
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", path]
    subprocess.run(words, check=True)
    return path


def allow(path: Path, key: Path, who: str = WHO) -> Path:
    """A file of allowed signers with one line."""
    public = key.with_name(f"{key.name}.pub").read_text()
    path.write_text(f'{who} namespaces="socialscore" {public}')
    return path
