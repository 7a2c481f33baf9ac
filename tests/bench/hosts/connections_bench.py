"""Two hundred hosts connected by one engine at the same time: how long until all are, and what that takes of its memory.

They are 25 sshd on each of 8 hosts of the lab, each with its own key, port and agent: two hundred logins, key exchanges, channels
and agents, but they share eight kernels' worth of namespaces and this machine's cores with the engine.
"""
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hosts.world import QUICK_EXCHANGE, World
from measure.processes import pss_mib, rss_mib
from measure.report import Row
from measure.times import Spread, timed

HERE = Path(__file__).resolve().parent
HOSTS = 8
LOGINS_AT_ONCE = 64  # the engine's own bound, see server/transport/options.h


def farm(world: World, host, *args: str) -> list:
    with open(HERE / "sshd-farm.sh") as script:
        done = subprocess.run(world.ssh_argv(host, ["sh", "-s", *args]), stdin=script, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


def register(world: World, each: int) -> list:
    """(host, port) of every sshd; the engine knows them by the label farm=1."""
    places = []
    for host in world.hosts[:HOSTS]:
        for number, key in enumerate(farm(world, host, "start", str(each)), 1):
            name = f"farm-{host.index}-{number}"
            world.pe.ok("resource", "create", name, f"ssh://root@{host.address}:{2200 + number}", "--host-key", key, "--label", "farm=1")
            places.append((host, 2200 + number))
    return places


def gate(world: World, is_open: bool) -> None:
    for host in world.hosts[:HOSTS]:
        world.ssh(host, ["touch /run/sshd-farm/open" if is_open else "rm -f /run/sshd-farm/open"])


def hold(world: World, count: int) -> tuple:
    """Seconds until all are connected and at work, and the engine's memory then."""
    gate(world, False)
    argv = world.pe._argv(["--progress", "json", "apply", "-f", HERE / "wait.yaml", "--selector", "farm=1"])
    begin = time.monotonic()
    process = subprocess.Popen(argv, env=world.pe._env(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    waiting = set()
    for line in process.stdout:
        event = json.loads(line)
        if event.get("stepState", {}).get("state") == "RUNNING":
            waiting.add(event.get("target", 0))
        if len(waiting) == count:
            break
    seconds = time.monotonic() - begin
    memory = rss_mib(world.engine.process.pid)
    gate(world, True)
    process.stdout.read()
    if len(waiting) != count or process.wait() != 0:
        raise RuntimeError(f"{len(waiting)} of {count} connected; exit code {process.returncode}")
    return seconds, memory


def logins(world: World, places: list) -> None:
    """`ssh HOST true` for each, as many at once as the engine allows itself."""
    def one(place):
        argv = world.ssh_argv(place[0], ["true"], *QUICK_EXCHANGE, "-p", str(place[1]), "-o", "StrictHostKeyChecking=no",
                              "-o", "UserKnownHostsFile=/dev/null")
        subprocess.run(argv, stdin=subprocess.DEVNULL, check=True)

    with ThreadPoolExecutor(LOGINS_AT_ONCE) as pool:
        list(pool.map(one, places))


def client_memory(world: World) -> float:
    """MiB of one OpenSSH client that is logged in, shared pages counted once among eight of them."""
    clients = [subprocess.Popen(world.ssh_argv(world.hosts[0], ["echo; cat"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(8)]
    for client in clients:
        client.stdout.readline()
    memory = sum(pss_mib(client.pid) for client in clients) / len(clients)
    for client in clients:
        client.stdin.close()
        client.wait()
    return memory


def run(world: World, quick: bool) -> list:
    each = 5 if quick else 25
    count = each * HOSTS
    try:
        places = register(world, each)
        before = rss_mib(world.engine.process.pid)
        hold(world, count)  # the agents are there from now on
        connected, plain = Spread(), Spread()
        for _ in range(1 if quick else 3):
            seconds, memory = hold(world, count)
            connected.add(seconds)
            plain.add(timed(lambda: logins(world, places))[0])
        client = client_memory(world)
    finally:
        for host in world.hosts[:HOSTS]:
            farm(world, host, "stop")
    return [
        Row(f"{count} hosts connected and at work at once, from exec of `pe`", "", str(connected),
            f"{count} x `ssh HOST true` with curve25519, {LOGINS_AT_ONCE} at once: {plain}", f"{connected.median / plain.median:.2f}", name="connections"),
        Row(f"Engine: resident memory with {count} hosts connected", "", f"{memory:.0f} MiB ({before:.0f} before)",
            f"{count} OpenSSH clients: {client * count:.0f} MiB", f"{(memory - before) / (client * count):.2f}", name="connections"),
    ]
