"""The lab of real hosts (tests/support/lab), and what a test may ask of one host."""
import os
import re
import shlex
import subprocess
import urllib.request
from typing import List, Optional

from support.paths import LAB


class Lab:
    """REQUIRES: root. One lab per id; methods mirror the commands of the lab tool."""

    def __init__(self, lab_id: str):
        self.id = lab_id

    def run(self, *args: object, check: bool = True, timeout: float = 300, user: str = "root") -> subprocess.CompletedProcess:
        env = dict(os.environ, LAB_ID=self.id, LAB_USER=user)
        done = subprocess.run([str(LAB), *map(str, args)], env=env, text=True, errors="replace", timeout=timeout,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode != 0:
            raise AssertionError(f"lab {' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def up(self, count: int) -> None:
        self.run("up", count)
        self.run("wait", count)

    def down(self) -> None:
        self.run("down")
        self.run("check-clean")

    def key(self) -> str:
        return self.run("key").stdout.strip()

    def host(self, index: int) -> "Host":
        return Host(self, index)


class Host:
    """One host. What it says is read over ssh with its pinned key; nothing is cached but the address."""

    def __init__(self, lab: Lab, index: int):
        self.lab = lab
        self.index = index
        self.name = f"{lab.id}-h{index}"
        self.address = lab.run("addr", index).stdout.strip()

    @property
    def fingerprint(self) -> str:
        return self.lab.run("hostkey", self.index).stdout.strip()

    def target(self, user: str = "root") -> str:
        return f"ssh://{user}@{self.address}"

    def do(self, command: str, *args: object) -> str:
        """A lab command on this host: reset, reboot, cut, on, freeze, thaw, link, loss, rate, clear, leader."""
        return self.lab.run(command, self.index, *args).stdout.strip()

    def reset(self) -> None:
        self.do("reset")
        self.lab.run("wait", self.index + 1)

    def try_sh(self, command: str, user: str = "root", timeout: float = 60) -> subprocess.CompletedProcess:
        return self.lab.run("ssh", self.index, command, check=False, user=user, timeout=timeout)

    def sh(self, command: str, user: str = "root", timeout: float = 60) -> str:
        """Output of a shell command that must succeed."""
        done = self.try_sh(command, user, timeout)
        assert done.returncode == 0, f"{self.name}: {command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def ok(self, command: str) -> bool:
        done = self.try_sh(command)
        assert done.returncode != 255, f"{self.name} does not answer: {done.stderr}"
        return done.returncode == 0

    def read(self, path: str) -> str:
        return self.sh(f"cat -- {shlex.quote(path)}")

    def exists(self, path: str) -> bool:
        return self.ok(f"test -e {shlex.quote(path)} -o -L {shlex.quote(path)}")

    def stat(self, path: str) -> str:
        """Like `0644 root:root`."""
        return self.sh(f"stat -c '%#a %U:%G' -- {shlex.quote(path)}").strip()

    def unit(self, name: str) -> str:
        """active, inactive, failed, ..."""
        return self.try_sh(f"systemctl is-active {shlex.quote(name)}").stdout.strip()

    def package(self, name: str) -> Optional[str]:
        """The installed version."""
        done = self.try_sh(f"dpkg-query -W -f '${{db:Status-Status}} ${{Version}}' {shlex.quote(name)}")
        status, _, version = done.stdout.partition(" ")
        return version if done.returncode == 0 and status == "installed" else None

    def fetch(self, port: int = 80, path: str = "/") -> str:
        """What the host answers over http to this machine."""
        with urllib.request.urlopen(f"http://{self.address}:{port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def boot_id(self) -> str:
        return self.read("/proc/sys/kernel/random/boot_id").strip()

    def processes(self, pattern: str) -> List[str]:
        """Command lines that match, the question itself left out."""
        lines = self.sh("ps -eo args=").splitlines()
        return [line for line in lines if re.search(pattern, line) and "ps -eo args=" not in line]

    def journal_grep(self, pattern: str, unit: Optional[str] = None) -> List[str]:
        """Messages of this boot's journal that match."""
        which = f"-u {shlex.quote(unit)}" if unit else ""
        return [line for line in self.sh(f"journalctl -b -q -o cat {which}").splitlines() if re.search(pattern, line)]
