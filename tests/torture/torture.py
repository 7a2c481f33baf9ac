#!/usr/bin/python3
"""Real engine, real sshd hosts, real faults: jobs whose effects are counted, while things are killed, cut and paused.

Exits 0 when every promise held, 1 with what was broken, and prints the seed. REQUIRES: root, a build.
"""
import argparse
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import checks  # noqa: E402
import workload  # noqa: E402
from client import Client, Violation, grpc, job_pb2  # noqa: E402
from faults import Faults  # noqa: E402
from proxy import Proxy  # noqa: E402
from support.cli import Pe  # noqa: E402
from support.engine import Engine  # noqa: E402
from support.lab import Lab  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10, help="SIGKILL of the engine")
    parser.add_argument("--cuts", type=int, default=6, help="cut links, killed agents and sshs, frozen and rebooted hosts")
    parser.add_argument("--steps", type=int, default=100, help="steps with an effect, at least")
    parser.add_argument("--cancels", type=int, default=5, help="jobs that are cancelled at a random instant")
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--lab", default="tort", help="LAB_ID")
    parser.add_argument("--keep", action="store_true", help="leave the hosts running")
    return parser.parse_args()


class Torture:
    STEPS = 5  # effects of one job

    def __init__(self, options, folder):
        self.options = options
        self.rng = random.Random(options.seed)
        self.lab = Lab(options.lab)
        self.lab.up(options.hosts)
        self.hosts = [self.lab.host(i) for i in range(options.hosts)]
        for host in self.hosts:
            host.sh(f"rm -rf {workload.WITNESS}")
        self.engine = Engine(folder, self.lab.key())
        self.engine.start()
        self.client = Client(self.engine.endpoint, patience=300)
        self.proxy = Proxy(self.hosts[-1].address, 22, options.seed)  # the last host is far away
        self.faults = Faults(self.engine, self.hosts, self.proxy, self.rng)
        self.told = {}  # our name of a job -> the engine's
        self.where = {}
        self.bad, self.cancel_seconds = [], []
        self.lock = threading.Lock()
        for host in self.hosts:
            near = host is not self.hosts[-1]
            address = host.target() if near else f"ssh://root@127.0.0.1:{self.proxy.port}"
            Pe(self.engine).ok("resource", "create", host.name, address, "--host-key", host.fingerprint)

    def report(self, text):
        with self.lock:
            self.bad.append(text)
            print("VIOLATION:", text, flush=True)

    def one_job(self, name, host, seed, cancel):
        """Submits it from several threads at once, follows it, perhaps cancels it."""
        rng = random.Random(seed)
        request = workload.request(name, f"resources/{host.name}", self.STEPS, rng)
        names = set()

        def submit():
            try:
                job = self.client.provision(request)
                with self.lock:
                    names.add(job.name)
            except grpc.RpcError as error:
                self.report(f"{name}: Provision: {error.code()} {error.details()}")

        threads = [threading.Thread(target=submit) for _ in range(rng.randint(1, 3))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(names) != 1:
            return self.report(f"{name}: one request id became {sorted(names)}")
        job = names.pop()
        with self.lock:
            self.told[name], self.where[name] = job, host
        canceller = None
        if cancel:
            canceller = threading.Thread(target=self.cancel, args=(job, rng.uniform(0.1, 2)))
            canceller.start()
        try:
            self.client.watch(job)
        except (Violation, grpc.RpcError) as error:
            self.report(f"{name} ({job}): {error}")
        if canceller:
            canceller.join()

    def cancel(self, job, delay):
        time.sleep(delay)
        begin = time.monotonic()
        try:
            self.client.cancel(job)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.FAILED_PRECONDITION:  # it has ended
                self.report(f"{job}: Cancel: {error.code()} {error.details()}")
            return
        while self.client.status(job).state < job_pb2.Job.SUCCEEDED:
            time.sleep(0.01)
        with self.lock:
            self.cancel_seconds.append(time.monotonic() - begin)

    def run(self):
        jobs = max(1, -(-self.options.steps // self.STEPS))
        plan = self.fault_plan()
        lanes = [threading.Thread(target=self.lane, args=(i, range(i, jobs, len(self.hosts)))) for i in range(len(self.hosts))]
        self.working = len(lanes)
        self.cancelled = set(self.rng.sample(range(jobs), min(self.options.cancels, jobs)))
        for lane in lanes:
            lane.start()
        for kind in plan:
            if not self.working:
                break
            time.sleep(self.rng.uniform(0.05, 0.8))
            try:
                self.faults.do(kind)
            except AssertionError as error:
                self.report(f"{kind}: {error}")
        for lane in lanes:
            lane.join()
        self.plan_left = len(plan) - sum(self.faults.counts.values())

    def fault_plan(self):
        cuts = ["agent_kill", "ssh_kill", "sshd_restart", "link_cut", "link_loss", "half_open", "tcp_reset", "proxy_reset",
                "proxy_stall", "host_freeze", "engine_pause", "engine_drain", "host_reboot", "power_cut"]
        plan = ["engine_kill"] * self.options.kills + [cuts[i % len(cuts)] for i in range(self.options.cuts)]
        self.rng.shuffle(plan)
        return plan

    def lane(self, index, numbers):
        """One host's jobs: two at a time, so that one of them waits in the queue."""
        numbers = list(numbers)
        for at in range(0, len(numbers), 2):
            pair = [threading.Thread(target=self.one_job, args=(f"t{self.options.seed}-{n}", self.hosts[index],
                                                                f"{self.options.seed}-{n}", n in self.cancelled))
                    for n in numbers[at:at + 2]]
            for thread in pair:
                thread.start()
            for thread in pair:
                thread.join()
        self.working -= 1

    def check(self):
        seen = {host.name: checks.effects(host, workload.WITNESS) for host in self.hosts}
        states = {}
        for name, job in self.told.items():
            status = self.client.status(job)
            state = job_pb2.Job.State.Name(status.state)
            states[state] = states.get(state, 0) + 1
            for text in checks.check_job(name, status, seen[self.where[name].name]):
                self.report(f"{text} ({job})")
        for host in self.hosts:
            for text in checks.torn(host, workload.WITNESS) + checks.orphans(host, workload.WITNESS):
                self.report(text)
        return states

    def close(self):
        if self.engine.process is not None and self.engine.stop() != 0:
            self.report("the engine did not end with 0")
        self.proxy.close()
        if not self.options.keep:
            self.lab.down()


def main():
    options = arguments()
    print(f"seed {options.seed}", flush=True)
    begin = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pe-torture."))
    torture = Torture(options, folder)
    try:
        torture.run()
        states = torture.check()
        torture.close()
    finally:
        torture.engine.close()
    cancels = sorted(torture.cancel_seconds)
    print(json.dumps({"seed": options.seed, "jobs": states, "effects": sum(map(len, [torture.told])) * torture.STEPS,
                      "faults": torture.faults.counts, "faults left when the jobs were done": torture.plan_left,
                      "bytes over the slow link": torture.proxy.bytes, "deliveries": torture.client.deliveries, "resumed streams": torture.client.resumes,
                      "cancels": len(cancels), "slowest cancel, s": round(cancels[-1], 2) if cancels else None,
                      "seconds": round(time.monotonic() - begin), "violations": len(torture.bad), "log": str(folder)}, indent=1))
    return 1 if torture.bad else 0


if __name__ == "__main__":
    sys.exit(main())
