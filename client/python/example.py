#!/usr/bin/python3
"""Provision and Watch with generated stubs: prints the job's name and its events, exits by its result."""

import argparse
import os
import pathlib
import sys
import time

import stubs


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default=os.environ.get("PE_ENGINE", "unix:/run/provision-engine/engine.sock"))
    parser.add_argument("--token-file", type=pathlib.Path)
    parser.add_argument("--stubs", type=pathlib.Path, default=stubs.REPOSITORY / "build/python")
    parser.add_argument("spec", help="ServiceSpec in JSON; - for standard input")
    parser.add_argument("targets", nargs="+", help="address (ssh://root@host) or resource (resources/web-1)")
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    stubs.generate(options.stubs)
    # After generate: these modules are made by it.
    import grpc
    from google.protobuf import json_format
    from provision.v1 import job_pb2, provision_service_pb2, provision_service_pb2_grpc

    resumed = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED)
    token = options.token_file.read_text().strip() if options.token_file else os.environ.get("PE_TOKEN", "")
    metadata = [("authorization", f"Bearer {token}")] if token else []
    text = sys.stdin.read() if options.spec == "-" else pathlib.Path(options.spec).read_text()

    request = provision_service_pb2.ProvisionRequest()
    json_format.Parse(text, request.spec)
    for target in options.targets:
        if target.startswith("resources/"):
            request.targets.add(resource=target)
        else:
            request.targets.add().inline.address = target

    with grpc.insecure_channel(options.engine) as channel:
        service = provision_service_pb2_grpc.ProvisionServiceStub(channel)
        job = service.Provision(request, timeout=30, metadata=metadata)
        print(job.name, flush=True)
        after, state = 0, job.state
        while state < job_pb2.Job.SUCCEEDED:
            watch = provision_service_pb2.WatchRequest(name=job.name, after_seq=after)
            try:
                for batch in service.Watch(watch, metadata=metadata):
                    assert batch.from_seq == after + 1, f"gap: {after + 1} was due, {batch.from_seq} came"
                    after = batch.through_seq
                    for event in batch.events:
                        print(event.seq, event.WhichOneof("payload"), flush=True)
                        if event.target == -1 and event.WhichOneof("payload") == "state":
                            state = event.state.state
            except grpc.RpcError as error:
                if error.code() not in resumed:
                    raise
                time.sleep(0.2)

    print(job_pb2.Job.State.Name(state))
    return {job_pb2.Job.SUCCEEDED: 0, job_pb2.Job.CANCELLED: 2}.get(state, 1)


if __name__ == "__main__":
    sys.exit(main())
