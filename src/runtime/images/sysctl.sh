#!/bin/sh
plain=''
for a; do
  case $a in
    -n) plain=1 ;;
    -*) ;;
    *=*)
      # Only who may do everything finds /proc/sys mounted to be written.
      grep -q 'CapEff:.*1ffffffffff' /proc/self/status || { echo "sysctl: error setting key '${a%%=*}': Read-only file system" >&2; exit 1; }
      echo "${a#*=}" >"/proc/sys/$(echo "${a%%=*}" | tr . /)" || exit
      echo "${a%%=*} = ${a#*=}"
      ;;
    *)
      text=$(cat "/proc/sys/$(echo "$a" | tr . /)" 2>/dev/null) || { echo "sysctl: error: '$a' is an unknown key" >&2; exit 1; }
      [ $plain ] && echo "$text" || echo "$a = $text"
      ;;
  esac
done
