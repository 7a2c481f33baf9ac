"""The agent's weight: size, time from exec to its Hello, memory; and the idle engine's memory."""
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from hosts.world import World
from measure.processes import rss_mib
from measure.report import Row
from measure.times import Spread, timed
from support.engine import Engine
from support.paths import binary


def hello(program: Path, folder: str) -> tuple:
    """Seconds until the first frame is there as a whole, and the process' memory then."""
    env = {"PATH": os.environ["PATH"], "PE_AGENT_RUN": f"{folder}/run", "PE_AGENT_STATE": f"{folder}/state"}
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    process = None

    def first_frame():
        nonlocal process
        process = subprocess.Popen([str(program), "serve"], **pipes)
        length = int.from_bytes(process.stdout.read(4), "little")
        if len(process.stdout.read(length)) != length:
            raise RuntimeError("the agent ended before its Hello")

    seconds, _ = timed(first_frame)
    memory = rss_mib(process.pid)
    process.stdin.close()
    process.wait()
    return seconds, memory


def agent_rows(world: World, rounds: int) -> list:
    built = Path(binary("pe-agent-amd64"))
    folder = tempfile.mkdtemp(prefix="pe-bench-agent.")
    try:
        # Under the name that it has on a host: the digest in it spares the agent the reading of itself.
        program = Path(folder) / f"pe-agent-{hashlib.sha256(built.read_bytes()).hexdigest()}"
        shutil.copy(built, program)
        for name in ("run", "state"):
            os.mkdir(f"{folder}/{name}", 0o700)
        start, nothing, memory = Spread(), Spread(), 0.0
        for _ in range(rounds):
            seconds, memory = hello(program, folder)
            start.add(seconds)
            nothing.add(timed(lambda: subprocess.run(["/bin/true"], check=True))[0])
        size = built.stat().st_size / 2**20
    finally:
        shutil.rmtree(folder)
    world.apply(["h0"])
    worker = float(world.ssh(world.hosts[0], ["ps -o rss= -p $(cat /sys/fs/cgroup/system.slice/pe-agent-worker.service/cgroup.procs | head -1)"])) / 1024
    return [
        Row("Agent: size of the binary (amd64)", "3 MiB", f"{size:.2f} MiB", met=size <= 3, name="agent"),
        Row("Agent: exec to Hello, facts included", "5 ms", f"{start.median * 1000:.1f} ms (least {start.least * 1000:.1f}, {rounds} runs)",
            f"`/bin/true` {nothing.median * 1000:.1f} ms", f"{start.median / nothing.median:.1f}", start.median <= 0.005, "agent"),
        Row("Agent: resident memory after Hello; of a worker after thirty steps", "10 MiB", f"{memory:.1f}; {worker:.1f} MiB",
            met=max(memory, worker) <= 10, name="agent"),
    ]


def engine_row(world: World) -> Row:
    folder = Path(tempfile.mkdtemp(prefix="pe-bench-idle.", dir="/var/tmp"))
    engine = Engine(folder, world.key)
    try:
        engine.start()
        idle = rss_mib(engine.process.pid)
        engine.stop()
    finally:
        engine.close()
        shutil.rmtree(folder)
    return Row("Engine: resident memory, idle and empty; of the one that has done these benchmarks", "40 MB",
               f"{idle * 1.048576:.1f}; {rss_mib(world.engine.process.pid) * 1.048576:.1f} MB", met=idle * 1.048576 <= 40, name="agent")


def run(world: World, quick: bool) -> list:
    return agent_rows(world, 10 if quick else 50) + [engine_row(world)]
