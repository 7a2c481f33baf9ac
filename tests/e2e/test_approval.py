"""Environments: a job of prod waits for a person, across a kill of the engine, and nothing connects to its host before."""
import json

import pytest
from support.jobs import newest, status
from support.relay import Relay

SPEC = """\
name: approved
variables: [{name: greeting, type: STRING}]
steps:
  - {id: page, file: {path: /srv/approved, content: "${vars.greeting}\\n"}}
"""


@pytest.fixture
def relay(host):
    relay = Relay(host.address)
    yield relay
    relay.close()


@pytest.fixture
def apply(pe, host, relay, tmp_path):
    """Accepts a job of prod on `host`, reached over `relay`; its name."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    pe.ok("env", "set", "prod", "--var", "greeting=from prod")
    pe.ok("resource", "create", host.name, f"ssh://root@127.0.0.1:{relay.port}", "--host-key", host.fingerprint)
    return lambda: pe.ok("apply", "-f", spec, "--target", f"resources/{host.name}", "--env", "prod", "--detach").strip()


def test_a_prod_job_waits_and_runs_when_approved(pe, engine, host, relay, apply):
    job = apply()
    waiting = status(pe, job)
    assert waiting["state"] == "AWAITING_APPROVAL"
    assert f"pe approve {job.split('/')[1]}" in waiting["reason"]
    engine.kill()
    engine.start()
    assert status(pe, job)["state"] == "AWAITING_APPROVAL" and relay.connections == 0
    shown = pe.ok("approve", job, "--comment", "looked at it")
    assert "approved by" in shown
    assert "succeeded" in pe.ok("watch", job) or status(pe, job)["state"] == "SUCCEEDED"
    done = status(pe, job)
    assert done["state"] == "SUCCEEDED" and done["approval"]["comment"] == "looked at it" and done["approval"]["caller"]
    assert host.read("/srv/approved") == "from prod\n" and relay.connections > 0
    # Undoing it is a change of prod, too.
    pe.ok("rollback", job, "--detach")
    assert newest(pe)["state"] == "AWAITING_APPROVAL"


def test_a_rejected_job_ends_and_nothing_has_connected(pe, host, relay, apply):
    job = apply()
    pe.ok("approve", job, "--reject", "--comment", "not today")
    watched = pe("watch", job)
    assert watched.code == 2 and "not today" in watched.out + watched.err
    ended = status(pe, job)
    assert ended["state"] == "CANCELLED" and ended["approval"]["decision"] == "REJECTED"
    assert relay.connections == 0 and not host.exists("/srv/approved")
    late = pe("approve", job)
    assert late.code != 0 and "does not await an approval" in late.err


def test_environments_are_kept_by_the_cli(pe):
    assert [e["name"] for e in json.loads(pe.ok("env", "list", "-o", "json"))["environments"]] == [
        "environments/dev", "environments/prod", "environments/test"]
    pe.ok("env", "create", "stage", "--approval", "required", "--var", "a=1", "--var", "b=2")
    pe.ok("env", "set", "stage", "--approval", "none", "--unset", "a", "--var", "c=3")
    stage = json.loads(pe.ok("env", "get", "stage", "-o", "json"))
    assert stage["variables"] == {"b": "2", "c": "3"} and not stage.get("approvalRequired", stage.get("approval_required"))
    pe.ok("env", "delete", "stage")
    assert pe("env", "get", "stage").code != 0
