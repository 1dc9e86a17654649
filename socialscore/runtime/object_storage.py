"""Objects in buckets: S3, and whatever speaks like it.

Where the bucket is and who we are is said by the usual variables: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, AWS_ALLOW_HTTP … They are read by the library
that reads the objects, which is the one that the table library has inside.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from socialscore.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fsspec import AbstractFileSystem

__all__ = ["BUCKETS", "file_system", "installed", "objects", "reason", "telling"]

BUCKETS = "s3://"
"""How the addresses of what is in a bucket begin."""

_RETRY: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}

_REFUSED = (
    "the credentials are refused; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to some that may "
    "read and write there"
)
_KNOWN = (  # a sign in what the library says, and what to say instead
    (
        "169.254.169.254|CredentialsNotLoaded|MissingCredential",
        "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    ("NoSuchBucket", "there is no such bucket; make it, or mend the address"),
    ("PermanentRedirect|BareRedirect", "the bucket is in another region; set AWS_REGION"),
    ("InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken", _REFUSED),
    ("AccessDenied|PermissionDenied|Unauthenticated|403 Forbidden|401 Unauth", _REFUSED),
    (
        "BadScheme|scheme is not allowed|not allowed",
        "AWS_ENDPOINT_URL is not https; set AWS_ALLOW_HTTP=true if that is meant",
    ),
    (
        "error sending request|connect|timed out|dns",
        "the endpoint cannot be reached; check AWS_ENDPOINT_URL and the network",
    ),
)


@contextmanager
def telling(address: str) -> Iterator[None]:
    """Around what asks for objects: tells what is wrong in our words, and no secret.

    Raises:
        StoreError: the bucket is missing, refuses us, or cannot be reached.
    """
    from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

    try:
        yield
    except (AlreadyExistsError, PreconditionError):
        raise  # which are answers
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise StoreError(f"{address}: {reason(str(error))}") from None
        raise
    except (BaseError, OSError) as error:
        raise StoreError(f"{address}: {reason(str(error))}") from None


def reason(said: str) -> str:
    """What is wrong, from what the library says, which may hold what is nobody's business."""
    for sign, problem in _KNOWN:
        if re.search(sign, said):
            return problem
    code = re.search(r"<Code>(\w+)</Code>", said)
    return f"the bucket does not answer as it should ({code[1] if code else 'no reason given'})"


def objects(address: str) -> Any:
    """What reads and writes the objects below an address.

    Raises:
        StoreError: the extra is not installed, or the address names no bucket.
    """
    with installed(address):
        from obstore.store import from_url
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/.*)?", address):
        raise StoreError(f"{address}: names no bucket; write s3://BUCKET/FOLDER")
    with telling(address):
        return from_url(address, retry_config=_RETRY)


@contextmanager
def installed(address: str) -> Iterator[None]:
    """Around the import of what reads buckets, which few need.

    Raises:
        StoreError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError:
        problem = "a store in a bucket needs more: pip install 'socialscore[s3]'"
        raise StoreError(f"{address}: {problem}") from None


@cache
def file_system() -> AbstractFileSystem:
    """What DuckDB reads and writes buckets through: its own extension would be a download."""
    with installed(BUCKETS):
        import obstore
        from obstore.fsspec import BufferedFile, FsspecStore

    class File(BufferedFile):
        """A file of which a reading brings all that was asked for, and not one buffer of it."""

        def read(self, length: int = -1) -> bytes:
            start = self.tell()
            rest = self.size - start
            length = rest if length < 0 else min(length, rest)
            if length <= 0:
                return b""
            bucket, path = self.fs._split_path(self.path)
            store = self.fs._construct_store(bucket)
            data = obstore.get_range(store, path, start=start, length=length).to_bytes()
            self.seek(start + length)
            return data

        def close(self) -> None:
            if hasattr(self, "_reader"):  # else there is no such object, and nothing was opened
                super().close()

    class Buckets(FsspecStore):
        """The buckets of S3."""

        def _open(self, path: str, mode: str = "rb", *args: Any, **options: Any) -> BufferedFile:
            return File(self, path) if mode == "rb" else super()._open(path, mode, *args, **options)

    return Buckets("s3", retry_config=_RETRY)
