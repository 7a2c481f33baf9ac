"""The thirty steps on eight hosts at once: one job against one script a host, all started together."""
from hosts.world import QUICK_EXCHANGE, World, expect
from measure.report import Row
from measure.times import Spread, timed

HOSTS = 8


def scripts(world: World, *options: str, name: str = "apply.sh") -> str:
    started = [world.start_script(host, name, *options) for host in world.hosts[:HOSTS]]
    return "\n".join(world.end_script(process) for process in started)


def run(world: World, quick: bool) -> list:
    targets = [f"h{index}" for index in range(HOSTS)]
    calls = {
        "pe": (lambda: world.apply(targets), "28 changed", "30 unchanged"),
        "script": (lambda: scripts(world), "changed=28", "changed=0"),
        "curve25519": (lambda: scripts(world, *QUICK_EXCHANGE), "changed=28", "changed=0"),
    }
    first, again = ({name: Spread() for name in calls} for _ in range(2))
    for _ in range(1 if quick else 5):
        for name, (call, changed, unchanged) in calls.items():
            scripts(world, name="remove.sh")
            seconds, out = timed(call)
            if out.count(changed) != HOSTS:
                raise RuntimeError(out)
            first[name].add(seconds)
            for _ in range(2):
                seconds, out = timed(call)
                expect(out, unchanged)
                again[name].add(seconds)
    rows = []
    for what, times in (("first run", first), ("unchanged re-run", again)):
        ratio = times["pe"].median / times["script"].median
        rows.append(Row(f"Thirty steps on {HOSTS} hosts at once, {what}, `ssh`", f"0.5x {HOSTS} scripts at once", str(times["pe"]),
                        f"scripts {times['script']}; with curve25519 {times['curve25519']}",
                        f"{ratio:.2f}; {times['pe'].median / times['curve25519'].median:.2f}", ratio <= 0.5, "fleet"))
    return rows
