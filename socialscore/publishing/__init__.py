"""Publishing: rankings as folders that nobody changes any more, and anybody can check.

    published/
      demo-weekly/           a series: what one ranking file was published as
        2026-W45/            a publication: the first revision
        2026-W45.r2/         the next one, since the week was provisional before
        2026-W46/

What is in a publication follows from the store, the panel, the ranking and two instants: `as_of`,
at which the data are taken to end, and `seen_until`, up to which the store had learnt of them. No
clock is read, so that the same six things give the same bytes anywhere, at any time.
"""
