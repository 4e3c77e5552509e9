"""Which id does a layer or raster get, where the workspace holds others already?

Nothing takes another's place unasked: an id is free, or it is numbered. Two things ask: the same
layer of a file of the same name, which is the next version of what was there; and a user who
names the id and says --replace.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from geodata.errors import Conflict
from schemas import Batch, Replaced

LONGEST = 64
"""Characters of an id, its number included."""


@dataclass(frozen=True)
class Holder:
    """What holds an id: the layer of this name in the input of a batch."""

    id: str
    batch: Batch
    name: str

    def is_earlier(self, input_name: str, name: str) -> bool:
        """Whether this is the same layer of a file of the same name, macOS's spelling included."""
        return _same(self.batch.input_name, input_name) and _same(self.name, name)

    def __str__(self) -> str:
        return f"batch {self.batch.id} ({self.batch.input_name})"


class Register:
    """The ids of a workspace while the layers of one input are named.

    holders: what is in use. what: 'collection' or 'raster', for messages. reserved: ids nothing
    brought may have, in lower case. Ids that differ by case alone count as one: files on macOS and
    Windows are named by them.
    """

    def __init__(
        self, holders: Iterable[Holder], input_name: str, what: str, reserved: Collection[str]
    ) -> None:
        self._holders = {holder.id.lower(): holder for holder in holders}
        self._input_name = input_name
        self._what = what
        self._reserved = reserved
        self._taken: set[str] = set()
        self._returning: dict[str, list[str]] = {}

    def let_return(self, ids: Mapping[str, str]) -> None:
        """Layers of a batch tried again keep the ids they had, whoever holds them by now.

        The batch keeps its place in time too, so that what has taken theirs since stays in use.
        ids: the name in the file by id.
        """
        for id_, name in ids.items():
            self._returning.setdefault(name, []).append(id_)

    def holder(self, id_: str) -> Holder | None:
        """What holds an id now; None where nothing does."""
        return self._holders.get(id_.lower())

    def held_by(self, id_: str) -> str:
        """Why an id is not free, in words."""
        holder = self.holder(id_)
        if holder is not None:
            return str(holder)
        return "Lodeline itself" if id_.lower() in self._reserved else "another of the same file"

    def derived(self, wanted: str, name: str) -> str:
        """The id of a layer nobody named: its earlier one, else the wanted one, numbered."""
        if self._returning.get(name):
            return self._take(self._returning[name].pop(0))
        earlier = [each.id for each in self._holders.values() if self._continues(each, name)]
        family = sorted((number, id_) for id_ in earlier if (number := _number(id_, wanted)))
        free = (each for n in count(1) if self._is_free(each := numbered(wanted, n)))
        return self._take(family[0][1] if family else next(free))

    def given(self, wanted: str, name: str, *, replace: bool) -> str:
        """The id a user named. Raises Conflict where another input holds it, unless replaced."""
        if self._returning.get(name):
            return self._take(self._returning[name].pop(0))
        holder = self.holder(wanted)
        if holder is None:
            return self._take(wanted)
        if not replace and not holder.is_earlier(self._input_name, name):
            raise Conflict(
                f"{self._what} {holder.id!r} is of {holder} already; name this one otherwise with "
                f"--id, or add --replace to take its place",
                parameter="id",
            )
        return self._take(holder.id)

    def check_return(self, ids: Mapping[str, str]) -> None:
        """May a batch ingested again have its ids back? Raises Conflict where others hold them.

        ids: the name in the file by id.
        """
        for id_, name in ids.items():
            holder = self.holder(id_)
            if holder is not None and not holder.is_earlier(self._input_name, name):
                raise Conflict(
                    f"{self._what} {id_!r} of this file is now of {holder}, which took its place; "
                    f"take it back with --id {id_} --replace, or name it otherwise with --id",
                    parameter="id",
                )

    def replaced(self, ids: Iterable[str], batch_id: str) -> tuple[Replaced, ...]:
        """Whose place a batch takes with these ids."""
        holders = (self.holder(id_) for id_ in ids)
        return tuple(
            Replaced(id=each.id, batch=each.batch.id, input_name=each.batch.input_name)
            for each in holders
            if each is not None and each.batch.id != batch_id
        )

    def _continues(self, holder: Holder, name: str) -> bool:
        free = holder.id.lower() not in self._taken
        return free and holder.is_earlier(self._input_name, name)

    def _is_free(self, id_: str) -> bool:
        lower = id_.lower()
        return not (lower in self._taken or lower in self._holders or lower in self._reserved)

    def _take(self, id_: str) -> str:
        self._taken.add(id_.lower())
        return id_


def numbered(name: str, number: int) -> str:
    """The id as it is for 1, else with the number: `mines-2`, at most 64 characters."""
    suffix = "" if number == 1 else f"-{number}"
    return name[: LONGEST - len(suffix)] + suffix


def _number(id_: str, wanted: str) -> int:
    """Which of the wanted id's numbers an id is; 0 where none."""
    if id_ == wanted:
        return 1
    digits = id_.rpartition("-")[2]
    fits = digits.isascii() and digits.isdigit() and len(digits) < LONGEST
    return int(digits) if fits and id_ == numbered(wanted, int(digits)) else 0


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
