#!/usr/bin/python3
"""Power cuts under the engine's own database: ext4 on a loop device, shut down under load without a last flush
(EXT4_IOC_SHUTDOWN), mounted again and compared with what clients were told.

After each cut the database must pass `provisiond restore --check` (pages, references, contiguous logs) and hold every job
whose name a client had been given when the cut began. A machine without power tells nobody anything; here the engine goes
on for a moment, and the kernel may tell it that a sync went well which the cut has undone: jobs whose name came after the
cut began are counted apart. Exits 0 when all did, 1 with what was broken, and prints the seed. REQUIRES: root, a build.

  --lying-disk   the seeded bug: after the first cut fsync and fdatasync do nothing. The run must then find losses, and exits 0 when it did.
"""
import argparse
import fcntl
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from client import grpc, pb, rpc

BINARY = pathlib.Path(__file__).resolve().parents[2] / os.environ.get("PE_BUILD", "build/release") / "bin/provisiond"
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = (2).to_bytes(4, sys.byteorder)
LIAR = "int fsync(int f) { (void)f; return 0; } int fdatasync(int f) { (void)f; return 0; }\n"


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


class Disk:
    """An ext4 in a file, mounted at `at`."""

    def __init__(self, folder, mib):
        self.image, self.at = folder / "disk.img", folder / "disk"
        self.at.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(mib << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.mounted = False

    def mount(self):
        run("mount", "-o", "loop", self.image, self.at)
        self.mounted = True

    def cut(self):
        folder = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH)
        finally:
            os.close(folder)

    def unmount(self):
        if self.mounted:
            run("umount", self.at)
            self.mounted = False
            end = time.monotonic() + 60
            while run("losetup", "-j", self.image):  # an agent with mounts of its own keeps it for as long as it ends
                if time.monotonic() > end:
                    raise RuntimeError(f"{self.image} stays mounted somewhere")
                time.sleep(0.005)


class Engine:
    def __init__(self, data, folder, preload):
        self.socket, self.ready = folder / "s", folder / "ready.json"
        self.ready.unlink(missing_ok=True)
        environment = {**os.environ, **({"LD_PRELOAD": str(preload)} if preload else {})}
        self.log = open(folder / "engine.log", "ab")
        self.process = subprocess.Popen(
            [BINARY, "--dev", "--data-dir", data, "--socket", self.socket, "--listen", "off", "--ready-file", self.ready],
            stdout=self.log, stderr=self.log, env=environment)
        end = time.monotonic() + 60
        while not self.ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the engine did not start ({self.process.poll()}); see {folder}/engine.log")
            time.sleep(0.005)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Load(threading.Thread):
    """Submits jobs one after the other until it is told to stop; notes each name that it was given."""

    def __init__(self, socket, root, prefix):
        super().__init__(daemon=True)
        self.socket, self.root, self.prefix = socket, root, prefix
        self.acknowledged, self.refused, self.enough = [], 0, threading.Event()

    def run(self):
        with grpc.insecure_channel(f"unix:{self.socket}", options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            service = rpc.ProvisionServiceStub(channel)
            for number in range(1_000_000):
                if self.enough.is_set():
                    return
                request = pb.ProvisionRequest(request_id=f"{self.prefix}-{number}")
                request.spec.name = "cut"
                step = request.spec.steps.add(id="note")
                step.file.path, step.file.content = "/note", f"{self.prefix}-{number}\n"
                request.targets.add().inline.address = f"rootfs://{self.root}"
                try:
                    name = service.Provision(request, timeout=5).name
                    self.acknowledged.append((time.monotonic(), name))
                except grpc.RpcError:
                    self.refused += 1
                    self.enough.wait(0.01)


class Seen:
    """What clients were told."""

    def __init__(self):
        self.before, self.after, self.after_and_lost, self.longest, self.most = [], [], 0, 0.0, 0


def lost(database, names):
    stored = set()
    try:
        db = sqlite3.connect(f"file:{database}?mode=rw", uri=True)
        stored = {"jobs/" + row[0] for row in db.execute("SELECT id FROM jobs")}
        db.close()
    except sqlite3.Error as error:
        print(f"  {database}: {error}")
    return [name for name in names if name not in stored]


def one_cut(number, disk, folder, rng, options, preload, seen):
    """Returns what was broken, as texts."""
    engine = Engine(disk.at / "data", folder, preload if number > 0 else None)
    loads = [Load(engine.socket, folder / f"root{i}", f"{number}-{i}") for i in range(options.clients)]
    for load in loads:
        load.start()
    time.sleep(rng.uniform(0.05, options.seconds))
    began = time.monotonic()
    disk.cut()
    time.sleep(rng.uniform(0, 0.1))
    engine.kill()
    for load in loads:
        load.enough.set()
    for load in loads:
        load.join()
        seen.before += [name for when, name in load.acknowledged if when < began]
        seen.after += [(when - began, name) for when, name in load.acknowledged if when >= began]
    disk.unmount()
    disk.mount()
    problems = [f"cut {number}: {name} was acknowledged and is lost"
                for name in lost(disk.at / "data/provision.db", seen.before)]
    gone = lost(disk.at / "data/provision.db", [name for _, name in seen.after])
    seen.after_and_lost += len(gone)
    seen.most = max(seen.most, len(gone))
    seen.longest = max([seen.longest, *(delay for delay, name in seen.after if name in gone)])
    seen.before += [name for _, name in seen.after if name not in gone]  # what is there once stays
    seen.after = []
    copy = folder / "copy.db"
    for old in (copy, pathlib.Path(f"{copy}.sha256")):
        old.unlink(missing_ok=True)
    for arguments in (("backup", copy, "--data-dir", disk.at / "data"), ("restore", "--check", copy)):
        done = subprocess.run([str(part) for part in (BINARY, *arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            problems.append(f"cut {number}: {arguments[0]}: {done.stderr.strip()}")
            break
    return problems


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=0.8, help="a cut comes after at most so long")
    parser.add_argument("--disk", type=int, default=256, help="MiB")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--lying-disk", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    rng = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pe-cut."))
    for i in range(options.clients):
        (folder / f"root{i}").mkdir()
    preload = None
    if options.lying_disk:
        (folder / "liar.c").write_text(LIAR)
        preload = folder / "liar.so"
        run("cc", "-shared", "-fPIC", "-o", preload, folder / "liar.c")
    disk = Disk(folder, options.disk)
    seen, problems, done = Seen(), [], 0
    try:
        disk.mount()
        for number in range(options.cuts):
            problems += one_cut(number, disk, folder, rng, options, preload, seen)
            done += 1
            if problems:
                break
    finally:
        disk.unmount()
    print(f"seed {options.seed}: {done} cuts, {len(seen.before)} acknowledged jobs, {len(problems)} problems; "
          f"{seen.after_and_lost} that were acknowledged up to {seen.longest * 1000:.0f} ms after a cut had begun are lost, "
          f"at most {seen.most} of one cut")
    for problem in problems[:20]:
        print("  " + problem)
    good = bool(problems) == options.lying_disk
    if good:
        shutil.rmtree(folder)
    else:
        print(f"kept: {folder}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
