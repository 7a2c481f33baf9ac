"""What a job has changed can be undone: by a call, or because a step failed; what somebody else has changed since is left alone."""
from support.jobs import newest, states

SPEC = """\
name: undoable
steps:
  - {id: group, group: {name: undo}}
  - {id: dir, directory: {path: /srv/undo, mode: "0750"}}
  - {id: old, file: {path: /etc/issue, content: "changed\\n"}}
  - {id: new, file: {path: /srv/undo/new, content: "new\\n"}}
  - {id: link, symlink: {path: /srv/link, target: /srv/undo}}
  - {id: note, exec: {argv: ["true"]}}
"""
FAILING = SPEC + '  - {id: bad, exec: {argv: ["false"]}}\n'


def as_before(host, issue):
    assert host.read("/etc/issue") == issue
    assert not host.exists("/srv/undo") and not host.exists("/srv/link")
    assert not host.ok("getent group undo")


def register(pe, host):
    pe.ok("resource", "create", host.name, host.target(), "--host-key", host.fingerprint)
    return f"resources/{host.name}"


def test_a_job_is_undone_by_a_call(pe, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    issue, target = host.read("/etc/issue"), register(pe, host)
    pe.ok("apply", "-f", spec, "--target", target)
    applied = newest(pe)
    assert host.read("/etc/issue") == "changed\n" and host.exists("/srv/undo/new")
    shown = pe.ok("rollback", applied["name"])
    undone = newest(pe)
    assert undone["mode"] == "ROLLBACK" and undone["parent"] == applied["name"]
    assert states(undone) == {f"undo.{id}": "UNDONE" for id in ("link", "new", "old", "dir", "group")}, shown
    as_before(host, issue)
    modes = {line.split()[0]: line for line in pe.ok("list").splitlines()[1:]}
    assert " rollback " in modes[undone["name"].split("/")[1]] and " apply " in modes[applied["name"].split("/")[1]]
    # Again: nothing is left to undo, and nothing happens twice.
    pe.ok("rollback", applied["name"])
    assert set(states(newest(pe)).values()) == {"UNCHANGED"}


def test_what_somebody_else_has_changed_is_left_alone(pe, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    target = register(pe, host)
    pe.ok("apply", "-f", spec, "--target", target)
    host.sh("echo mine > /etc/issue")
    done = pe("rollback", "latest")
    assert done.code == 1 and "UNDO_CONFLICT" in done.out + done.err
    assert host.read("/etc/issue") == "mine\n"
    found = states(newest(pe))
    assert found.pop("undo.old") == "FAILED"
    assert set(found.values()) == {"UNDONE"}


def test_a_failing_step_rolls_its_host_back(pe, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(FAILING)
    issue, target = host.read("/etc/issue"), register(pe, host)
    done = pe("apply", "-f", spec, "--target", target, "--on-failure", "rollback")
    assert done.code == 1, done
    job = newest(pe)
    assert job["state"] == "ROLLED_BACK" and "step 'bad' failed" in job["reason"], job["reason"]
    assert states(job)["old"] == "CHANGED" and states(job)["undo.old"] == "UNDONE"
    as_before(host, issue)


def test_what_a_host_no_longer_keeps_is_said(pe, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    target = register(pe, host)
    pe.ok("apply", "-f", spec, "--target", target)
    assert "30 days at most: pe rollback jobs/" in pe.ok("status", "latest") or "29 days at most" in pe.ok("status", "latest")
    host.sh("rm -r /var/lib/pe-agent/undo")
    done = pe("rollback", "latest")
    assert done.code == 1 and "no longer keeps what would undo it" in done.out + done.err
    assert host.read("/etc/issue") == "changed\n"
