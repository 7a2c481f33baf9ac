"""Small clients of the gateway's protocols, each a function that follows a job from a sequence on.

follow_X(gateway, job, after, stop_at) yields (seq, event as proto3 JSON), and returns when the job has ended, or before
the next message once `stop_at()` is true: a client that goes away.
"""
import base64
import http.client
import json
import os
import socket
import struct


class Gateway:
    def __init__(self, address, token):
        self.address, self.token = address, token
        self.host, port = address.split(":")
        self.port = int(port)

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def request(self, method, path, body=None, headers=None, token=True):
        """(status, headers, body) of one request."""
        connection = self.connect()
        sent = dict(headers or {})
        if token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, dict):
            body, sent["Content-Type"] = json.dumps(body), "application/json"
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def open(self, method, path, body, headers, also=200):
        """A connection and its answer; `also` is a status that is as good as 200."""
        connection = self.connect()
        connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", **headers})
        answer = connection.getresponse()
        assert answer.status in (200, also), (answer.status, answer.read())
        return connection, answer


def _batch(batch):
    for event in batch.get("events", []):
        yield int(event["seq"]), event


def follow_ndjson(gateway, job, after, stop_at):
    connection, answer = gateway.open("GET", f"/v1/{job}:watch?after_seq={after}", None, {})
    for line in answer:
        yield from _batch(json.loads(line)["result"])
        if stop_at():
            break
    answer.close()
    connection.close()


def follow_sse(gateway, job, after, stop_at):
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    connection, answer = gateway.open("GET", f"/v1/{job}:watch", None, headers, also=204)  # 204: it came back after the end
    fields = {}
    for line in answer:
        line = line.decode().rstrip("\n")
        if line:
            name, value = line.split(": ", 1)
            fields[name] = value
            continue
        if fields.get("event") == "end":
            break
        batch = json.loads(fields["data"])
        assert fields["id"] == batch["throughSeq"], fields
        yield from _batch(batch)
        fields = {}
        if stop_at():
            break
    answer.close()
    connection.close()


def _frames(answer):
    while True:
        head = answer.read(5)
        if len(head) < 5:
            return
        flags, size = struct.unpack(">BI", head)
        yield flags, answer.read(size)


def _frame(message):
    return struct.pack(">BI", 0, len(message)) + message


WATCH = "/provision.v1.ProvisionService/Watch"


def follow_connect(gateway, job, after, stop_at):
    body = _frame(json.dumps({"name": job, "afterSeq": str(after)}).encode())
    connection, answer = gateway.open("POST", WATCH, body, {"Content-Type": "application/connect+json"})
    for flags, message in _frames(answer):
        if flags == 2:
            assert json.loads(message) == {}, message
            break
        yield from _batch(json.loads(message))
        if stop_at():
            break
    answer.close()
    connection.close()


class _Base64:
    """The bytes behind base64 that may be padded anywhere, as grpc-web-text is: each piece is encoded by itself."""

    def __init__(self, answer):
        self.answer, self.have = answer, b""

    def read(self, size):
        while len(self.have) < size and (four := self.answer.read(4)):
            self.have += base64.b64decode(four, validate=True)
        out, self.have = self.have[:size], self.have[size:]
        return out


def grpc_web(gateway, request, parse, text=False):
    """Messages of a gRPC-Web call, then the trailers as text."""
    kind = "application/grpc-web-text+proto" if text else "application/grpc-web+proto"
    body = base64.b64encode(_frame(request)) if text else _frame(request)
    connection, answer = gateway.open("POST", WATCH, body, {"Content-Type": kind, "Accept": kind})
    for flags, message in _frames(_Base64(answer) if text else answer):
        yield message.decode() if flags & 0x80 else parse(message)
    answer.close()
    connection.close()


class WebSocket:
    """As much of RFC 6455 as a test needs."""

    def __init__(self, gateway, protocols=None, origin=None):
        self.socket = socket.create_connection((gateway.host, gateway.port), timeout=60)
        headers = [f"GET /v1/stream HTTP/1.1", f"Host: {gateway.address}", "Upgrade: websocket", "Connection: Upgrade",
                   f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
                   f"Sec-WebSocket-Protocol: {protocols or f'pe.v1, bearer.{gateway.token}'}"]
        if origin:
            headers.append(f"Origin: {origin}")
        self.socket.sendall(("\r\n".join(headers) + "\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(": ", 1)
            self.headers[name.lower()] = value
        self.close_code = None

    def send(self, message):
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        size = struct.pack(">B", 0x80 | len(payload)) if len(payload) < 126 else struct.pack(">BH", 0x80 | 126, len(payload))
        self.socket.sendall(b"\x81" + size + b"\0\0\0\0" + payload)  # masked with zeros

    def receive(self):
        """The next JSON message; None at the close."""
        while True:
            head = self.file.read(2)
            if len(head) < 2:
                return None
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.file.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.file.read(8))[0]
            payload = self.file.read(size)
            if head[0] & 0x0F == 8:
                self.close_code = struct.unpack(">H", payload[:2])[0]
                return None
            if head[0] & 0x0F == 1:
                return json.loads(payload)

    def close(self):
        self.file.close()
        self.socket.close()


def follow_socket(gateway, job, after, stop_at):
    ws = WebSocket(gateway)
    assert ws.status == 101, ws.status
    ws.send({"subscribe": {"job": job, "afterSeq": after}})
    while (message := ws.receive()) is not None:
        assert message["sub"] == job and "error" not in message, message
        if "end" in message:
            break
        if "event" in message:
            assert str(message["seq"]) == message["event"]["seq"], message
            yield message["seq"], message["event"]
        if stop_at():
            break
    ws.close()
