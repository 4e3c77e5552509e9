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
    collection: Annotated[str, typer.Argument(help="Collection id.")],
    file: Annotated[Path, typer.Argument(help="File to write; its extension sets the format.")],
    form: Annotated[
        str | None, typer.Option("--format", help="Format, if not by extension.")
    ] = None,
    datetime: Annotated[
        str | None, typer.Option(help="A date, or start/end (both included).")
    ] = None,
    condition: Annotated[str | None, typer.Option("--filter", help="CQL2 filter.")] = None,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north")] = None,
    source: Annotated[str | None, typer.Option(help="Control source id.")] = None,
    release: Annotated[str | None, typer.Option(help="Release id; default current.")] = None,
    as_json: Json = False,
) -> None:
    """Export all matching features to a file; it appears only once complete."""
    kind = _format(form, file)
    store = opened(release)
    options = {"datetime": datetime, "filter": condition, "bbox": bbox, "source": source}
    params = {name: text for name, text in options.items() if text is not None}
    exported = store.collection(collection)
    page = store.select(replace(items_query(params, exported), limit=10**9))
    query = urlencode({**params, "f": kind.name, "release": store.manifest.id}, quote_via=quote)
    about = about_rows(store, exported, f"/collections/{collection}/items?{query}")
    with new_file(file) as scratch, scratch.open("wb") as stream:
        for chunk in kind.write(page.rows.read(), about):
            stream.write(chunk)
    if as_json:
        show_json({"file": str(file), "rows": page.matched, "release": store.manifest.id})
    else:
        say(f"exported {page.matched} rows of {collection} to {file}, release {store.manifest.id}")


def _format(name: str | None, file: Path) -> Format:
    """The format named, else that of the file's ending. Raises InvalidInput."""
    endings = {f".{kind.extension}": kind.name for kind in FORMATS.values()}
    by_ending = next((n for end, n in endings.items() if file.name.endswith(end)), None)
    chosen = FORMATS.get(name or by_ending or "")
    if chosen is None:
        problem = f"format {name!r} is not known" if name else f"{file.name!r} names no format"
        raise InvalidInput(f"{problem}; give --format, one of {', '.join(FORMATS)}")
    return chosen
