"""The pe tool against one engine."""
import os
import subprocess
from typing import NamedTuple, Optional

from support.engine import Engine
from support.paths import REPOSITORY, binary


class Result(NamedTuple):
    code: int
    out: str
    err: str


class Pe:
    def __init__(self, engine: Engine):
        self.engine = engine

    def __call__(self, *args: object, stdin: Optional[str] = None, timeout: float = 180) -> Result:
        done = subprocess.run(self._argv(args), env=self._env(), cwd=REPOSITORY, text=True, errors="replace", timeout=timeout,
                              input=stdin or "", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return Result(done.returncode, done.stdout, done.stderr)

    def ok(self, *args: object, **more) -> str:
        """Standard output of a call that must succeed."""
        result = self(*args, **more)
        assert result.code == 0, f"pe {' '.join(map(str, args))}: {result}"
        return result.out

    def start(self, *args: object) -> subprocess.Popen:
        """For calls that a test interrupts or outlives; the test ends it."""
        return subprocess.Popen(self._argv(args), env=self._env(), cwd=REPOSITORY, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    @staticmethod
    def _argv(args: tuple) -> list:
        return [binary("pe"), *map(str, args)]

    def _env(self) -> dict:
        return dict(os.environ, PE_ENGINE=self.engine.endpoint, NO_COLOR="1")
