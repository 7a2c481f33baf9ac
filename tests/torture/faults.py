"""What goes wrong, one method each. Every fault heals itself before it returns, or is healed by the next."""
import re
import shlex
import signal
import time


class Faults:
    def __init__(self, engine, hosts, proxy, rng):
        self.engine, self.hosts, self.proxy, self.rng = engine, hosts, proxy, rng
        self.counts = {}

    def do(self, kind: str) -> None:
        getattr(self, kind)()
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def engine_kill(self) -> None:
        self.engine.kill()
        self.engine.start(seconds=30)

    def engine_pause(self) -> None:
        self.engine.process.send_signal(signal.SIGSTOP)
        time.sleep(self.rng.uniform(0.1, 1.5))
        self.engine.process.send_signal(signal.SIGCONT)

    def engine_drain(self) -> None:
        code = self.engine.stop()
        assert code == 0, f"the engine drained with exit code {code}"
        self.engine.start(seconds=30)

    def _kill_on_host(self, host, pattern: str) -> None:
        lines = host.try_sh("ps -eo pid=,args=", timeout=20).stdout.splitlines()
        pids = [line.split()[0] for line in lines if re.search(pattern, line) and "ps -eo" not in line]
        if pids:
            host.try_sh("kill -KILL " + shlex.join(pids), timeout=20)

    def agent_kill(self) -> None:
        self._kill_on_host(self.rng.choice(self.hosts), r"pe-agent.* worker")

    def ssh_kill(self) -> None:
        self._kill_on_host(self.rng.choice(self.hosts), r"pe-agent.* attach")

    def sshd_restart(self) -> None:
        self.rng.choice(self.hosts).try_sh("systemctl restart ssh", timeout=30)

    def link_cut(self) -> None:
        host = self.rng.choice(self.hosts)
        host.do("link", "down")
        time.sleep(self.rng.uniform(0.1, 3))
        host.do("link", "up")

    def _disturb(self, *command) -> None:
        host = self.rng.choice(self.hosts)
        host.do(*command)
        time.sleep(self.rng.uniform(0.2, 3))
        host.do("clear")

    def link_loss(self) -> None:
        self._disturb("loss", 5)

    def half_open(self) -> None:
        self._disturb("drop", self.rng.choice(["in", "out"]))

    def tcp_reset(self) -> None:
        self._disturb("reset-tcp")

    def proxy_reset(self) -> None:
        self.proxy.reset()

    def proxy_stall(self) -> None:
        self.proxy.stalled.set()
        time.sleep(self.rng.uniform(0.2, 3))
        self.proxy.stalled.clear()

    def host_freeze(self) -> None:
        host = self.rng.choice(self.hosts)
        host.do("freeze")
        time.sleep(self.rng.uniform(0.1, 2))
        host.do("thaw")

    def host_reboot(self) -> None:
        self.rng.choice(self.hosts).do("reboot")

    def power_cut(self) -> None:
        host = self.rng.choice(self.hosts)
        host.do("cut")
        host.do("on")
        host.lab.run("wait", len(self.hosts))
