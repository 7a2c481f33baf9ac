# shellcheck shell=bash
# Tiny packages of our own, whose versions are what tests need:
#   lab-vuln   1.0-1 in main (installed in the base), 1.0-1+deb12u1 in security with a CVE; its daemon runs, and an upgrade leaves the old one running
#   lab-app    1.0-1 in main (installed in the base), 1.1-1 in main too: a plain update that a security run must leave alone
#   lab-core   1.0-1 in main (not installed), 1.0-1+deb12u1 in security: its upgrade asks for a reboot, as a kernel's does

build_deb() { # POOL NAME VERSION CHANGE: packs the folder $tree
  local pool=$1 name=$2 version=$3 change=$4 doc=$tree/usr/share/doc/$2 arch
  arch=$(dpkg --print-architecture)
  mkdir -p "$tree/DEBIAN" "$doc" "$pool"
  printf '%s (%s) bookworm; urgency=medium\n\n  * %s\n\n -- Lab <lab@example.invalid>  Thu, 01 Jun 2023 00:00:00 +0000\n' \
    "$name" "$version" "$change" | gzip -9n >"$doc/changelog.Debian.gz"
  printf '%s\n' "Package: $name" "Version: $version" "Architecture: $arch" "Maintainer: Lab <lab@example.invalid>" \
    "Section: misc" "Priority: optional" "Description: test package of the lab" >"$tree/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip --build "$tree" "$pool/${name}_${version}_$arch.deb" >/dev/null
  rm -rf "$tree"
}

tree_vuln() { # a daemon with an executable of its own, so that a replaced one shows as deleted in /proc/PID/exe
  mkdir -p "$tree"/usr/lib/lab-vuln "$tree"/lib/systemd/system/multi-user.target.wants
  dpkg-deb --fsys-tarfile "$1"/coreutils_*.deb | tar -xO ./bin/sleep >"$tree/usr/lib/lab-vuln/daemon"
  chmod 755 "$tree/usr/lib/lab-vuln/daemon"
  printf '%s\n' '[Unit]' 'Description=Lab daemon with a vulnerability' '[Service]' \
    'ExecStart=/usr/lib/lab-vuln/daemon infinity' >"$tree/lib/systemd/system/lab-vuln.service"
  ln -s ../lab-vuln.service "$tree/lib/systemd/system/multi-user.target.wants/"
}

tree_app() {
  mkdir -p "$tree/usr/bin"
  printf '#!/bin/sh\necho lab-app %s\n' "$1" >"$tree/usr/bin/lab-app"
  chmod 755 "$tree/usr/bin/lab-app"
}

tree_core() {
  mkdir -p "$tree/DEBIAN"
  # shellcheck disable=SC2016 # $2 is the maintainer script's
  printf '%s\n' '#!/bin/sh' '[ -z "$2" ] || { touch /run/reboot-required; echo lab-core >>/run/reboot-required.pkgs; }' >"$tree/DEBIAN/postinst"
  chmod 755 "$tree/DEBIAN/postinst"
}

tiny_packages() { # MAIN_POOL SECURITY_POOL
  local main=$1 security=$2 tree
  tree=$(mktemp -d)/tree
  tree_vuln "$main"; build_deb "$main" lab-vuln 1.0-1 'First release.'
  tree_vuln "$main"; build_deb "$security" lab-vuln 1.0-1+deb12u1 'Fix an overflow that a packet could cause (CVE-2023-12345).'
  tree_app 1.0; build_deb "$main" lab-app 1.0-1 'First release.'
  tree_app 1.1; build_deb "$main" lab-app 1.1-1 'A plain update, not a security fix.'
  tree_core; build_deb "$main" lab-core 1.0-1 'First release.'
  tree_core; build_deb "$security" lab-core 1.0-1+deb12u1 'Fix a privilege escalation (CVE-2023-23456).'
  rmdir "${tree%/tree}"
}
