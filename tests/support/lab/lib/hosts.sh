# shellcheck shell=bash
# Hosts as wholes: made, listed, reached, reset, removed.

host_keys() { # ed25519 and ecdsa, as a real host has several; made once, kept across resets
  local keys; keys=$(host_dir "$1")/keys
  [ ! -f "$keys/ssh_host_ed25519_key" ] || return 0
  rm -rf "$keys"; mkdir -p "$keys"
  ssh-keygen -q -t ecdsa -N '' -C "root@$(host_name "$1")" -f "$keys/ssh_host_ecdsa_key"
  ssh-keygen -q -t ed25519 -N '' -C "root@$(host_name "$1")" -f "$keys/ssh_host_ed25519_key"
}

host_disk() { # a pristine overlay; REQUIRES: not mounted
  local i=$1 dir name upper
  dir=$(host_dir "$i") name=$(host_name "$i") upper=$dir/upper
  rm -rf "$upper" "$dir/work" "$dir/shared"
  mkdir -p "$upper/etc/ssh" "$dir/work" "$dir/merged"
  echo "$name" >"$upper/etc/hostname"
  printf '127.0.0.1 localhost\n%s %s\n' "$(addr "$i")" "$name" >"$upper/etc/hosts"
  cp -p "$dir"/keys/ssh_host_* "$upper/etc/ssh/"
  ln -s "$SHARED" "$dir/shared" # last: says that the rest is whole
}

host_mount() {
  local dir; dir=$(host_dir "$1")
  mountpoint -q "$dir/merged" ||
    mount -t overlay "lab-$LAB_ID" -o "lowerdir=$(readlink "$dir/shared")/root,upperdir=$dir/upper,workdir=$dir/work" "$dir/merged"
}

host_unmount() {
  local merged; merged=$(host_dir "$1")/merged
  ! mountpoint -q "$merged" || umount "$merged" 2>/dev/null || umount -l "$merged"
}

known_hosts() { # rewrites the pinned keys of all hosts
  local i
  for i in $(hosts_made); do
    sed "s/^/$(addr "$i") /" "$(host_dir "$i")"/keys/ssh_host_*_key.pub
  done >"$STATE/known_hosts.part"
  mv "$STATE/known_hosts.part" "$STATE/known_hosts"
}

host_ensure() { # made, whole and powered; says whether it was before
  local i=$1 was
  was=$(host_state "$i")
  if [ "$was" = off ]; then
    host_kill "$i" # what a half-finished start may have left
    if [ ! -L "$(host_dir "$i")/shared" ]; then host_unmount "$i"; host_keys "$i"; host_disk "$i"; fi
    host_mount "$i"
    host_start "$i"
    was=started
  elif ! has_link "$NETNS" "$(host_port "$i")"; then
    net_cable "$i"
  fi
  echo "$(host_name "$i") $(addr "$i") $was"
}

lab_up() {
  local i
  shared_build
  mkdir -p "$STATE/hosts"
  net_up
  # The usual 128 starves systemd from about the 20th host on.
  [ "$1" -lt 16 ] || [ "$(sysctl -n fs.inotify.max_user_instances)" -ge 8192 ] || sysctl -qw fs.inotify.max_user_instances=8192
  for ((i = 0; i < $1; i++)); do host_ensure "$i"; done
  known_hosts
}

host_remove() {
  host_kill "$1"
  host_unmount "$1"
  net_unplug "$1"
  rm -rf --one-file-system "$(host_dir "$1")"
}

lab_down() {
  local i folder
  for i in $(hosts_made) $(hosts_orphaned); do host_remove "$i"; done
  net_down
  for folder in "$(cgroup2)/lab-$LAB_ID" "/sys/fs/cgroup/systemd/lab-$LAB_ID"; do rmdir "$folder" 2>/dev/null || true; done
  rm -rf --one-file-system "$STATE"
}

lab_status() { local i; for i in $(hosts_made); do echo "$(host_name "$i") $(addr "$i") $(host_state "$i")"; done; }

host_ssh() { # I COMMAND...
  local i=$1; shift
  exec ssh -q -F none -i "$KEY" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$STATE/known_hosts" \
    -o ConnectTimeout="${LAB_CONNECT:-5}" "${LAB_USER:-root}@$(addr "$i")" "$@"
}

host_boot_state() { (LAB_USER=root LAB_CONNECT=1 host_ssh "$1" systemctl is-system-running) 2>/dev/null || true; }
host_booted() { state=$(host_boot_state "$1"); [ "$state" = running ] || [ "$state" = degraded ]; }

lab_wait() {
  local i state end=$((SECONDS + ${LAB_WAIT:-60})) rc=0
  for ((i = 0; i < $1; i++)); do
    require_host "$i"
    until_true $((end > SECONDS ? end - SECONDS : 0)) host_booted "$i" || rc=1
    echo "$(host_name "$i") $(addr "$i") ${state:-unreachable}"
  done
  return $rc
}

host_boot_id() { (LAB_USER=root LAB_CONNECT=1 host_ssh "$1" cat /proc/sys/kernel/random/boot_id) 2>/dev/null; }
host_rebooted() { id=$(host_boot_id "$1") && [ -n "$id" ] && [ "$id" != "$2" ] && host_booted "$1"; }

host_reboot() {
  local before id state
  before=$(host_boot_id "$1") || die "host $1 does not answer"
  (LAB_USER=root host_ssh "$1" systemctl reboot) 2>/dev/null || true # the connection may go before the answer comes
  until_true "${LAB_WAIT:-60}" host_rebooted "$1" "$before" || die "host $1 did not come back"
}

host_cut() { host_kill "$1"; }
host_on() { host_is_off "$1" || return 0; host_kill "$1"; host_mount "$1"; host_start "$1"; }

host_reset() {
  host_kill "$1"
  host_unmount "$1"
  case ${2:-} in
  --new-host-key) rm -rf "$(host_dir "$1")/keys" ;;
  ?*) die "what is $2?" ;;
  esac
  shared_build
  host_keys "$1"; host_disk "$1"; known_hosts
  host_mount "$1"; host_start "$1"
}

host_fingerprint() { ssh-keygen -lf "$(host_dir "$1")/keys/ssh_host_ed25519_key.pub" | cut -d' ' -f2; }

lab_env() {
  local i
  printf '%s=%q\n' LAB_ID "$LAB_ID" LAB_DIR "$LAB_DIR" LAB_KEY "$KEY" LAB_REPO "$SHARED/repo" LAB_KEYRING "$SHARED/keyring.gpg"
  [ ! -f "$STATE/known_hosts" ] || printf '%s=%q\n' LAB_KNOWN_HOSTS "$STATE/known_hosts" LAB_GATEWAY "$(<"$STATE/subnet").1"
  for i in $(hosts_made); do
    printf '%s=%q\n' "LAB_HOST$i" "$(addr "$i")" "LAB_HOSTKEY$i" "$(host_fingerprint "$i")"
  done
}
