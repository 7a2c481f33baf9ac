# shellcheck shell=bash disable=SC2034 # sourced by lab; most names are used in other rooms
# Every name of the lab in one place. Whatever it creates on the machine carries LAB_ID.

die() { echo "lab: $*" >&2; exit 1; }

LAB_ID=${LAB_ID:-pe}
[[ $LAB_ID =~ ^[a-z0-9]{1,6}$ ]] || die "LAB_ID '$LAB_ID' is not [a-z0-9]{1,6}"
LAB_DIR=$(readlink -m "${LAB_DIR:-/var/tmp/provision-lab}")
[[ $LAB_DIR =~ ^/[A-Za-z0-9._/-]+$ ]] || die "LAB_DIR '$LAB_DIR' may hold only letters, digits and . _ / -" # it goes into mount options

LAB_DEPS=(mmdebstrap systemd-container iproute2 nftables openssh-client apt-utils dpkg gpg gpg-agent gpgconf gpgv
  debian-archive-keyring util-linux xz-utils zstd)

STATE=$LAB_DIR/labs/$LAB_ID # subnet, known_hosts, hosts/
KEY=$LAB_DIR/key/id_ed25519
NETNS=lab-$LAB_ID  # holds the bridge, and nothing else
UPLINK=lab-$LAB_ID # the root namespace's end of the veth to that bridge
BRIDGE=br-$LAB_ID

# What labs share is named by the digest of its recipe, so a changed recipe never pulls the root from under a running host.
recipe_digest() { cat "$HERE/packages.list" "$HERE"/lib/{packages,repository,base}.sh | sha256sum | cut -c1-12; }
SHARED=$LAB_DIR/shared/$(recipe_digest) # root/ repo/{main,security}/ keyring.gpg

host_name() { echo "$LAB_ID-h$1"; } # hostname and machine name
host_dir() { echo "$STATE/hosts/$1"; } # upper/ work/ merged/ keys/ base -> shared root, console.log
host_netns() { echo "lab-$LAB_ID-h$1"; }
host_port() { echo "lv-$LAB_ID-$1"; } # the bridge's end of the host's veth
host_plug() { echo "lh-$LAB_ID-$1"; } # its other end, before it becomes the host's host0
host_unit() { echo "lab-$LAB_ID-h$1.service"; } # where systemd is PID 1 here

hosts_made() { # indices of the hosts that exist, in order
  [ ! -d "$STATE/hosts" ] || find "$STATE/hosts" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' | sort -n
}

require_host() {
  [[ ${1:-} =~ ^[0-9]+$ ]] || die "which host? a number is needed"
  [ -d "$(host_dir "$1")" ] || die "lab $LAB_ID has no host $1"
}

# Locks are held by descriptors of this process; whatever is started to stay must close them (see host_start).
lock_lab() { mkdir -p "$LAB_DIR/labs"; exec 8>"$LAB_DIR/labs/$LAB_ID.lock"; flock 8; }
lock_shared() { mkdir -p "$LAB_DIR/labs"; exec 9>"$LAB_DIR/lock"; flock 9; }
unlock_shared() { exec 9>&-; }

until_true() { # SECONDS COMMAND...: polls ten times a second; fails when the time is over
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
