"""Releases on the command line: build, verify, publish, roll back, list, compare."""

from pathlib import Path
from typing import Annotated

import typer

from geodata.errors import NotFound
from geodata.features.user_layers import read_layers
from geodata.release.build import build as build_release
from geodata.release.diff import diff as diff_releases
from geodata.release.manifest import read_manifest
from geodata.release.publish import publish as publish_release
from geodata.release.publish import rollback as roll_back
from geodata.release.publish import verify as verify_release
from schemas import Manifest
from service.cli.output import Json, progress_bars, say, show_json, show_table, workspace

app = typer.Typer(help="Build, verify, publish and compare releases.", no_args_is_help=True)
Which = Annotated[str | None, typer.Argument(help="Release id; default the newest.")]


@app.command()
def build(
    as_json: Json = False,
    publish: Annotated[bool, typer.Option("--publish", help="Also verify and publish it.")] = False,
) -> None:
    """Build a release from the packaged data and all accepted batches."""
    place = workspace()
    with progress_bars() as report:
        manifest = build_release(place, report)
        if publish:
            publish_release(place, manifest.id, report)
    notices = _notices(place.release_path(manifest.id))
    if as_json:
        show_json({**manifest.model_dump(mode="json"), "notices": notices})
        return
    _show(manifest, "published" if publish else "built", as_json=False)
    for notice in notices:
        say(f"note: layer {notice['layer']}: {notice['notice']}")


@app.command()
def verify(release: Which = None, as_json: Json = False) -> None:
    """Check a release against its manifest and its invariants."""
    place = workspace()
    with progress_bars() as report:
        manifest = verify_release(place, release or _newest(), report)
    _show(manifest, "verified", as_json=as_json)


@app.command()
def publish(release: Which = None, as_json: Json = False) -> None:
    """Verify a release and make it the current one."""
    place = workspace()
    with progress_bars() as report:
        manifest = publish_release(place, release or _newest(), report)
    _show(manifest, "published", as_json=as_json)


@app.command()
def rollback(release: Which = None, as_json: Json = False) -> None:
    """Make the previous release, or the one named, the current one."""
    _show(roll_back(workspace(), release), "published", as_json=as_json)


@app.command("list")
def list_releases(as_json: Json = False) -> None:
    """List all releases, oldest first."""
    place = workspace()
    current = place.current_id()
    manifests = [read_manifest(place.releases / i) for i in place.release_ids()]
    if as_json:
        show_json([{**m.model_dump(mode="json"), "current": m.id == current} for m in manifests])
        return
    rows = [
        ["*" if m.id == current else "", m.id, m.created, ", ".join(m.control_sources),
         sum(t.bytes for t in m.tables)]
        for m in manifests
    ]  # fmt: skip
    show_table("releases", ["", "id", "created", "control sources", "bytes"], rows)


@app.command()
def diff(
    earlier: Annotated[str, typer.Argument(help="The earlier release.")],
    later: Annotated[str, typer.Argument(help="The later release.")],
    as_json: Json = False,
) -> None:
    """Show rows added, removed and changed between two releases."""
    tables = [table.as_json() for table in diff_releases(workspace(), earlier, later)]
    if as_json:
        show_json({"from": earlier, "to": later, "tables": tables})
        return
    rows = [[t["table"], t["added"], t["removed"], t["changed"]] for t in tables]
    show_table(f"{earlier} to {later}", ["table", "added", "removed", "changed"], rows)


def _notices(folder: Path) -> list[dict[str, str]]:
    """What the tiles of the release's layers leave out or rename."""
    layers = read_layers(folder)
    return [{"layer": each.id, "notice": text} for each in layers for text in each.notices]


def _newest() -> str:
    ids = workspace().release_ids()
    if not ids:
        raise NotFound("there is no release yet; run: lodeline release build")
    return ids[-1]


def _show(manifest: Manifest, what: str, *, as_json: bool) -> None:
    if as_json:
        show_json(manifest.model_dump(mode="json"))
    else:
        sources = ", ".join(manifest.control_sources)
        say(f"{what} {manifest.id}, created {manifest.created}, control sources: {sources}")
