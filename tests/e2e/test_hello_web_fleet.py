"""One job for four hosts: every one of them serves and is measured, and a second run finds nothing to do on any."""
import pytest
from support.jobs import changed, newest, pinned, register, states
from support.paths import EXAMPLES

HELLO = EXAMPLES / "hello-web.yaml"
FLEET = 4


@pytest.fixture
def fleet(lab):
    """Four pristine hosts; the lab has two otherwise."""
    lab.up(FLEET)
    fleet = [lab.host(index) for index in range(FLEET)]
    for host in fleet:
        host.do("link", "up")
        host.do("clear")
        host.do("reset")
    lab.run("wait", FLEET)
    return fleet


def test_four_hosts_in_one_job(pe, fleet):
    register(pe, *fleet)
    first = pe("apply", "-f", HELLO, *pinned(*fleet), timeout=600)
    assert first.code == 0, first
    job = newest(pe)
    assert job["state"] == "SUCCEEDED"
    assert [target["state"] for target in job["targets"]] == ["SUCCEEDED"] * FLEET
    for index, host in enumerate(fleet):
        steps = states(job, index)
        assert set(steps.values()) == {"CHANGED", "UNCHANGED"}, steps
        assert {"page", "header", "reload", "security.patches"} <= set(changed(job, index)), steps
        assert steps["acceptance.0"] == "UNCHANGED", "a probe has passed and changes nothing"
        assert host.fetch() == f"hello from {host.name}\n"
        metrics = host.fetch(9100, "/metrics")
        assert f'nodename="{host.name}"' in metrics, "the metrics are this host's own"
        assert "node_load1" in metrics
    before = [started(host) for host in fleet]

    second = pe("apply", "-f", HELLO, *pinned(*fleet), timeout=600)
    assert second.code == 0, second
    again = newest(pe)
    assert again["name"] != job["name"]
    assert [target["state"] for target in again["targets"]] == ["SUCCEEDED"] * FLEET
    for index in range(FLEET):
        assert set(states(again, index).values()) <= {"UNCHANGED", "SKIPPED"}, states(again, index)
        assert states(again, index)["reload"] == "SKIPPED", "nobody notified the handler"
    assert [started(host) for host in fleet] == before, "no service was touched"


def started(host):
    """Changes with every start and reload of the two services."""
    return host.sh("systemctl show -p InvocationID,StateChangeTimestampMonotonic nginx prometheus-node-exporter")
