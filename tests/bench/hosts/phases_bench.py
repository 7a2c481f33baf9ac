"""Where the time of an unchanged re-run goes: from exec to exit of pe, by the times of the job's events."""
import json
import re
import subprocess
import time
from calendar import timegm

from hosts.world import QUICK_EXCHANGE, THIRTY, World
from measure.report import Row
from measure.times import Spread, timed


def wall(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 time; Python's own reader knows no nanoseconds."""
    moment, fraction = re.fullmatch(r"([^.Z]+)(\.\d+)?Z", text).groups()
    return timegm(time.strptime(moment, "%Y-%m-%dT%H:%M:%S")) + float(fraction or 0)


def phases(world: World, target: str) -> dict:
    """Seconds of each phase of one run, in order."""
    argv = world.pe._argv(["--progress", "json", "apply", "-f", THIRTY / "service.yaml", "--target", target])
    begin = time.time()
    done = subprocess.run(argv, env=world.pe._env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    end = time.time()
    events = [event for event in map(json.loads, filter(lambda line: line.startswith("{"), done.stdout.splitlines())) if "seq" in event]
    if sum(event.get("stepState", {}).get("state") == "UNCHANGED" for event in events) != 30:
        raise RuntimeError(done.stdout)

    def first(kind: str) -> float:
        return next(wall(event["time"]) for event in events if kind in event)

    steps = [event for event in events if "stepState" in event]
    unit = [wall(event["time"]) for event in steps if event.get("step") in (26, 27, 28, 29)]
    marks = [begin, first("created"), first("facts"), wall(steps[0]["time"]), min(unit), wall(events[-1]["time"]), end]
    names = ["pe starts, its call is accepted durably", "connect, key exchange, login, channel, agent answers", "plan stored and sent",
             "26 steps without a process", "4 steps that ask systemctl or a guard, end recorded", "pe is told, prints, exits"]
    return dict(zip(names, (b - a for a, b in zip(marks, marks[1:]))))


def run(world: World, quick: bool) -> list:
    spreads, limits = {}, {}
    for _ in range(5 if quick else 15):
        if not spreads:
            world.apply(["h0"])
        for name, seconds in phases(world, "h0").items():
            spreads.setdefault(name, Spread()).add(seconds)
        for name, call in (("pe --version", lambda: world.pe.ok("--version")),
                           ("ssh HOST true, curve25519", lambda: world.ssh(world.hosts[0], ["true"], *QUICK_EXCHANGE))):
            limits.setdefault(name, Spread()).add(timed(call)[0])
    beside = {"pe starts, its call is accepted durably": "pe --version", "connect, key exchange, login, channel, agent answers": "ssh HOST true, curve25519"}
    rows = []
    for name, spread in spreads.items():
        limit = beside.get(name)
        rows.append(Row(f"Re-run of thirty steps, `ssh`: {name}", "", f"{spread.median * 1000:.1f} ms (least {spread.least * 1000:.1f})",
                        f"`{limit}` {limits[limit].median * 1000:.1f} ms" if limit else "",
                        f"{spread.median / limits[limit].median:.2f}" if limit else "", name="phases"))
    return rows
