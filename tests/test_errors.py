"""Errors: the names that they suggest, and to whom they speak."""

from __future__ import annotations

import pytest

from socialscore.errors import UnknownName, in_python, option

BODIES = {
    "caf-orvanie": "Caisse d'entraide d'Orvanie",
    "trains-orvanie": "Trains d'Orvanie",
    "tram-brevanche": "Tram de Brévanche",
    "tram-sorgueval": "Tramway de Sorgueval",
}


@pytest.mark.parametrize(
    ("typed", "known", "meant"),
    [
        ("tram", BODIES, ["tram-brevanche", "tram-sorgueval"]),
        ("TRAM brévanche", BODIES, ["tram-brevanche"]),
        ("tran-brevanche", BODIES, ["tram-brevanche"]),
        ("resp rate", ["response_rate", "n_requests"], ["response_rate"]),
        ("delay", ["p90_delay_of_all", "median_delay", "mean_delay", "trimmed_delay"],
         ["mean_delay", "median_delay", "trimmed_delay"]),
        ("Ecole", ["école-nord", "mairie"], ["école-nord"]),
        ("median_wiat", ["median_wait", "median_delay"], ["median_wait"]),
        ("w", ["week", "network"], []),
    ],
)  # fmt: skip
def test_names_that_contain_what_was_typed_come_before_those_that_resemble_it(
    typed: str, known: list[str], meant: list[str]
) -> None:
    said = str(UnknownName("name", typed, known))

    suggested = said.partition("did you mean ")[2]
    assert suggested.rstrip("?").replace(" or ", ", ").split(", ") == (
        [repr(name) for name in meant] or [""]
    )


def test_a_name_is_found_by_its_title_too() -> None:
    said = str(UnknownName("body", "entraide", BODIES, titles=BODIES))

    assert said == (
        "unknown body 'entraide'; did you mean 'caf-orvanie' (Caisse d'entraide d'Orvanie)?"
    )


def test_a_title_that_is_misspelt_leads_to_its_name() -> None:
    said = str(UnknownName("body", "Trams d'Orvanye", BODIES, titles=BODIES))

    assert said.endswith("did you mean 'trains-orvanie' (Trains d'Orvanie)?")


def test_an_option_is_written_as_in_a_command_or_as_in_python() -> None:
    with in_python():
        assert (option("as_of", "2026-11-20"), option("key_file")) == (
            "as_of='2026-11-20'",
            "key_file=…",
        )

    assert (option("as_of", "2026-11-20"), option("key_file")) == (
        "--as-of 2026-11-20",
        "--key-file",
    )
