"""The only place where a test passes time: a condition is asked until it holds or the deadline is over."""
import time
from typing import Callable, TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], what: str, seconds: float = 10) -> T:
    """Returns the first truthy value of condition(); AssertionError that names `what` and the last value otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what} (last seen: {value!r})")
        time.sleep(0.05)
