"""What a download says of itself: name, release, the URL that gives it again, licence, citation."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from starlette.responses import Response

from geodata.data import packaged
from geodata.features.collections import Collection
from geodata.formats.files import LONGEST, file_name, stem
from geodata.formats.registry import Format
from geodata.formats.rows import Provenance
from geodata.store.base import Store
from service.http.context import RequestContext
from service.params.core import digest

NOT_IN_NAMES = {"f", "release", "cursor", "limit", "properties", "sortby", "skipGeometry", "crs",
                "filter-lang", "filter-crs", "bbox-crs", "lang"}  # fmt: skip
"""Parameters that do not choose rows, or are told otherwise."""
SELECTION_MOST = 36
"""Characters of a file's name that say what was selected."""
CSV_FORMS = ("csv", "csv-bom")
"""Values of `f` that give CSV; the second with a byte-order mark, as Excel wants."""
CITATION_MOST = 2000
"""Characters of a citation or a licence as a header."""
PACKAGED = f"Made with Natural Earth (public domain). {packaged.FACTS_ATTRIBUTION}"


def about_items(ask: RequestContext, collection: Collection) -> Provenance:
    """Provenance of the items asked, the release and the words named."""
    words = {**ask.query, "release": ask.release}
    url = ask.url_for(f"/collections/{collection.id}/items", words)
    return about_rows(ask.store, collection, url, selection_name(ask.query))


def selection_name(words: Mapping[str, str]) -> str:
    """What tells a file from others of its collection: the days, then what was selected.

    A selection too long for a name has the start of its hash in place of what does not fit.
    No parameter that only shapes the file, as `f`, is in it.
    """
    chosen = {name: text for name, text in words.items() if name not in NOT_IN_NAMES}
    days = re.sub(r"[^0-9T-]+", "_", chosen.pop("datetime", "")).strip("_")
    texts = [_slug(text if name == "filter" else f"{name} {text}") for name, text in chosen.items()]
    selected = "-".join(text for text in texts if text)
    if len(selected) > SELECTION_MOST:
        fitting = selected[:SELECTION_MOST].rpartition("-")[0]
        selected = f"{fitting}-{digest(chosen)[:6]}".lstrip("-")
    return "-".join(part for part in (days, selected) if part)


def _slug(text: str) -> str:
    """Letters and digits of any script, in words; comparisons of CQL2 are not told apart."""
    return "-".join(re.findall(r"[^\W_]+", text.lower()))


def about_rows(store: Store, collection: Collection, query: str, selected: str = "") -> Provenance:
    """Provenance of rows of a collection.

    query: the URL that gives them again. selected: which rows of it they are, for the file's name.
    """
    licence, attribution = terms(store, collection)
    manifest = store.manifest
    return Provenance(
        name="-".join(filter(None, ("lodeline", collection.id, selected, manifest.id))),
        title=collection.title,
        release=manifest.id,
        query=query,
        licence=licence,
        attribution=attribution,
        citation=(
            f"Lodeline ({manifest.created[:4]}). {collection.title}. Release {manifest.id} of "
            f"{manifest.created}. {query}"
        ),
        generated=manifest.created,
        layer=collection.id,
    )


def terms(store: Store, collection: Collection) -> tuple[str, str]:
    """Licence and attribution of what is in the rows."""
    if collection.layer is not None:
        return collection.layer.licence, collection.layer.attribution
    if not collection.by_source:
        return packaged.FACTS_LICENCE, PACKAGED
    held = [store.sources.by_id[source] for source in store.sources.ordered]
    licences = [f"facts: {packaged.FACTS_LICENCE}", *(f"{s.id}: {s.licence}" for s in held)]
    return "; ".join(licences), "; ".join([PACKAGED, *(source.attribution for source in held)])


def csv_answer(
    ask: RequestContext, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> Response:
    """A table as CSV (RFC 4180): a line of names, then the rows, which have no other names."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    body = text.getvalue().encode("utf-8-sig" if ask.format == "csv-bom" else "utf-8")
    return Response(body, media_type="text/csv; charset=utf-8")


def download_name(name: str) -> dict[str, str]:
    """The header that names a file of ours; name: plain ASCII."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def download_headers(about: Provenance, kind: Format) -> dict[str, str]:
    """Headers that name the file and where it came from.

    A citation whose URL is too long for a header is told without it; the file has it in full.
    """
    citation = about.citation.encode("ascii", "replace").decode()
    if len(citation) > CITATION_MOST:
        citation = citation.removesuffix(about.query)[:CITATION_MOST].rstrip()
    return {
        "Content-Disposition": content_disposition(about, kind.extension),
        "Lodeline-Citation": citation,
        "Lodeline-Licence": _on_one_line(about.licence)[:CITATION_MOST],
    }


def _on_one_line(text: str) -> str:
    """The text as a header holds it: ASCII, and no control that could end the header.

    Licences of layers are what an operator wrote.
    """
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.encode("ascii", "replace").decode().split())


def content_disposition(about: Provenance, extension: str) -> str:
    """The header's value (RFC 6266): an ASCII `filename`, and `filename*` where the name is not.

    No character of the name can end the header, the quotes or leave the folder.
    """
    plain = file_name(about, extension)
    wide = _wide_stem(about.name)
    if wide == stem(about.name):
        return f'attachment; filename="{plain}"'
    spelled = quote(f"{wide}.{extension}", safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{spelled}"


def _wide_stem(name: str) -> str:
    """The name in any script, without separators, controls, and dots at its ends."""
    kept = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name)
    return re.sub(r"\.{2,}", "-", kept)[:LONGEST].strip("-._ ") or stem(name)
