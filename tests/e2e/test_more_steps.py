"""Steps whose effect the host itself must show: each changes once, is found unchanged then, and leaves the rest alone."""
import subprocess

from support.jobs import newest, states

STEPS = """
name: more
variables: [{name: key}]
steps:
  - {id: ttl, sysctl: {key: net.ipv4.ip_default_ttl, value: "77", file: 70-more.conf}}
  - {id: name, hostname: {name: renamed}}
  - {id: key, authorizedKey: {user: nosudo, key: "${vars.key}", options: 'command="echo forced",no-pty'}}
  - {id: link, symlink: {path: /opt/current, target: releases/2}}
  - {id: forced, symlink: {path: /opt/in-the-way, target: /etc/hostname, force: true}}
  - {id: line, fileEdit: {path: /etc/more.conf, line: {line: "port = 2", match: "^port ="}}}
  - {id: block, fileEdit: {path: /etc/more.conf, block: {marker: more, content: "a\\nb\\n"}}}
  - {id: replace, fileEdit: {path: /etc/more.conf, replace: {match: "old-([a-z]+)", replacement: "new-\\\\1"}}}
  - {id: ini, fileEdit: {path: /etc/more.ini, create: true, ini: {section: log, key: level, value: debug}}}
  - {id: json, fileEdit: {path: /etc/more.json, json: {pointer: /log/level, value: '"debug"'}}}
"""


def test_each_changes_once_and_is_seen_on_the_host(pe, host, tmp_path):
    host.sh("""sysctl -qw net.ipv4.ip_default_ttl=64; echo mine >/opt/in-the-way; printf '{"log": {"level": "info", "to": "x"}, "n": 1}' >/etc/more.json
        printf 'first\\nport = 1\\nold-north old-south\\nlast\\n' >/etc/more.conf; chown ops:ops /etc/more.conf; chmod 0604 /etc/more.conf""")
    spec = tmp_path / "more.yaml"
    spec.write_text(STEPS)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "more", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    apply = ["apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint, "--var", f"key={public}"]
    keys_before = host.read("/home/nosudo/.ssh/authorized_keys")

    first = pe(*apply)
    assert first.code == 0, f"{first.out}\n{first.err}"
    assert set(states(newest(pe)).values()) == {"CHANGED"}, states(newest(pe))

    assert host.read("/etc/sysctl.d/70-more.conf") == "net.ipv4.ip_default_ttl = 77\n"
    assert "take effect at its next boot: ttl" in first.err, "a container's kernel is not its own"
    assert host.sh("uname -n; cat /etc/hostname") == "renamed\nrenamed\n"
    assert host.read("/home/nosudo/.ssh/authorized_keys").startswith(keys_before), "other keys stay"
    assert login(host, key, "id -un") == "forced\n", "the key logs in, and its option holds"
    assert host.sh("readlink /opt/current /opt/in-the-way") == "releases/2\n/etc/hostname\n"
    lines = host.read("/etc/more.conf").splitlines()
    assert lines[:4] == ["first", "port = 2", "new-north new-south", "last"]
    assert lines[5:7] == ["a", "b"] and lines[4].startswith("#") and "more" in lines[4] and lines[7].startswith("#")
    assert host.stat("/etc/more.conf") == "0604 ops:ops", "owner and mode are kept"
    assert host.read("/etc/more.ini").split() == ["[log]", "level", "=", "debug"]
    assert host.sh("perl -MJSON::PP -0ne 'print JSON::PP->new->canonical->encode(decode_json($_))' /etc/more.json") == (
        '{"log":{"level":"debug","to":"x"},"n":1}')

    files = "sha256sum /etc/more.* /etc/hostname /etc/sysctl.d/70-more.conf /home/nosudo/.ssh/authorized_keys; stat -c %z /etc/more.* /opt/*"
    before = host.sh(files)
    again = pe(*apply)
    assert again.code == 0, again
    assert set(states(newest(pe)).values()) == {"UNCHANGED"}, states(newest(pe))
    assert host.sh(files) == before

    host.do("reboot")
    assert host.read("/proc/sys/net/ipv4/ip_default_ttl") == "77\n", "the host's own boot has read what was written"
    assert pe(*apply).code == 0
    assert set(states(newest(pe)).values()) == {"UNCHANGED"}, states(newest(pe))


def login(host, key, command):
    return subprocess.run(["ssh", "-i", key, "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes",
                           "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", f"nosudo@{host.address}", command],
                          text=True, check=True, timeout=30, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
