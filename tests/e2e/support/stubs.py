"""Stubs generated from the project's .proto files, for tests that speak gRPC themselves."""
import sys

from support.paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "client/python"))
import stubs  # noqa: E402

stubs.generate(REPOSITORY / "build/python")
import grpc  # noqa: E402, F401
from provision.v1 import job_pb2, provision_service_pb2 as pb, provision_service_pb2_grpc as rpc  # noqa: E402, F401
