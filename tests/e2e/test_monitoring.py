"""Monitoring is done when the Prometheus server's own API says up == 1, and fails, saying why, when it cannot."""
import json
import urllib.request

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

# As monitored.yaml, with another label and less patience.
BLOCKED = """
name: monitored
os: {distribution: debian}
steps:
  - id: monitoring
    timeout: 60s
    monitoring:
      nodeExporter: {listen: ":9100"}
      prometheus:
        resource: prom-1
        registerIn: /etc/prometheus/targets
        url: http://127.0.0.1:9090
        labels: [service=blocked]
"""


def monitored(pe, hosts, tmp_path, scrape_interval="1s"):
    """Prometheus on the second host, the first one registered there and up."""
    web, prom = hosts[0], hosts[1]
    pe.ok("resource", "create", "prom-1", prom.target(), "--host-key", prom.fingerprint)
    pe.ok("resource", "create", web.name, web.target(), "--host-key", web.fingerprint)
    spec = tmp_path / "prometheus.yaml"
    spec.write_text(PROMETHEUS.replace("scrape_interval: 1s", f"scrape_interval: {scrape_interval}"))
    done = pe("apply", "-f", spec, "--target", "resources/prom-1")
    assert done.code == 0, done

    done = pe("apply", "-f", EXAMPLES / "monitored.yaml", "--target", f"resources/{web.name}")
    assert done.code == 0, done
    assert web.address in prom.sh("cat /etc/prometheus/targets/*.json")
    assert states(newest(pe))["monitoring.up"] in ("UNCHANGED", "CHANGED")

    return web, prom


def up(prom, instance):
    url = f"http://{prom.address}:9090/api/v1/query?query=up"
    found = json.load(urllib.request.urlopen(url, timeout=5))["data"]["result"]
    return {r["metric"]["instance"]: r["value"][1] for r in found}.get(instance)


def test_up(pe, hosts, tmp_path):
    web, prom = monitored(pe, hosts, tmp_path)
    assert up(prom, f"{web.address}:9100") == "1"


def test_blocked(pe, hosts, tmp_path):
    """The exporter cannot be reached any more, so the job must not say that the host is monitored, though for a while
    Prometheus still says up == 1: by its last scrape, the next one being up to 20 s away."""
    web, prom = monitored(pe, hosts, tmp_path, scrape_interval="20s")
    assert up(prom, f"{web.address}:9100") == "1"
    prom.sh(f"ip route add blackhole {web.address}/32")
    blocked = tmp_path / "blocked.yaml"
    blocked.write_text(BLOCKED)
    done = pe("apply", "-f", blocked, "--target", f"resources/{web.name}", timeout=240)
    assert done.code == 1, done
    job = newest(pe)
    assert states(job)["monitoring.register"] == "CHANGED"
    assert states(job)["monitoring.up"] == "FAILED"
    assert "up == 0" in job["reason"], job["reason"]
