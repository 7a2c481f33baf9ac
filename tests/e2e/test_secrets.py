"""A secret's canary is in no log, event, database file, command line or host journal."""
import base64
import os

from support.jobs import newest
from support.paths import EXAMPLES

CANARY = "canary-Zq7-4711-secret"
FORMS = [CANARY, CANARY.encode().hex(), base64.b64encode(CANARY.encode()).decode().rstrip("=")]


def test_a_secret_reaches_its_file_and_nothing_else(engine, pe, host, tmp_path):
    os.environ["REDIS_PASSWORD"] = CANARY
    try:
        done = pe("apply", "-f", EXAMPLES / "redis.yaml", "--target", host.target(), "--host-key", host.fingerprint,
                  "--secret", "password=env:REDIS_PASSWORD")
    finally:
        del os.environ["REDIS_PASSWORD"]
    assert done.code == 0, done
    assert CANARY in host.read("/etc/redis/redis.conf"), "the managed file has it"
    job = newest(pe)
    events = pe("watch", job["name"], "--after-seq", "0", "--progress", "json")
    places = {"pe's output": done.out + done.err, "status": str(job), "events": events.out + events.err, "engine log": engine.log()}
    for path in engine.data.rglob("*"):
        if path.is_file():
            places[str(path)] = path.read_bytes().decode("latin-1")
    places["host journal"] = host.sh("journalctl -b -q -o cat")
    places["host processes"] = host.sh("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    places["agent state"] = host.sh("grep -rl canary-Zq7 /var/lib/pe-agent /run/pe-agent /tmp 2>/dev/null || true")
    for place, text in places.items():
        for form in FORMS:
            assert form not in text, f"the secret is in {place}"
