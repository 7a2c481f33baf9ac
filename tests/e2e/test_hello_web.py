"""The main job on real hosts over real SSH: first run, unchanged re-run, plan, four hosts' worth of targets at once."""
from support.jobs import changed, newest, pinned, register, states
from support.paths import EXAMPLES

HELLO = EXAMPLES / "hello-web.yaml"


def test_first_run_rerun_and_plan(pe, host):
    register(pe, host)
    plan = pe("plan", "-f", HELLO, *pinned(host), "--detailed-exitcode")
    assert plan.code == 3, plan
    assert host.package("nginx-light") is None, "a plan changes nothing"

    first = pe("apply", "-f", HELLO, *pinned(host), "--var", "greeting=hi")
    assert first.code == 0, first
    assert host.fetch().startswith("hi from")
    assert "node_load1" in host.fetch(9100, "/metrics")
    assert host.package("lab-vuln") == "1.0-1+deb12u1", "the security update is installed"
    assert host.package("lab-app") == "1.0-1", "a newer package that is no security update is left alone"
    job = newest(pe)
    assert job["state"] == "SUCCEEDED"
    assert states(job)["page"] == "CHANGED"
    assert states(job)["reload"] == "CHANGED", "the notified handler has run"

    again = pe("apply", "-f", HELLO, *pinned(host), "--var", "greeting=hi")
    assert again.code == 0, again
    assert changed(newest(pe)) == []
    assert pe("plan", "-f", HELLO, *pinned(host), "--var", "greeting=hi", "--detailed-exitcode").code == 0

    other = pe("plan", "-f", HELLO, *pinned(host), "--var", "greeting=bye", "--detailed-exitcode")
    assert other.code == 3, other
    assert "+bye from" in other.out + other.err, "the plan shows what would change"
    assert host.fetch().startswith("hi from")


def test_several_hosts_at_once(pe, hosts):
    register(pe, *hosts)
    done = pe("apply", "-f", HELLO, *pinned(*hosts))
    assert done.code == 0, done
    for host in hosts:
        assert host.fetch() == f"hello from {host.name}\n"
    assert len(newest(pe)["targets"]) == len(hosts)
