"""Releases: which there are, what is in one, how two differ, their files; alive and ready."""

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from geodata.errors import InvalidInput, NotFound
from geodata.release.diff import diff
from geodata.release.manifest import read_manifest
from schemas import Manifest
from service.http.context import RequestContext
from service.http.files import RangedFile, file_headers
from service.http.links import JSON, link
from service.params.core import Param
from service.releases import OpenReleases

BETWEEN = (
    Param("from", {"type": "string"}, "The earlier release.", required=True),
    Param("to", {"type": "string"}, "The later release.", required=True),
)
MEDIA_TYPES = {".parquet": "application/vnd.apache.parquet", ".json": JSON}


def known(catalog: OpenReleases) -> tuple[object, ...]:
    """The releases there are and the one published: what the list of releases depends on."""
    return catalog.workspace.current_id(), *catalog.workspace.release_ids()


def releases(ask: RequestContext) -> Response:
    """All releases, newest first."""
    workspace = ask.catalog.workspace
    ids = reversed(workspace.release_ids())
    current = workspace.current_id()
    entries = [_entry(ask, read_manifest(workspace.releases / i), current) for i in ids]
    return ask.answer({"current": current, "releases": entries})


def release(ask: RequestContext) -> Response:
    """The manifest of one release, with links to its files."""
    manifest = _manifest(ask)
    files = [
        {**table.model_dump(), "href": ask.url_for(f"/releases/{manifest.id}/files/{table.name}")}
        for table in manifest.tables
    ]
    return ask.answer({**manifest.model_dump(mode="json"), "tables": files})


def release_file(ask: RequestContext) -> Response:
    """One file of a release, byte by byte as its manifest says."""
    path = ask.once(_file)
    return RangedFile(path, media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"))


def file_of_release_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of one file of a release."""
    return file_headers(ask.once(_file))


def _file(ask: RequestContext) -> Path:
    """Where the file is. Raises NotFound for one the manifest does not name."""
    manifest, name = _manifest(ask), ask.path_params["name"]
    names = [table.name for table in manifest.tables]
    if name not in names:
        raise NotFound(f"release {manifest.id} has no such file; it has {', '.join(names)}")
    return ask.catalog.workspace.release_path(manifest.id) / name


def release_diff(ask: RequestContext) -> Response:
    """Rows that came, went and changed between two releases."""
    for name in ("from", "to"):
        if name not in ask.query:
            raise InvalidInput(f"{name} is missing; give two releases", parameter=name)
    earlier, later = ask.query["from"], ask.query["to"]
    tables = diff(ask.catalog.workspace, earlier, later)
    return ask.answer({"from": earlier, "to": later, "tables": [t.as_json() for t in tables]})


def _manifest(ask: RequestContext) -> Manifest:
    return read_manifest(ask.catalog.workspace.release_path(ask.path_params["release"]))


def _entry(ask: RequestContext, manifest: Manifest, current: str | None) -> dict[str, object]:
    return {
        "id": manifest.id,
        "created": manifest.created,
        "current": manifest.id == current,
        "control_sources": list(manifest.control_sources),
        "batches": [batch.id for batch in manifest.batches],
        "content_sha256": manifest.content_sha256,
        "links": [link(ask.url_for(f"/releases/{manifest.id}"), "item", JSON, "Its manifest")],
    }


async def livez(_request: Request) -> Response:
    """Alive: the process answers."""
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


class Readyz:
    """Ready: a release is open; 503 where none is."""

    def __init__(self, catalog: OpenReleases) -> None:
        self._catalog = catalog

    async def __call__(self, _request: Request) -> Response:
        """The release being served."""
        manifest = (await run_in_threadpool(self._catalog.store)).manifest
        body = {"status": "ready", "release": manifest.id, "created": manifest.created}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})
