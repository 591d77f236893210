#!/bin/sh
# Runs what it is given; before nginx what stands in a folder, as the image's own entry point does.
set -e
say() { [ "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "$0: $*"; }
d=/docker-entrypoint.d/ c=/etc/nginx/conf.d/default.conf found=
# Whether these are the image's own files, none newer than this one, and there are no templates. What is said and done is known then:
# most pods start so.
own() {
  [ "$*" = "${d}10-listen-on-ipv6-by-default.sh ${d}15-local-resolvers.envsh ${d}20-envsubst-on-templates.sh ${d}30-tune-worker-processes.sh $c" ] &&
    ! [ "$1" -nt "$0" -o "$2" -nt "$0" -o "$3" -nt "$0" -o "$4" -nt "$0" -o $c -nt "$0" -o -d /etc/nginx/templates ]
}
case $1 in
nginx | nginx-debug)
  if own "$d"* $c && { true >>$c; } 2>/dev/null; then
    s=10-listen-on-ipv6-by-default.sh
    [ "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "$0: $d is not empty, will attempt to perform configuration
$0: Looking for shell scripts in $d
$0: Launching $d$s
$s: info: Getting the checksum of $c
$s: info: Enabled listen on IPv6 in $c
$0: Sourcing ${d}15-local-resolvers.envsh
$0: Launching ${d}20-envsubst-on-templates.sh
$0: Launching ${d}30-tune-worker-processes.sh
$0: Configuration complete; ready for start up"
    exec "$@"
  fi
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
