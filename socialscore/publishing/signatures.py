"""Signatures of manifests in the SSH signature format, made and checked by OpenSSH.

A manifest has the digest of every file of its publication, so who signs it signs them all.
`ssh-keygen` does the work: it knows agents, passphrases and hardware keys, and whoever receives a
publication can check it without socialscore.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from socialscore.errors import InputError, UsageError
from socialscore.runtime.temp_folder import temp_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIGNATURE", "sign", "signer"]

SIGNATURE = "manifest.json.sig"
"""The file of a publication with the signature of its manifest."""

_MISSING = "signatures need ssh-keygen of OpenSSH 8.2 or newer; install it"
_TOO_OLD = re.compile(rb"option -- '?Y|Unsupported operation for -Y")  # of OpenSSH 8.0 and 8.1
_NAMESPACE = "socialscore"  # a signature for another purpose is none for this one
_LARGEST = 1 << 16  # bytes of a signature; none comes near


def sign(content: bytes, key: Path) -> bytes:
    """The signature of a text, as `ssh-keygen -Y sign -n socialscore -f KEY` makes it.

    What ssh-keygen asks or complains about goes to the terminal.

    Args:
        content: what to sign.
        key: a private key, or a public one whose private one an agent holds.

    Raises:
        InputError: ssh-keygen cannot sign with that key.
        UsageError: there is no ssh-keygen.
    """
    done = _ssh_keygen(content, "sign", "-q", "-f", str(key.absolute()), stderr=None)
    if done.returncode:
        raise InputError(key, "ssh-keygen cannot sign with this key, and says why above")
    return done.stdout


def signer(content: bytes, signature: bytes, allowed: Path) -> str:
    """Who signed a text, by the name that a file of allowed signers gives to the key.

    Args:
        content: what was signed.
        signature: what `sign` made of it.
        allowed: of those whose signature counts, a line each; see ssh-keygen(1).

    Raises:
        InputError: it is no signature of this text, or nobody's who is allowed.
        UsageError: there is no ssh-keygen, or an old one.
    """
    path = temp_folder(None) / SIGNATURE
    path.write_bytes(signature[:_LARGEST])
    said = ["-s", str(path)]
    good = re.search(r" with (\S+ key \S+)", _said(content, "check-novalidate", *said))
    if good is None:
        raise InputError(SIGNATURE, f"is no signature of this manifest for {_NAMESPACE}")
    known = ["-f", str(allowed.absolute())]
    for name in _said(b"", "find-principals", *said, *known).splitlines():
        if _said(content, "verify", *said, *known, "-I", name):
            return name
    raise InputError(SIGNATURE, f"is by the {good[1]}, which {allowed} does not allow")


def _said(given: bytes, what: str, *options: str) -> str:
    """What ssh-keygen prints; nothing if it disagrees.

    Raises:
        UsageError: there is none, or one that is too old to have an opinion.
    """
    done = _ssh_keygen(given, what, *options, stderr=subprocess.PIPE)
    if done.returncode and _TOO_OLD.search(done.stderr):
        raise UsageError(_MISSING)
    return "" if done.returncode else done.stdout.decode(errors="replace")


def _ssh_keygen(
    given: bytes, what: str, *options: str, stderr: int | None
) -> subprocess.CompletedProcess[bytes]:
    words = ["ssh-keygen", "-Y", what, "-n", _NAMESPACE, *options]
    try:
        return subprocess.run(  # noqa: S603 - no shell, and no word begins as an option
            words, input=given, stdout=subprocess.PIPE, stderr=stderr, check=False
        )
    except FileNotFoundError:
        raise UsageError(_MISSING) from None
