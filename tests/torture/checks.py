"""What must be true when all is over, from three sources: what the client was told, what the engine says, what the host shows."""
import collections

from client import job_pb2

States = job_pb2.StepStatus.State
# State of an unguarded step -> how often its effect may have happened.
ALLOWED = {States.CHANGED: {1}, States.FAILED: {0}, States.OUTCOME_UNKNOWN: {0, 1}, States.CANCELLED: {0, 1},
           States.SKIPPED: {0}, States.PENDING: {0}}


def effects(host, witness: str) -> collections.Counter:
    """(job, step) -> how often."""
    text = host.try_sh(f"cat {witness}/effects 2>/dev/null").stdout
    return collections.Counter(tuple(line.split()) for line in text.splitlines())


def check_job(name: str, job, seen: collections.Counter) -> list:
    """Violations of one job, `name` as the client calls it."""
    bad = []
    if job.state < job_pb2.Job.SUCCEEDED:
        bad.append(f"{name}: {job_pb2.Job.State.Name(job.state)} is not terminal")
    unknown = False
    for step in job.targets[0].steps:
        unknown = unknown or step.state == States.OUTCOME_UNKNOWN
        if not step.id.startswith("effect"):
            continue
        count = seen[(name, step.id)]
        if count not in ALLOWED.get(step.state, set()):
            bad.append(f"{name} {step.id}: {States.Name(step.state)}, and its effect happened {count} times")
    if job.state == job_pb2.Job.SUCCEEDED:
        wrong = [s.id for s in job.targets[0].steps if s.state not in (States.CHANGED, States.UNCHANGED, States.SKIPPED)]
        if wrong:
            bad.append(f"{name}: SUCCEEDED with {wrong}")
    if job.state == job_pb2.Job.FAILED and not unknown:
        failed = [(s.id, s.reason or s.result.message) for s in job.targets[0].steps if s.state == States.FAILED]
        bad.append(f"{name}: FAILED, though nothing in it can fail: {failed or job.reason}")
    return bad


def torn(host, witness: str) -> list:
    """A file is one job's content, whole."""
    lines = host.try_sh(f"cat {witness}/file 2>/dev/null").stdout.splitlines()
    return [f"{host.name}: the file has {len(lines)} lines of {len(set(lines))} jobs"] if lines and (len(set(lines)) != 1 or len(lines) != 2000) else []


def orphans(host, witness: str) -> list:
    """Processes of steps that are still there."""
    return [f"{host.name}: left behind: {line}" for line in host.processes(rf"{witness}|setsid sleep|^sleep [0-9.]+$")]
