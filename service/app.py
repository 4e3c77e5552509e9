"""How is the application put together: settings in, routes out."""

import logging
import threading
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route

from geodata import __version__
from geodata.errors import LodelineError
from geodata.language import gettext_noop as N_
from geodata.rasters.listing import warm
from service.http.errors import on_bug, on_http_error, on_invalid_parameters, on_lodeline_error
from service.http.files import Assets, packaged_asset
from service.http.middleware import Compression, SecurityHeaders
from service.http.negotiation import cache_control
from service.http.proxy import Proxied, needed
from service.http.response_cache import ResponseCache, TileCache
from service.ogc.openapi import openapi
from service.pages import VIEWS, problem_page
from service.releases import OpenReleases
from service.routes import ROUTES
from service.routes.releases import livez, readyz
from service.settings import Settings, settings_of_environment

STATIC = Path(__file__).parent / "static"
WARM_AFTER_S = 1.0


def create_app(settings: Settings) -> TileCache | Proxied:
    """The ASGI application over one workspace; serves 503 until a release is published."""
    releases = OpenReleases(settings)
    app = _application(settings, releases)
    front = TileCache(app, releases, settings.cache_bytes("tiles"))
    if not needed(settings):
        return front
    paths = [route.path for route in app.routes if isinstance(route, Route | Mount)]
    return Proxied(front, settings, frozenset(path.split("/")[1] for path in paths))


def _application(settings: Settings, releases: OpenReleases) -> FastAPI:
    app = FastAPI(
        title="Lodeline",
        description=N_("Which mineral reserves lie in which territory on which day."),
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.openapi = partial(openapi, app)  # type: ignore[method-assign]
    app.state.open_releases = releases
    app.state.settings_in_use = settings
    app.state.bodies = ResponseCache(settings.cache_bytes("answers"))
    app.state.views = VIEWS
    app.state.problem_page = problem_page
    _add_routes(app)
    app.mount("/static", Assets(STATIC, _asset_headers(settings)), name="static")
    app.add_exception_handler(LodelineError, on_lodeline_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid_parameters)
    app.add_exception_handler(Exception, on_bug)
    app.add_middleware(Compression)
    app.add_middleware(SecurityHeaders)
    return app


def _add_routes(app: FastAPI) -> None:
    """The routes over a release, those asked most first, and those that need none."""
    for route in sorted(ROUTES, key=lambda route: not route.offer.cache.hot):
        app.router.routes.append(route.bound_to(app))
    app.add_route("/livez", livez, ["GET"], "livez")
    app.add_route("/readyz", readyz, ["GET"], "readyz")
    for folder in ("maplibre", "swagger-ui"):
        app.add_route(f"/static/{folder}/{{name}}", packaged_asset, ["GET"], folder)


def _asset_headers(settings: Settings) -> dict[str, str]:
    """What goes with scripts and styles: they may be kept as long as the pages that name them."""
    lasting = cache_control(pinned=False, max_age_s=settings.max_age_s)
    return {"Cache-Control": lasting, "Vary": "Accept-Encoding"}


def from_environment() -> TileCache | Proxied:
    """The application with settings from the environment, for the server's workers."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    later = threading.Timer(WARM_AFTER_S, warm)  # it takes a second, which no first answer waits
    later.daemon = True
    later.start()
    return create_app(settings_of_environment())
