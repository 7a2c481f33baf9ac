"""The engine's disk fills up while a job runs on a host: what callers see, that the host goes on, that it all comes back."""
import json
import subprocess
import threading
import time
from pathlib import Path

import pytest
from support.cli import Pe
from support.engine import Engine
from support.jobs import states, status
from support.wait import until

RUNNING = """
name: running
steps:
  - id: effect
    exec: {argv: [/bin/sh, -c, "while ! test -e /etc/go; do sleep 0.1; done; echo once >> /etc/effects"]}
  - {id: after, file: {path: /etc/after, content: "x\\n"}}
"""
NEXT = """
name: next
steps:
  - {id: page, file: {path: /etc/next, content: "x\\n"}}
"""


@pytest.fixture
def small_disk(host, tmp_path):
    """A file system of 24 MiB of its own. After the host has booted, whose mount namespace would keep it mounted."""
    image, disk = tmp_path / "disk.img", tmp_path / "disk"
    disk.mkdir()
    with open(image, "wb") as file:
        file.truncate(24 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.fixture
def small(lab, small_disk, tmp_path):
    engine = Engine(small_disk, lab.key())
    engine.log_file = tmp_path / "engine.log"
    try:
        engine.start()
        yield engine
        if engine.process is not None:
            assert engine.stop() == 0, engine.log()[-4000:]
    finally:
        engine.close()


def fill(disk: Path) -> None:
    """To the last block."""
    with open(disk / "filler", "ab", buffering=0) as filler:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass


def test_a_full_disk(small, small_disk, host, tmp_path):
    pe = Pe(small)
    for name, text in (("running.yaml", RUNNING), ("next.yaml", NEXT)):
        (tmp_path / name).write_text(text)
    pe.ok("resource", "create", "h", host.target(), "--host-key", host.fingerprint)
    job = pe.ok("apply", "-f", tmp_path / "running.yaml", "--target", "resources/h", "--detach", "-o", "name").strip()
    until(lambda: states(status(pe, job)).get("effect") == "RUNNING", "the step runs")
    watch = pe.start("watch", job, "--progress", "json", "-o", "name")
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(watch.stdout.readlines()), daemon=True)
    reader.start()

    fill(small_disk)
    submit = ("apply", "-f", tmp_path / "next.yaml", "--target", "resources/h", "--detach")

    def refused():
        """The log's own space may take some jobs yet."""
        fill(small_disk)
        done = pe(*submit)
        return done if done.code != 0 else None

    until(refused, "a job is refused", 60)
    told = until(lambda: next((d for d in [pe(*submit)] if "free space on its disk" in d.err), None), "the reason is said", 30)
    assert told.code == 1, told
    assert status(pe, job)["state"] == "RUNNING"
    assert pe("list").code == 0
    host.sh("touch /etc/go")
    until(lambda: host.exists("/etc/after"), "the host goes on without the engine", 30)
    assert status(pe, job)["state"] == "RUNNING", "what the engine could not store it does not claim"
    assert watch.poll() is None, "the watch is not broken"

    (small_disk / "filler").unlink()
    begin = time.monotonic()
    until(lambda: status(pe, job)["state"] == "SUCCEEDED", "the job ends by itself", 60)
    print(f"resumed after {time.monotonic() - begin:.1f} s")
    assert watch.wait(30) == 0
    reader.join()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    seqs = [int(event["seq"]) for event in events if "seq" in event]
    assert seqs == list(range(1, len(seqs) + 1)), seqs
    assert host.sh("cat /etc/effects").split() == ["once"]
    assert pe.ok("apply", "-f", tmp_path / "next.yaml", "--target", "resources/h") is not None
