"""Times of repeated runs. Several are taken and the spread is shown, because nobody has a machine to himself."""
import time
from typing import Callable, Tuple, TypeVar

T = TypeVar("T")


def timed(call: Callable[[], T]) -> Tuple[float, T]:
    begin = time.monotonic()
    result = call()
    return time.monotonic() - begin, result


class Spread:
    def __init__(self):
        self.seconds = []

    def add(self, seconds: float) -> None:
        self.seconds.append(seconds)

    @property
    def median(self) -> float:
        ordered = sorted(self.seconds)
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

    @property
    def least(self) -> float:
        return min(self.seconds)

    def __str__(self) -> str:
        """Median first: that is what ratios are made of."""
        digits = 3 if self.median < 1 else 2
        return (f"{self.median:.{digits}f} s ({self.least:.{digits}f} to {max(self.seconds):.{digits}f}, "
                f"{len(self.seconds)} runs)")
