"""Does an answer have the shape that an OpenAPI description gives it? As much as X's needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["answer_schema", "faults_of"]

Json = dict[str, Any]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "object": dict, "array": list, "boolean": bool, "integer": int,
    "number": (int, float),
}  # fmt: skip


def answer_schema(description: Json, path: str) -> Json:
    """The schema of a good answer to a GET of a path as the description writes it."""
    answers = description["paths"][path]["get"]["responses"]
    found: Json = answers["200"]["content"]["application/json"]["schema"]
    return found


def faults_of(value: Any, schema: Mapping[str, Any], description: Json, at: str = "$") -> list[str]:
    """Where a value is not as described; properties that the description does not know are wrong.

    The keywords are those that X uses in answers: $ref, oneOf, type, enum, nullable, required,
    properties and items.
    """
    return list(_faults(value, schema, description, at))


def _faults(value: Any, schema: Mapping[str, Any], description: Json, at: str) -> Iterator[str]:
    schema = _resolved(schema, description)
    if value is None and schema.get("nullable"):
        return
    if "oneOf" in schema:
        choices = [list(_faults(value, each, description, at)) for each in schema["oneOf"]]
        if all(choices):
            yield min(choices, key=len)[0]
        return
    expected = _TYPES.get(schema.get("type", ""), object)
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        yield f"{at} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is {value!r}, none of {schema['enum']}"
    if isinstance(value, dict) and "properties" in schema:
        yield from (
            f"{at} lacks {name}" for name in schema.get("required", ()) if name not in value
        )
        for name, each in value.items():
            if name not in schema["properties"]:
                yield f"{at} has an unknown {name}"
            else:
                yield from _faults(each, schema["properties"][name], description, f"{at}.{name}")
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from _faults(each, schema.get("items", {}), description, f"{at}[{place}]")


def _resolved(schema: Mapping[str, Any], description: Json) -> Mapping[str, Any]:
    """What a reference leads to."""
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
