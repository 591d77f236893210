#!/bin/sh
# As the sidecar of a replicated MySQL uses it: a command's output for whoever connects.
l= c= h= p=
while [ $# -gt 0 ]; do
  case $1 in
    -l | --listen) l=1 ;;
    -c | --sh-exec) c=$2; shift ;;
    -*) ;;
    *) h=$p p=$1 ;;
  esac
  shift
done
[ -n "$l" ] || exec nc "$h" "$p" </dev/null
while :; do sh -c "$c" | nc -l -p "$p"; done
