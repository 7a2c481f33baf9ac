"""A job may reboot its host: it goes on in the next boot, once, whatever happens to the engine meanwhile."""
from support.jobs import newest, register, states
from support.wait import until

SPEC = """\
name: reboots
variables: [{name: token, type: SECRET}]
steps:
  - {id: before, file: {path: /srv/before, content: "1\\n"}, notify: [note]}
  - {id: restart, reboot: {}}
  - {id: boot, exec: {command: "cat /proc/sys/kernel/random/boot_id >> /srv/boots", shell: true}}
  - {id: secret, file: {path: /srv/secret, content: "${vars.token}", mode: "0600"}}
  - {id: again, reboot: {ifRequired: true}}
handlers:
  - {id: note, exec: {command: "echo noted >> /srv/notes", shell: true}}
"""


def boot_id(host) -> str:
    return host.sh("cat /proc/sys/kernel/random/boot_id").strip()


def is_right(pe, host, before: str) -> None:
    assert states(newest(pe)) == {"before": "CHANGED", "note": "CHANGED", "restart": "CHANGED", "boot": "CHANGED", "secret": "CHANGED",
                                  "again": "UNCHANGED"}
    now = boot_id(host)
    assert now != before and host.read("/srv/boots").split() == [now], "one reboot"
    assert host.read("/srv/secret") == "hush" and host.read("/srv/notes") == "noted\n"


def secret(spec) -> str:
    path = spec.with_name("token")
    path.write_text("hush")
    return str(path)


def apply_argv(spec, host) -> list:
    return ["apply", "-f", spec, "--target", f"resources/{host.name}", "--secret", f"token=file:{secret(spec)}"]


def test_the_job_goes_on_after_its_reboot(pe, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    register(pe, host)
    before = boot_id(host)
    pe.ok(*apply_argv(spec, host))
    is_right(pe, host, before)


def test_the_engine_may_die_while_the_host_is_down(pe, engine, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    register(pe, host)
    before = boot_id(host)
    pe.ok(*apply_argv(spec, host), "--detach")
    until(lambda: host.try_sh(f"grep -q {before} /proc/sys/kernel/random/boot_id").returncode != 0, "the host goes down", 60)
    engine.kill()
    engine.start()
    pe.ok("watch", newest(pe)["name"])
    is_right(pe, host, before)


def test_security_reboots_only_where_it_is_required(pe, host, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text("name: patched\nsecurity: {patches: NONE, reboot: IF_REQUIRED}\n"
                    "steps:\n  - {id: care, reboot: {ifRequired: true}}\n")
    register(pe, host)
    before = boot_id(host)
    pe.ok("apply", "-f", spec, "--target", f"resources/{host.name}")
    assert boot_id(host) == before and states(newest(pe))["care"] == "UNCHANGED"
    host.sh("touch /run/reboot-required")
    pe.ok("apply", "-f", spec, "--target", f"resources/{host.name}")
    assert boot_id(host) != before and states(newest(pe))["care"] == "CHANGED"
