# shellcheck shell=bash
# Starting and killing the processes of a host. A host's cgroup is the truth about what belongs to it: no pid files.

with_systemd() { [ -d /run/systemd/system ]; } # this machine's PID 1 gives out the cgroups

cgroup2() { [ -f /sys/fs/cgroup/cgroup.controllers ] && echo /sys/fs/cgroup || echo /sys/fs/cgroup/unified; }

host_cgroup() { # of host I, in the unified hierarchy
  if with_systemd; then echo "$(cgroup2)/system.slice/$(host_unit "$1")"; else echo "$(cgroup2)/lab-$LAB_ID/h$1"; fi
}

host_cgroups() { # all that may exist: where the layout is hybrid, systemd keeps names in a second hierarchy
  host_cgroup "$1"
  if ! with_systemd && [ -d /sys/fs/cgroup/systemd ]; then echo "/sys/fs/cgroup/systemd/lab-$LAB_ID/h$1"; fi
}

host_runs() { grep -qsx 'populated 1' "$(host_cgroup "$1")/cgroup.events"; }
host_is_off() { ! host_runs "$1"; }

host_state() {
  if host_is_off "$1"; then echo off
  elif grep -qsx 'frozen 1' "$(host_cgroup "$1")/cgroup.events"; then echo frozen
  else echo up; fi
}

host_freeze() { echo "$2" >"$(host_cgroup "$1")/cgroup.freeze"; }

host_is_plugged() { host_runs "$1" && has_link "$NETNS" "$(host_port "$1")"; }

host_start() { # REQUIRES: created, off. Returns at once; lab_wait waits
  local i=$1 dir unit folder
  dir=$(host_dir "$i") unit=$(host_unit "$i")
  if with_systemd; then
    systemctl reset-failed "$unit" 2>/dev/null || true
    systemd-run --quiet --collect --unit="$unit" --description="Lab host $(host_name "$i")" -p Type=exec -p Delegate=yes \
      -p KillMode=mixed -p TasksMax=infinity -p TimeoutStopSec=5 -p "StandardOutput=append:$dir/console.log" \
      -p "StandardError=append:$dir/console.log" --setenv=LAB_ID="$LAB_ID" --setenv=LAB_DIR="$LAB_DIR" "$HERE/host-loop" "$i"
  else
    (
      for folder in $(host_cgroups "$i"); do
        mkdir -p "$folder"
        echo "$BASHPID" >"$folder/cgroup.procs"
      done
      export LAB_ID LAB_DIR
      exec setsid "$HERE/host-loop" "$i" </dev/null >>"$dir/console.log" 2>&1 8>&- 9>&-
    ) &
  fi
  until_true 10 host_is_plugged "$i" || die "$(host_name "$i") did not start, see $dir/console.log"
}

host_kill() { # as a power cut: every process of the host at once, frozen or not. Leaves no cgroup
  local i=$1 folder
  if host_runs "$i"; then
    echo 1 >"$(host_cgroup "$i")/cgroup.kill"
    until_true 10 host_is_off "$i" || die "$(host_name "$i") does not die: $(host_cgroup "$i")"
  fi
  if with_systemd; then systemctl stop "$(host_unit "$i")" 2>/dev/null || true; fi
  for folder in $(host_cgroups "$i"); do
    [ ! -d "$folder" ] || until_true 5 cgroup_remove "$folder" || die "cannot remove $folder"
  done
  rm -rf "/run/systemd/nspawn/propagate/$(host_name "$i")" "/run/systemd/nspawn/unix-export/$(host_name "$i")"
}

cgroup_remove() { find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || [ ! -d "$1" ]; }

host_leader() { # the only process of the host's cgroup that is PID 1 one namespace below ours
  local pid status
  for pid in $(find "$(host_cgroup "$1")" -name cgroup.procs -exec cat {} + 2>/dev/null); do
    status=$(grep -s ^NSpid: "/proc/$pid/status") || continue
    # shellcheck disable=SC2086 # split on purpose: "NSpid: HERE THERE"
    set -- $status
    if [ $# = 3 ] && [ "$3" = 1 ]; then echo "$pid"; return; fi
  done
  die "the host has no systemd running"
}
