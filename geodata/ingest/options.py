"""What does a user say of a layer or raster, and how is that recorded for another try?"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from geodata.errors import Conflict, Damaged, InvalidInput, reason_of
from schemas import Batch

OPTIONS = "options.json"
"""What lies beside the record of a batch ingested with options; absent where none were given."""
LATER = frozenset(("begin", "end", "closed"))
"""Options that there were none of once: where they are not given, batches keep their hash."""
CODE = re.compile(r"[A-Za-z]{2,10}:\w{1,12}", re.ASCII)


@dataclass(frozen=True)
class LayerOptions:
    """What a user may say of layers and rasters alike.

    id, title: of the one layer or raster. crs: what its coordinates are, where the file does not
    say or says wrong. replace: take the place of what has the id.
    """

    id: str | None = None
    title: str | None = None
    licence: str = "not stated"
    attribution: str = ""
    crs: str | None = None
    replace: bool = False

    @property
    def hash(self) -> str:
        """Six characters by which other options make another batch of the same bytes."""
        words = {
            name: value
            for name, value in asdict(self).items()
            if name != "replace" and not (name in LATER and value is None)
        }
        return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:6]

    def check(self) -> None:
        """Raises InvalidInput where an option cannot be met whatever the file holds."""
        if self.crs is not None and not CODE.fullmatch(self.crs):
            raise InvalidInput(f"--crs {self.crs[:60]!r}: give a code, EPSG:32636", parameter="crs")

    def write(self, folder: Path) -> None:
        """Record the options that are not left at their defaults; no file where all are."""
        words = {each.name: getattr(self, each.name) for each in fields(self)
                 if getattr(self, each.name) != each.default}  # fmt: skip
        if words:
            text = json.dumps(words, ensure_ascii=False, indent=2)
            (folder / OPTIONS).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def of_batch(cls, folder: Path, batch: Batch) -> Self:
        """The options a batch was ingested with.

        Raises Damaged where they cannot be read, Conflict for a batch from before they were
        recorded, unless they were the defaults: the reader of the record ends in their hash.
        """
        path = folder / OPTIONS
        try:
            recorded = json.loads(path.read_bytes()) if path.is_file() else {}
            words: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in recorded.items()}
            options = cls(**words)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise Damaged(
                f"{OPTIONS} of batch {batch.id} is no object of options of {batch.source} "
                f"({reason_of(error)}); ingest {batch.input_name} again with them: "
                f"lodeline ingest {batch.source} …"
            ) from error
        if not batch.reader.endswith(f"-{options.hash}"):
            raise Conflict(
                f"batch {batch.id} was ingested with options that were not recorded at the time; "
                f"ingest {batch.input_name} again with them: lodeline ingest {batch.source} …"
            )
        return options
