"""What a person sees when something is wrong: the reason, the last lines, and what to do."""
from support.jobs import newest, states
from support.wait import until

BROKEN = """
name: broken
steps:
  - {id: before, file: {path: /etc/before, content: "x\\n"}}
  - id: fails
    exec: {argv: [/bin/sh, -c, "echo the last words; test -e /etc/mended || exit 7"]}
  - {id: after, file: {path: /etc/after, content: "x\\n"}}
"""
SMALL = """
name: small
steps:
  - {id: page, file: {path: /etc/small, content: "x\\n"}}
"""
SLOW = """
name: slow
steps:
  - {id: wait, probe: {file: {path: /etc/go}}, timeout: 120s}
"""


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_failing_step_and_its_retry(pe, host, tmp_path):
    spec = write(tmp_path, "broken.yaml", BROKEN)
    done = pe("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint)
    assert done.code == 1, done
    assert "the last words" in done.err + done.out
    assert "7" in done.err + done.out
    assert "pe retry" in done.err + done.out
    job = newest(pe)
    assert job["state"] == "FAILED"
    assert states(job)["before"] == "CHANGED"
    assert states(job)["fails"] == "FAILED"
    assert states(job)["after"] == "SKIPPED"
    assert not host.exists("/etc/after")

    host.sh("touch /etc/mended")
    again = pe("retry", job["name"])
    assert again.code == 0, again
    retried = newest(pe)
    assert retried["parent"] == job["name"]
    assert states(retried)["before"] == "UNCHANGED"
    assert host.exists("/etc/after")


def test_a_wrong_host_key_is_a_hard_stop(pe, host, tmp_path):
    spec = write(tmp_path, "small.yaml", SMALL)
    wrong = "SHA256:" + "A" * 42 + "E"
    done = pe("apply", "-f", spec, "--target", host.target(), "--host-key", wrong)
    assert done.code == 1, done
    job = newest(pe)
    assert job["targets"][0]["reasonCode"] == "HOST_KEY_CHANGED"
    assert host.fingerprint in done.err + done.out, "what the host showed is named"
    assert not host.exists("/etc/small")


def test_an_unknown_host_key_waits_for_trust(pe, host, tmp_path):
    spec = write(tmp_path, "small.yaml", SMALL)
    pe.ok("apply", "-f", spec, "--target", host.target(), "--detach")
    job = until(lambda: (j := newest(pe))["state"] == "PAUSED" and j, "the job waits", 20)
    assert job["targets"][0]["reasonCode"] == "HOST_KEY_UNKNOWN"
    assert host.fingerprint in job["targets"][0]["reason"]
    pe.ok("resource", "trust", job["targets"][0]["resource"], host.fingerprint)
    assert pe("watch", job["name"]).code == 0
    assert host.exists("/etc/small")


def test_a_host_that_is_down(pe, host, tmp_path):
    spec = write(tmp_path, "small.yaml", SMALL)
    host.do("cut")
    try:
        done = pe("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint)
        assert done.code == 1, done  # 69 is an engine that cannot be reached
        assert "unreachable" in done.out + done.err
        target = newest(pe)["targets"][0]
        assert target["state"] == "UNREACHABLE"
        assert target["reason"]
    finally:
        host.do("on")
        host.lab.run("wait", 1)


def test_the_second_job_waits_and_says_behind_whom(pe, host, tmp_path):
    spec = write(tmp_path, "slow.yaml", SLOW)
    small = write(tmp_path, "small.yaml", SMALL)
    pe.ok("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint, "--detach")
    first = until(lambda: (j := newest(pe))["state"] == "RUNNING" and j, "the first job runs", 20)
    pe.ok("apply", "-f", small, "--target", host.target(), "--detach")
    second = until(lambda: (j := newest(pe))["state"] == "QUEUED" and j, "the second job waits", 20)
    assert first["name"] in second["reason"]
    host.sh("touch /etc/go")
    assert pe("watch", second["name"]).code == 0
    assert host.exists("/etc/small")


def test_cancel(pe, host, tmp_path):
    spec = write(tmp_path, "slow.yaml", SLOW)
    pe.ok("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint, "--detach")
    job = until(lambda: (j := newest(pe))["state"] == "RUNNING" and j, "the job runs", 20)
    pe.ok("cancel", job["name"])
    assert pe("watch", job["name"]).code == 2
    assert newest(pe)["state"] == "CANCELLED"


def test_spec_errors_have_line_and_column_and_come_at_once(pe, tmp_path):
    spec = write(tmp_path, "bad.yaml", """name: bad
steps:
  - id: one
    file: {path: ../etc/x, contnet: x}
  - id: one
    package: {packages: [{name: "-rf"}]}
    after: [nope]
""")
    done = pe("apply", "-f", spec, "--target", "ssh://root@192.0.2.1")
    assert done.code == 64, done
    assert "bad.yaml:4:" in done.err, done.err
    assert "content" in done.err, "did you mean"
    assert newest_or_none(pe) is None, "nothing is stored"


def newest_or_none(pe):
    try:
        return newest(pe)
    except (IndexError, KeyError):
        return None
