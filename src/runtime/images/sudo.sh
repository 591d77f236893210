#!/bin/sh
# sudo, for whom is the administrator anyway.
while :; do
  case $1 in
  -u | -g) shift 2 ;;
  -*) shift ;;
  *=*) export "$1" && shift ;;
  *) break ;;
  esac
done
[ $# -gt 0 ] || exec bash
command -v "$1" >/dev/null || { echo "sudo: $1: command not found" >&2 && exit 1; }
exec "$@"
