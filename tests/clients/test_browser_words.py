"""What a browser sends and gets: compressed answers that are what they say."""

import gzip
from urllib.request import Request, urlopen

import brotli
import pytest
import zstandard

pytestmark = pytest.mark.xdist_group("clients")
UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
PATHS = (
    "/static/lodeline.css",
    "/?f=html",
    "/collections/deposits/items?limit=50&datetime=2025-02-25",
    "/collections/settlements/items?f=geojsonseq",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", UNPACK)
def test_a_compressed_answer_unpacks_to_the_plain_one(
    served: str, path: str, encoding: str
) -> None:
    with urlopen(f"{served}{path}", timeout=60) as answer:
        plain = answer.read()
    request = Request(f"{served}{path}", headers={"Accept-Encoding": encoding})
    with urlopen(request, timeout=60) as answer:
        assert answer.headers["content-encoding"] == encoding
        packed = answer.read()
    assert UNPACK[encoding](packed) == plain
    assert len(packed) < len(plain)
