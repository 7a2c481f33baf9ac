"""provisiond as a process: flags, files, signals, and what a stranger's tool (buf curl) sees of its API.

Environment: PROVISIOND (the binary), BUF (the buf binary). Run by ctest; by hand: PROVISIOND=... BUF=... python3 provisiond_test.py
"""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest

PROVISIOND = os.environ["PROVISIOND"]
BUF = os.environ["BUF"]
PATIENCE = 60  # seconds until a condition that must come is given up


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.01)


class Engine:
    """A provisiond of our own in a folder of our own."""

    def __init__(self, folder, *flags, env=None):
        self.folder = pathlib.Path(folder)
        self.ready = self.folder / "ready.json"
        self.ready.unlink(missing_ok=True)
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [PROVISIOND, "--dev", "--data-dir", str(self.folder / "data"), "--socket", str(self.folder / "s"),
             "--ready-file", str(self.ready), *flags],
            stdout=subprocess.PIPE, stderr=self.log, env={**clean_env(), **(env or {})})

    def wait_ready(self):
        wait_for(lambda: self.ready.exists() or self.process.poll() is not None, "the ready file")
        if self.process.poll() is not None:
            raise AssertionError(f"provisiond ended with {self.process.returncode}: {(self.folder / 'log').read_text()}")
        told = json.loads(self.ready.read_text())
        assert told["pid"] == self.process.pid
        self.address = told["address"]
        self.socket = told["socket"]
        self.token = (self.folder / "data" / "token").read_text().strip()
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=PATIENCE)
        self.log.close()
        return self.process.returncode, out.decode()


def clean_env():
    return {k: v for k, v in os.environ.items() if not k.startswith("PE_") and k != "NOTIFY_SOCKET"}


def run(*arguments, env=None):
    done = subprocess.run([PROVISIOND, *arguments], capture_output=True, text=True, timeout=PATIENCE, env={**clean_env(), **(env or {})})
    return done.returncode, done.stdout, done.stderr


class WithFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pe_d.", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def engine(self, *flags, env=None):
        engine = Engine(self.folder, *flags, env=env)
        self.addCleanup(engine.stop, signal.SIGKILL)
        return engine


class CommandLine(WithFolder):
    def test_version_and_help(self):
        code, out, _ = run("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^provisiond \d+\.\d+\.\d+")
        code, out, _ = run("--help")
        self.assertEqual(code, 0)
        self.assertIn("--data-dir", out)

    def test_wrong_flag(self):
        code, _, err = run("--data-dri", "/x")
        self.assertEqual(code, 64)
        self.assertIn("did you mean --data-dir instead of --data-dri?", err)
        code, _, err = run("--credential", "nam=x")
        self.assertEqual(code, 64)
        self.assertIn("name=NAME", err)

    def test_config_file(self):
        file = pathlib.Path(self.folder) / "c.yaml"
        file.write_text("dataDir: /srv/pe\nsokcet: /x\n")
        code, _, err = run("--config", str(file), "--check-config")
        self.assertEqual(code, 78)
        self.assertIn("c.yaml:2: unknown key `sokcet`; did you mean `socket`?", err)
        file.write_text("dataDir: /srv/pe\nlisten: 127.0.0.1:7000\n")
        self.assertEqual(run("--config", str(file), "--check-config")[0], 0)
        code, out, _ = run("--config", str(file), "--print-config", "--log-level", "debug", env={"PE_LISTEN": "127.0.0.1:8000"})
        self.assertEqual(code, 0)
        self.assertIn("dataDir: /srv/pe  # " + str(file), out)
        self.assertRegex(out, r'listen: "?127.0.0.1:8000"?  # environment')
        self.assertIn("logLevel: debug  # flag", out)
        code, _, err = run("--config", "/no/such/file", "--check-config")
        self.assertEqual(code, 78)
        self.assertIn("/no/such/file", err)


class Life(WithFolder):
    def test_files_are_private_and_the_next_commands_are_said(self):
        engine = self.engine().wait_ready()
        data = pathlib.Path(self.folder) / "data"
        self.assertEqual(stat.S_IMODE(data.stat().st_mode), 0o700)
        for file in (data / "token", data / "secret.key", pathlib.Path(engine.socket)):
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600, file)
        self.assertEqual((data / "secret.key").stat().st_size, 32)
        code, out = engine.stop()
        self.assertEqual(code, 0)
        for part in (engine.socket, f"http://{engine.address}", str(data) + "/token", f"pe --engine unix:{engine.socket} apply -f", "resource list"):
            self.assertIn(part, out)
        self.assertNotIn(engine.token, out)
        self.assertNotIn(engine.token, (pathlib.Path(self.folder) / "log").read_text())
        self.assertFalse(engine.ready.exists())
        self.assertFalse(pathlib.Path(engine.socket).exists())

    def test_a_second_engine_on_the_same_data_is_refused(self):
        first = self.engine().wait_ready()
        token = first.token
        code, _, err = run("--dev", "--data-dir", self.folder + "/data", "--socket", self.folder + "/s2")
        self.assertEqual(code, 75)
        self.assertIn("another engine", err)
        self.assertIn(str(first.process.pid), err)
        self.assertEqual((pathlib.Path(self.folder) / "data" / "token").read_text().strip(), token)  # untouched

    def test_killed_and_started_again(self):
        first = self.engine().wait_ready()
        key = (pathlib.Path(self.folder) / "data" / "secret.key").read_bytes()
        first.stop(signal.SIGKILL)
        self.assertTrue(pathlib.Path(first.socket).exists())  # left behind
        second = self.engine().wait_ready()
        self.assertNotEqual(second.token, first.token)
        self.assertEqual((pathlib.Path(self.folder) / "data" / "secret.key").read_bytes(), key)
        self.assertEqual(second.stop(signal.SIGINT)[0], 0)

    def test_an_address_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            code, _, err = run("--dev", "--data-dir", self.folder + "/data", "--socket", "off", "--listen", f"127.0.0.1:{port}")
        self.assertEqual(code, 69)
        self.assertIn(f"127.0.0.1:{port}", err)

    def test_systemd_is_told(self):
        path = self.folder + "/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(PATIENCE)
            engine = self.engine(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000"})
            self.assertEqual([notify.recv(100) for _ in range(4)], [b"READY=1"] + [b"WATCHDOG=1"] * 3)
            engine.process.send_signal(signal.SIGTERM)
            while notify.recv(100) != b"STOPPING=1":  # pulses may be on their way
                pass

    def test_the_log_is_json_lines(self):
        self.engine().wait_ready().stop()
        for line in (pathlib.Path(self.folder) / "log").read_text().splitlines():
            entry = json.loads(line)
            self.assertIn(entry["level"], ("debug", "info", "warning", "error"))


class Database(WithFolder):
    def setUp(self):
        super().setUp()
        self.data = pathlib.Path(self.folder) / "data"
        self.copy = str(pathlib.Path(self.folder) / "copy.db")
        self.log = pathlib.Path(self.folder) / "log"

    def backup(self):
        return run("backup", self.copy, "--data-dir", str(self.data))

    def restore(self, *flags):
        return run("restore", self.copy, "--data-dir", str(self.data), *flags)

    def damage(self, path):
        """Flips bits at the beginning of every page but the first."""
        content = bytearray(pathlib.Path(path).read_bytes())
        for page in range(4096, len(content), 4096):
            content[page : page + 8] = bytes(b ^ 0x5A for b in content[page : page + 8])
        pathlib.Path(path).write_bytes(content)

    def test_backup_while_an_engine_serves_and_restore(self):
        engine = self.engine().wait_ready()
        code, out, err = self.backup()
        self.assertEqual(code, 0, err)
        self.assertIn("secret.key", out)
        self.assertEqual(stat.S_IMODE(os.stat(self.copy).st_mode), 0o600)
        self.assertEqual(self.backup()[0], 73)  # a file is not replaced
        code, out, err = self.restore("--check")
        self.assertEqual(code, 0, err)
        self.assertIn("is good: 0 jobs (0 not ended), 0 events", out)
        code, _, err = self.restore("--force")
        self.assertEqual(code, 75)
        self.assertIn(str(engine.process.pid), err)
        self.assertEqual(engine.stop()[0], 0)
        code, _, err = self.restore()
        self.assertEqual(code, 73)
        self.assertIn("--force", err)
        code, out, err = self.restore("--force")
        self.assertEqual(code, 0, err)
        self.assertEqual(len(list(self.data.glob("provision.db.before-*Z"))), 1)
        self.assertEqual(self.engine().wait_ready().stop()[0], 0)

    def test_a_damaged_backup_is_found_and_not_restored(self):
        self.engine().wait_ready().stop()
        self.assertEqual(self.backup()[0], 0)
        content = bytearray(pathlib.Path(self.copy).read_bytes())
        content[-100] ^= 1  # one bit
        pathlib.Path(self.copy).write_bytes(content)
        code, _, err = self.restore("--check")
        self.assertEqual(code, 65)
        self.assertIn("is damaged", err)
        self.assertEqual(self.restore("--force")[0], 65)
        self.assertEqual(list(self.data.glob("*.before-*")), [])

    def test_what_is_not_there(self):
        self.assertEqual(self.backup()[0], 66)
        self.assertEqual(self.restore("--check")[0], 66)
        self.assertEqual(run("backup")[0], 64)

    def test_a_killed_engines_damaged_database_is_refused_until_it_is_restored(self):
        self.engine().wait_ready().stop()
        self.assertEqual(self.backup()[0], 0)
        self.engine().wait_ready().stop(signal.SIGKILL)
        self.damage(self.data / "provision.db")
        for _ in range(2):
            engine = self.engine()
            code, _ = engine.stop(signal.SIGCONT)  # it ends by itself
            self.assertEqual(code, 65)
            self.assertIn(f"provisiond restore --data-dir {self.data} --force FILE", self.log.read_text())
        self.assertEqual(self.restore("--force")[0], 0)
        self.assertEqual(self.engine().wait_ready().stop()[0], 0)

    def test_damage_that_is_met_while_serving_stops_the_engine(self):
        self.engine().wait_ready().stop()
        content = bytearray((self.data / "provision.db").read_bytes())
        connection = sqlite3.connect(self.data / "provision.db")
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").fetchone()[0]
        connection.close()
        begin = (root - 1) * 4096
        content[begin : begin + 8] = bytes(b ^ 0x5A for b in content[begin : begin + 8])
        (self.data / "provision.db").write_bytes(content)
        engine = self.engine().wait_ready()  # the end was orderly, and nothing of this table is needed to begin
        os.makedirs(os.path.join(self.folder, "root"))
        request = {"spec": {"name": "note", "steps": [{"id": "note", "file": {"path": "/note", "content": "x"}}]},
                   "targets": [{"inline": {"address": f"rootfs://{self.folder}/root"}}]}
        done = subprocess.run([BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--unix-socket", engine.socket,
                               "-d", json.dumps(request), "http://localhost/provision.v1.ProvisionService/Provision"],
                              capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder)
        self.assertNotEqual(done.returncode, 0)
        engine.process.wait(PATIENCE)
        self.assertEqual(engine.stop()[0], 65)
        self.assertIn("provisiond restore", self.log.read_text())
        again = self.engine()
        self.assertEqual(again.stop(signal.SIGCONT)[0], 65)

    def test_retention_of_what_has_ended(self):
        engine = self.engine("--retention-age", "1s").wait_ready()
        os.makedirs(os.path.join(self.folder, "root"))
        service = "http://localhost/provision.v1.ProvisionService/"

        def call(method, body):
            done = subprocess.run([BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--unix-socket", engine.socket,
                                   "-d", json.dumps(body), service + method], capture_output=True, text=True, timeout=PATIENCE,
                                  cwd=self.folder)
            return done.returncode, done.stdout, done.stderr

        code, out, err = call("Provision", {"spec": {"name": "note", "steps": [{"id": "note", "file": {"path": "/n", "content": "x"}}]},
                                            "targets": [{"inline": {"address": f"rootfs://{self.folder}/root"}}]})
        self.assertEqual(code, 0, err)
        job = json.loads(out)["name"]
        self.assertEqual(call("Watch", {"name": job})[0], 0)
        wait_for(lambda: call("Watch", {"name": job, "afterSeq": 0})[0] != 0, "retention")
        error = json.loads(call("Watch", {"name": job, "afterSeq": 0})[2])
        self.assertEqual(error["code"], "out_of_range")
        self.assertIn("ask Status", error["message"])
        self.assertIn(b"oldest_available_seq", base64.b64decode(error["details"][0]["value"] + "=="))
        self.assertIn("SUCCEEDED", call("Watch", {"name": job})[1])  # a snapshot
        pe = os.path.join(os.path.dirname(PROVISIOND), "pe")
        done = subprocess.run([pe, "--engine", f"unix:{engine.socket}", "watch", job], capture_output=True, text=True, timeout=PATIENCE,
                              env=clean_env())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no longer kept", done.stderr)


METHODS = {
    "provision.v1.ProvisionService/" + m for m in ("Provision", "Status", "Watch", "List", "Cancel", "Retry", "Approve")
} | {
    "provision.v1.ResourceService/" + m
    for m in ("CreateResource", "GetResource", "ListResources", "UpdateResource", "DeleteResource", "DisableResource",
              "EnableResource", "TrustResource", "WaiveHandlers")
} | {
    "provision.v1.EnvironmentService/" + m + "Environment" + ("s" if m == "List" else "")
    for m in ("Create", "Get", "List", "Update", "Delete")
} | {"grpc.health.v1.Health/" + m for m in ("Check", "List", "Watch")}


class BufCurl(WithFolder):
    def setUp(self):
        super().setUp()
        self.e = self.engine().wait_ready()

    def curl(self, *arguments, token=True, unix=False):
        command = [BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge"]
        if unix:
            command += ["--unix-socket", self.e.socket]
        elif token:
            # Two headers: reflection is a call of its own, and wants the token too.
            command += ["--header", "authorization: Bearer " + self.e.token, "--reflect-header", "authorization: Bearer " + self.e.token]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def url(self, method="", unix=False):
        return (f"http://localhost" if unix else f"http://{self.e.address}") + ("/" + method if method else "")

    def test_list_methods(self):
        for unix in (False, True):
            for protocol in ("grpc-v1", "grpc-v1alpha"):
                code, out, err = self.curl("--list-methods", "--reflect-protocol", protocol, self.url(unix=unix), unix=unix)
                self.assertEqual(code, 0, err)
                self.assertLessEqual(METHODS, set(out.split()), (unix, protocol))

    def test_without_the_token(self):
        code, _, err = self.curl("--list-methods", self.url(), token=False)
        self.assertNotEqual(code, 0)
        self.assertIn("not authenticated", err)

    def test_calls(self):
        for unix in (False, True):
            code, out, err = self.curl("-d", "{}", self.url("provision.v1.ProvisionService/List", unix), unix=unix)
            self.assertEqual((code, json.loads(out)), (0, {}), err)
            code, out, err = self.curl(self.url("grpc.health.v1.Health/Check", unix), unix=unix)
            self.assertEqual((code, json.loads(out)), (0, {"status": "SERVING"}), err)

    def test_errors_carry_details(self):
        code, _, err = self.curl("-d", '{"name": "jobs/0000000000000000"}', self.url("provision.v1.ProvisionService/Status"))
        self.assertNotEqual(code, 0)
        error = json.loads(err)
        self.assertEqual(error["code"], "not_found")
        self.assertEqual(error["details"][0]["type"], "google.rpc.ResourceInfo")
        code, _, err = self.curl("-d", "{}", self.url("provision.v1.ProvisionService/Provision"))
        error = json.loads(err)
        self.assertEqual(error["code"], "invalid_argument")
        self.assertEqual(error["details"][0]["type"], "google.rpc.BadRequest")
        code, _, err = self.curl("-d", '{"name": "jobs/0000000000000000"}', self.url("provision.v1.ProvisionService/Watch"))
        self.assertEqual(json.loads(err)["code"], "not_found")

    def test_provision_and_watch(self):
        """One call to run a service, one to see it happen, with no .proto at hand."""
        service = "provision.v1.ProvisionService/"
        for unix in (True, False):
            root = os.path.join(self.folder, f"root-{unix}")
            os.makedirs(root)
            request = {"spec": {"name": "note", "steps": [{"id": "note", "file": {"path": "/note", "content": "hello\n"}}]},
                       "targets": [{"inline": {"address": f"rootfs://{root}"}}]}
            code, out, err = self.curl("-d", json.dumps(request), self.url(service + "Provision", unix), unix=unix)
            self.assertEqual(code, 0, err)
            job = json.loads(out)["name"]
            code, out, err = self.curl("-d", json.dumps({"name": job}), self.url(service + "Watch", unix), unix=unix)
            self.assertEqual(code, 0, err)
            self.assertIn('"SUCCEEDED"', out)
            with open(os.path.join(root, "note")) as note:
                self.assertEqual(note.read(), "hello\n")

    def test_a_resource_comes_and_goes(self):
        service = "provision.v1.ResourceService/"
        body = json.dumps({"resourceId": "web-1", "resource": {"address": "ssh://root@192.0.2.1", "labels": {"role": "web"}}})
        code, out, err = self.curl("-d", body, self.url(service + "CreateResource"))
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["name"], "resources/web-1")
        code, out, err = self.curl("-d", '{"labelSelector": "role=web"}', self.url(service + "ListResources", True), unix=True)
        self.assertEqual([r["name"] for r in json.loads(out)["resources"]], ["resources/web-1"], err)
        code, _, err = self.curl("-d", body, self.url(service + "CreateResource"))
        self.assertEqual(json.loads(err)["code"], "already_exists")
        code, out, err = self.curl("-d", '{"name": "resources/web-1"}', self.url(service + "DeleteResource"))
        self.assertEqual((code, json.loads(out)), (0, {}), err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
