#!/bin/sh
plain=''
for a; do
  case $a in
    -n) plain=1 ;;
    -*) ;;
    *=*)
      why=$({ echo "${a#*=}" >"/proc/sys/$(echo "${a%%=*}" | tr . /)"; } 2>&1) ||
        { echo "sysctl: error setting key '${a%%=*}': ${why##*: }" >&2; exit 1; }
      echo "${a%%=*} = ${a#*=}"
      ;;
    *)
      text=$(cat "/proc/sys/$(echo "$a" | tr . /)" 2>/dev/null) || { echo "sysctl: error: '$a' is an unknown key" >&2; exit 1; }
      [ $plain ] && echo "$text" || echo "$a = $text"
      ;;
  esac
done
