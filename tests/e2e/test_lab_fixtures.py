"""The ground the other tests stand on, without the engine."""
from support.wait import until


def test_hosts_are_pristine_and_answer(hosts):
    for host in hosts:
        assert host.sh("hostname").strip() == host.name
        assert host.sh("systemctl is-system-running").strip() == "running"
        assert not host.exists("/root/left")
        host.sh("touch /root/left")  # the next test must not see it


def test_host_is_pristine_again(host):
    assert not host.exists("/root/left")
    assert host.stat("/etc/hostname") == "0644 root:root"


def test_assertions_see_the_host(host):
    assert host.unit("lab-vuln.service") == "active"
    assert host.unit("nothing.service") == "inactive"
    assert host.package("lab-app") == "1.0-1"
    assert host.package("nginx-light") is None
    assert host.processes("lab-vuln/daemon") == ["/usr/lib/lab-vuln/daemon infinity"]
    host.sh("systemd-cat -t e2e echo seen-by-the-journal")
    until(lambda: host.journal_grep("^seen-by-"), "the journal has the message")


def test_a_reboot_keeps_the_key_and_changes_the_boot(host):
    fingerprint, boot = host.fingerprint, host.boot_id()
    host.do("reboot")
    assert host.boot_id() != boot
    assert host.fingerprint == fingerprint
