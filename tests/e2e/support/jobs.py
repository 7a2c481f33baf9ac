"""What a test asks of a job: everything through the pe tool, as a user would."""
import json

from support.cli import Pe


def status(pe: Pe, job: str) -> dict:
    """The job in view FULL, as the API's JSON."""
    return json.loads(pe.ok("status", job, "-o", "json"))


def newest(pe: Pe) -> dict:
    """The newest job in view FULL."""
    jobs = json.loads(pe.ok("list", "-o", "json"))
    jobs = jobs["jobs"] if isinstance(jobs, dict) else jobs
    return status(pe, jobs[0]["name"])


def states(job: dict, target: int = 0) -> dict:
    """Step id -> state, of one target."""
    return {step["id"]: step["state"] for step in job["targets"][target].get("steps", [])}


def changed(job: dict, target: int = 0) -> list:
    return sorted(id for id, state in states(job, target).items() if state == "CHANGED")


def register(pe: Pe, *hosts) -> None:
    """A resource for each host, with its key pinned."""
    for host in hosts:
        pe.ok("resource", "create", host.name, host.target(), "--host-key", host.fingerprint)


def pinned(*hosts) -> list:
    """--target for each host that `register` knows."""
    return [word for host in hosts for word in ("--target", f"resources/{host.name}")]
