#!/usr/bin/python3
"""Millions of deliveries: jobs of very many events, readers who leave and resume all the time, an engine that is killed meanwhile.

Exits 0 when every reader of every job got every event once and the same bytes. REQUIRES: root, a build with `deliveries`.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from client import Client, pb  # noqa: E402
from support.engine import Engine  # noqa: E402
from support.paths import BUILD  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deliveries", type=int, default=10_000_000, help="at least")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--steps", type=int, default=9000, help="of a job; each is a file of its own")
    parser.add_argument("--kills", type=int, default=3, help="SIGKILLs of the engine during each job")
    parser.add_argument("--stretch", type=int, default=500, help="events that a reader reads at most before it leaves")
    parser.add_argument("--seeded-bug", action="store_true", help="leave one event out at each resume: it must be found")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def request(root, name, steps):
    message = pb.ProvisionRequest(request_id=name)
    message.spec.name = "deliveries"
    for i in range(steps):
        step = message.spec.steps.add(id=f"f{i}")
        step.file.path = f"/d/{name}/{i}"
        step.file.content = str(i)
    message.targets.add().inline.address = f"rootfs://{root}"
    return message


def kill_now_and_then(engine, kills, rng, over):
    for _ in range(kills):
        if over.wait(rng.uniform(0.5, 4)):
            return
        engine.kill()
        engine.start(seconds=60)


def one_job(engine, client, options, rng, name, root):
    job = client.provision(request(root, name, options.steps)).name
    over = threading.Event()
    killer = threading.Thread(target=kill_now_and_then, args=(engine, options.kills, rng, over))
    killer.start()
    done = subprocess.run([BUILD / "torture/deliveries", engine.socket, job, str(options.readers), str(rng.randrange(2**20)),
                           str(options.stretch)] + ["seeded-bug"] * options.seeded_bug,
                          text=True, stdout=subprocess.PIPE)
    over.set()
    killer.join()
    result = json.loads(done.stdout)
    print(json.dumps(dict(job=job, **result)), flush=True)
    return result, done.returncode == 0


def main():
    options = arguments()
    rng = random.Random(options.seed)
    begin = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pe-deliveries.", dir="/var/tmp"))
    root = folder / "root"
    (root / "etc").mkdir(parents=True)
    engine = Engine(folder, "/dev/null")
    engine.credentials = []
    engine.start()
    client = Client(engine.endpoint)
    deliveries = resumes = jobs = 0
    good = True
    try:
        while good and deliveries < options.deliveries:
            result, good = one_job(engine, client, options, rng, f"j{options.seed}-{jobs}", root)
            deliveries, resumes, jobs = deliveries + result["deliveries"], resumes + result["resumes"], jobs + 1
        engine.stop()
    finally:
        engine.close()
    if good:
        shutil.rmtree(folder)
    print(json.dumps({"seed": options.seed, "jobs": jobs, "readers": options.readers, "deliveries": deliveries, "resumes": resumes,
                      "all held": good, "seconds": round(time.monotonic() - begin), "log": str(folder)}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
