"""Waves on real hosts: a canary that fails leaves the others untouched; one that is well pauses, outlives the engine, and the rest follows."""
from support.jobs import newest, pinned, register, status
from support.wait import until

WELL = """\
name: well
steps:
  - {id: page, file: {path: /srv/page, content: "page\\n"}}
"""
ILL = WELL + '  - {id: ill, exec: {argv: ["false"]}}\n'


def write(tmp_path, text):
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    return spec


def untouched(host) -> bool:
    """Nothing of ours has been there: no agent, no file."""
    return not host.exists("/srv/page") and not host.exists("/var/lib/pe-agent")


def test_a_canary_that_fails_leaves_the_others_untouched(pe, hosts, tmp_path):
    canary, other = hosts
    register(pe, canary, other)
    done = pe("apply", "-f", write(tmp_path, ILL), *pinned(canary, other), "--canary", "1", "--progress", "plain")
    assert done.code == 1, done
    job = newest(pe)
    assert job["state"] == "FAILED" and "failure budget" in job["reason"], job["reason"]
    assert [target["state"] for target in job["targets"]] == ["FAILED", "CANCELLED"]
    assert job["targets"][1]["reasonCode"] == "FAILURE_BUDGET_SPENT"
    assert not untouched(canary) and untouched(other)
    assert "wave" in pe.ok("status", job["name"])


def test_a_pause_after_the_canary_outlives_the_engine(engine, pe, hosts, tmp_path):
    canary, other = hosts
    register(pe, canary, other)
    pe.ok("apply", "-f", write(tmp_path, WELL), *pinned(canary, other), "--canary", "1", "--pause-after-canary", "--soak", "1s", "--detach")
    name = newest(pe)["name"]
    until(lambda: status(pe, name)["state"] == "PAUSED", "the canary is through", 30)
    assert canary.exists("/srv/page") and untouched(other)
    engine.kill()
    engine.start()
    assert status(pe, name)["state"] == "PAUSED" and untouched(other)
    pe.ok("resume", name)
    assert pe("watch", name).code == 0
    job = status(pe, name)
    assert job["state"] == "SUCCEEDED" and [wave["state"] for wave in job["waves"]] == ["SUCCEEDED", "SUCCEEDED"]
    assert other.exists("/srv/page")
