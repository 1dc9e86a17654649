"""What each citizen of the demo had in mind, told by what made the demo up."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"
GENUINE = {"question", "report", "ask", "english", "followup", "nudge"}
"""Intentions that want something of the body; others praise, thank, insult, or talk to others."""


def intentions() -> dict[tuple[str, str], str]:
    """By network and message_id, of all messages of the demo."""
    return {key: intention for key, (intention, _) in _played().items()}


def themes() -> dict[tuple[str, str], str]:
    """The theme of each message of the demo that has one, by network and message_id."""
    return {key: theme for key, (_, theme) in _played().items() if theme}


@cache
def _played() -> dict[tuple[str, str], tuple[str, str]]:
    """The intention and the theme, if any, of all messages of the demo."""
    spec = importlib.util.spec_from_file_location("generate_demo", DEMO / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = generate
    spec.loader.exec_module(generate)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    write = generate.write

    def noted(scene: Any, intention: str, *others: Any) -> Any:
        message = write(scene, intention, *others)
        of_theme = intention in generate.PRESSING and scene.topic == scene.stage.body.category
        theme = scene.facts.get("theme", "") if of_theme else ""
        found[message.account.network, message.message_id] = intention, theme
        return message

    generate.write = noted
    world, texts = (
        tomllib.loads((DEMO / f"{name}.toml").read_text("utf-8")) for name in ("bodies", "texts")
    )
    for stage in generate.stages(world, texts, 2026):
        list(generate.eight_weeks(stage))
    return found
