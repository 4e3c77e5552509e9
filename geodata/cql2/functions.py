"""What does `/functions` list? The functions beyond the standard's own, after Part 3's schema."""

from geodata.cql2.operators import FUNCTIONS, Operator

_TYPES: dict[str, list[str]] = {
    "string": ["string"],
    "number": ["number"],
    "instant": ["datetime"],
    "date": ["datetime"],
    "geometry": ["geometry"],
}
"""Names of types in the functions schema of OGC API Features Part 3."""


def function_descriptions() -> list[dict[str, object]]:
    """Name, description, arguments and returned type of each function, in the table's order."""
    return [_description(row) for row in FUNCTIONS]


def _description(row: Operator) -> dict[str, object]:
    return {
        "name": row.name,
        "description": row.meaning,
        "arguments": [
            {"title": title, "type": _TYPES[takes]}
            for title, takes in zip(row.arguments, row.takes, strict=True)
        ],
        "returns": _TYPES[row.gives],
    }
