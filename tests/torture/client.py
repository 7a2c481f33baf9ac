"""A client as a service would be: it repeats what may be repeated, resumes its watches, and writes down what it was told."""
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from support.stubs import grpc, job_pb2, pb, rpc  # noqa: E402

RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED,
           grpc.StatusCode.ABORTED, grpc.StatusCode.CANCELLED)
OPTIONS = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50),
           ("grpc.max_reconnect_backoff_ms", 250), ("grpc.use_local_subchannel_pool", 1)]


class Violation(Exception):
    """A promise was broken."""


class Client:
    """Thread-safe."""

    def __init__(self, endpoint: str, patience: float = 120):
        self.channel = grpc.insecure_channel(endpoint, options=OPTIONS)
        self.service = rpc.ProvisionServiceStub(self.channel)
        self.patience = patience
        self.deliveries = 0
        self.resumes = 0
        self._lock = threading.Lock()

    def call(self, method, request):
        """Repeats until it is answered. Every call of the API may be repeated: Provision has a request id."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return method(request, timeout=10)
            except grpc.RpcError as error:
                if error.code() not in RETRIED or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def provision(self, request):
        return self.call(self.service.Provision, request)

    def status(self, job):
        return self.call(self.service.Status, pb.StatusRequest(name=job, view=pb.FULL))

    def cancel(self, job, force=False):
        return self.call(self.service.Cancel, pb.CancelRequest(name=job, force=force))

    def watch(self, job, on_event=lambda event: None):
        """Follows a job to its end across lost streams; the terminal state. Violation when a sequence is missing or twice."""
        after, state = 0, 0
        deadline = time.monotonic() + self.patience
        while state < job_pb2.Job.SUCCEEDED:
            try:
                for batch in self.service.Watch(pb.WatchRequest(name=job, after_seq=after), timeout=self.patience):
                    if batch.from_seq != after + 1:
                        raise Violation(f"{job}: {after + 1} was due, {batch.from_seq} came")
                    for event in batch.events:
                        if not after < event.seq <= batch.through_seq:
                            raise Violation(f"{job}: event {event.seq} in {batch.from_seq}..{batch.through_seq}")
                        if event.target == -1 and event.WhichOneof("payload") == "state":
                            if state >= job_pb2.Job.SUCCEEDED:
                                raise Violation(f"{job}: a state after the terminal one")
                            state = event.state.state
                        on_event(event)
                    after = batch.through_seq
                    with self._lock:
                        self.deliveries += len(batch.events)
            except grpc.RpcError as error:
                if error.code() not in RETRIED:
                    raise
            if state < job_pb2.Job.SUCCEEDED:
                if time.monotonic() > deadline:
                    raise Violation(f"{job}: not terminal after {self.patience} s")
                with self._lock:
                    self.resumes += 1
                time.sleep(0.02)
        return state
