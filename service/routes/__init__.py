"""Every path of the service on one screen; each resource has its file and its router.

landing      /  /conformance  /functions  /map
             /api  /openapi.json  /api.html  /docs
collections  /collections  /collections/{collection}
             /collections/{collection}/queryables  …/sortables  …/schema
items        /collections/{collection}/items
             /collections/{collection}/items/{item}  …/{item}/versions
reserves     /reserves  /reserves/series  /articles/{day}
             /territories  /territories/{territory}
claims       /claims
control      /control/at  /control/series  /deposits/{deposit}/timeline  /changes  /changes.atom
styles       /styles  /styles/{style}  /fonts/{fontstack}/{range}.pbf
             /map/lodeline.qgs  /map/lodeline.qgz
picture      /picture.png  /embed
rasters      /rasters  /rasters/{raster}.tif  /rasters/{raster}
             /rasters/{raster}/tiles/{z}/{x}/{row}.png  ….webp  ….tif
             /rasters/{raster}/legend.png  …/legend.json  …/point  …/statistics
releases     /releases  /releases/diff  /releases/{release}  …/files/{name}
tiles        /tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}
             /tiles/{layer}/{z}/{x}/{y}  ….mvt  ….pbf  ….mlt
             /tiles/{layer}.json  /tiles/{layer}.pmtiles
             /tiles  /tiles/WebMercatorQuad
             /collections/{collection}/tiles  …/tiles/WebMercatorQuad
             /collections/{collection}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}
             /tileMatrixSets  /tileMatrixSets/{tileMatrixSetId}

Beside them `service/app.py` has /livez, /readyz and /static.
"""

from itertools import chain

from service.http.routing import ReleaseRoute
from service.routes import (
    claims,
    collections,
    control,
    items,
    landing,
    picture,
    rasters,
    releases,
    reserves,
    styles,
    tiles,
)

ROUTERS = (
    landing.router,
    collections.router,
    items.router,
    reserves.router,
    claims.router,
    control.router,
    styles.router,
    picture.router,
    rasters.router,
    releases.router,
    tiles.router,
)
ROUTES: tuple[ReleaseRoute, ...] = tuple(
    route
    for route in chain.from_iterable(router.routes for router in ROUTERS)
    if isinstance(route, ReleaseRoute)
)
"""Every route over a release, in the order of the screen above."""
