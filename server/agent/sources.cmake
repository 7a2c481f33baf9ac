# Sources of the agent, relative to this folder; the step types are listed in steps/sources.cmake.
set(PE_AGENT_SYSTEM_SOURCES
  system/accounts.cc system/command_pipes.cc system/dbus_connection.cc system/dbus_message.cc system/errno_status.cc system/real_file_system.cc
  system/real_process_runner.cc system/remove_tree.cc system/running_command.cc system/supervisor.cc
  system/temporary.cc system/unit_source.cc)
# The runs without a disk, threads or sockets: also what the simulation and the mutants are made of.
set(PE_AGENT_RUN_SOURCES
  agent.cc attempt.cc undo_attempt.cc attempt_reporter.cc blob_store.cc journal.cc journal_format.cc output_gatherer.cc
  plan_check.cc run.cc run_guard.cc run_log.cc run_recover.cc runner.cc session.cc)
set(PE_AGENT_DISK_SOURCES disk_run_store.cc disk_undo_store.cc executor.cc undo_prune.cc)
set(PE_AGENT_CORE_SOURCES ${PE_AGENT_RUN_SOURCES} ${PE_AGENT_DISK_SOURCES}
  facts/addresses.cc facts/facts.cc facts/os_release.cc loop.cc)
set(PE_AGENT_PROGRAM_SOURCES
  attach.cc disk_boot_guard.cc identity.cc main.cc places.cc policy_rc.cc rootfs.cc rootfs_mounts.cc serve.cc start_worker.cc worker.cc
  worker_socket.cc)
