"""What does a benchmark say: lines of what, measured, limit or peer, ratio, met or not."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar

_T = TypeVar("_T")
WIDTHS = (58, 16, 20, 8)
HEADS = ("what", "measured", "limit or peer", "ratio")


@dataclass(frozen=True)
class Line:
    """One figure; `wanted` is a limit or a peer's figure, None where it is only told.

    sense: which side of `wanted` is right. A line without sense is never met nor missed.
    """

    what: str
    measured: float
    unit: str = ""
    wanted: float | None = None
    sense: Literal["<", "<=", ">", ">=", ""] = ""

    @property
    def ratio(self) -> float | None:
        """Measured over wanted."""
        return None if not self.wanted else self.measured / self.wanted

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.wanted is None or not self.sense:
            return None
        return {
            "<": self.measured < self.wanted,
            "<=": self.measured <= self.wanted,
            ">": self.measured > self.wanted,
            ">=": self.measured >= self.wanted,
        }[self.sense]

    def as_json(self) -> dict[str, object]:
        """The line with its ratio and outcome."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}

    def text(self) -> str:
        """The line in the columns of the table."""
        wanted = "" if self.wanted is None else f"{self.sense} {figure(self.wanted, self.unit)}"
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        outcome = {True: "met", False: "MISSED", None: ""}[self.met]
        cells = (figure(self.measured, self.unit), wanted.strip(), ratio)
        padded = (f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS[1:], strict=True))
        return f"{self.what:<{WIDTHS[0]}}{''.join(padded)}  {outcome}".rstrip()


def figure(value: float, unit: str) -> str:
    """A number to read: whole where it is whole or large, else four digits."""
    whole = value == int(value) or abs(value) >= 10_000
    return f"{value:,.0f} {unit}".strip() if whole else f"{value:.4g} {unit}".strip()


def heading() -> str:
    """The first row of the table."""
    first, *rest = zip(HEADS, WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}{''.join(f'{h:>{w}}' for h, w in rest)}  met"


def clocked(work: Callable[[], _T]) -> tuple[float, _T]:
    """Seconds the work took, and what it gave."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def median_s(work: Callable[[], object], times: int = 3) -> float:
    """Median seconds of several runs."""
    return statistics.median(clocked(work)[0] for _ in range(times))


def missed(lines: Iterable[Line]) -> list[Line]:
    """The lines whose target is missed."""
    return [line for line in lines if line.met is False]
