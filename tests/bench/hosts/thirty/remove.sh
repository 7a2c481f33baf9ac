#!/bin/sh
# Takes away what service.yaml and apply.sh make, so that the next run of either is a first run again.
set -u
systemctl -q disable --now thirty.service 2>/dev/null
rm -rf /etc/thirty /var/lib/thirty /var/log/thirty /srv/thirty /etc/default/thirty /etc/logrotate.d/thirty \
  /etc/sudoers.d/thirty /usr/local/bin/thirty /usr/local/bin/30 /etc/sysctl.d/60-thirty-*.conf \
  /etc/systemd/system/thirty.service
systemctl daemon-reload
for name in thirty-read thirty-deploy thirty; do userdel "$name" 2>/dev/null; done
for name in thirty thirty-ops; do groupdel "$name" 2>/dev/null; done
sed -i '/^192\.0\.2\.30 /d' /etc/hosts
sed -i '/^# BEGIN thirty/,/^# END thirty/d' /etc/profile
sed -i 's/^UMASK[[:space:]].*/UMASK\t\t022/' /etc/login.defs
! getent passwd thirty >/dev/null
