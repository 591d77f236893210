#!/bin/sh
# Runs what it is given; before nginx what stands in a folder, as the image's own entry point does.
set -e
say() { [ "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "$0: $*"; }
d=/docker-entrypoint.d/ found=
case $1 in
nginx | nginx-debug)
  for f in "$d"*; do
    [ -f "$f" ] || continue
    [ $found ] || { say "$d is not empty, will attempt to perform configuration"; say "Looking for shell scripts in $d"; }
    found=1 how=Launching
    case $f in
    *.envsh) how=Sourcing ;;
    *.sh) ;;
    *) say "Ignoring $f"; continue ;;
    esac
    [ -x "$f" ] || { say "Ignoring $f, not executable"; continue; }
    say "$how $f"
    case $how in Launching) "$f" ;; *) . "$f" ;; esac
  done
  if [ $found ]; then say "Configuration complete; ready for start up"; else say "No files found in $d, skipping configuration"; fi
  ;;
esac
exec "$@"
