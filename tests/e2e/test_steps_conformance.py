"""Every step type on a real host: look, apply, apply again, undo, undo after somebody else's change."""
import os
import subprocess

from support.paths import LAB, binary


def test_all_step_types_keep_their_promises(host):
    env = dict(os.environ, LAB_ID=host.lab.id)
    with open(binary("pe-step-conformance"), "rb") as program:
        subprocess.run([str(LAB), "ssh", str(host.index), "cat >/root/conformance && chmod 700 /root/conformance"], stdin=program,
                       env=env, check=True, timeout=60)
    done = host.try_sh("PE_CONFORMANCE_HOST=1 /root/conformance --gtest_brief=1 2>&1", timeout=900)
    assert done.returncode == 0, done.stdout[-8000:]
    assert "[  PASSED  ]" in done.stdout
    assert "needs a throw-away host" not in done.stdout
