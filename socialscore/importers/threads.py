"""What the replies in a file tell of its messages: parents, threads, and whom a wall addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from socialscore.model.messages import UNKNOWN_AUTHOR

if TYPE_CHECKING:
    import duckdb

__all__ = ["address_walls", "find_parents", "find_threads"]

_STEPS = 32  # each doubles how far a message can be from the first of its thread


def find_parents(connection: duckdb.DuckDBPyConnection) -> None:
    """Let replies that name a row of the file answer the message in it.

    Where that row is no message, they are the first ones. Where the file does not have it, their
    parent is lost.
    """
    asked = "SELECT COUNT(reply_to_row_key) > 0 FROM staged"
    if connection.sql(asked).fetchall() == [(True,)]:
        connection.execute(_sql("parents"))


def find_threads(connection: duckdb.DuckDBPyConnection) -> None:
    """Where no message of the file names its thread, follow the replies up to the first message.

    What answers a message that the file does not have belongs to the thread that this one begins.
    """
    [(has_threads, has_replies)] = connection.sql(
        "SELECT COUNT(conversation_id) > 0, COUNT(reply_to_id) > 0 FROM staged"
    ).fetchall()
    if has_threads or not has_replies:
        return
    connection.execute(
        """
        CREATE TEMP TABLE thread AS
        SELECT network, message_id, COALESCE(reply_to_id, message_id) AS first_id
        FROM staged
        WHERE refusal IS NULL AND copy_of IS NULL
        """
    )
    for _ in range(_STEPS):  # replies in a circle would go on for ever
        [(n_changed,)] = connection.execute(
            """
            UPDATE thread
            SET first_id = above.first_id
            FROM thread AS above
            WHERE
                thread.network = above.network
                AND thread.first_id = above.message_id
                AND thread.first_id <> above.first_id
            """
        ).fetchall()
        if not n_changed:
            break
    connection.execute(
        """
        UPDATE staged
        SET conversation_id = thread.first_id
        FROM thread
        WHERE
            staged.network = thread.network
            AND staged.message_id = thread.message_id
            AND refusal IS NULL
            AND copy_of IS NULL
        """
    )
    connection.execute("DROP TABLE thread")


def address_walls(connection: duckdb.DuckDBPyConnection) -> None:
    """Find out on whose wall messages stand, what they are there, and whether the page is meant.

    A comment stands where the post above it does. It is meant for the page if its author seems to
    answer themself, or if one of the two authors is unknown: citizens also talk to each other.
    """
    [(has_walls,)] = connection.sql("SELECT COUNT(wall) > 0 FROM staged").fetchall()
    if not has_walls:
        return
    connection.execute(_sql("walls"), {"unknown": UNKNOWN_AUTHOR})


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
