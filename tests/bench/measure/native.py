"""Rows of the benchmarks that are programs of the build folder."""
import json
import re
import subprocess
import tempfile
from typing import List

from measure.report import Row, note
from support.paths import BUILD


def say(*command: object) -> List[str]:
    """Lines that a program of the build folder printed; they are shown as well."""
    path, *arguments = command
    program = BUILD / str(path)
    if not program.is_file():
        raise FileNotFoundError(f"{program}: build the target `benchmarks`")
    done = subprocess.run([str(program), *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True)
    note(done.stdout.rstrip())
    return done.stdout.splitlines()


def best(rounds: int, key: str, *command: object) -> dict:
    """Of some rounds the one with the highest (or with "-KEY" the lowest) figure: the one that was disturbed least."""
    sign, key = (-1, key[1:]) if key.startswith("-") else (1, key)
    return max((json.loads(say(*command)[-1]) for _ in range(rounds)), key=lambda result: sign * result[key])


def middle(rounds: int, key: str, *command: object) -> dict:
    """Of some rounds the one in the middle: a ratio is disturbed both ways, and the luckiest one proves nothing."""
    return sorted((json.loads(say(*command)[-1]) for _ in range(rounds)), key=lambda result: result[key])[rounds // 2]


def accept(quick: bool) -> list:
    r = middle(1 if quick else 5, "ratio_to_slower", "bench/accept_bench", 2 if quick else 5)
    return [Row(f"`Provision` calls accepted durably, {r['in_flight']} in flight", "0.5x the slower of the two", f"{r['provision_per_second']:,}/s",
                f"raw gRPC {r['raw_grpc_per_second']:,}/s; raw SQLite group commit {r['raw_sqlite_rows_per_second']:,}/s; a server "
                f"that does no more than both {r['raw_both_per_second']:,}/s",
                f"{r['ratio_to_slower']:.2f}; {r['ratio_to_both']:.2f}", r["ratio_to_slower"] >= r["goal_ratio"] and r["failures"] == 0, "accept")]


def events(quick: bool) -> list:
    r = best(1 if quick else 3, "events_per_second", "bench/step_events_bench", 5 if quick else 20)
    return [Row(f"Durable step events through the engine, {r['targets']:,} hosts", f"{r['goal_per_second']:,}/s", f"{r['events_per_second']:,}/s",
                f"raw SQLite rows of the same bytes {r['raw_rows_per_second']:,}/s", f"{r['ratio']:.2f}",
                r["events_per_second"] >= r["goal_per_second"], "events")]


def store_events(quick: bool) -> list:
    """Columns: what, at once, per second, CPU us, raw per second, CPU us, ratio."""
    wanted = ["events, 8 jobs, 1 each", "events, 1000 jobs, 1 each", "events, 100 jobs, 8 each"]
    with tempfile.TemporaryDirectory(prefix="pe-bench.", dir="/var/tmp") as folder:
        lines = say("tests/store_bench", folder + "/store", 0, "writes")
    rows = []
    for line in lines:
        what, *figures = re.split(r"\s{2,}", line.strip())
        if what in wanted:
            rows.append(Row(f"Durable {what}, by the store alone", "20,000/s", f"{int(figures[1]):,}/s",
                            f"raw SQLite rows of the same bytes, {int(figures[3]):,}/s", figures[5], int(figures[1]) >= 20_000, "store-events"))
    return rows


def watch(quick: bool) -> list:
    r = best(1 if quick else 3, "-p99_ms", "bench/watch_bench", 1000, 100, 3 if quick else 10)
    return [Row(f"Delivery of an event to {r['watchers']:,} watchers, {r['events_per_second']} events/s: p99", f"{r['goal_p99_ms']} ms",
                f"{r['p99_ms']} ms (p50 {r['p50_ms']}, max {r['max_ms']}; {r['gaps_or_errors']} gaps)", "the watch's own pace, 25 ms",
                f"{r['p99_ms'] / 25:.2f}", r["p99_ms"] <= r["goal_p99_ms"] and r["gaps_or_errors"] == 0, "watch")]


def gateway(quick: bool) -> list:
    r = middle(1 if quick else 3, "ratio", "bench/gateway_bench", 1000, 20, 3 if quick else 10, 1 if quick else 5)
    good = r["failures"] == 0 and r["gaps_or_errors"] == 0
    return [
        Row(f"`Status` over HTTP by the gateway, {r['in_flight']} in flight", f"{r['goal_ratio']}x direct gRPC", f"{r['http_per_second']:,}/s",
            f"direct gRPC {r['grpc_per_second']:,}/s", f"{r['ratio']:.2f}", good and r["ratio"] >= r["goal_ratio"], "gateway"),
        Row(f"Delivery of an event to {r['readers']:,} readers of server-sent events, {r['events_per_second']} events/s: p99", f"{r['goal_p99_ms']} ms",
            f"{r['p99_ms']} ms (p50 {r['p50_ms']}, max {r['max_ms']}; {r['gaps_or_errors']} gaps)", "the watch's own pace, 25 ms",
            f"{r['p99_ms'] / 25:.2f}", good and r["p99_ms"] <= r["goal_p99_ms"], "gateway"),
        Row("Memory of an idle stream, engine's watch and gateway together", f"{r['goal_idle_stream_kb']} KB", f"{r['idle_stream_kb']} KB", "", "",
            r["idle_stream_kb"] <= r["goal_idle_stream_kb"], "gateway"),
    ]


def status(quick: bool) -> list:
    jobs = 20_000 if quick else 1_000_000
    r = json.loads(say("bench/status_bench", jobs)[-1])
    goal, few = r["goal_ratio"], f"at 10 jobs {r['few_us']} us"
    return [
        Row(f"`Status` over the socket at {jobs:,} jobs, of the ten newest", f"{goal}x the same at 10 jobs", f"{r['newest_us']} us", few,
            f"{r['newest_ratio']:.2f}", r["newest_ratio"] <= goal, "status"),
        Row(f"`Status` over the socket at {jobs:,} jobs, of any (cold in every cache but the disk's)", "", f"{r['any_us']} us", few,
            f"{r['any_ratio']:.2f}", name="status"),
    ] + reads(jobs)


def reads(jobs: int) -> list:
    """Columns: what, CPU and clock at ten jobs, CPU and clock at many, ratio of CPU. CPU, because it is this reading thread's own."""
    wanted = {"GetJob kTargets, any": "`Status`", "ListJobs (5)": "`List`"}
    with tempfile.TemporaryDirectory(prefix="pe-bench.", dir="/var/tmp") as folder:
        lines = say("tests/store_bench", folder + "/store", jobs, "reads")
    rows = []
    for line in lines:
        what, *figures = re.split(r"\s{2,}", line.strip())
        if what in wanted:
            few, _, many, clock, ratio = map(float, figures)
            rows.append(Row(f"of that, the store's read for {wanted[what]}", "", f"{many:.1f} us of CPU ({clock:.1f} us)", f"at 10 jobs {few:.1f} us",
                            f"{ratio:.2f}", name="status"))
    return rows
