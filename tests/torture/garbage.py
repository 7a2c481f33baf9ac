#!/usr/bin/python3
"""Malformed requests and garbage against a live engine: it answers each, stays up, stores nothing and keeps its memory.

Every method of the public services gets random bytes, requests with bits flipped, cut or repeated, and fields that say
nonsense; both listeners get bytes that are no HTTP/2 at all, frames that lie about their length, and connections that never
say anything. Exits 0 when all was answered. REQUIRES: a build; no root.
"""
import argparse
import json
import os
import pathlib
import random
import socket
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from client import grpc, pb  # noqa: E402
from google.protobuf import message_factory  # noqa: E402
from provision.v1 import environment_service_pb2, provision_service_pb2, resource_service_pb2, system_service_pb2  # noqa: E402
from support.engine import Engine  # noqa: E402

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# What a malformed request may be answered with; anything else is the engine's own failure.
FAIR = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.ALREADY_EXISTS, grpc.StatusCode.OUT_OF_RANGE, grpc.StatusCode.ABORTED, grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED}
MOST_GROWTH = 64 << 20  # of resident memory, after all is over


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def methods():
    for module in (provision_service_pb2, resource_service_pb2, environment_service_pb2, system_service_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                yield f"/{service.full_name}/{method.name}", method.input_type


def nonsense(rng):
    return rng.choice(["", "\0", "../../etc/passwd", "-rf", "jobs/", "jobs/" + "a" * 5000, "resources/Ä\u202e", "${vars.x}", "${",
                       "%s%n", "a" * rng.randint(1, 2000), "ssh://", "ssh://root@[::", "\u0000" * 9, "k0xd", "unix:/dev/null"])


def fill(message, rng, depth=0):
    """Some of the message's fields, with what fits their type and nothing else."""
    for field in message.DESCRIPTOR.fields:
        if rng.random() > 0.4 or depth > 4:
            continue
        repeated = field.label == field.LABEL_REPEATED
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for _ in range(rng.randint(1, 3) if repeated else 1):
            if field.message_type is not None:
                fill(getattr(message, field.name).add() if repeated else getattr(message, field.name), rng, depth + 1)
                if not repeated:
                    getattr(message, field.name).SetInParent()
                continue
            if field.cpp_type == field.CPPTYPE_STRING:
                value = rng.randbytes(rng.randint(0, 99)) if field.type == field.TYPE_BYTES else nonsense(rng)
            elif field.cpp_type == field.CPPTYPE_BOOL:
                value = rng.random() < 0.5
            elif field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
                value = rng.choice([0.0, -1.0, 1e300, float("nan")])
            elif field.cpp_type == field.CPPTYPE_ENUM:
                value = rng.choice([0, 1, 7, -1, 2**31 - 1])
            else:
                value = rng.choice([0, 1, 2**31 - 1] + ([-1, -2**31] if field.cpp_type != field.CPPTYPE_UINT32 else []))
            if repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)


def request_bytes(kind, rng):
    message = message_factory.GetMessageClass(kind)() if hasattr(message_factory, "GetMessageClass") else kind._concrete_class()
    fill(message, rng)
    data = bytearray(message.SerializeToString())
    for _ in range(rng.choice([0, 1, 1, 8])):
        what = rng.randrange(4)
        if what == 0 or not data:
            data += rng.randbytes(rng.randint(1, 64))
        elif what == 1:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        elif what == 2:
            del data[rng.randrange(len(data)):]
        else:
            data += data[:rng.randrange(len(data)) + 1] * rng.randint(1, 20)
    return bytes(data[:3_000_000])


def ask(channel, path, kind, rng):
    """The status code of one malformed call."""
    call = channel.unary_stream if path.endswith("/Watch") else channel.unary_unary
    method = call(path, request_serializer=lambda data: data, response_deserializer=lambda data: data)
    try:
        answer = method(request_bytes(kind, rng), timeout=30)
        if path.endswith("/Watch"):
            answer.cancel()
            for _ in answer:
                pass
        return grpc.StatusCode.OK
    except grpc.RpcError as error:
        return grpc.StatusCode.OK if error.code() == grpc.StatusCode.CANCELLED else error.code()


def connect(engine, rng):
    if rng.random() < 0.5:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(engine.socket))
        return connection
    host, port = engine.ready["address"].rsplit(":", 1)
    return socket.create_connection((host, int(port)))


def garbage(rng):
    frame = rng.randrange(2**24).to_bytes(3, "big") + bytes([rng.randrange(16), rng.randrange(256)]) + rng.randbytes(4)
    return rng.choice([
        b"", rng.randbytes(rng.randint(1, 4000)), PREFACE[:rng.randrange(len(PREFACE))], PREFACE + frame + rng.randbytes(200),
        PREFACE + b"\0\0\0\4\0\0\0\0\0" + frame, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01" + rng.randbytes(300),
        PREFACE + b"\0\0\0\4\0\0\0\0\0" * 5000, b"A" * 200_000])


def resident(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def main():
    options = arguments()
    rng = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pe-garbage."))
    engine = Engine(folder, "/dev/null")
    engine.credentials = []
    engine.start()
    bad, answers, stored = [], {}, 0
    try:
        channel = grpc.insecure_channel(engine.endpoint)
        known = list(methods())
        pid = engine.process.pid
        ask(channel, *known[0], rng)
        before = resident(pid)
        for _ in range(options.requests):
            path, kind = rng.choice(known)
            code = ask(channel, path, kind, rng)
            answers[code.name] = answers.get(code.name, 0) + 1
            stored += code == grpc.StatusCode.OK and path.endswith(("/Provision", "/CreateResource"))
            if code != grpc.StatusCode.OK and code not in FAIR:
                bad.append(f"{path}: {code.name}")
        held = []  # connections that stay, as a slow or forgetful client's do
        for _ in range(options.connections):
            try:
                connection = connect(engine, rng)
            except ConnectionRefusedError as error:
                bad.append(f"a connection: {error}")
                break
            try:
                connection.sendall(garbage(rng))
            except OSError:
                pass  # it was closed at once
            if len(held) < 100:
                held.append(connection)
            else:
                connection.close()
        service = channel.unary_unary("/provision.v1.ProvisionService/List", request_serializer=pb.ListRequest.SerializeToString,
                                      response_deserializer=pb.ListResponse.FromString)
        jobs = service(pb.ListRequest(), timeout=30).jobs
        if engine.process.poll() is not None:
            bad.append("the engine is gone")
        growth = resident(pid) - before
        if growth > MOST_GROWTH:
            bad.append(f"{growth >> 20} MiB more memory")
        if len(jobs) > stored:
            bad.append(f"{len(jobs)} jobs are stored, {stored} calls of Provision and CreateResource were answered with OK")
        for connection in held:
            connection.close()
        if engine.stop() != 0:
            bad.append("the engine did not end with 0")
    finally:
        engine.close()
    print(json.dumps({"seed": options.seed, "requests": options.requests, "methods": len(known), "answers": answers,
                      "connections": options.connections, "jobs stored": len(jobs), "memory, MiB more": growth >> 20,
                      "violations": sorted(set(bad)), "log": os.fspath(folder)}, indent=1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
