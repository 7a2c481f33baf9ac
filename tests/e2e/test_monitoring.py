"""Monitoring is done when the Prometheus server's own API says up == 1, and fails, saying why, when it cannot."""
from support.jobs import newest, states
from support.paths import EXAMPLES

PROMETHEUS = """
name: prometheus
libraries: [{name: prometheus}]
steps:
  - id: targets
    directory: {path: /etc/prometheus/targets}
  - id: config
    file:
      path: /etc/prometheus/prometheus.yml
      content: |
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: provision
            file_sd_configs: [{files: ["/etc/prometheus/targets/*.json"], refresh_interval: 1s}]
    notify: [restart]
  - id: runs
    unit: {name: prometheus.service, state: STARTED, enabled: true}
handlers:
  - id: restart
    unit: {name: prometheus.service, state: RESTARTED}
acceptance:
  - http: {url: "http://127.0.0.1:9090/-/ready", status: 200}
"""


def test_up_and_blocked(pe, hosts, tmp_path):
    web, prom = hosts[0], hosts[1]
    pe.ok("resource", "create", "prom-1", prom.target(), "--host-key", prom.fingerprint)
    pe.ok("resource", "create", web.name, web.target(), "--host-key", web.fingerprint)
    spec = tmp_path / "prometheus.yaml"
    spec.write_text(PROMETHEUS)
    done = pe("apply", "-f", spec, "--target", "resources/prom-1")
    assert done.code == 0, done

    done = pe("apply", "-f", EXAMPLES / "monitored.yaml", "--target", f"resources/{web.name}")
    assert done.code == 0, done
    assert web.address in prom.sh("cat /etc/prometheus/targets/*.json")
    assert states(newest(pe))["monitoring.up"] in ("UNCHANGED", "CHANGED")

    # The negative case: the exporter cannot be reached, so the job must not say that the host is monitored.
    web.sh("nft add table inet block && nft 'add chain inet block in { type filter hook input priority 0; }' && "
           "nft add rule inet block in tcp dport 9100 drop") if web.ok("command -v nft") else prom.sh(f"ip route add blackhole {web.address}/32")
    blocked = tmp_path / "blocked.yaml"
    blocked.write_text((EXAMPLES / "monitored.yaml").read_text().replace("labels: [service=monitored]", "labels: [service=blocked]"))
    done = pe("apply", "-f", blocked, "--target", f"resources/{web.name}", timeout=240)
    assert done.code == 1, done
    job = newest(pe)
    assert states(job)["monitoring.up"] == "FAILED"
    assert "up" in job["reason"], job["reason"]
