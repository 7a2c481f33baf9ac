// Checks of probes and of monitoring.
#include "absl/strings/str_cat.h"
#include "server/engine/validate_body.h"

namespace pe {
namespace {

using provision::v1::Monitoring;
using provision::v1::Probe;

constexpr int64_t kMaxWaitMillis = 10 * 60 * 1000;  // a step's default timeout

void CheckHttp(const Probe::Http& http, const FieldPath& path, Report* report) {
  report->Required(path, "url", http.url(), rule::PlainHttpUrl);
  if (http.status() != 0) report->Range(path, "status", http.status(), 100, 599);
  report->Each(path, "headers", http.headers(), rule::HeaderLine);
}

void CheckTcp(const Probe::Tcp& tcp, const FieldPath& path, Report* report) {
  report->Optional(path, "host", tcp.host(), rule::Host);
  report->Range(path, "port", tcp.port(), 1, 65535);
}

void CheckUnit(const Probe::UnitActive& unit, const FieldPath& path, Report* report) {
  report->Required(path, "name", unit.name(), rule::UnitName);
  report->Range(path, "stable_window_ms", unit.stable_window_ms(), 0, kMaxWaitMillis);
}

void CheckUp(const Probe::PrometheusUp& up, const FieldPath& path, Report* report) {
  report->Required(path, "url", up.url(), rule::PlainHttpUrl);
  report->Required(path, "instance", up.instance(), rule::OneLine);
}

void CheckRegistration(const Monitoring::Prometheus& prometheus, const FieldPath& path, Report* report) {
  if (prometheus.resource().empty()) {
    report->Add(path, "resource", "is required");
  } else {
    report->Plain(FieldPath(path, "resource"), prometheus.resource(), rule::ResourceIdOrName);
  }
  report->Required(path, "register_in", prometheus.register_in(), rule::AbsolutePath);
  report->Optional(path, "url", prometheus.url(), rule::PlainHttpUrl);
  report->Each(path, "labels", prometheus.labels(), rule::PrometheusLabel);
}

}  // namespace

void Check(const Probe& probe, const FieldPath& path, Report* report) {
  report->Range(path, "interval_ms", probe.interval_ms(), 0, kMaxWaitMillis);
  switch (probe.condition_case()) {
    case Probe::kTcp:
      return CheckTcp(probe.tcp(), FieldPath(path, "tcp"), report);
    case Probe::kHttp:
      return CheckHttp(probe.http(), FieldPath(path, "http"), report);
    case Probe::kUnit:
      return CheckUnit(probe.unit(), FieldPath(path, "unit"), report);
    case Probe::kFile:
      return report->Required(FieldPath(path, "file"), "path", probe.file().path(), rule::AbsolutePath);
    case Probe::kPrometheusUp:
      return CheckUp(probe.prometheus_up(), FieldPath(path, "prometheus_up"), report);
    case Probe::CONDITION_NOT_SET:
      return report->Add(path, "has no condition; set one of tcp, http, unit, file and prometheus_up");
  }
}

void Check(const Monitoring& monitoring, const FieldPath& path, Report* report) {
  if (!monitoring.has_node_exporter() && !monitoring.has_prometheus())
    report->Add(path, "is empty; set node_exporter, prometheus, or both");
  const FieldPath exporter(path, "node_exporter");
  report->Optional(exporter, "listen", monitoring.node_exporter().listen(), rule::ListenAddress);
  report->Optional(exporter, "package", monitoring.node_exporter().package(), rule::PackageName);
  if (monitoring.has_prometheus()) CheckRegistration(monitoring.prometheus(), FieldPath(path, "prometheus"), report);
}

}  // namespace pe
