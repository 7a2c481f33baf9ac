"""The lab's hosts and one engine, as every benchmark here finds them, and the plain ssh that it is measured against."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import List, Sequence

from support.cli import Pe
from support.engine import Engine
from support.lab import Host, Lab

THIRTY = Path(__file__).resolve().parent / "thirty"
QUICK_EXCHANGE = ("-o", "KexAlgorithms=curve25519-sha256")  # without the post-quantum one that OpenSSH begins with


class World:
    def __init__(self, lab_id: str):
        self.lab = Lab(lab_id)
        self.hosts: List[Host] = []
        self.folder = Path(tempfile.mkdtemp(prefix="pe-bench.", dir="/var/tmp"))  # a disk, not memory
        self.engine = Engine(self.folder, "")
        self.pe = Pe(self.engine)

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_) -> None:
        if self.engine.process is not None:
            self.engine.stop()
        self.engine.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.hosts and os.environ.get("BENCH_KEEP") != "1":
            self.lab.down()

    def need(self, count: int) -> None:
        """Hosts 0 .. count-1 run, and the engine has each as h0, h1 ... (ssh) and o0, o1 ... (openssh)."""
        if count > len(self.hosts):
            self.lab.up(count)
        if self.engine.process is None:
            key = self.lab.key()
            self.engine.credentials = [f"name=default,user=root,key={key}"]
            self.engine.start()
            self.key = key
        for index in range(len(self.hosts), count):
            host = self.lab.host(index)
            for prefix, transport in (("h", "ssh"), ("o", "openssh")):
                self.pe.ok("resource", "create", f"{prefix}{index}", f"{transport}://root@{host.address}", "--host-key", host.fingerprint)
            self.hosts.append(host)
            self.script(host, "remove.sh")
            for prefix in "ho":  # the agent is there from now on
                self.apply([f"{prefix}{index}"])
            self.script(host, "remove.sh")

    @property
    def known_hosts(self) -> str:
        return f"{Path(self.key).parents[1]}/labs/{self.lab.id}/known_hosts"

    def ssh_argv(self, host: Host, command: Sequence[str], *options: str) -> List[str]:
        """As a person logs in: no master connection, the host key checked."""
        return ["ssh", "-q", "-F", "none", "-i", self.key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o",
                f"UserKnownHostsFile={self.known_hosts}", *options, f"root@{host.address}", *command]

    def ssh(self, host: Host, command: Sequence[str], *options: str) -> str:
        done = subprocess.run(self.ssh_argv(host, command, *options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout

    def start_script(self, host: Host, name: str, *options: str) -> subprocess.Popen:
        with open(THIRTY / name) as script:
            return subprocess.Popen(self.ssh_argv(host, ["sh", "-s"], *options), stdin=script, stdout=subprocess.PIPE, text=True)

    def script(self, host: Host, name: str, *options: str) -> str:
        return self.end_script(self.start_script(host, name, *options))

    @staticmethod
    def end_script(process: subprocess.Popen) -> str:
        out, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"the script ended with {process.returncode}: {out}")
        return out.strip()

    def apply(self, targets: Sequence[str]) -> str:
        """The thirty steps by pe; the summary of its hosts."""
        flags = [word for target in targets for word in ("--target", target)]
        return self.pe.ok("apply", "-f", THIRTY / "service.yaml", *flags)


def expect(text: str, *words: str) -> None:
    """A benchmark of something else than what was asked for is worse than none."""
    missing = [word for word in words if word not in text]
    if missing:
        raise RuntimeError(f"{', '.join(missing)} is not in: {text}")
