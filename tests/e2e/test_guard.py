"""A step that cuts the engine off is undone by the host itself; one that does not is confirmed over a new connection and goes on."""
import subprocess

from support.jobs import newest, register, states
from support.wait import until

SSHD = """\
name: sshd
steps:
  - {{id: conf, file: {{path: /etc/ssh/sshd_config.d/00-pe.conf, content: "{line}\\n"}}, notify: [reload]}}
handlers:
  - {{id: reload, unit: {{name: ssh.service, state: RELOADED}}}}
"""

# Packets of connections that are there go on; new ones get no answer.
NFT = """\
name: firewall
steps:
  - id: rules
    file:
      path: /etc/nftables.conf
      content: |
        #!/usr/sbin/nft -f
        flush ruleset
        table inet filter {
          chain input {
            type filter hook input priority 0
            ct state established accept
            tcp dport 22 ct state new drop
          }
        }
    notify: [load]
handlers:
  - {id: load, exec: {argv: [/usr/sbin/nft, -f, /etc/nftables.conf]}}
"""


def step(job: dict, name: str) -> dict:
    return next(s for s in job["targets"][0]["steps"] if s["id"] == name)


def apply(pe, host, tmp_path, text: str, *more):
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    return pe("apply", "-f", spec, "--target", f"resources/{host.name}", *more, timeout=240)


def kill_worker(host) -> None:
    """On the host's console: ssh does not let us in."""
    subprocess.run(["nsenter", "-t", host.do("leader"), "-a", "systemctl", "kill", "-s", "KILL", "pe-agent-worker.service"], check=True)


def guard_is_gone(host) -> None:
    assert not host.exists("/etc/systemd/system/pe-agent-guard.service")
    assert not host.exists("/etc/systemd/system/multi-user.target.wants/pe-agent-guard.service")


def test_what_keeps_the_way_open_is_confirmed(pe, host, tmp_path):
    register(pe, host)
    spec = tmp_path / "spec.yaml"
    spec.write_text(SSHD.format(line="MaxAuthTries 5"))
    pe.ok("plan", "-f", spec, "--target", f"resources/{host.name}")
    assert step(newest(pe), "conf")["guard"] == "60s" and step(newest(pe), "reload")["guard"] == "60s"
    done = apply(pe, host, tmp_path, SSHD.format(line="MaxAuthTries 5"))
    assert done.code == 0, done
    job = newest(pe)
    assert states(job) == {"conf": "CHANGED", "reload": "CHANGED"}
    taken = [int(step(job, name)["result"]["values"]["confirmed_after_ms"]) for name in ("conf", "reload")]
    print(f"confirmed after {taken} ms")
    assert "00-pe.conf" in host.sh("ls /etc/ssh/sshd_config.d")
    guard_is_gone(host)


def test_a_login_that_is_refused_comes_back(pe, host, tmp_path):
    register(pe, host)
    done = apply(pe, host, tmp_path, SSHD.format(line="AllowUsers nobody"))
    assert done.code == 1, done
    job = newest(pe)
    assert job["state"] == "FAILED" and states(job) == {"conf": "CHANGED", "reload": "FAILED"}, job["reason"]
    result = step(job, "reload")
    assert result["result"]["errorCode"] == "NOT_CONFIRMED" and "restored what was before" in result["reason"], result
    assert not host.exists("/etc/ssh/sshd_config.d/00-pe.conf"), "and the host can be reached"
    guard_is_gone(host)


def test_a_firewall_that_drops_us_is_taken_back_also_when_engine_and_agent_die(pe, engine, host, tmp_path):
    host.sh("apt-get update -q && apt-get install -y -q nftables", timeout=120)
    register(pe, host)
    before = host.read("/etc/nftables.conf")
    spec = tmp_path / "spec.yaml"
    spec.write_text(NFT)
    pe.ok("apply", "-f", spec, "--target", f"resources/{host.name}", "--detach")
    until(lambda: states(newest(pe)).get("load") == "WAITING", "the rules are live", 60)
    assert host.try_sh("true").returncode == 255, "nobody gets in"
    engine.kill()
    kill_worker(host)
    until(lambda: host.try_sh("true").returncode == 0, "the host has undone it", 120)
    assert host.read("/etc/nftables.conf") == before
    engine.start()
    pe("watch", newest(pe)["name"])
    job = newest(pe)
    assert job["state"] == "FAILED" and states(job) == {"rules": "CHANGED", "load": "FAILED"}, job["reason"]
    assert step(job, "load")["result"]["errorCode"] == "NOT_CONFIRMED", step(job, "load")["reason"]
    guard_is_gone(host)


def test_a_reboot_does_not_forget_it(pe, engine, host, tmp_path):
    """A configuration that locks everybody out, and a power cut while it waits: the next boot undoes it."""
    register(pe, host)
    spec = tmp_path / "spec.yaml"
    spec.write_text(SSHD.format(line="AllowUsers nobody"))
    pe.ok("apply", "-f", spec, "--target", f"resources/{host.name}", "--detach")
    until(lambda: states(newest(pe)).get("reload") == "WAITING", "sshd refuses us", 60)
    engine.kill()
    host.do("cut")
    host.do("on")
    until(lambda: host.try_sh("true").returncode == 0, "the host lets us in", 180)
    assert not host.exists("/etc/ssh/sshd_config.d/00-pe.conf")
    engine.start()
    pe("watch", newest(pe)["name"])
    assert newest(pe)["state"] == "FAILED"
    assert step(newest(pe), "reload")["result"]["errorCode"] == "NOT_CONFIRMED"
    guard_is_gone(host)
