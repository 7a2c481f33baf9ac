"""Two engines that both believe in a job, as after a fail-over to a replicated disk: the host obeys the newer one alone."""
import json
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from support.cli import Pe
from support.engine import Engine
from support.wait import until

WITNESS = "/var/lib/pe-witness"
STEPS = 8
SPEC = "name: effects\nsteps:\n" + "".join(
    f"  - id: e{i}\n    exec:\n      command: sleep 0.7; echo e{i} >> {WITNESS}\n      shell: true\n" for i in range(STEPS))


@pytest.fixture
def successor(engine, lab):
    """An engine that takes over a copy of the first one's data, once it is started."""
    folder = Path(tempfile.mkdtemp(prefix="pe-successor."))
    other = Engine(folder, lab.key())
    yield other
    other.close()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_paused_engine_that_goes_on_beside_its_successor_does_nothing_twice(engine, successor, pe, host, tmp_path):
    pe.ok("resource", "create", "web", host.target(), "--host-key", host.fingerprint)
    (tmp_path / "spec.yaml").write_text(SPEC)
    job = pe.ok("apply", "-f", tmp_path / "spec.yaml", "--target", "resources/web", "--detach", "-o", "name").strip()
    until(lambda: host.exists(WITNESS), "the first effect", 30)

    engine.process.send_signal(signal.SIGSTOP)
    try:
        shutil.copytree(engine.data, successor.data)
        successor.start(seconds=30)
        new = Pe(successor)
        until(lambda: len(host.read(WITNESS).split()) >= 4, "the successor goes on with the job", 30)
    finally:
        engine.process.send_signal(signal.SIGCONT)

    new("watch", job, timeout=60)
    assert json.loads(new.ok("status", job, "-o", "json"))["state"] == "SUCCEEDED"
    assert host.read(WITNESS).split() == [f"e{i}" for i in range(STEPS)], "each effect once, in order"
    # The old one says what it can know: another has the host, and what became of these steps it cannot tell.
    assert pe("watch", job, timeout=60).code == 1
    target = json.loads(pe.ok("status", job, "-o", "json"))["targets"][0]
    assert "epoch 2 of engine" in target["reason"], target
    states = {step["state"] for step in target["steps"]}
    assert states <= {"CHANGED", "OUTCOME_UNKNOWN"} and "OUTCOME_UNKNOWN" in states, target["steps"]
