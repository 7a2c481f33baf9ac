# shellcheck shell=bash
# One bridge in a namespace of its own. Each host's veth and one veth to the root namespace meet there; nobody routes further.

subnet_free() { [ -z "$(ip -4 route show root "$1" table all; ip -4 route show match "$1" table all | grep -v '^default')" ]; }

subnet_pick() { # records a /22 of 10.64.0.0/10, found from the lab's id; passes over what the machine or another lab uses
  local hash slot try
  [ ! -s "$STATE/subnet" ] || return 0
  lock_shared # two labs must not pick the same one
  hash=$((16#$(printf %s "$LAB_ID" | sha256sum | cut -c1-6)))
  for try in {0..4095}; do
    slot=$(((hash + try) % 4096))
    set -- "10.$((64 + slot / 64)).$((slot % 64 * 4))"
    if subnet_free "$1.0/22" && ! grep -qsx "$1" "$LAB_DIR"/labs/*/subnet; then echo "$1" >"$STATE/subnet"; break; fi
  done
  unlock_shared
  [ -s "$STATE/subnet" ] || die "no free subnet in 10.64.0.0/10"
}

addr() { # of host I: 250 to each of the subnet's four blocks
  local net; net=$(<"$STATE/subnet")
  echo "${net%.*}.$((${net##*.} + $1 / 250)).$(($1 % 250 + 2))"
}

has_netns() { [ -e "/run/netns/$1" ] && ip -n "$1" link show lo >/dev/null 2>&1; }
has_link() { ip -n "$1" link show "$2" >/dev/null 2>&1; }

netns_drop() { # also one that only half exists
  ip netns del "$1" 2>/dev/null || true
  [ ! -e "/run/netns/$1" ] || { umount -l "/run/netns/$1" 2>/dev/null || true; rm -f "/run/netns/$1"; }
}

net_up() { # the bridge and the way to it
  subnet_pick
  has_netns "$NETNS" || { netns_drop "$NETNS"; ip netns add "$NETNS"; }
  ip -n "$NETNS" link set lo up
  has_link "$NETNS" "$BRIDGE" || ip -n "$NETNS" link add "$BRIDGE" type bridge
  ip -n "$NETNS" link set "$BRIDGE" up
  if ! has_link "$NETNS" "up-$LAB_ID"; then
    ip link del "$UPLINK" 2>/dev/null || true # its other end went with a lost namespace
    ip link add "$UPLINK" type veth peer name "up-$LAB_ID" netns "$NETNS"
    ip addr add "$(<"$STATE/subnet").1/22" dev "$UPLINK"
  fi
  ip link set "$UPLINK" up
  ip -n "$NETNS" link set "up-$LAB_ID" master "$BRIDGE" up
}

net_down() {
  ip link del "$UPLINK" 2>/dev/null || true
  netns_drop "$NETNS"
}

net_plug() { # a fresh namespace for host I, as at power on: the kernel of the last boot took its rules and settings along
  local ns; ns=$(host_netns "$1")
  # The veth itself survives, and with it what the lab did to the link.
  if has_netns "$ns"; then ip -n "$ns" link set host0 down name "$(host_plug "$1")" netns "$NETNS" 2>/dev/null || true; fi
  netns_drop "$ns"
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  net_cable "$1"
}

net_cable() { # from the bridge to host I's namespace, new if there is none
  local ns port plug
  ns=$(host_netns "$1") port=$(host_port "$1") plug=$(host_plug "$1")
  if ! has_link "$NETNS" "$plug"; then
    ip -n "$NETNS" link del "$port" 2>/dev/null || true
    ip -n "$ns" link del host0 2>/dev/null || true
    ip -n "$NETNS" link add "$port" type veth peer name "$plug"
    ip -n "$NETNS" link set "$port" master "$BRIDGE" up
  fi
  ip -n "$NETNS" link set "$plug" netns "$ns" name host0
  ip -n "$ns" addr add "$(addr "$1")/22" dev host0
  ip -n "$ns" link set host0 up
}

net_unplug() {
  netns_drop "$(host_netns "$1")"
  ip -n "$NETNS" link del "$(host_port "$1")" 2>/dev/null || true
}

net_link() { # cut or join the cable; the host itself sees its carrier go
  [[ $2 = up || $2 = down ]] || die "usage: lab link I up|down"
  ip -n "$NETNS" link set "$(host_port "$1")" "$2"
}

in_netns() { nsenter --net="/run/netns/$NETNS" "$@"; }

net_loss() {
  local port; port=$(host_port "$1")
  [[ $2 =~ ^[0-9]+$ && $2 -le 100 ]] || die "loss is 0 to 100 percent"
  net_clear_loss "$1"
  [ "$2" -gt 0 ] || return 0
  in_netns nft -f - <<<"table bridge loss-$1 {
    chain forward {
      type filter hook forward priority 0
      oifname $port numgen random mod 100 <= $(($2 - 1)) drop
      iifname $port numgen random mod 100 <= $(($2 - 1)) drop
    }
  }"
}

net_drop() {
  local side
  case $2 in in) side=oifname ;; out) side=iifname ;; *) die "usage: lab drop I in|out" ;; esac
  net_clear_loss "$1"
  in_netns nft -f - <<<"table bridge loss-$1 {
    chain forward {
      type filter hook forward priority 0
      $side $(host_port "$1") drop
    }
  }"
}

net_reset_tcp() { # in the host's own namespace: only there a packet can be answered
  nsenter --net="/run/netns/$(host_netns "$1")" nft -f - <<<"table inet lab-reset {
    chain input {
      type filter hook input priority 0
      iifname host0 meta l4proto tcp reject with tcp reset
    }
  }"
}

net_rate() {
  [[ $2 =~ ^[1-9][0-9]*$ ]] || die "rate is in kbit/s"
  tc -n "$NETNS" qdisc replace dev "$(host_port "$1")" root tbf rate "$2kbit" burst 32kb latency 400ms
}

net_clear_loss() { in_netns nft delete table bridge "loss-$1" 2>/dev/null || true; }

net_clear() {
  net_clear_loss "$1"
  nsenter --net="/run/netns/$(host_netns "$1")" nft delete table inet lab-reset 2>/dev/null || true
  tc -n "$NETNS" qdisc del dev "$(host_port "$1")" root 2>/dev/null || true
}
