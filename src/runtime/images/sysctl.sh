#!/bin/sh
plain=''
for a; do
  case $a in
    -n) plain=1 ;;
    -*) ;;
    *=*) echo "sysctl: error setting key '${a%%=*}': Read-only file system" >&2; exit 1 ;;
    *)
      text=$(cat "/proc/sys/$(echo "$a" | tr . /)" 2>/dev/null) || { echo "sysctl: error: '$a' is an unknown key" >&2; exit 1; }
      [ $plain ] && echo "$text" || echo "$a = $text"
      ;;
  esac
done
