#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/planner/fixtures.h"

namespace pe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSection[] =
    "variables {name: 'env' default: 'prod'} "
    "monitoring {node_exporter {listen: ':9200'} prometheus {resource: 'prom-1' register_in: '/etc/prometheus/targets' "
    "labels: ['env=${vars.env}', 'a=b=c']}} steps {id: 'web' unit {name: 'nginx.service' state: STARTED}} acceptance "
    "{tcp {port: 80}}";

TEST(PlanMonitoring, TheExporterIsPartOfTheTargetsFirstStage) {
  const Planning planning(kSection);
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan),
              ElementsAre("0 monitoring.exporter package", "1 monitoring.config file_edit after 0 notifies 4",
                          "2 monitoring.unit unit after 1", "3 web unit after 2", "4 monitoring.restart unit handler"));
  EXPECT_EQ(BodyAt(plan, 0).package().packages(0).name(), "prometheus-node-exporter");
  EXPECT_EQ(BodyAt(plan, 1).file_edit().path(), "/etc/default/prometheus-node-exporter");
  EXPECT_EQ(BodyAt(plan, 1).file_edit().line().line(), "ARGS=\"--web.listen-address=:9200\"");
  EXPECT_EQ(BodyAt(plan, 2).unit().name(), "prometheus-node-exporter.service");
  EXPECT_TRUE(BodyAt(plan, 2).unit().enabled());
  EXPECT_EQ(BodyAt(plan, 4).unit().state(), provision::v1::Unit::RESTARTED);
  EXPECT_EQ(plan.steps[0].status.plan_reason(), "asked for by monitoring");
}

TEST(PlanMonitoring, RegistrationIsAStageOnPrometheus) {
  Planning planning(kSection);
  const auto places = PlaceStages(planning.spec, "ssh");
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[1].on, "resources/prom-1");
  EXPECT_THAT(NamedResources(planning.spec), ElementsAre("resources/prom-1"));
  planning.input.stage = 1;
  const StagePlan plan = planning.Plan();
  EXPECT_THAT(Shown(plan), ElementsAre("0 monitoring.register file", "1 monitoring.up probe after 0"));
  EXPECT_EQ(BodyAt(plan, 0).file().path(), "/etc/prometheus/targets/web-1.json");
  EXPECT_EQ(BodyAt(plan, 0).file().content(),
            "[\n  {\n    \"labels\": {\n      \"a\": \"b=c\",\n      \"env\": \"prod\"\n    },\n    \"targets\": [\n   "
            "   \"10.0.0.5:9200\"\n    ]\n  }\n]\n");
  EXPECT_EQ(BodyAt(plan, 1).probe().prometheus_up().url(), "http://127.0.0.1:9090");
  EXPECT_EQ(BodyAt(plan, 1).probe().prometheus_up().instance(), "10.0.0.5:9200");
  EXPECT_EQ(plan.steps[1].step.timeout_us(), 180'000'000);
  EXPECT_EQ(plan.steps[0].status.on(), "resources/prom-1");
  planning.input.stage = 2;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 acceptance.0 probe last"));
}

TEST(PlanMonitoring, Endpoints) {
  const auto instance = [](const std::string& exporter, const std::string& host, const std::string& label = "") {
    Planning planning("monitoring {node_exporter {" + exporter + "} prometheus {resource: 'p' register_in: '/p' " +
                      label + "}}");
    planning.input.host = host;
    planning.input.stage = 1;
    return BodyAt(planning.Plan(), 1).probe().prometheus_up().instance();
  };
  EXPECT_EQ(instance("", "10.0.0.5"), "10.0.0.5:9100");
  EXPECT_EQ(instance("listen: '127.0.0.1:9101'", "10.0.0.5"), "127.0.0.1:9101");
  EXPECT_EQ(instance("listen: '0.0.0.0:9101'", "web.example"), "web.example:9101");
  EXPECT_EQ(instance("listen: '[::]:9101'", "2001:db8::5"), "[2001:db8::5]:9101");
  EXPECT_EQ(instance("", ""), "web-1:9100") << "local:// has no host in its address";
  EXPECT_EQ(instance("", "10.0.0.5", "labels: 'instance=web'"), "web");
}

TEST(PlanMonitoring, AsAStepItIsLoweredInPlace) {
  Planning planning(
      "steps {id: 'a' file {path: '/a'}} steps {id: 'mon' monitoring {node_exporter {} prometheus {resource: 'p' "
      "register_in: '/p'}}} "
      "steps {id: 'z' file {path: '/z'}}");
  ASSERT_EQ(PlaceStages(planning.spec, "ssh").size(), 3u);
  EXPECT_THAT(Shown(planning.Plan()),
              ElementsAre("0 a file", "1 mon.exporter package after 0", "2 mon.unit unit after 1"));
  planning.input.stage = 1;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 mon.register file", "1 mon.up probe after 0"));
  planning.input.stage = 2;
  EXPECT_THAT(Shown(planning.Plan()), ElementsAre("0 z file"));
}

TEST(PlanMonitoring, ValuesCannotBreakOutOfTheConfiguration) {
  const std::string spec = "variables {name: 'l'} monitoring {node_exporter {listen: '${vars.l}'}}";
  const Planning bad(spec, {{"l", ":9100\" EVIL=\"1"}});
  EXPECT_THAT(bad.Errors(), testing::Contains(HasSubstr("is not an address to listen on")));
}

TEST(PlanMonitoring, ARootFilesystemIsNotRegistered) {
  Planning planning(kSection);
  planning.input.transport = "rootfs";
  planning.facts = Root();
  EXPECT_EQ(PlaceStages(planning.spec, "rootfs").size(), 1u);
  const StagePlan plan = planning.Plan();
  std::vector<std::string> codes;
  for (const auto& warning : plan.warnings) codes.push_back(warning.code());
  EXPECT_THAT(codes, ElementsAre("NOT_REGISTERED", "PROBES_SKIPPED", "UNITS_ONLY_ENABLED"));
}

TEST(PlanMonitoring, ARetryMayBeginWithItsRestart) {
  Planning planning(kSection);
  planning.input.from_step = "monitoring.restart";
  EXPECT_EQ(Shown(planning.Plan()).back(), "4 monitoring.restart unit handler notified");
}

}  // namespace
}  // namespace pe
