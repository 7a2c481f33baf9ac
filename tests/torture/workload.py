"""Jobs whose effects can be counted: each unguarded step appends one line to a witness file on its host."""
import json
import random

from client import pb
from google.protobuf import json_format

WITNESS = "/var/lib/pe-torture"

# The line is written whole or not at all (one write below PIPE_BUF, O_APPEND). The pauses make room for faults before and
# after it; the last child leaves the session, as daemons do, and must be gone when the step has ended or was cancelled.
EFFECT = """sleep {before}; echo '{job} {step}' >> {witness}/effects; setsid sleep {after} & wait"""


def spec(job: str, steps: int, rng: random.Random) -> dict:
    """Unguarded effects, and between them a file and a guarded command, which may be done twice."""
    out = [{"id": "folder", "directory": {"path": WITNESS}}]
    for i in range(steps):
        text = EFFECT.format(before=f"{rng.uniform(0, 0.1):.3f}", after=f"{rng.uniform(0, 0.1):.3f}", job=job, step=f"effect{i}",
                             witness=WITNESS)
        out.append({"id": f"effect{i}", "exec": {"command": text, "shell": True}})
    content = f"{job}\n" * 2000
    out.append({"id": "file", "file": {"path": f"{WITNESS}/file", "content": content}})
    out.append({"id": "guarded", "exec": {"command": f"sleep 0.05; touch {WITNESS}/{job}.done", "shell": True,
                                          "creates": f"{WITNESS}/{job}.done"}})
    return {"name": "torture", "version": job, "steps": out}


def request(job: str, resource: str, steps: int, rng: random.Random) -> pb.ProvisionRequest:
    message = pb.ProvisionRequest(request_id=job)
    json_format.Parse(json.dumps(spec(job, steps, rng)), message.spec)
    message.targets.add(resource=resource)
    return message
