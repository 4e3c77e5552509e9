"""How do the records become JSON Schemas: one file per record, the same bytes every time.

For maintainers: `python -m tools.json_schemas` writes `schemas/json`.
"""

import json
import re
import sys
from pathlib import Path

import schemas
from schemas.record import Record

FOLDER = Path(schemas.__file__).parent / "json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def write_json_schemas(folder: Path) -> tuple[Path, ...]:
    """Write the JSON Schema of every record of `schemas.__all__`, e.g. `admin_area.json`.

    The folder is made where it is missing; other files in it are left alone.
    Returns the files written, in the order of `schemas.__all__`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write_schema(folder, getattr(schemas, name)) for name in schemas.__all__)


def json_schema_text(record: type[Record]) -> str:
    """The record's JSON Schema (draft 2020-12): keys sorted, two spaces, a newline at the end."""
    schema = {"$schema": DIALECT, **record.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def json_schema_name(record: type[Record]) -> str:
    """The file's name: `AdminArea` becomes `admin_area.json`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", record.__name__).lower() + ".json"


def _write_schema(folder: Path, record: type[Record]) -> Path:
    path = folder / json_schema_name(record)
    path.write_text(json_schema_text(record), encoding="utf-8", newline="\n")
    return path


if __name__ == "__main__":
    for written in write_json_schemas(FOLDER):
        sys.stdout.write(f"{written}\n")
