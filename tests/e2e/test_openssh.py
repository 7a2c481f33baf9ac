"""The `openssh` transport: hosts through the system's ssh client, with the same promises as the one in process."""
import subprocess

from support.jobs import changed, newest, states
from support.wait import until

SPEC = """
name: by-openssh
steps:
  - {id: page, file: {path: /etc/by-openssh, content: "${facts.hostname}\\n"}}
"""
SLOW = """
name: by-openssh
steps:
  - {id: page, file: {path: /etc/by-openssh, content: "${facts.hostname}\\n"}}
  - {id: wait, probe: {file: {path: /etc/go}}, timeout: 120s}
"""


def address(host):
    return f"openssh://root@{host.address}"


def write(tmp_path, text):
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    return spec


def clients(engine):
    """ssh processes that the engine has started."""
    shown = subprocess.run(["ps", "-o", "args=", "--ppid", str(engine.process.pid)], text=True, stdout=subprocess.PIPE).stdout
    return [line for line in shown.splitlines() if line.split()[0].rsplit("/")[-1] == "ssh"]


def test_one_ssh_process_while_the_job_runs_and_none_after(engine, pe, host, tmp_path):
    slow = write(tmp_path, SLOW)
    pe.ok("apply", "-f", slow, "--target", address(host), "--host-key", host.fingerprint, "--detach")
    job = until(lambda: (j := newest(pe))["state"] == "RUNNING" and states(j).get("page") == "CHANGED" and j, "the first step is done", 60)
    assert len(clients(engine)) == 1, clients(engine)
    assert host.address in clients(engine)[0]
    host.sh("touch /etc/go")
    assert pe("watch", job["name"]).code == 0
    assert host.read("/etc/by-openssh") == f"{host.name}\n"

    again = pe("apply", "-f", slow, "--target", address(host))
    assert again.code == 0, again
    assert changed(newest(pe)) == []
    until(lambda: not clients(engine), "the client has ended with its job")


def test_a_wrong_host_key_is_a_hard_stop(pe, host, tmp_path):
    wrong = "SHA256:" + "A" * 42 + "E"
    done = pe("apply", "-f", write(tmp_path, SPEC), "--target", address(host), "--host-key", wrong)
    assert done.code == 1, done
    target = newest(pe)["targets"][0]
    assert target["reasonCode"] == "HOST_KEY_CHANGED"
    assert wrong in target["reason"] and host.fingerprint in target["reason"], "both what is pinned and what was shown"
    assert host.fingerprint in done.out + done.err
    assert not host.exists("/etc/by-openssh")
    assert not host.exists("/var/lib/pe-agent"), "nothing was pushed"


def test_an_unknown_host_key_waits_for_trust(pe, host, tmp_path):
    pe.ok("apply", "-f", write(tmp_path, SPEC), "--target", address(host), "--detach")
    job = until(lambda: (j := newest(pe))["state"] == "PAUSED" and j, "the job waits", 30)
    assert job["targets"][0]["reasonCode"] == "HOST_KEY_UNKNOWN"
    assert host.fingerprint in job["targets"][0]["reason"]
    pe.ok("resource", "trust", job["targets"][0]["resource"], host.fingerprint)
    assert pe("watch", job["name"]).code == 0
    assert host.exists("/etc/by-openssh")


def test_both_transports_are_one_host(pe, host, tmp_path):
    spec = write(tmp_path, SPEC)
    assert pe("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint).code == 0
    assert changed(newest(pe)) == ["page"]
    assert pe("apply", "-f", spec, "--target", address(host), "--host-key", host.fingerprint).code == 0
    assert changed(newest(pe)) == []


def test_a_login_that_the_host_refuses(pe, host, tmp_path):
    done = pe("apply", "-f", write(tmp_path, SPEC), "--target", f"openssh://nobody@{host.address}", "--host-key", host.fingerprint)
    assert done.code == 1, done
    target = newest(pe)["targets"][0]
    assert target["reasonCode"] == "AUTHENTICATION_FAILED"
    assert "nobody" in target["reason"]
    assert "authorized_keys" in target["reason"], "what to do is said"
