"""The W3C trace context of a call is kept on its job and given to the job's commands; what is none is left out."""
import pytest
from support.jobs import register, status
from support.stubs import grpc, pb, rpc

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("given, kept", [(TRACE, TRACE), ("00-not-a-trace-01", "")])
def test_a_trace_goes_through_to_the_command(engine, pe, host, given, kept):
    register(pe, host)
    request = pb.ProvisionRequest()
    request.spec.name = "traced"
    step = request.spec.steps.add(id="tell")
    step.exec.shell = True
    step.exec.command = 'printf %s "$TRACEPARENT" > /srv/trace'
    request.targets.add(resource=f"resources/{host.name}")
    with grpc.insecure_channel(engine.endpoint) as channel:
        job = rpc.ProvisionServiceStub(channel).Provision(request, metadata=[("traceparent", given)])
    assert pe("watch", job.name).code == 0
    assert status(pe, job.name).get("traceparent", "") == kept
    assert host.read("/srv/trace") == kept
