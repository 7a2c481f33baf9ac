"""Monitoring is done when the Prometheus server's own API says up == 1, and fails, saying why, when it cannot."""
import json
import urllib.request

import pytest
from support.jobs import newest, states
from support.paths import EXAMPLES
from support.wait import until

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


def monitored(pe, hosts, tmp_path):
    """Prometheus on the second host, the first one registered there and up."""
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

    return web, prom


def up(prom, instance):
    url = f"http://{prom.address}:9090/api/v1/query?query=up"
    found = json.load(urllib.request.urlopen(url, timeout=5))["data"]["result"]
    return {r["metric"]["instance"]: r["value"][1] for r in found}.get(instance)


def test_up(pe, hosts, tmp_path):
    web, prom = monitored(pe, hosts, tmp_path)
    assert up(prom, f"{web.address}:9100") == "1"


@pytest.mark.unproven
def test_blocked(pe, hosts, tmp_path):
    """The exporter cannot be reached, so the job must not say that the host is monitored."""
    web, prom = monitored(pe, hosts, tmp_path)
    prom.sh(f"ip route add blackhole {web.address}/32")
    until(lambda: up(prom, f"{web.address}:9100") == "0", "Prometheus notices", 30)
    blocked = tmp_path / "blocked.yaml"
    blocked.write_text((EXAMPLES / "monitored.yaml").read_text().replace("labels: [service=monitored]", "labels: [service=blocked]"))
    done = pe("apply", "-f", blocked, "--target", f"resources/{web.name}", timeout=240)
    assert done.code == 1, done
    job = newest(pe)
    assert states(job)["monitoring.up"] == "FAILED"
    assert "up" in job["reason"], job["reason"]
