"""Thirty typical steps on one host: pe against a careful script over ssh, as a first run and when nothing is to be done.

Every round takes one of each in turn, so that what else the machine does meets all of them alike.
"""
from hosts.world import QUICK_EXCHANGE, World, expect
from measure.report import Row
from measure.times import Spread, timed


def first_runs(world: World, rounds: int) -> dict:
    host = world.hosts[0]
    times = {name: Spread() for name in ("ssh", "openssh", "script", "script, curve25519")}

    def fresh(name, call, *words):
        world.script(host, "remove.sh")
        seconds, out = timed(call)
        expect(out, *words)
        times[name].add(seconds)

    for _ in range(rounds):
        fresh("ssh", lambda: world.apply(["h0"]), "28 changed")
        fresh("script", lambda: world.script(host, "apply.sh"), "changed=28")
        fresh("openssh", lambda: world.apply(["o0"]), "28 changed")
        fresh("script, curve25519", lambda: world.script(host, "apply.sh", *QUICK_EXCHANGE), "changed=28")
    return times


def unchanged_runs(world: World, rounds: int) -> dict:
    host = world.hosts[0]
    calls = {
        "ssh": (lambda: world.apply(["h0"]), "30 unchanged"),
        "script": (lambda: world.script(host, "apply.sh"), "changed=0"),
        "openssh": (lambda: world.apply(["o0"]), "30 unchanged"),
        "ssh true": (lambda: world.ssh(host, ["true"]), ""),
        "script, curve25519": (lambda: world.script(host, "apply.sh", *QUICK_EXCHANGE), "changed=0"),
    }
    times = {name: Spread() for name in calls}
    for _ in range(rounds):
        for name, (call, words) in calls.items():
            seconds, out = timed(call)
            expect(out, words)
            times[name].add(seconds)
    return times


def beside(times: dict) -> str:
    return f"script {times['script']}; with curve25519 {times['script, curve25519']}"


def ratios(times: dict, name: str) -> tuple:
    return times[name].median / times["script"].median, times[name].median / times["script, curve25519"].median


def run(world: World, quick: bool) -> list:
    first = first_runs(world, 2 if quick else 7)
    again = unchanged_runs(world, 5 if quick else 21)
    rows = []
    ratio, other = ratios(first, "ssh")
    rows.append(Row("Thirty steps on an SSH host, first run, `ssh` (libssh)", "0.5x the script", str(first["ssh"]), beside(first),
                    f"{ratio:.2f}; {other:.2f}", ratio <= 0.5, "steps"))
    ratio, other = ratios(again, "ssh")
    rows.append(Row("The same, unchanged re-run, `ssh`", "0.10 s; 0.3x the script", str(again["ssh"]), beside(again), f"{ratio:.2f}; {other:.2f}",
                    ratio <= 0.3 and again["ssh"].median <= 0.1, "steps"))
    ratio, other = ratios(first, "openssh")
    rows.append(Row("First run, `openssh`", "", str(first["openssh"]), beside(first), f"{ratio:.2f}; {other:.2f}", name="steps"))
    more = again["openssh"].median - again["ssh true"].median
    rows.append(Row("Unchanged re-run, `openssh`", "`ssh HOST true` + 0.06 s", str(again["openssh"]), f"`ssh HOST true` {again['ssh true']}",
                    f"+ {more:.3f} s", more <= 0.06, "steps"))
    return rows
