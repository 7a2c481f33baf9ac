"""Where things are. PE_BUILD names the build folder (default build/release; relative to the repository)."""
import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
BUILD = REPOSITORY / os.environ.get("PE_BUILD", "build/release")
EXAMPLES = REPOSITORY / "client" / "examples"
LAB = REPOSITORY / "tests" / "support" / "lab" / "lab"


def binary(name: str) -> str:
    path = BUILD / "bin" / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not built: build first, or name another build folder in PE_BUILD")
    return str(path)
