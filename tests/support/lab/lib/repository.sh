# shellcheck shell=bash
# Two signed package repositories that look like Debian's own: main (Label Debian) and security (Label Debian-Security).
# Main holds all that a minimal bookworm and packages.list need, so that mmdebstrap and apt work without a network.

mirror() { # CODENAME DEFAULT: where this machine gets that suite from, or Debian's own place
  local uri
  # shellcheck disable=SC2016 # apt's own placeholders
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $1" 2>/dev/null | head -n1)
  echo "${uri:-$2}"
}

fetch_debs() { # POOL: links every package file that packages.list needs into it; downloads stay in LAB_DIR/debs for the next build
  local pool=$1 apt=$SHARED.part/apt cache=$LAB_DIR/debs keyring=/usr/share/keyrings/debian-archive-keyring.gpg names
  mkdir -p "$apt/state/lists/partial" "$cache/partial" "$pool"
  : >"$apt/status" # an empty machine: so the closure is complete
  printf 'deb [signed-by=%s] %s %s main\n' \
    $keyring "$(mirror bookworm http://deb.debian.org/debian)" bookworm \
    $keyring "$(mirror bookworm-updates http://deb.debian.org/debian)" bookworm-updates \
    $keyring "$(mirror bookworm-security http://deb.debian.org/debian-security)" bookworm-security >"$apt/sources.list"
  local options=(-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache::archives="$cache"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o APT::Default-Release= -o APT::Update::Post-Invoke=
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Install-Recommends=0 -o Acquire::Languages=none -o Acquire::Retries=3)
  mapfile -t names < <(sed 's/#.*//; /^[[:space:]]*$/d' "$HERE/packages.list")
  names+=(apt '?essential' '?priority(required)')
  apt-get "${options[@]}" -qq update
  apt-get "${options[@]}" -qq -y --download-only install "${names[@]}" >/dev/null
  apt-get "${options[@]}" -qq -s install "${names[@]}" | # "Inst NAME (VERSION ORIGIN [ARCH])"; a file name writes ':' as %3a
    sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*\[\([a-z0-9]*\)\]).*/\1_\2_\3.deb/p' | sed 's/:/%3a/' |
    while read -r file; do ln "$cache/$file" "$pool/"; done
  # The archive's priorities differ from those inside the packages, and decide what a minimal system is.
  apt-cache "${options[@]}" dumpavail |
    awk '/^Package:/ {n = $2} /^Priority:/ {p = $2} /^Section:/ {s = $2} /^$/ {print n, p, s}' | sort -u >"$SHARED.part/override"
}

signing_key() { # makes the throw-away key once; gpg wants a short socket path, so its home is linked from /tmp while it works
  export GNUPGHOME
  GNUPGHOME=$(mktemp -d /tmp/lab-gpg.XXXXXX)
  if [ -f "$LAB_DIR/key/signing.asc" ]; then
    gpg --batch --quiet --import "$LAB_DIR/key/signing.asc" 2>/dev/null
  else
    gpg --batch --quiet --passphrase '' --quick-gen-key 'Lab archive key <lab@example.invalid>' ed25519 sign never 2>/dev/null
    (umask 077; gpg --batch --quiet --armor --export-secret-keys >"$LAB_DIR/key/signing.asc")
  fi
  gpg --batch --quiet --export >"$1"
}

drop_gnupg() { gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME"; unset GNUPGHOME; }

publish() { # REPOSITORY SUITE CODENAME LABEL: indexes its pool and signs the release; REQUIRES: signing_key
  local repo=$1 codename=$3 arch dist
  arch=$(dpkg --print-architecture) dist=$repo/dists/$3
  mkdir -p "$dist/main/binary-$arch"
  (cd "$repo" && apt-ftparchive -q packages pool "$SHARED.part/override") >"$dist/main/binary-$arch/Packages"
  gzip -9nkf "$dist/main/binary-$arch/Packages"
  (cd "$dist" && apt-ftparchive -o APT::FTPArchive::Release::Origin=Debian -o APT::FTPArchive::Release::Label="$4" \
    -o APT::FTPArchive::Release::Suite="$2" -o APT::FTPArchive::Release::Codename="$codename" -o APT::FTPArchive::Release::Version=12 \
    -o APT::FTPArchive::Release::Architectures="$arch" -o APT::FTPArchive::Release::Components=main \
    -o APT::FTPArchive::Release::Description="$4 12 of the lab" release .) >"$repo/Release.part"
  mv "$repo/Release.part" "$dist/Release"
  gpg --batch --quiet --yes --clearsign -o "$dist/InRelease" "$dist/Release"
  gpg --batch --quiet --yes --armor --detach-sign -o "$dist/Release.gpg" "$dist/Release"
}

repositories() { # REPO_FOLDER KEYRING
  fetch_debs "$1/main/pool/main"
  tiny_packages "$1/main/pool/main" "$1/security/pool/main"
  signing_key "$2"
  publish "$1/main" stable bookworm Debian
  publish "$1/security" stable-security bookworm-security Debian-Security
  drop_gnupg
}
