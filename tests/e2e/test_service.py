"""A service of its own, step by step: planned, applied, left alone, and after another value only its configuration changes."""
from support.jobs import changed, newest, states

GREETER = """
name: greeter
variables: [{name: greeting, type: STRING, default: hello}]
libraries: [{name: nginx-light}]
steps:
  - {id: members, group: {name: greeters, system: true}}
  - {id: account, user: {name: greeter, group: greeters, system: true, home: /var/lib/greeter, shell: /usr/sbin/nologin}}
  - {id: data, directory: {path: /var/lib/greeter, mode: "0750", owner: greeter, group: greeters}}
  - {id: place, directory: {path: /etc/greeter}}
  - id: config
    file:
      path: /etc/greeter/greeter.conf
      mode: "0640"
      group: greeters
      content: |
        pid /var/lib/greeter/pid;
        events {}
        http {
          client_body_temp_path /var/lib/greeter/body;
          proxy_temp_path /var/lib/greeter/proxy;
          fastcgi_temp_path /var/lib/greeter/fastcgi;
          uwsgi_temp_path /var/lib/greeter/uwsgi;
          scgi_temp_path /var/lib/greeter/scgi;
          access_log off;
          server { listen 8080; return 200 "${vars.greeting}"; }
        }
    notify: [restart]
  - id: service
    unit:
      name: greeter.service
      state: STARTED
      enabled: true
      content: |
        [Unit]
        Description=Greets
        [Service]
        User=greeter
        Group=greeters
        ExecStart=/usr/sbin/nginx -e stderr -c /etc/greeter/greeter.conf -g "daemon off;"
        [Install]
        WantedBy=multi-user.target
    notify: [restart]
  - {id: listens, probe: {tcp: {port: 8080}}, timeout: 30s}
handlers:
  - {id: restart, unit: {name: greeter.service, state: RESTARTED}}
acceptance:
  - unit: {name: greeter.service, stableWindowMs: 1000}
  - http: {url: "http://127.0.0.1:8080/", status: 200, contains: "${vars.greeting}"}
"""
OWN = {"members", "account", "data", "place", "config", "service"}


def snapshot(host):
    """Digests of what the service's steps could touch: packages, accounts, configuration, units and their links."""
    return host.sh("""
        sha256sum /var/lib/dpkg/status; find /etc /var/lib/greeter -ls 2>/dev/null | sha256sum
        find /etc -type f -exec sha256sum {} + | sort | sha256sum""")


def starts(host):
    return len(host.journal_grep("^Started greeter.service"))


def test_a_service_from_plan_to_another_value(pe, host, tmp_path):
    spec = tmp_path / "greeter.yaml"
    spec.write_text(GREETER)
    pe.ok("resource", "create", host.name, host.target(), "--host-key", host.fingerprint)
    on_host = ["-f", spec, "--target", f"resources/{host.name}"]

    before = snapshot(host)
    plan = pe("plan", *on_host, "--detailed-exitcode")
    assert plan.code == 3, plan
    assert '+  server { listen 8080; return 200 "hello"; }' in plan.out, plan.out
    assert "+ExecStart=/usr/sbin/nginx" in plan.out, "the unit's content is shown too"
    for step in OWN:
        assert step in plan.out
    assert snapshot(host) == before, "a plan changes nothing"

    first = pe("apply", *on_host)
    assert first.code == 0, f"{first.out}\n{first.err}"
    assert set(changed(newest(pe))) >= OWN | {"restart"}
    assert host.fetch(8080) == "hello"
    assert host.stat("/etc/greeter/greeter.conf") == "0640 root:greeters"
    assert host.stat("/var/lib/greeter") == "0750 greeter:greeters"
    assert host.sh("ps -o user= -p $(systemctl show -p MainPID --value greeter)").strip() == "greeter"
    assert host.sh("systemctl is-enabled greeter").strip() == "enabled"
    assert starts(host) == 2, "started by its step, restarted once by the handler that two steps notified"

    again = pe("apply", *on_host)
    assert again.code == 0, again
    assert set(states(newest(pe)).values()) == {"UNCHANGED", "SKIPPED"}, states(newest(pe))
    assert states(newest(pe))["restart"] == "SKIPPED"
    assert starts(host) == 2

    other = pe("apply", *on_host, "--var", "greeting=moin")
    assert other.code == 0, other
    assert changed(newest(pe)) == ["config", "restart"], states(newest(pe))
    assert host.fetch(8080) == "moin"
    assert starts(host) == 3, "the handler has run exactly once"
    assert host.read("/etc/greeter/greeter.conf").count("moin") == 1
    assert pe("plan", *on_host, "--var", "greeting=moin", "--detailed-exitcode").code == 0


def test_a_service_that_does_not_answer_fails_at_its_probe(pe, host, tmp_path):
    spec = tmp_path / "greeter.yaml"
    spec.write_text(GREETER.replace("listen 8080;", "listen 8081;").replace("timeout: 30s", "timeout: 2s"))
    done = pe("apply", "-f", spec, "--target", host.target(), "--host-key", host.fingerprint)
    assert done.code == 1, done
    job = newest(pe)
    assert states(job)["service"] == "CHANGED", done
    assert states(job)["listens"] == "FAILED"
    assert states(job)["acceptance.1"] == "SKIPPED"
    assert "8080" in done.out + done.err, "what did not answer is named"
