"""The layout of the public sample "Customer Support on Twitter": seven columns, one row per post.

    tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id

Companies write under their handles, citizens under numbers, which stand in texts as their handles.
`response_tweet_id` only announces replies, many of which are not in the file; it is not used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.importers.csv_file import read_csv
from socialscore.importers.staged import StagedRows

if TYPE_CHECKING:
    from socialscore.importers.source import Source

__all__ = ["claims", "read"]

COLUMNS = (
    "tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id",
    "in_response_to_tweet_id",
)  # fmt: skip

_NAMES = {"message_id": "tweet_id", "reply_to_id": "in_response_to_tweet_id"}

_SELECT = r"""
SELECT
    line,
    n_lines,
    CASE
        WHEN refusal IS NOT NULL THEN refusal
        WHEN author_id = '' THEN 'author_id is empty'
        WHEN LOWER(inbound) NOT IN ('true', 'false') THEN 'inbound is neither True nor False'
        WHEN sent_at IS NULL THEN 'created_at is not a date'
    END AS refusal,
    CASE
        WHEN
            CONTAINS(text, '�') OR CONTAINS(text, 'â€') OR CONTAINS(text, 'ðŸ')
            OR (CONTAINS(text, 'Ã') AND regexp_matches(text, 'Ã[^\x00-\x7F]'))
            THEN 'text has broken characters'
        WHEN CONTAINS(response_tweet_id, '#') THEN 'response_tweet_id is cut off'
    END AS damage,
    'twitter' AS network,
    tweet_id AS message_id,
    author_id,
    CASE WHEN official THEN author_id END AS author_handle,
    sent_at,
    CASE
        WHEN starts_with(text, 'RT @') THEN 'repost'
        WHEN in_response_to_tweet_id <> '' THEN 'reply'
        WHEN NOT official THEN 'mention'
        ELSE 'post'
    END AS kind,
    text,
    NULLIF(in_response_to_tweet_id, '') AS reply_to_id,
    CASE WHEN NOT official THEN regexp_extract_all(text, '@(\w+)', 1) END
        AS mentioned_handles,
    CASE WHEN official THEN regexp_extract_all(text, '@(\w+)', 1) END AS mentioned_ids,
    official
FROM (
    SELECT
        *,
        LOWER(inbound) = 'false' AS official,
        TRY_STRPTIME(created_at, '%a %b %d %H:%M:%S +0000 %Y') AS sent_at
    FROM piece
)
"""


def claims(head: bytes) -> bool:
    """Whether a file that begins so has this layout."""
    text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return set(COLUMNS[:5]) <= {name.strip('" ') for name in re.split(r"[,;\t|]", header)}


def read(source: Source, encoding: str = "utf-8") -> StagedRows:
    """The rows of a file in this layout.

    Raises:
        InputError: the header is another one.
    """
    file = read_csv(source, encoding=encoding)
    missing = [column for column in COLUMNS if column not in file.columns]
    if missing:
        raise InputError(f"{source.path}:1", f"is not care-csv: it has no column {missing[0]}")
    return StagedRows(file.tables(COLUMNS), _SELECT, _NAMES)
