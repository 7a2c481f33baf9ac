"""The gateway at its bounds (server/gateway/limits.h): clients that drip, that stop reading, that are too many, that come too late.

Environment: PROVISIOND, PE_GATEWAY, PE (the binaries). Run by ctest.
"""
import json
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "api"))
os.environ.setdefault("BUF", "")
import clients
from clients import Gateway, WebSocket
from provisiond_test import Engine, clean_env, wait_for

def exec_job(*argv):
    """On this machine, which one engine has at a time."""
    return {"spec": {"name": "talk", "version": "1", "steps": [{"id": "s", "exec": {"argv": list(argv)}}]},
            "targets": [{"inline": {"address": "local://localhost"}}]}


def submit(gateway, job):
    status, _, body = gateway.request("POST", "/v1/jobs", job)
    assert status == 200, body
    return json.loads(body)["name"]


def connections(gateway):
    """Open connections of the gateway, this call's own left out."""
    text = gateway.request("GET", "/metrics", token=False)[2].decode()
    return int(re.search(r"^pe_http_connections (\d+)$", text, re.M)[1]) - 1


class Bounds(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pe_b.", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def engine(self, *flags):
        engine = Engine(self.folder, *flags).wait_ready()
        self.addCleanup(engine.stop, signal.SIGKILL)
        return engine, Gateway(json.loads(engine.ready.read_text())["http"], engine.token)

    def file_job(self):
        """In a folder of its own."""
        root = pathlib.Path(self.folder) / "root"
        root.mkdir(exist_ok=True)
        return {"spec": {"name": "note", "version": "1", "steps": [{"id": "s", "file": {"path": "/n", "content": "x"}}]},
                "targets": [{"inline": {"address": f"rootfs://{root}"}}]}

    def drip(self, gateway, head, byte, seen):
        """Sends `head`, then a byte now and then until the gateway has enough; `seen` gets how many it took."""
        with socket.create_connection((gateway.host, gateway.port), timeout=60) as connection:
            connection.sendall(head)
            for count in range(1200):
                try:
                    connection.sendall(byte)
                    readable, _, _ = select.select([connection], [], [], 0.1)
                    if readable and connection.recv(4096) == b"":
                        break
                except (BrokenPipeError, ConnectionResetError):
                    break
            else:
                return
            seen.append(count)

    def test_who_drips_is_cut_and_nobody_else_feels_it(self):
        _, gateway = self.engine()
        head = f"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.token}\r\nContent-Type: application/json\r\n"
        slow = [(head.encode() + b"X-Slow: ", b"a"), (head.encode() + b"Content-Length: 100000\r\n\r\n", b" ")] * 20
        seen = []
        threads = [threading.Thread(target=self.drip, args=(gateway, *how, seen)) for how in slow]
        for thread in threads:
            thread.start()
        wait_for(lambda: connections(gateway) >= len(slow), "all that drip")
        job = submit(gateway, self.file_job())
        self.assertGreater(len(list(clients.follow_sse(gateway, job, 0, lambda: False))), 4)
        for thread in threads:
            thread.join(150)
        self.assertEqual(len(seen), len(slow), "some were never cut")
        self.assertGreater(min(seen), 10, "cut before they could have been slow")
        wait_for(lambda: connections(gateway) == 0, "the end of their connections")

    def reader(self, gateway, request):
        """A client with little room that has sent `request` and reads nothing."""
        connection = socket.socket()
        self.addCleanup(connection.close)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect((gateway.host, gateway.port))
        connection.sendall(request)
        return connection

    def test_who_stops_reading_is_cut_and_slows_nobody(self):
        _, gateway = self.engine()
        job = submit(gateway, exec_job("sh", "-c", "for i in $(seq 400); do head -c 50000 /dev/zero | tr '\\0' x; echo; done"))
        common = f"Host: localhost\r\nAuthorization: Bearer {gateway.token}\r\n"
        slow = [self.reader(gateway, f"GET /v1/{job}:watch?after_seq=0 HTTP/1.1\r\n{common}{accept}\r\n".encode())
                for accept in ("", "Accept: text/event-stream\r\n") for _ in range(5)]
        upgrade = f"GET /v1/stream HTTP/1.1\r\n{common}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n"
        wish = json.dumps({"subscribe": {"job": job, "afterSeq": 0}}).encode()
        slow += [self.reader(gateway, upgrade.encode() + b"\x81" + bytes([0x80 | len(wish)]) + b"\0\0\0\0" + wish) for _ in range(5)]
        seqs = [seq for seq, _ in clients.follow_ndjson(gateway, job, 0, lambda: False)]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assertEqual(json.loads(gateway.request("GET", f"/v1/{job}")[2])["state"], "SUCCEEDED")
        wait_for(lambda: connections(gateway) == 0, "the end of those that read nothing")
        for connection in slow:
            got = b""
            try:
                while piece := connection.recv(1 << 20):
                    got = (got + piece)[-4096:]
            except ConnectionResetError:
                pass
            self.assertNotIn(b'"SUCCEEDED"', got, "it had room for everything, so nothing was tried")

    def test_more_connections_than_there_is_room_for(self):
        engine, _ = self.engine()
        ready = pathlib.Path(self.folder) / "gw.json"
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        process = subprocess.Popen([os.environ["PE_GATEWAY"], "--engine", engine.address, "--http-listen", "127.0.0.1:0", "--ready-file", str(ready)],
                                   env=clean_env(), stderr=subprocess.DEVNULL, preexec_fn=few)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: ready.exists() or process.poll() is not None, "pe-gateway")
        gateway = Gateway(json.loads(ready.read_text())["http"], engine.token)
        held = [socket.create_connection((gateway.host, gateway.port), timeout=60) for _ in range(100)]
        alive = []
        for connection in held:
            try:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    alive.append(connection)
            except (BrokenPipeError, ConnectionResetError):
                pass
        self.assertEqual(len(alive), 256 // 4 - 1)  # its own listener counts
        self.assertIsNone(process.poll())
        for connection in held:
            connection.close()

        def served():
            try:
                return gateway.request("GET", "/v1/jobs")[0] == 200
            except OSError:
                return False
        wait_for(served, "room after the others went")

    def test_too_many_subscriptions_on_one_socket(self):
        _, gateway = self.engine()
        job = submit(gateway, exec_job("sleep", "600"))
        ws = WebSocket(gateway)
        for number in range(65):
            ws.send({"subscribe": {"job": job, "sub": f"s{number}"}})
        subscribed = set()
        while (message := ws.receive()) is not None:
            subscribed.add(message["sub"])
        self.assertEqual(ws.close_code, 1013)
        self.assertNotIn("s64", subscribed)
        ws.close()
        self.assertEqual(gateway.request("POST", f"/v1/{job}:cancel", {"force": True})[0], 200)
        self.assertEqual([event["state"]["state"] for _, event in clients.follow_sse(gateway, job, 0, lambda: False) if "state" in event][-1], "CANCELLED")

    def test_history_that_is_gone(self):
        _, gateway = self.engine("--retention-age", "1s")
        job = submit(gateway, self.file_job())

        def compacted():
            status, _, body = gateway.request("GET", f"/v1/{job}:watch?after_seq=0")
            return status == 400 and json.loads(body)["code"] == 11
        wait_for(compacted, "retention")
        ws = WebSocket(gateway)
        ws.send({"subscribe": {"job": job, "afterSeq": 0}})
        error = ws.receive()["error"]
        self.assertEqual(error["code"], 11)
        self.assertIn("oldest_available_seq", json.dumps(error))
        self.assertIsNone(ws.receive())
        self.assertEqual(ws.close_code, 4409)
        ws.close()
        ws = WebSocket(gateway)  # without afterSeq there is still what became of it
        ws.send({"subscribe": {"job": job}})
        self.assertEqual(ws.receive()["snapshot"]["state"], "SUCCEEDED")
        ws.close()

    def test_metrics_satisfy_promtool(self):
        _, gateway = self.engine()
        job = submit(gateway, self.file_job())
        gateway.request("GET", f"/v1/{job}:watch")  # until its end
        gateway.request("GET", "/v1/jobs/nobody")
        own = gateway.request("GET", "/metrics", token=False)[2]
        self.assertIn(b'code="404"', own)
        self.assertNotIn(b"pe_jobs", own)  # the engine's are for callers with a token
        text = gateway.request("GET", "/metrics")[2]
        for line in (
            b'pe_jobs_accepted_total{environment="dev",mode="apply"} 1\n',
            b'pe_jobs_ended_total{environment="dev",mode="apply",state="succeeded"} 1\n',
            b'pe_targets_ended_total{state="succeeded"} 1\n',
            b'pe_steps_ended_total{kind="file",state="changed"} 1\n',
            b'pe_step_duration_seconds_count{kind="file"} 1\n',
            b'pe_jobs{state="running"} 0\n',
            b"pe_store_writable 1\n",
            b"pe_process_resident_memory_bytes ",
            b"pe_store_commit_seconds_bucket{",
        ):
            self.assertIn(line, text)
        self.assertEqual(gateway.request("GET", "/metrics", headers={"Authorization": "Bearer wrong"})[0], 401)
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


if __name__ == "__main__":
    unittest.main()
