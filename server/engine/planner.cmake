# Planner, validation and errors: pure, free of gRPC.
pe_apart(validate_environments.cc validate_rollout.cc)
pe_library(pe_planner
  SOURCES
    address.cc errors.cc expression_names.cc guard.cc host_fit.cc interpolate.cc lower_monitoring.cc lowering.cc outline.cc owed.cc report.cc
    stage_edges.cc stage_handlers.cc stage_planner.cc step_graph.cc text_fields.cc text_rules.cc text_rules_host.cc text_rules_network.cc
    validate.cc validate_body.cc validate_body_files.cc validate_body_packages.cc validate_body_probe.cc validate_body_system.cc
    validate_environments.cc validate_resources.cc validate_rollout.cc validate_spec.cc validate_steps.cc validate_texts.cc variables.cc
  LINKS pe_base pe_expression pe_proto_core nlohmann_json::nlohmann_json)
target_precompile_headers(pe_planner REUSE_FROM pe_proto_pch)
