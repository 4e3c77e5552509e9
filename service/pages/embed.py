"""The map as other sites frame it: a title, the map, the slider, whose data, and the way back."""

from urllib.parse import quote, urlencode

from service.http.context import RequestContext
from service.http.files import version
from service.pages.map import about, data_block
from service.pages.picture.scene import scene_of
from service.pages.rendering import page
from service.pages.share import picture_path, state_words
from service.params.map_state import MapState


def embed_page(ask: RequestContext, state: MapState) -> str:
    """The page. What it says is there before its scripts, and its picture without them."""
    scene = scene_of(ask.store, state.in_language(ask.language))
    words = state_words(ask)
    return page(
        ask,
        "embed.html",
        title=scene.title,
        scene=scene,
        theme=state.theme,
        picture=picture_path(ask, {**words, "lang": ask.language}),
        whole=_map_path(ask, words),
        engine={name: version(name) or "0" for name in ("maplibre-gl.js", "maplibre-gl.css")},
        data=data_block(about(ask)),
    )


def _map_path(ask: RequestContext, words: dict[str, str]) -> str:
    """The whole map at the same state, in the release that was asked, if any."""
    release = ask.query.get("release")
    pinned = f"?release={quote(release)}" if release else ""
    state = urlencode(words, quote_via=quote, safe=",/")
    return f"/map{pinned}{f'#{state}' if state else ''}"
