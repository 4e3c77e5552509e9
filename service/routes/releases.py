"""Releases: which there are, what is in one, how two differ, their files; alive and ready."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from geodata.errors import InvalidInput, NotFound
from geodata.release.diff import diff
from geodata.release.manifest import read_manifest
from schemas import Manifest
from service.http.context import JSON, Context, Releases, RequestContext, link, open_releases
from service.http.files import PARTS, RANGES, RangedFile, content_hash, file_headers
from service.http.offer import FOLLOWS_TODAY, CachePolicy, answers
from service.http.routing import provided, release_router
from service.ogc import answers as models
from service.params.core import ReleaseQuery
from service.releases import OpenReleases

MEDIA_TYPES = {".parquet": "application/vnd.apache.parquet", ".json": JSON}


router = release_router("releases")


class DiffQuery(ReleaseQuery):
    """Two releases."""

    from_: str = Field(alias="from", description="The earlier release.")
    to: str = Field(description="The later release.")

    @model_validator(mode="before")
    @classmethod
    def both_are_named(cls, words: Any) -> Any:  # noqa: ANN401 - what a model is made of
        """The words themselves. Raises InvalidInput where a release is missing."""
        for name in ("from", "to"):
            if name not in words:
                raise InvalidInput(f"{name} is missing; give two releases", parameter=name)
        return words


def known(catalog: OpenReleases) -> tuple[object, ...]:
    """The releases there are and the one published: what the list of releases depends on."""
    return catalog.workspace.current_id(), *catalog.workspace.release_ids()


@router.get("/releases", name="releases", summary="Releases")
@answers("json", "html", cache=CachePolicy(days=FOLLOWS_TODAY, state=known), model=models.Releases)
def releases(ask: Context, served: Releases) -> Response:
    """All releases, newest first."""
    workspace = served.workspace
    ids = reversed(workspace.release_ids())
    current = workspace.current_id()
    entries = [_entry(ask, read_manifest(workspace.releases / i), current) for i in ids]
    return ask.answer({"current": current, "releases": entries})


@router.get("/releases/diff", name="diff", summary="What differs between two releases")
@answers("json", "html", model=models.ReleaseDiff)
def release_diff(ask: Context, served: Releases, query: Annotated[DiffQuery, Query()]) -> Response:
    """Rows that came, went and changed between two releases."""
    tables = diff(served.workspace, query.from_, query.to)
    changes = [table.as_json() for table in tables]
    return ask.answer({"from": query.from_, "to": query.to, "tables": changes})


@router.get("/releases/{release}", name="release", summary="Manifest of a release")
@answers("json", "html", model=models.ReleaseAnswer)
def release(ask: Context) -> Response:
    """The manifest of one release, with links to its files."""
    manifest = _manifest(ask)
    files = [
        {**table.model_dump(), "href": ask.url_for(f"/releases/{manifest.id}/files/{table.name}")}
        for table in manifest.tables
    ]
    return ask.answer({**manifest.model_dump(mode="json"), "tables": files})


def file_of_release_hash(ask: RequestContext) -> str:
    """The hash of the file's bytes."""
    return content_hash(_manifest(ask), ask.once(_file))


def file_of_release_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of one file of a release."""
    return file_headers(ask.once(_file))


@router.get(
    "/releases/{release}/files/{name}",
    name="file",
    summary="A file of a release",
    responses={**PARTS, **RANGES},
)
@answers(
    media={"json": "*/*"},  # each file has its own type
    headers=file_of_release_headers,
    cache=CachePolicy(content=file_of_release_hash),
)
def release_file(ask: Context) -> Response:
    """One file of a release, byte by byte as its manifest says."""
    path = ask.once(_file)
    return RangedFile(path, media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"))


def _file(ask: RequestContext) -> Path:
    """Where the file is. Raises NotFound for one the manifest does not name."""
    manifest, name = _manifest(ask), ask.path_params["name"]
    names = [table.name for table in manifest.tables]
    if name not in names:
        raise NotFound(f"release {manifest.id} has no such file; it has {', '.join(names)}")
    return ask.catalog.workspace.release_path(manifest.id) / name


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


async def readyz(request: Request) -> Response:
    """Ready: a release is open; 503 where none is."""
    manifest = (await run_in_threadpool(provided(request, open_releases).store)).manifest
    body = {"status": "ready", "release": manifest.id, "created": manifest.created}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
