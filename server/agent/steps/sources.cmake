# Step types and what they share, relative to server/agent; also for the cross build.
set(PE_AGENT_STEP_SOURCES
  steps/account_files.cc steps/apt.cc steps/apt_errors.cc steps/attributes.cc steps/authorized_key_step.cc
  steps/changelog.cc steps/diff.cc steps/directory_step.cc steps/download_step.cc steps/dpkg_lock.cc
  steps/dpkg_status.cc steps/dpkg_version.cc steps/exec_step.cc steps/file_edit_step.cc steps/file_step.cc
  steps/follow_links.cc steps/group_step.cc steps/hostname_step.cc steps/http_client.cc steps/json_document.cc
  steps/openpgp_key.cc steps/os_image_step.cc steps/package_step.cc steps/package_undo.cc steps/parent_directories.cc
  steps/path_change.cc steps/path_state.cc steps/pattern.cc steps/probe_step.cc steps/reboot_step.cc steps/program.cc steps/prometheus.cc
  steps/record.cc steps/repository_key_step.cc steps/repository_step.cc steps/security_patches_step.cc steps/sha1.cc
  steps/step_error.cc steps/symlink_step.cc steps/sysctl_step.cc steps/systemctl.cc steps/table.cc steps/tcp_socket.cc
  steps/text_edit.cc steps/unit_step.cc steps/unit_undo.cc steps/user_step.cc steps/user_undo.cc steps/whole_file.cc)
