#!/usr/bin/python3
"""How soon a killed engine is back: QUEUED jobs that wait and RUNNING ones whose step waits on its host, SIGKILL, start.

Printed: from exec to ready, and from exec to the first event and to every event of the running jobs that tells of their
step again. Hosts are folders (rootfs), so that the machine's network is no part of it. REQUIRES: root, a build.
"""
import argparse
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "torture"))
from client import Client, grpc, job_pb2, pb  # noqa: E402

BINARY = pathlib.Path(__file__).resolve().parents[3] / os.environ.get("PE_BUILD", "build/release") / "bin/provisiond"


class Engine:
    def __init__(self, folder):
        ready = folder / "ready.json"
        ready.unlink(missing_ok=True)
        self.begin = time.monotonic()
        with open(folder / "engine.log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "--dev", "--data-dir", folder / "data", "--socket", folder / "s", "--listen", "off",
                 "--ready-file", ready], stdout=log, stderr=log)
        while not ready.exists():
            if self.process.poll() is not None:
                raise RuntimeError(f"the engine ended with {self.process.returncode}; see {folder}/engine.log")
            time.sleep(0.001)
        self.ready = time.monotonic() - self.begin

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait()


def request(root, name):
    message = pb.ProvisionRequest(request_id=name)
    message.spec.name = "restart"
    step = message.spec.steps.add(id="wait")
    step.probe.file.path = "/go"
    step.timeout.seconds = 3600
    message.targets.add().inline.address = f"rootfs://{root}"
    return message


def submit(endpoint, requests, threads=8):
    """Names in order."""
    names, work = {}, queue.Queue()
    for item in enumerate(requests):
        work.put(item)

    def run():
        client = Client(endpoint)
        while True:
            try:
                number, message = work.get_nowait()
            except queue.Empty:
                return
            names[number] = client.provision(message).name

    pool = [threading.Thread(target=run) for _ in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    return [names[number] for number in range(len(names))]


def is_step_running(client, job):
    steps = client.status(job).targets[0].steps
    return len(steps) == 1 and steps[0].state in (job_pb2.StepStatus.RUNNING, job_pb2.StepStatus.WAITING)


def tells_of_step(event):
    return event.step >= 0


def resumed(endpoint, jobs, after, begin):
    """Seconds from `begin` until each job's first event of its step."""
    times, lock = [], threading.Lock()
    client = Client(endpoint)

    def run(job, seq):
        for batch in client.service.Watch(pb.WatchRequest(name=job, after_seq=seq), timeout=120):
            if any(tells_of_step(event) for event in batch.events):
                with lock:
                    times.append(time.monotonic() - begin)
                return

    pool = [threading.Thread(target=run, args=pair) for pair in zip(jobs, after)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    return sorted(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queued", type=int, default=10_000)
    parser.add_argument("--running", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pe-restart."))
    roots = [folder / f"root{i}" for i in range(options.running)]
    for root in roots:
        root.mkdir()
    endpoint = f"unix:{folder}/s"
    engine = Engine(folder)
    try:
        running = submit(endpoint, [request(root, f"run-{i}") for i, root in enumerate(roots)])
        client = Client(endpoint)
        for job in running:
            while not is_step_running(client, job):
                time.sleep(0.05)
        begin = time.monotonic()
        submit(endpoint, [request(roots[i % len(roots)], f"queue-{i}") for i in range(options.queued)])
        print(f"{options.queued} jobs accepted in {time.monotonic() - begin:.1f} s; "
              f"database {(folder / 'data/provision.db').stat().st_size >> 20} MiB, "
              f"log {(folder / 'data/provision.db-wal').stat().st_size >> 20} MiB")
        for _ in range(options.rounds):
            after = [client.status(job).last_seq for job in running]
            engine.end(signal.SIGKILL)
            engine = Engine(folder)
            times = resumed(endpoint, running, after, engine.begin)
            print(f"ready in {engine.ready:.2f} s; first resumed step in {times[0]:.2f} s, half of {len(times)} in "
                  f"{times[len(times) // 2]:.2f} s, all in {times[-1]:.2f} s")
            client = Client(endpoint)
    finally:
        engine.end(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
