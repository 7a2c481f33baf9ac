"""Makes Python stubs of provision/v1 when they are missing or older than the .proto files."""

import pathlib
import shutil
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROTO = REPOSITORY / "proto"
GOOGLE = REPOSITORY / "build/npm/node_modules/google-proto-files"
GOOGLE_FILES = [*(f"google/api/{name}.proto" for name in ("annotations", "client", "field_behavior", "http", "launch_stage", "resource")),
                "google/rpc/error_details.proto", "google/rpc/status.proto"]


def generate(out: pathlib.Path) -> None:
    """Fills `out` with modules and puts it on sys.path. Raises RuntimeError with what to do."""
    sources = sorted((PROTO / "provision/v1").glob("*.proto"))
    stamp = out / "stamp"
    newest = max(source.stat().st_mtime for source in sources)
    if not stamp.exists() or stamp.stat().st_mtime < newest:
        _run_protoc(out, sources)
        stamp.touch()
    sys.path.insert(0, str(out))


def _run_protoc(out: pathlib.Path, sources: list) -> None:
    if not (GOOGLE / "google/api/annotations.proto").exists():
        raise RuntimeError(f"{GOOGLE} is missing: configure the build once (cmake --preset debug), which fetches it")
    plugin = shutil.which("grpc_python_plugin")
    if plugin is None or shutil.which("protoc") is None:
        raise RuntimeError("protoc or its Python plugin is missing: apt install protobuf-compiler protobuf-compiler-grpc python3-grpcio")
    out.mkdir(parents=True, exist_ok=True)
    files = [str(source.relative_to(PROTO)) for source in sources]
    files += GOOGLE_FILES
    # Not grpc_tools: Debian's brings a protoc of its own (3.5.1) that is older than proto3 `optional`.
    command = ["protoc", f"-I{PROTO}", f"-I{GOOGLE}", f"--python_out={out}", f"--grpc_out={out}", f"--plugin=protoc-gen-grpc={plugin}"]
    if subprocess.run(command + files, check=False).returncode != 0:
        raise RuntimeError("protoc failed; see above")
