"""A login that is not root becomes root by sudo, through both ssh transports; where it may not, the reason is said."""
import pytest
from support.jobs import changed, newest, states

SPEC = """
name: become
steps:
  - {id: page, file: {path: /etc/became, content: "x\\n", mode: "0600"}}
  - {id: who, exec: {argv: [/bin/sh, -c, "id -u >/etc/became-as"], creates: /etc/became-as}}
"""


@pytest.fixture
def spec(tmp_path):
    spec = tmp_path / "become.yaml"
    spec.write_text(SPEC)
    return spec


@pytest.fixture(params=["ssh", "openssh"])
def transport(request):
    return request.param


def test_a_sudoer_does_what_root_does(pe, host, spec, transport):
    target = ["--target", f"{transport}://{host.address}", "--credential", "ops"]
    first = pe("apply", "-f", spec, *target, "--host-key", host.fingerprint)
    assert first.code == 0, first
    assert changed(newest(pe)) == ["page", "who"]
    assert host.stat("/etc/became") == "0600 root:root"
    assert host.read("/etc/became-as") == "0\n"
    assert host.journal_grep("Accepted publickey for ops"), "the login was the credential's user"
    assert host.sh("id -u", user="ops").strip() != "0"

    second = pe("apply", "-f", spec, *target)
    assert second.code == 0, second
    assert changed(newest(pe)) == []


def test_who_may_not_sudo_is_told_so(pe, host, spec, transport):
    done = pe("apply", "-f", spec, "--target", f"{transport}://nosudo@{host.address}", "--credential", "ops", "--host-key", host.fingerprint)
    assert done.code == 1, done
    target = newest(pe)["targets"][0]
    assert target["reasonCode"] == "BECOME_FAILED", target
    assert "nosudo cannot become root" in target["reason"]
    assert "NOPASSWD" in target["reason"], "what to do is said"
    assert "nosudo cannot become root" in done.out + done.err
    assert not host.exists("/etc/became")


def test_without_become_a_login_must_be_root(pe, host, spec, transport):
    done = pe("apply", "-f", spec, "--target", f"{transport}://ops@{host.address}", "--host-key", host.fingerprint)
    assert done.code == 1, done
    target = newest(pe)["targets"][0]
    assert "ops is not root" in target["reason"], target
    assert "become" in target["reason"], "what to do is said"
    assert states(newest(pe)).get("page") != "CHANGED"
    assert not host.exists("/etc/became")
