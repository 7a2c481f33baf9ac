"""The gateway of a real provisiond, and pe-gateway in front of it: every front door says the same, and strangers are kept out.

Environment: PROVISIOND, PE_GATEWAY, PE (the binaries), STUBS (a folder for the API's Python stubs),
NPM (node_modules). Run by ctest.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "api"), str(HERE.parents[3] / "client/python")]
os.environ.setdefault("BUF", "")
import clients
import stubs
from clients import Gateway, WebSocket
from provisiond_test import Engine, clean_env, wait_for

stubs.generate(pathlib.Path(os.environ["STUBS"]))
import grpc
from google.protobuf import json_format
from provision.v1 import provision_service_pb2 as api
from provision.v1 import provision_service_pb2_grpc as services

SPEC = {"name": "talk", "version": "1", "steps": [
    {"id": f"s{i}", "exec": {"argv": ["sh", "-c", f"echo begin {i}; sleep 0.05; echo é end {i} >&2"]}} for i in range(8)]}
JOB = {"spec": SPEC, "targets": [{"inline": {"address": "local://localhost"}}]}


class GatewayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="pe_g.", dir="/tmp")
        cls.engine = Engine(cls.folder).wait_ready()
        cls.inside = Gateway(json.loads(cls.engine.ready.read_text())["http"], cls.engine.token)
        ready = pathlib.Path(cls.folder) / "gw.json"
        cls.process = subprocess.Popen([os.environ["PE_GATEWAY"], "--engine", cls.engine.address, "--http-listen", "127.0.0.1:0",
                                        "--ready-file", str(ready)], env=clean_env(), stderr=subprocess.DEVNULL)
        wait_for(lambda: ready.exists() or cls.process.poll() is not None, "pe-gateway")
        cls.apart = Gateway(json.loads(ready.read_text())["http"], cls.engine.token)

    @classmethod
    def tearDownClass(cls):
        cls.process.send_signal(signal.SIGTERM)
        assert cls.process.wait(60) == 0
        code, _ = cls.engine.stop()
        assert code == 0, code
        shutil.rmtree(cls.folder)

    def new_job(self, gateway=None, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        status, _, body = (gateway or self.inside).request("POST", "/v1/jobs", JOB, headers)
        self.assertEqual(status, 200, body)
        return json.loads(body)["name"]

    def by_grpc(self, job, after):
        channel = grpc.insecure_channel(self.engine.address)
        stream = services.ProvisionServiceStub(channel).Watch(
            api.WatchRequest(name=job, after_seq=after), metadata=[("authorization", f"Bearer {self.engine.token}")], timeout=60)
        for batch in stream:
            for event in batch.events:
                yield event.seq, json_format.MessageToDict(event)
        channel.close()

    @staticmethod
    def by_grpc_web(gateway, job, after, stop_at, text=False):
        request = api.WatchRequest(name=job, after_seq=after).SerializeToString()
        for part in clients.grpc_web(gateway, request, api.WatchResponse.FromString, text):
            if isinstance(part, str):
                assert part == "grpc-status: 0\r\n", part
                return
            for event in part.events:
                yield event.seq, json_format.MessageToDict(event)
            if stop_at():
                return

    @classmethod
    def by_grpc_web_text(cls, gateway, job, after, stop_at):
        return cls.by_grpc_web(gateway, job, after, stop_at, text=True)

    def by_cli(self, job):
        done = subprocess.run([os.environ["PE"], "--engine", f"unix:{self.engine.socket}", "watch", job, "--progress", "json"],
                              capture_output=True, text=True, timeout=60, env=clean_env(), check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_one_sequence_everywhere(self):
        seed = random.randrange(1 << 30)
        print("seed", seed, file=sys.stderr)
        job = self.new_job()
        doors = {"ndjson": clients.follow_ndjson, "sse": clients.follow_sse, "socket": clients.follow_socket,
                 "connect": clients.follow_connect, "grpc-web": self.by_grpc_web, "grpc-web-text": self.by_grpc_web_text}
        seen, failures, cuts = {}, [], {}

        def follow(name, door, gateway):
            dice = random.Random(f"{seed} {name}")
            events, cuts[name] = [], 0
            try:
                ended = False
                while not ended:
                    cut = False

                    def stop_at():
                        nonlocal cut
                        cut = cuts[name] < 5 and dice.random() < 0.4
                        return cut
                    for seq, event in door(gateway, job, len(events), stop_at):
                        assert seq == len(events) + 1, f"{name}: {seq} after {len(events)}"
                        events.append(event)
                    cuts[name] += cut
                    ended = not cut
                seen[name] = events
            except Exception as error:  # shown by the test's thread
                failures.append(f"{name}: {error!r}")

        threads = [threading.Thread(target=follow, args=(f"{name} {where}", door, gateway))
                   for name, door in doors.items() for where, gateway in (("inside", self.inside), ("apart", self.apart))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(failures, [])
        expected = [event for _, event in self.by_grpc(job, 0)]
        self.assertGreater(len(expected), 30)
        self.assertEqual([int(event["seq"]) for event in expected], list(range(1, len(expected) + 1)))
        self.assertEqual(self.by_cli(job), expected)
        self.assertEqual(len(seen), 12)
        for name, events in seen.items():
            self.assertEqual(events, expected, name)
        self.assertGreater(sum(cuts.values()), 0, "nothing was ever cut")

    def test_a_browser_that_comes_back_after_the_end_stops(self):
        job = self.new_job()
        last = max(seq for seq, _ in self.by_grpc(job, 0))
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(last)}
        self.assertEqual(self.inside.request("GET", f"/v1/{job}:watch", headers=headers)[0], 204)

    def test_the_same_key_is_the_same_job(self):
        first = self.new_job(key="key-1")
        self.assertEqual(self.new_job(self.apart, key='"key-1"'), first)
        self.assertNotEqual(self.new_job(key="key-2"), first)

    def test_the_gateway_lends_no_rights(self):
        for gateway in (self.inside, self.apart):
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                status, answer, body = gateway.request("GET", "/v1/jobs", headers=headers, token=False)
                self.assertEqual((status, answer["WWW-Authenticate"], json.loads(body)["code"]), (401, "Bearer", 16))
            ws = WebSocket(gateway, protocols="pe.v1, bearer.wrong")
            ws.send({"subscribe": {"job": "jobs/x"}})
            self.assertEqual(ws.receive()["error"]["code"], 16)
            self.assertIsNone(ws.receive())
            self.assertEqual(ws.close_code, 4401)
            ws.close()
        refused = subprocess.run([os.environ["PE_GATEWAY"], "--engine", f"unix:{self.engine.socket}"], capture_output=True, text=True,
                                 timeout=60, env=clean_env(), check=False)
        self.assertEqual(refused.returncode, 64)
        self.assertIn("owner's rights", refused.stderr)

    def test_strangers(self):
        own = f"http://{self.inside.address}"
        for headers, wanted in (({"Host": "evil.example"}, 403), ({"Host": f"evil.example:{self.inside.port}"}, 403),
                                ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": own}, 200),
                                ({"Host": "localhost"}, 200)):
            status, answer, _ = self.inside.request("GET", "/v1/jobs", headers=headers)
            self.assertEqual(status, wanted, headers)
            self.assertIsNone(answer["Access-Control-Allow-Origin"])
            self.assertIn("default-src 'none'", answer["Content-Security-Policy"])
            self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
        for origin, wanted in (("http://evil.example", 403), (own, 101)):
            ws = WebSocket(self.inside, origin=origin)
            self.assertEqual(ws.status, wanted)
            ws.close()
        status, _, _ = self.inside.request("POST", "/v1/jobs", json.dumps(JOB), {"Content-Type": "text/plain"})
        self.assertEqual(status, 415)  # what a form of another site could send

    def raw(self, text):
        with socket.create_connection((self.inside.host, self.inside.port), timeout=60) as connection:
            connection.sendall(text)
            return int(connection.makefile("rb").readline().split()[1])

    def test_limits(self):
        self.assertEqual(self.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nA: " + b"x" * 20000 + b"\r\n\r\n"), 431)
        self.assertEqual(self.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n"), 413)
        self.assertEqual(self.raw(b"nonsense\r\n\r\n"), 400)
        self.assertEqual(self.raw(b"GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: \x80\r\n\r\n"), 400)

    def test_errors_and_methods(self):
        status, _, body = self.inside.request("GET", "/v1/jobs?state=RUNNING")
        self.assertEqual(status, 400)
        self.assertIn("valid are page_size, page_token, filter", json.loads(body)["message"])
        status, answer, _ = self.inside.request("DELETE", "/v1/jobs")
        self.assertEqual((status, answer["Allow"]), (405, "GET, POST"))
        status, _, body = self.inside.request("GET", "/v1/jobs/nobody")
        self.assertEqual((status, json.loads(body)["details"][0]["resourceName"]), (404, "jobs/nobody"))
        status, _, body = self.inside.request("POST", "/provision.v1.ProvisionService/Status", {"name": "jobs/nobody"})
        self.assertEqual((status, json.loads(body)["code"]), (404, "not_found"))
        self.assertEqual(self.inside.request("POST", "/provision.v1.ProvisionService/Status", "x", {"Content-Type": "text/x"})[0], 415)

    def test_operation(self):
        for gateway in (self.inside, self.apart):
            self.assertEqual(gateway.request("GET", "/healthz", token=False)[::2], (200, b"ok\n"))
            self.assertEqual(gateway.request("GET", "/readyz", token=False)[::2], (200, b"ready\n"))
            document = json.loads(gateway.request("GET", "/openapi.json", token=False)[2])
            self.assertEqual(document["openapi"], "3.1.0")
            self.assertEqual(document["paths"]["/v1/jobs/{job}:watch"]["get"]["operationId"], "ProvisionService_Watch")
            text = gateway.request("GET", "/metrics", token=False)[2].decode()
            self.assertIn('pe_http_requests_total{call="healthz",code="200"}', text)
            self.assertIn("pe_engine_up 1\n", text)

    def test_clients_from_npm(self):
        npm, root = pathlib.Path(os.environ["NPM"]), HERE.parents[3]
        work = pathlib.Path(self.folder) / "npm"
        work.mkdir()
        (work / "node_modules").symlink_to(npm)
        (work / "package.json").write_text('{"type": "module"}')
        shutil.copy(HERE.parent / "npm_clients.mjs", work)
        subprocess.run([root / "client/generate", "typescript", work / "gen"], check=True)
        job = self.new_job()
        expected = [seq for seq, _ in self.by_grpc(job, 0)]
        for gateway in (self.inside, self.apart):
            done = subprocess.run(["node", "npm_clients.mjs", gateway.address, gateway.token, job], cwd=work, capture_output=True, text=True,
                                  timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([a["name"] for a in answers], ["node: connect, binary", "node: connect, JSON", "node: gRPC-Web", "browser: connect, binary",
                                                             "browser: connect, JSON", "browser: gRPC-Web", "grpc-web, text", "grpc-web, binary"])
            for answer in answers:
                self.assertEqual((answer["jobs"], answer["events"]), (1, expected), answer["name"])
                for error in (answer["unary"], answer["stream"]):
                    self.assertEqual((error["code"], error["message"]), (5, "there is no jobs/nobody"), answer["name"])

    def test_openapi_satisfies_a_public_linter(self):
        document = pathlib.Path(self.folder) / "openapi.json"
        document.write_bytes(self.inside.request("GET", "/openapi.json")[2])
        done = subprocess.run([f"{os.environ['NPM']}/.bin/redocly", "lint", str(document)], capture_output=True, text=True, timeout=120,
                              env={**clean_env(), "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_the_readme_shows(self):
        text = (HERE.parents[3] / "README.md").read_text().split("## Over HTTP\n", 1)[1].split("\n## ", 1)[0]
        calls = [line.strip() for line in text.splitlines() if line.startswith("    curl ")]
        self.assertGreaterEqual(len(calls), 5)
        job = self.new_job()
        for call in calls:
            done = subprocess.run(call.replace("jobs/JOB", job), shell=True, capture_output=True, text=True, timeout=60, check=False,
                                  env={**clean_env(), "TOKEN": self.engine.token, "GATEWAY": self.inside.address})
            self.assertEqual(done.returncode, 0, (call, done.stderr))
            self.assertIn("event: end" if "event-stream" in call else "{", done.stdout, call)

    def test_many_subscriptions_on_one_socket(self):
        jobs = [self.new_job() for _ in range(3)]
        ws = WebSocket(self.inside)
        self.assertEqual(ws.headers["sec-websocket-protocol"], "pe.v1")
        for job in jobs:
            ws.send({"subscribe": {"job": job}})
        ended, snapshots = set(), set()
        while len(ended) < 3:
            message = ws.receive()
            snapshots |= {message["sub"]} if "snapshot" in message else set()
            ended |= {message["sub"]} if "end" in message else set()
        self.assertEqual((ended, snapshots), (set(jobs), set(jobs)))
        ws.send(b"nonsense")
        self.assertIsNone(ws.receive())
        self.assertEqual(ws.close_code, 4400)
        ws.close()

    def test_the_page_from_a_folder_and_the_end(self):
        root = pathlib.Path(self.folder) / "web"
        (root / "assets").mkdir(parents=True)
        (root / "index.html").write_text("<title>page</title>")
        (root / "assets/app-1a2b3c4d.js").write_text("1")
        (root / "assets/app-1a2b3c4d.js.gz").write_bytes(b"zipped")
        (root / "secret").symlink_to("/etc/hostname")
        ready = pathlib.Path(self.folder) / "page.json"
        process = subprocess.Popen([os.environ["PE_GATEWAY"], "--engine", self.engine.address, "--http-listen", "127.0.0.1:0",
                                    "--web-root", str(root), "--ready-file", str(ready)], env=clean_env(), stderr=subprocess.DEVNULL)
        wait_for(lambda: ready.exists() or process.poll() is not None, "pe-gateway")
        page = Gateway(json.loads(ready.read_text())["http"], self.engine.token)
        for path in ("/", "/jobs/x", "/index.html"):
            status, answer, body = page.request("GET", path, headers={"Accept": "text/html,*/*"})
            self.assertEqual((status, body, answer["Cache-Control"]), (200, b"<title>page</title>", "no-cache"))
        self.assertEqual(page.request("GET", "/", headers={"If-None-Match": answer["ETag"]})[0], 304)
        status, answer, body = page.request("GET", "/assets/app-1a2b3c4d.js", headers={"Accept-Encoding": "gzip"})
        self.assertEqual((status, body, answer["Content-Encoding"]), (200, b"zipped", "gzip"))
        self.assertIn("immutable", answer["Cache-Control"])
        for path in ("/secret", "/assets/none.js", "/../gw.json", "/%2e%2e/gw.json"):
            self.assertEqual(page.request("GET", path)[0], 404, path)
        ws = WebSocket(page)
        process.send_signal(signal.SIGTERM)
        self.assertIsNone(ws.receive())
        self.assertEqual(ws.close_code, 1001)
        ws.close()
        self.assertEqual(process.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
