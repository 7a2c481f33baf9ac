"""provisiond as a process: started, waited for, stopped, killed. Its command line is here and nowhere else."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import List, Optional

from support.paths import binary
from support.wait import until


class Engine:
    """One data folder; start() and stop() or kill() may alternate, as crashes do. Not thread safe."""

    def __init__(self, folder: Path, key: str):
        self.data = folder / "data"
        self.log_file = folder / "engine.log"
        self.run = Path(tempfile.mkdtemp(prefix="pe-e2e."))  # a socket's path must be short
        self.socket = self.run / "engine.sock"
        self.ready_file = self.run / "ready.json"
        self.credentials = [f"name=default,user=root,key={key}", f"name=ops,user=ops,key={key},become=true"]
        self.process: Optional[subprocess.Popen] = None
        self.ready: dict = {}

    def flags(self) -> List[str]:
        flags = ["--dev", "--data-dir", str(self.data), "--socket", str(self.socket), "--listen", "127.0.0.1:0",
                 "--ready-file", str(self.ready_file)]
        for credential in self.credentials:
            flags += ["--credential", credential]
        return flags

    @property
    def endpoint(self) -> str:
        return f"unix:{self.socket}"

    def start(self, *more: str, env: Optional[dict] = None, seconds: float = 15) -> None:
        """Returns when calls are served."""
        assert self.process is None, "the engine runs already"
        self.ready_file.unlink(missing_ok=True)
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([binary("provisiond"), *self.flags(), *more], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        until(self._is_ready, f"the engine serves\n{self.log()[-4000:]}", seconds)

    def _is_ready(self) -> bool:
        code = self.process.poll()
        if code is not None:
            self.process = None
            raise AssertionError(f"the engine ended with {code} before it served\n{self.log()[-4000:]}")
        if not self.ready_file.exists():
            return False
        self.ready = json.loads(self.ready_file.read_text())
        return True

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM; the exit code. AssertionError if it does not drain in time."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the engine did not end within {seconds} s of SIGTERM\n{self.log()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_grep(self, pattern: str) -> List[str]:
        return [line for line in self.log().splitlines() if re.search(pattern, line)]

    def close(self) -> None:
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.run, ignore_errors=True)
