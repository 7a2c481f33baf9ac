"""Bad input: a clear error with every violation at once, nothing stored, nothing started on any host."""
import json
import sys

import pytest
from support.paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "client/python"))
import stubs  # noqa: E402

NOWHERE = "ssh://root@192.0.2.1"

SPEC = """\
name: bad
variables:
  - {name: port, type: INT, default: "x"}
steps:
  - id: one
    file: {path: /srv/../etc/shadow, content: "${vars.nope}"}
    after: [three]
  - id: two
    package: {packages: [{name: "-rf"}]}
    notify: [nobody]
  - id: three
    directory: {path: /srv}
    after: [one, missing]
  - id: three
    directory: {path: /srv2}
"""
SPEC_ERRORS = [
    ("3:38", "variables[0].default", "not a whole number"),
    ("6:18", "steps[0].file.path", "no '..'"),
    ("6:47", "steps[0].file.content", "did you mean `vars.port`?"),
    ("7:5", "steps[0].after", "one -> three -> one"),
    ("9:33", "steps[1].package.packages[0].name", "'-rf' is not a package name"),
    ("10:14", "steps[1].notify[0]", "no handler 'nobody'"),
    ("13:18", "steps[2].after[1]", "no step 'missing'"),
    ("14:9", "steps[3].id", "used twice"),
]

SHAPE = """\
name: bad
stepz: []
steps:
  - id: one
    file: {path: /a, mod: "0644"}
    timeout: soon
  - {id: two, exec: {argv: true}}
"""
SHAPE_ERRORS = [
    ("2:1", "stepz", 'did you mean "steps"?'),
    ("5:22", "steps[0].file", 'did you mean "mode"?'),
    ("6:14", "steps[0].timeout", "30s"),
    ("7:28", "steps[1].exec.argv", "expected a list"),
]


@pytest.fixture
def quiet(engine, pe):
    """Whatever the test does, no job and no resource is there afterwards."""
    yield
    assert json.loads(pe.ok("list", "-o", "json")).get("jobs", []) == []
    assert "bad" not in pe.ok("resource", "list")
    assert engine.log_grep("connect") == []


@pytest.mark.parametrize("text, errors", [(SPEC, SPEC_ERRORS), (SHAPE, SHAPE_ERRORS)], ids=["meaning", "shape"])
def test_a_file_gets_line_column_and_path_of_everything(pe, quiet, tmp_path, text, errors):
    spec = tmp_path / "bad.yaml"
    spec.write_text(text)
    done = pe("apply", "-f", spec, "--target", NOWHERE)
    assert done.code == 64
    lines = [line for line in (done.out + done.err).splitlines() if line.startswith(str(spec))]
    assert len(lines) == len(errors), done
    for line, (where, field, what) in zip(lines, errors):
        assert line.startswith(f"{spec}:{where}: ") and field in line and what in line, line


def test_too_large(pe, quiet, tmp_path):
    spec = tmp_path / "large.yaml"
    spec.write_text("name: bad\nsteps:\n" + "".join(f"  - {{id: s{i}, directory: {{path: /a}}}}\n" for i in range(10_001)))
    done = pe("apply", "-f", spec, "--target", NOWHERE)
    assert done.code == 64 and "more than 10000 steps" in done.err + done.out
    spec.write_text('name: bad\nsteps: [{id: a, file: {path: /a, content: "' + "x" * (1 << 20) + '"}}]\n')
    done = pe("apply", "-f", spec, "--target", NOWHERE)
    assert done.code == 64 and "larger than 1 MiB" in done.err


def test_no_target(pe, quiet, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text("name: bad\n")
    done = pe("apply", "-f", spec)
    assert done.code == 64 and "--target" in done.err


@pytest.fixture
def api(engine):
    """(modules, stubs of both services), as another service's client has them."""
    stubs.generate(REPOSITORY / "build/python")
    import grpc
    from google.rpc import error_details_pb2, status_pb2
    from provision.v1 import provision_service_pb2, provision_service_pb2_grpc, resource_service_pb2, resource_service_pb2_grpc

    def violations(code, method, request):
        """Field paths of a call that must fail with this code."""
        with pytest.raises(grpc.RpcError) as caught:
            result = method(request, timeout=30)
            list(result) if hasattr(result, "__next__") else None
        assert caught.value.code() == getattr(grpc.StatusCode, code), caught.value
        assert caught.value.details()
        rich = dict(caught.value.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        out = []
        for detail in status_pb2.Status.FromString(rich).details:
            bad = error_details_pb2.BadRequest()
            if detail.Unpack(bad):
                out += [violation.field for violation in bad.field_violations]
        return out

    channel = grpc.insecure_channel(engine.endpoint)
    yield (provision_service_pb2, provision_service_pb2_grpc.ProvisionServiceStub(channel),
           resource_service_pb2, resource_service_pb2_grpc.ResourceServiceStub(channel), violations)
    channel.close()


def test_every_violation_of_a_provision_call(api, quiet):
    jobs, service, _, _, violations = api
    empty = violations("INVALID_ARGUMENT", service.Provision, jobs.ProvisionRequest())
    assert "targets" in empty and any(field.startswith("spec") for field in empty), empty
    request = jobs.ProvisionRequest(request_id="a/b", environment="prod", parallelism=-1)
    request.spec.name = "Bad"
    request.spec.steps.add(id="-x").file.path = "relative"
    request.targets.add().inline.address = "ssh://-oProxyCommand=x"
    request.targets.add(resource="resources/../x")
    fields = violations("INVALID_ARGUMENT", service.Provision, request)
    assert set(fields) >= {"request_id", "environment", "parallelism", "spec.name", "spec.steps[0].id", "spec.steps[0].file.path",
                           "targets[0].inline.address", "targets[1].resource"}, fields


def test_every_other_call(api, quiet):
    jobs, service, resources, inventory, violations = api
    for name, code in (("", "INVALID_ARGUMENT"), ("jobs/../x", "INVALID_ARGUMENT"), ("jobs/0000000000000000", "NOT_FOUND")):
        violations(code, service.Status, jobs.StatusRequest(name=name))
        violations(code, service.Watch, jobs.WatchRequest(name=name))
        violations(code, service.Cancel, jobs.CancelRequest(name=name))
        violations(code, service.Retry, jobs.RetryRequest(name=name))
    violations("INVALID_ARGUMENT", service.List, jobs.ListRequest(page_token="bad"))
    violations("INVALID_ARGUMENT", service.List, jobs.ListRequest(page_size=-1))
    violations("INVALID_ARGUMENT", service.List, jobs.ListRequest(filter="state ="))
    violations("INVALID_ARGUMENT", inventory.ListResources, resources.ListResourcesRequest(page_token="bad"))
    create = resources.CreateResourceRequest(resource_id="Bad!")
    create.resource.address = "telnet://x"
    assert set(violations("INVALID_ARGUMENT", inventory.CreateResource, create)) >= {"resource_id", "resource.address"}
    for method, request in (("Get", resources.GetResourceRequest), ("Delete", resources.DeleteResourceRequest),
                            ("Disable", resources.DisableResourceRequest), ("Enable", resources.EnableResourceRequest)):
        violations("NOT_FOUND", getattr(inventory, method + "Resource"), request(name="resources/bad"))
        violations("INVALID_ARGUMENT", getattr(inventory, method + "Resource"), request(name="../bad"))
    violations("INVALID_ARGUMENT", inventory.TrustResource, resources.TrustResourceRequest(name="resources/bad", host_key="x"))
