"""A handler that was notified and did not run is owed to its host: the next job there brings it first, once, or a person waives it."""
import json

from support.jobs import newest, register, states, status
from support.wait import until

NOTIFYING = """\
name: notifying
steps:
  - {{id: conf, file: {{path: /srv/conf, content: "new\\n"}}, notify: [reload]}}
  - {{id: slow, exec: {{argv: [sleep, "{seconds}"]}}, timeout: 1800s}}
handlers:
  - {{id: reload, exec: {{shell: true, command: "echo reloaded >> /srv/reloads"}}}}
"""

OTHER = """\
name: other
steps:
  - {id: page, file: {path: /srv/page, content: "page\\n"}}
"""


def start(pe, host, tmp_path, seconds) -> dict:
    """The job, when its slow step runs."""
    spec = tmp_path / "notifying.yaml"
    spec.write_text(NOTIFYING.format(seconds=seconds))
    pe.ok("apply", "-f", spec, "--target", f"resources/{host.name}", "--detach")
    until(lambda: states(newest(pe)).get("slow") == "RUNNING", "the slow step runs")
    return newest(pe)


def other(pe, host, tmp_path, command="apply"):
    spec = tmp_path / "other.yaml"
    spec.write_text(OTHER)
    return pe(command, "-f", spec, "--target", f"resources/{host.name}", "--progress", "plain", timeout=120)


def owed(pe, host) -> list:
    resource = json.loads(pe.ok("resource", "get", host.name, "-o", "json"))
    return [(one["handler"], one["job"]) for one in resource.get("pendingHandlers", [])]


def cancelled(pe, host, tmp_path) -> dict:
    job = start(pe, host, tmp_path, 900)
    pe("cancel", job["name"])
    until(lambda: status(pe, job["name"])["state"] == "CANCELLED", "the job is cancelled")
    return job


def test_the_next_job_brings_it_first_and_once(pe, host, tmp_path):
    register(pe, host)
    job = cancelled(pe, host, tmp_path)
    assert "handlers that did not run: reload" in pe.ok("status", job["name"])
    assert f"handler reload of {job['name']}" in pe.ok("resource", "get", host.name)
    planned = other(pe, host, tmp_path, "plan")
    assert planned.code == 0, planned
    assert list(states(newest(pe)).items()) == [("owed.0.reload", "CHANGED"), ("page", "CHANGED")]
    assert owed(pe, host) == [("reload", job["name"])], "a plan runs nothing"
    done = other(pe, host, tmp_path)
    assert done.code == 0, done
    first = newest(pe)["targets"][0]["steps"][0]
    assert (first["id"], first["state"]) == ("owed.0.reload", "CHANGED")
    assert job["name"] == first["inheritedFrom"]
    assert host.read("/srv/reloads") == "reloaded\n"
    assert owed(pe, host) == []
    assert other(pe, host, tmp_path).code == 0
    assert host.read("/srv/reloads") == "reloaded\n", "once"


def test_a_person_may_waive_it(pe, host, tmp_path):
    register(pe, host)
    job = cancelled(pe, host, tmp_path)
    unknown = pe("resource", "waive", host.name, "reload", "restart")
    assert unknown.code != 0 and "not owed" in unknown.err and "restart" in unknown.err, unknown
    assert owed(pe, host) == [("reload", job["name"])], "all or none"
    waived = pe.ok("resource", "waive", host.name, "reload")
    assert "WAIVED" in waived and "OWED" not in waived, waived
    assert other(pe, host, tmp_path).code == 0
    assert not host.exists("/srv/reloads"), newest(pe)


def test_a_host_that_was_lost_tells_whether_it_has_run(pe, hosts, tmp_path):
    """One that goes on alone and runs it, and one whose run is still under way when the next job comes."""
    seconds = {hosts[0]: 3, hosts[1]: 900}
    register(pe, *seconds)
    jobs = {host: start(pe, host, tmp_path, lasts) for host, lasts in seconds.items()}
    for host, job in jobs.items():
        host.do("link", "down")
        pe("cancel", job["name"])
    for host, job in jobs.items():
        until(lambda: status(pe, job["name"])["targets"][0]["state"] == "UNREACHABLE", "the host is given up", 60)
        assert owed(pe, host) == [("reload", job["name"])], "nobody here knows better"
        host.do("link", "up")
    for host, lasts in seconds.items():
        done = other(pe, host, tmp_path)
        assert done.code == 0, done
        assert host.read("/srv/reloads") == "reloaded\n", "by the host alone, or by the next job"
        assert ("owed.0.reload" in states(newest(pe))) == (lasts == 900)
        assert owed(pe, host) == []
        assert host.processes("sleep 900") == []
