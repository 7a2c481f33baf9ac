# shellcheck shell=bash
# The root that every host's overlay lies on, bootstrapped from the lab's own repository: what works here works on the hosts.

bootstrap() { # ROOT
  local repo=$SHARED.part/repo/main keyring=$SHARED.part/keyring.gpg include
  include=$(sed -n '/^# in the base root/,/^$/{/^[a-z]/p}' "$HERE/packages.list" | paste -sd,)
  mmdebstrap --quiet --mode=root --variant=minbase --format=directory --include="$include,lab-vuln=1.0-1,lab-app=1.0-1" \
    bookworm "$1" "deb [signed-by=$keyring] copy://$repo bookworm main"
}

accounts() { # ROOT: root, ops (sudo without a password) and nosudo accept the lab's key
  local root=$1 user home
  for user in ops nosudo; do chroot "$root" useradd -m -s /bin/bash "$user"; done
  for user in root ops nosudo; do
    home=/home/$user; [ $user != root ] || home=/root
    install -d -m 700 "$root$home/.ssh"
    install -m 600 "$KEY.pub" "$root$home/.ssh/authorized_keys"
    chroot "$root" chown -R "$user:" "$home/.ssh"
  done
  (umask 337; echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/ops")
}

configure() { # ROOT
  local root=$1 unit keyring=/usr/share/keyrings/lab-archive-keyring.gpg
  install -D -m 644 "$SHARED.part/keyring.gpg" "$root$keyring"
  printf "deb [signed-by=$keyring] copy:/srv/lab-repo/%s main\n" 'main bookworm' 'security bookworm-security' >"$root/etc/apt/sources.list"
  rm -f "$root"/etc/apt/sources.list.d/* "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf" "$root/etc/hostname"
  mkdir -p "$root/srv/lab-repo"
  : >"$root/etc/resolv.conf"; : >"$root/etc/machine-id"
  for unit in systemd-networkd.service systemd-networkd.socket systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer \
    e2scrub_reap.service e2scrub_all.timer fstrim.timer systemd-pstore.service console-getty.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit" # they want hardware, a network or a terminal
  done
  accounts "$root"
}

shared_build() { # makes SHARED unless it is there; one build at a time, whatever the lab
  [ ! -f "$SHARED/complete" ] || return 0
  lock_shared
  if [ ! -f "$SHARED/complete" ]; then
    echo "lab: building the base root and the repositories once (about a minute)" >&2
    rm -rf --one-file-system "$SHARED.part"; mkdir -p "$SHARED.part"; mkdir -p -m 700 "$LAB_DIR/key"
    [ -f "$KEY" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$KEY"
    repositories "$SHARED.part/repo" "$SHARED.part/keyring.gpg"
    bootstrap "$SHARED.part/root"
    configure "$SHARED.part/root"
    rm -rf "$SHARED.part/apt"
    touch "$SHARED.part/complete"
    rm -rf "$SHARED"; mv "$SHARED.part" "$SHARED"
    shared_prune
  fi
  unlock_shared
}

shared_prune() { # drops what older recipes made and no host stands on
  local old
  for old in "$LAB_DIR"/shared/*; do
    [ "$old" = "$SHARED" ] || grep -qF "$old/" /proc/self/mounts || rm -rf "$old"
  done
}
