"""Reads each text once, when it arrives, and leaves only judgements behind.

Scoring never touches a text, so texts can be erased early. The principles:

- Rules are content: a person who knows the language, and no Python, can add or mend one.
- Every judgement names its rule, so anyone can check it and `socialscore explain` can show it.
- Selections are nested: question-mark within question within request.
- Doubt falls on nobody's back: words that only sometimes ask select nothing where they do not
  stand as a question does, and a reply that tells anything is an answer.
"""

from __future__ import annotations

from socialscore.language.rulebook import Rule, rules

__all__ = ["Rule", "rules"]
