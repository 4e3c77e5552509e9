"""What may GDAL do here: read and write one GeoTIFF by its path, and nothing beside it?"""

DRIVER = "GTiff"
SETTINGS: dict[str, str | int] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    # Statistics and the like are else read from, and written to, a `.aux.xml` beside the file.
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "PROJ_NETWORK": "OFF",
    "CPL_DEBUG": "OFF",
    "GDAL_NUM_THREADS": "1",
    # GDAL would take 5 % of the machine's memory: a worker has 23 MB less, for 7 % of the
    # processor's time of random tiles.
    "GDAL_CACHEMAX": 16 << 20,
}
"""No file beside the one named, no address, no plug-in; 16 MB of blocks kept in memory."""


def other_drivers() -> frozenset[str]:
    """Names of all drivers GDAL has here but the one that is used."""
    import rasterio  # noqa: PLC0415 - most who ask for SETTINGS need no GDAL

    with rasterio.Env() as environment:
        return frozenset(environment.drivers()) - {DRIVER}
