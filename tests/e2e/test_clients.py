"""Other services' clients, by generated stubs: Python, Node and Go provision and watch over the unix socket."""
import json
import subprocess

import pytest
from support.paths import REPOSITORY

SPEC = {"name": "client", "steps": [{"id": "page", "file": {"path": "/etc/from-a-client", "content": "x\n"}}]}


def run(argv, engine):
    return subprocess.run([*argv], cwd=REPOSITORY, text=True, timeout=120, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def check(done, pe, host):
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0].startswith("jobs/") or "jobs/" in lines[0], done.stdout
    sequences = [int(line.split()[0]) for line in lines if line.split() and line.split()[0].isdigit()]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences))), "a hole in what was watched"
    assert len(sequences) >= 4
    assert host.exists("/etc/from-a-client")


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC))
    return path


def test_python(engine, pe, host, spec):
    pe.ok("resource", "create", host.name, host.target(), "--host-key", host.fingerprint)
    check(run(["/usr/bin/python3", "client/python/example.py", "--engine", engine.endpoint, spec, host.target()], engine), pe, host)


def test_node(engine, pe, host, spec):
    pe.ok("resource", "create", host.name, host.target(), "--host-key", host.fingerprint)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--prefix", "client/node"], cwd=REPOSITORY, check=True, timeout=180)
    for script in ("generate", "check"):
        subprocess.run(["npm", "run", "--silent", "--prefix", "client/node", script], cwd=REPOSITORY, check=True, timeout=180)
    check(run(["node", "client/node/example.js", "--engine", engine.endpoint, spec, host.target()], engine), pe, host)


def test_go(engine, pe, host, spec, tmp_path):
    pe.ok("resource", "create", host.name, host.target(), "--host-key", host.fingerprint)
    program = tmp_path / "example"
    subprocess.run(["client/go/build", program], cwd=REPOSITORY, check=True, timeout=300)
    check(run([program, "-engine", engine.endpoint, spec, host.target()], engine), pe, host)
