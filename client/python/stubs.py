"""Makes Python stubs of provision/v1 by client/buf.gen.yaml when they are missing or older than the .proto files."""

import pathlib
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def generate(out: pathlib.Path) -> None:
    """Fills `out` with modules and puts it on sys.path. RuntimeError when that fails; what to do is on stderr."""
    if subprocess.run([REPOSITORY / "client/generate", "python", out], check=False).returncode != 0:
        raise RuntimeError("no stubs; see above")
    sys.path.insert(0, str(out))
