"""The units of tools/presets under a real systemd: nine services that serve, one that hangs and is started again, a job."""
import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from support.paths import BUILD, LAB, REPOSITORY
from support.wait import until

NAMES = ["dev", "test", "prod"]
UNITS = [f"{service}@{name}.service" for name in NAMES for service in ("provisiond", "provision-gw", "provision-web")]
PROGRAMS = [*(BUILD / "bin" / name for name in ("provisiond", "pe-gateway", "pe")), Path("/usr/sbin/nginx")]
READY = "exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; cat <&3"


def ship(root, host):
    """Everything below `root` onto the host."""
    tar = subprocess.Popen(["tar", "-C", root, "--owner=0", "--group=0", "-c", "."], stdout=subprocess.PIPE)
    done = subprocess.run([LAB, "ssh", str(host.index), "tar --keep-directory-symlink -C / -x"], stdin=tar.stdout, env={**os.environ, "LAB_ID": host.lab.id},
                          capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, tar.wait()) == (0, 0), done.stderr


def add_libraries(root, host):
    """The host has not the packages that ours would depend on, but the same Debian."""
    needed = {}
    for program in PROGRAMS:
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        needed.update({path: Path(path) for path in re.findall(r"=> (/\S+)", said)})
    there = set(host.sh("ls -d " + " ".join(needed) + " 2>/dev/null; true").split())
    folder = root / "usr/lib/x86_64-linux-gnu"
    folder.mkdir(parents=True)
    for path in needed.keys() - there:
        (folder / needed[path].name).write_bytes(needed[path].read_bytes())


@pytest.fixture
def installed(host):
    """A host with the units, started."""
    with tempfile.TemporaryDirectory(prefix="pe-root.", dir="/var/tmp") as folder:
        root = Path(folder)
        root.chmod(0o755)  # it becomes /
        (root / "etc").mkdir()
        subprocess.run([REPOSITORY / "tools/environments", "install", "--root", root], check=True, capture_output=True, timeout=120)
        for made in (root / "etc").glob("*"):  # by systemd-sysusers; the host makes its own
            if made.is_file():
                made.unlink()
        add_libraries(root, host)
        for path, name in ((PROGRAMS[-1], "usr/sbin/nginx"), (Path("/etc/nginx/mime.types"), "etc/nginx/mime.types")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(path.read_bytes())
            (root / name).chmod(path.stat().st_mode & 0o755)
        for name in NAMES:
            (root / f"etc/provision-engine/{name}/ssh-key").write_bytes(Path(host.lab.key()).read_bytes())
        ship(folder, host)
    host.sh("ldconfig; systemd-sysusers; chmod 600 /etc/provision-engine/*/ssh-key; chown provision-engine: /etc/provision-engine/*/ssh-key; "
            "systemctl daemon-reload; systemctl start " + " ".join(f"provision@{name}.target" for name in NAMES), timeout=120)
    return host


def test_nine_services(installed):
    host = installed
    assert {unit: host.unit(unit) for unit in UNITS} == {unit: "active" for unit in UNITS}
    for port in (7512, 7522, 7532):
        assert host.sh(READY.format(port=port, path="/readyz")).startswith("HTTP/1.1 200")
        page = host.sh(READY.format(port=port, path="/"))
        assert page.startswith("HTTP/1.1 200") and "/assets/" in page
    listening = host.sh("ss -Hltn | awk '{print $4}'").split()
    assert [address for address in listening if re.search(r":75[123]\d$", address) and not address.startswith("127.0.0.1:")] == []
    assert len([address for address in listening if re.search(r":75[123]\d$", address)]) == 9
    assert host.stat("/var/lib/provision-engine/prod/token") == "0600 provision-engine:provision-engine"

    # A job, as the engine's own user, which is not root.
    host.sh("""printf 'name: mark\\nsteps: [{id: mark, file: {path: /etc/marked, content: x}}]\\n' >/tmp/mark.yaml""")
    host.sh("pe --engine 127.0.0.1:7510 --token-file /var/lib/provision-engine/dev/token apply -f /tmp/mark.yaml --target ssh://root@127.0.0.1 "
            f"--host-key {host.fingerprint}", timeout=120)
    assert host.read("/etc/marked") == "x"

    # One that hangs: it neither ends nor answers, and only the watchdog sees that.
    unit = "provision-gw@dev.service"
    host.sh("mkdir -p /etc/systemd/system/provision-gw@.service.d; printf '[Service]\\nWatchdogSec=2\\n' >/etc/systemd/system/provision-gw@.service.d/w.conf; "
            f"systemctl daemon-reload; systemctl restart {unit}")
    host.sh(f"kill -STOP $(systemctl show -P MainPID {unit})")
    until(lambda: host.sh(f"systemctl show -P NRestarts {unit}").strip() == "1" and host.unit(unit) == "active", "a new start of what hung", 60)
    assert host.journal_grep("[Ww]atchdog timeout", unit)
    assert host.sh(READY.format(port=7512, path="/readyz")).startswith("HTTP/1.1 200")
