#!/bin/sh
# nslookup as it was up to busybox 1.28: each address with the name that the DNS has of it, and no more.
[ "$1" ] || { echo 'Usage: nslookup [HOST] [SERVER]' >&2; exit 1; }
n=0
address() { n=$((n + 1)); set -- "$1" $(busybox nslookup "$1" | sed -n 's/.*name = //p'); echo "Address $n: $*"; }
addresses() { case $1 in *[!0-9.]*) busybox nslookup "$@" | sed -n 's/^Address: //p' ;; *) echo "$1" ;; esac }
echo "Server:    ${2:-10.96.0.10}"
address $(addresses "${2:-10.96.0.10}")
echo
found=$(addresses "$@")
[ "$found" ] || { echo "nslookup: can't resolve '$1'" >&2; exit 1; }
echo "Name:      $1"
n=0
for a in $found; do address $a; done
