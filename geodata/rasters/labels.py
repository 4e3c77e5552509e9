"""What does the file of a raster say of itself: unit, title, licence, citation?"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """What a file says of itself, for who finds it alone.

    unit: of the band's values. title: the band's name. tags: by name, as LICENCE and CITATION.
    """

    unit: str
    title: str
    tags: Mapping[str, str]


def labels(  # noqa: PLR0913 - what there is to say
    *, title: str, description: str, unit: str, licence: str, attribution: str, citation: str
) -> Labels:
    """The labels of a raster; description and licence also where TIFF itself has them (6.0)."""
    tags = {
        "TITLE": title,
        "DESCRIPTION": description,
        "UNIT": unit,
        "LICENCE": licence,
        "ATTRIBUTION": attribution,
        "CITATION": citation,
        "TIFFTAG_IMAGEDESCRIPTION": f"{title}. {description}",
        "TIFFTAG_COPYRIGHT": f"{licence}. {attribution}",
    }
    return Labels(unit, title, {name: text for name, text in tags.items() if text})
