"""The map page: `/map`."""

from starlette.responses import Response

from service.http.context import Ask
from service.pages.map import map_page

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; script-src 'self'; "
    "connect-src 'self'; worker-src blob:; child-src blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""As for every page, and what MapLibre needs: workers and pictures it makes itself."""


def map_(ask: Ask) -> Response:
    """The page; it reads the rest itself."""
    return ask.html(map_page(ask))


def map_headers(_: Ask) -> dict[str, str]:
    """The page's own policy."""
    return {"Content-Security-Policy": CSP}
