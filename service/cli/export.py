"""Write a collection, or the part of it a filter selects, into a file."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from geodata.errors import InvalidInput
from geodata.formats.registry import FORMATS, Format
from geodata.workspace import new_file
from service.cli.ask import opened
from service.cli.output import Json, say, show_json
from service.http.downloads import about_rows
from service.params.items import items_query


def export(
    collection: Annotated[str, typer.Argument(help="Collection by id.")],
    file: Annotated[Path, typer.Argument(help="File to write; its ending names the format.")],
    form: Annotated[
        str | None, typer.Option("--format", help="Format, where not by ending.")
    ] = None,
    datetime: Annotated[str | None, typer.Option(help="A day, or start/end.")] = None,
    condition: Annotated[str | None, typer.Option("--filter", help="A condition, CQL2.")] = None,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north")] = None,
    source: Annotated[str | None, typer.Option(help="Control source by id.")] = None,
    release: Annotated[str | None, typer.Option(help="Release to ask.")] = None,
    as_json: Json = False,
) -> None:
    """Write everything that matches into a file; the file appears when it is whole."""
    kind = _format(form, file)
    store = opened(release)
    given = {"datetime": datetime, "filter": condition, "bbox": bbox, "source": source}
    words = {name: text for name, text in given.items() if text is not None}
    found = store.collection(collection)
    page = store.select(replace(items_query(words, found), limit=10**9))
    asked = urlencode({**words, "f": kind.name, "release": store.manifest.id}, quote_via=quote)
    about = about_rows(store, found, f"/collections/{collection}/items?{asked}")
    with new_file(file) as scratch, scratch.open("wb") as stream:
        for chunk in kind.write(page.rows.read(), about):
            stream.write(chunk)
    if as_json:
        show_json({"file": str(file), "rows": page.matched, "release": store.manifest.id})
    else:
        say(f"{page.matched} rows of {collection} in {file}, release {store.manifest.id}")


def _format(name: str | None, file: Path) -> Format:
    """The format named, else that of the file's ending. Raises InvalidInput."""
    endings = {f".{kind.extension}": kind.name for kind in FORMATS.values()}
    by_ending = next((n for end, n in endings.items() if file.name.endswith(end)), None)
    found = FORMATS.get(name or by_ending or "")
    if found is None:
        raise InvalidInput(
            f"{name or file.name!r} is no format; give --format, one of {', '.join(FORMATS)}"
        )
    return found
