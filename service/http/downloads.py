"""What a download says of itself: name, release, the URL that gives it again, licence, citation."""

import re
from urllib.parse import quote

from geodata.data import packaged
from geodata.features.collections import Collection
from geodata.formats.files import LONGEST, file_name, stem
from geodata.formats.registry import Format
from geodata.formats.rows import Provenance
from geodata.store.base import Store
from service.http.context import RequestContext

CITATION_MOST = 2000
"""Characters of a citation or a licence as a header."""
PACKAGED = f"Made with Natural Earth (public domain). {packaged.FACTS_ATTRIBUTION}"


def about_items(ask: RequestContext, collection: Collection) -> Provenance:
    """Provenance of the items asked, the release and the words named."""
    words = {**ask.query, "release": ask.release}
    return about_rows(
        ask.store, collection, ask.url_for(f"/collections/{collection.id}/items", words)
    )


def about_rows(store: Store, collection: Collection, query: str) -> Provenance:
    """Provenance of rows of a collection; query: the URL that gives them again."""
    licence, attribution = terms(store, collection)
    manifest = store.manifest
    return Provenance(
        name=f"lodeline-{collection.id}-{manifest.id}",
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
