#!/bin/sh
# The thirty steps of service.yaml as a careful operator writes them by hand: every one looks before it changes, files
# are replaced whole, what is there already is left alone. Says how many things it changed.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
changed=0
note() { changed=$((changed + 1)); }

packages() { # NAME...
  missing=
  for name; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing="$missing $name"
  done
  [ -z "$missing" ] || { apt-get -qq install -y $missing; note; }
}
group() { # NAME [OPTION...]
  name=$1; shift
  getent group "$name" >/dev/null || { groupadd "$@" "$name"; note; }
}
user() { # NAME OPTION...
  name=$1; shift
  getent passwd "$name" >/dev/null || { useradd -M "$@" "$name"; note; }
}
attributes() { # PATH MODE OWNER:GROUP
  [ "$(stat -c '%a %U:%G' "$1")" = "$2 $3" ] && return 1
  chown "$3" "$1"; chmod "$2" "$1"
}
directory() { # PATH MODE OWNER:GROUP
  new=; [ -d "$1" ] || { mkdir -p "$1"; new=1; }
  if attributes "$1" "$2" "$3" || [ -n "$new" ]; then note; fi
}
file() { # PATH MODE OWNER:GROUP [CHECK...]; the content comes on standard input
  path=$1 mode=$2 owner=$3; shift 3
  content=$(cat; echo .); content=${content%.}
  if [ -f "$path" ] && printf %s "$content" | cmp -s - "$path"; then
    if attributes "$path" "$mode" "$owner"; then note; fi
    return
  fi
  new=$(mktemp "$path.XXXXXX")
  printf %s "$content" >"$new"
  [ $# -eq 0 ] || "$@" "$new"
  chown "$owner" "$new"; chmod "$mode" "$new"; mv -f "$new" "$path"; note
}
link() { # PATH TARGET
  [ "$(readlink "$1" || :)" = "$2" ] || { ln -sfn "$2" "$1"; note; }
}
parameter() { # KEY VALUE FILE; the live value belongs to the kernel, which a container shares: only the file, as pe does there
  file "/etc/sysctl.d/$3" 644 root:root <<END
$1 = $2
END
}

packages openssl procps sudo ca-certificates
group thirty -r
group thirty-ops
user thirty -r -g thirty -d /var/lib/thirty -s /usr/sbin/nologin
user thirty-deploy -g thirty-ops -d /srv/thirty -s /bin/sh -c Deployment
user thirty-read -g thirty-ops -G thirty -d /nonexistent -s /usr/sbin/nologin
directory /etc/thirty 755 root:root
directory /var/lib/thirty 750 thirty:thirty
directory /var/log/thirty 2750 thirty:thirty-ops
directory /srv/thirty/www 755 thirty-deploy:thirty-ops
file /etc/thirty/main.conf 644 root:root <<END
listen = 127.0.0.1:8080
workers = 4
timeout = 30
END
file /etc/thirty/database.conf 640 root:thirty <<END
host = db.example.com
user = thirty
END
file /etc/thirty/log.conf 644 root:root <<END
level = info
folder = /var/log/thirty
END
file /etc/thirty/limits.conf 644 root:root <<END
files = 65536
processes = 512
END
file /etc/default/thirty 644 root:root <<END
THIRTY_OPTIONS=--quiet
END
file /etc/logrotate.d/thirty 644 root:root <<END
/var/log/thirty/*.log {
  weekly
  rotate 8
}
END
file /etc/sudoers.d/thirty 440 root:root visudo -cqf <<END
%thirty-ops ALL=(root) NOPASSWD: /usr/bin/systemctl reload thirty.service
END
file /srv/thirty/www/index.html 644 thirty-deploy:thirty-ops <<END
<h1>thirty</h1>
END
file /usr/local/bin/thirty 755 root:root <<END
#!/bin/sh
exec sleep infinity
END
link /etc/thirty/current.conf main.conf
link /usr/local/bin/30 thirty
grep -qxF '192.0.2.30 db.example.com' /etc/hosts || { echo '192.0.2.30 db.example.com' >>/etc/hosts; note; }
grep -qxF '# BEGIN thirty' /etc/profile || {
  printf '%s\n' '# BEGIN thirty' THIRTY=/srv/thirty 'export THIRTY' '# END thirty' >>/etc/profile; note
}
grep -qx 'UMASK		027' /etc/login.defs || { sed -i 's/^UMASK[[:space:]].*/UMASK\t\t027/' /etc/login.defs; note; }
parameter net.ipv4.ip_forward 1 60-thirty-forward.conf
parameter net.core.somaxconn 2048 60-thirty-backlog.conf
before=$changed
file /etc/systemd/system/thirty.service 644 root:root <<END
[Unit]
Description=Thirty
[Service]
User=thirty
EnvironmentFile=/etc/default/thirty
ExecStart=/usr/local/bin/thirty
[Install]
WantedBy=multi-user.target
END
[ "$changed" = "$before" ] || systemctl daemon-reload
systemctl -q is-enabled thirty.service 2>/dev/null || systemctl -q enable thirty.service
systemctl -q is-active thirty.service || { systemctl start thirty.service; [ "$changed" != "$before" ] || note; }
[ -e /var/lib/thirty/key ] || { openssl rand -hex -out /var/lib/thirty/key 32; note; }
grep -qsx 7 /var/lib/thirty/schema || { echo 7 >/var/lib/thirty/schema; note; }
systemctl -q is-active thirty.service
echo "changed=$changed"
