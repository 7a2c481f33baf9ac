# Sources of the agent that give a name of another source to something else: pe_apart in tools/cmake/Targets.cmake.
set(PE_AGENT_APART_SOURCES disk_undo_store.cc facts/facts.cc steps/authorized_key_step.cc steps/dpkg_status.cc steps/file_edit_step.cc
  steps/package_step.cc steps/probe_step.cc steps/sysctl_step.cc steps/systemctl.cc steps/text_edit.cc)
