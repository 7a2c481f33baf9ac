"""dev, test and prod up at once from the presets of tools/presets: a job in each through its page's address, and nothing shared."""
import json
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.paths import REPOSITORY, binary

sys.path.insert(0, str(REPOSITORY / "tests/integration/gateway"))
import clients  # noqa: E402

NAMES = ["dev", "test", "prod"]


def free_shift():
    """What to add to the presets' ports so that all nine are free now."""
    for shift in range(10_000, 50_000, 40):
        try:
            for port in (7500 + 10 * environment + service for environment in (1, 2, 3) for service in range(3)):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port + shift))
            return shift
        except OSError:
            continue
    raise AssertionError("no nine free ports")


def environments(*arguments):
    return subprocess.run([REPOSITORY / "tools/environments", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


class Environment:
    """One that is up, as its users see it."""

    def __init__(self, said):
        self.name = said["environment"]
        self.token_file = said["token_file"]
        self.web = clients.Gateway(said["web"]["address"], Path(self.token_file).read_text().strip())
        self.gw, self.engine = said["gw"]["address"], said["engine"]["address"]

    def pe(self, *arguments):
        done = subprocess.run([binary("pe"), "--engine", self.engine, "--token-file", self.token_file, *arguments], capture_output=True, text=True,
                              timeout=120, check=False)
        assert done.returncode == 0, (self.name, arguments, done.stdout, done.stderr)
        return done.stdout

    def get(self, path):
        status, _, body = self.web.request("GET", path)
        assert status == 200, (self.name, path, status, body)
        return json.loads(body)

    def provision(self, spec, target):
        body = {"spec": spec, "targets": [target]}  # its engine knows which environment it is of
        status, _, answer = self.web.request("POST", "/v1/jobs", body)
        assert status == 200, (self.name, status, answer)
        return json.loads(answer)["name"]

    def follow(self, job):
        """Every event of the job through the page's address; a job that waits for an approval gets it."""
        events, approved = [], False
        for seq, event in clients.follow_ndjson(self.web, job, 0, lambda: False):
            assert seq == len(events) + 1
            events.append(event)
            if not approved and event.get("state", {}).get("state") == "AWAITING_APPROVAL":
                approved = True
                self.pe("approve", job)
        return events


@pytest.fixture
def running(lab):
    """The three of them, up."""
    with tempfile.TemporaryDirectory(prefix="pe-env.", dir="/tmp") as folder:
        state = ["--state", folder]
        try:
            up = environments("up", "--json", "--port-shift", free_shift(), "--credential", f"name=default,user=root,key={lab.key()}", *state)
            assert up.returncode == 0, up.stdout + up.stderr
            said = [json.loads(line) for line in up.stdout.splitlines()]
            assert [environment["environment"] for environment in said] == NAMES
            yield [Environment(environment) for environment in said], state
        finally:
            down = environments("down", *state)
            assert down.returncode == 0, down.stderr


def test_a_job_in_each_of_three_that_are_up(running, host):
    three, _ = running
    target = {"inline": {"address": host.target(), "host_key": host.fingerprint}}
    jobs = {}
    for environment in three:
        path = f"/etc/from-{environment.name}"
        jobs[environment.name] = environment.provision({"name": "mark", "steps": [{"id": "mark", "file": {"path": path, "content": environment.name}}]}, target)
        # One after another, for a host refuses an engine while another one's run is open there.
        events = environment.follow(jobs[environment.name])
        job = environment.get(f"/v1/{jobs[environment.name]}")
        assert (job["state"], job["environment"]) == ("SUCCEEDED", f"environments/{environment.name}"), (job, events)
        assert int(job["lastSeq"]) == len(events) > 4
        assert host.read(f"/etc/from-{environment.name}") == environment.name
    for environment in three:
        assert [job["name"] for job in environment.get("/v1/jobs")["jobs"]] == [jobs[environment.name]], "jobs of another environment"
    for environment in three:
        for other in three:
            stranger = clients.Gateway(environment.web.address, other.web.token)
            assert stranger.request("GET", "/v1/jobs")[0] == (200 if other is environment else 401)


def test_the_page_and_gw_are_one_origin(running):
    three, _ = running
    for environment in three:
        gw = clients.Gateway(environment.gw, environment.web.token)
        for path in ("/", "/jobs/x"):
            status, headers, body = environment.web.request("GET", path, headers={"Accept": "text/html"})
            _, wanted, page = gw.request("GET", path, headers={"Accept": "text/html"})
            assert (status, body) == (200, page)
            for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy",
                         "Cross-Origin-Opener-Policy", "Cache-Control"):
                assert headers.get_all(name) == wanted.get_all(name), name
        script = re.search(r'src="(/assets/[^"]+\.js)"', body.decode())[1]
        status, headers, body = environment.web.request("GET", script)
        assert (status, headers["Content-Type"], body) == (200, "application/javascript", gw.request("GET", script)[2])
        assert "immutable" in headers["Cache-Control"]
        assert environment.web.request("GET", "/assets/none.js")[0] == 404
        origin = f"http://{environment.web.address}"
        for sent, wanted in ((origin, 200), ("http://evil.example", 403)):
            assert environment.web.request("GET", "/v1/jobs", headers={"Origin": sent})[0] == wanted
        assert environment.web.request("GET", "/v1/jobs", headers={"Host": "evil.example"})[0] == 403
        for sent, wanted in ((origin, 101), ("http://evil.example", 403)):
            ws = clients.WebSocket(environment.web, origin=sent)
            assert ws.status == wanted
            ws.close()


def test_status_says_what_does_not_run(running):
    _, state = running
    assert environments("status", *state).returncode == 0
    assert environments("down", "test", *state).returncode == 0
    after = environments("status", "--json", *state)
    assert after.returncode == 3
    assert [json.loads(line)["ready"] for line in after.stdout.splitlines()] == [True, False, True]
