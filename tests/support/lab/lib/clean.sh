# shellcheck shell=bash
# What a lab may leave on a machine, found by looking at the machine and not at the lab's own notes.

of_lab() { sed -n "s/^$1-$LAB_ID-h\{0,1\}\([0-9][0-9]*\)\$/\1/p"; } # indices in names such as lab-pe-h3, lv-pe-3

found_cgroups() { # every folder of ours, the innermost first
  local top
  for top in /sys/fs/cgroup{,/unified,/systemd}; do
    find "$top/lab-$LAB_ID" "$top/system.slice"/lab-"$LAB_ID"-h*.service -depth -type d 2>/dev/null || true
  done
}

found_netns() { find /run/netns -maxdepth 1 -name "lab-$LAB_ID*" -printf '%f\n' 2>/dev/null | grep -Ex "lab-$LAB_ID(-h[0-9]+)?" || true; }

found_mounts() { awk -v at="$STATE/" 'index($2, at) == 1 { print $2 }' /proc/self/mounts; }

found_processes() {
  local path
  for path in /proc/[0-9]*; do
    grep -qsE "/lab-$LAB_ID(/h[0-9]+|-h[0-9]+\.service)(/|\$)" "$path/cgroup" || continue
    grep -qs '^State:[[:space:]]*Z' "$path/status" || echo "${path#/proc/} $(<"$path/comm")" # a zombie waits for its parent, not for us
  done 2>/dev/null
}

found_links() { ip -o link show | sed -n "s/^[0-9]*: \(lab-$LAB_ID\)[@:].*/\1/p"; }

hosts_orphaned() { # hosts that have a cgroup, namespace or mount here although their folder is gone
  {
    found_netns | of_lab lab
    found_cgroups | sed -n "s:.*/lab-$LAB_ID[/-]h\([0-9]*\)\(\.service\)\{0,1\}\$:\1:p"
    found_mounts | sed -n 's:.*/hosts/\([0-9]*\)/merged$:\1:p'
  } | sort -nu
}

check_clean() {
  local what found rc=0
  for what in processes cgroups netns links mounts; do
    found=$("found_$what")
    [ -z "$found" ] || { rc=1; sed "s/^/$what: /" <<<"$found"; }
  done
  [ ! -e "$STATE" ] || { rc=1; echo "state: $STATE"; }
  return $rc
}
