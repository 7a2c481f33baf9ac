#!/bin/sh
# sshd-farm.sh start N | stop: N more sshd on this host, ports 2201 and up, each with a host key of its own and with agent
# folders of its own: to an engine they are N hosts. Prints their fingerprints, one a line.
set -eu
F=/run/sshd-farm
start() {
  n=1
  while [ "$n" -le "$1" ]; do
    d=$F/$n; (umask 077; mkdir -p "$d/run" "$d/state")
    [ -f "$d/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$d/key"
    /usr/sbin/sshd -p $((2200 + n)) -h "$d/key" -o "PidFile=$d/pid" -o "SetEnv=PE_AGENT_RUN=$d/run PE_AGENT_STATE=$d/state"
    ssh-keygen -l -f "$d/key.pub" | cut -d ' ' -f 2
    n=$((n + 1))
  done
}
stop() { # every process that was given one of these folders
  for d in "$F"/*/; do
    [ ! -f "${d}pid" ] || kill "$(cat "${d}pid")" || :
  done
  for p in /proc/[0-9]*; do
    ! grep -qsz "^PE_AGENT_RUN=$F/" "$p/environ" || kill "${p#/proc/}" 2>/dev/null || :
  done
  rm -rf "$F"
}
case $1 in start) start "$2" ;; stop) stop ;; esac
