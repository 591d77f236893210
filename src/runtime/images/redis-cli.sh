#!/bin/sh
h=127.0.0.1 p=6379 m=t
[ -t 1 ] || m=r
while [ $# -gt 0 ]; do
  case $1 in
    -h) h=$2; shift ;;
    -p) p=$2; shift ;;
    -u) h=${2#*://}; h=${h##*@}; h=${h%%/*}; shift ;;
    -a | -n | --user | --pass | -r | -i) shift ;;
    --raw) m=r ;;
    --no-raw) m=t ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
case $h in *:*) p=${h#*:} h=${h%%:*} ;; esac
ask() {
  nc "$h" "$p" 2>/dev/null && return
  if nslookup "$h" >/dev/null 2>&1; then why='Connection refused'; else why='Name or service not known'; fi
  echo "Could not connect to Redis at $h:$p: $why" >&2
  return 1
}
if [ $# -gt 0 ]; then
  { printf '\001%s' $m; for w; do printf '\037%s' "$w"; done; } | ask
  exit
fi
while { [ $m = r ] || printf '%s:%s> ' "$h" "$p"; } && read -r line; do
  case $line in
    '') ;;
    quit | exit) break ;;
    *) printf '\001%s%s' $m "$line" | ask || exit ;;
  esac
done
