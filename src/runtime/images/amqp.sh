#!/bin/sh
n=${0##*/} u=${AMQP_URL:-amqp://localhost} q= b= given= count= lines= noack=
while [ $# -gt 0 ]; do
  case $1 in --*=*) k=${1%%=*} v=${1#*=}; shift; set -- "$k" "$v" "$@" ;; esac
  case $1 in
    -u | --url) u=$2; shift ;;
    -q | --queue | -r | --routing-key) q=$2; shift ;;
    -b | --body) b=$2 given=1; shift ;;
    -c | --count) count=$2; shift ;;
    -l | --line-buffered) lines=1 ;;
    -A | --no-ack) noack=1 ;;
    -e | --exchange | -C | --content-type | -s | --server | --port | --vhost | --username | --password | --prefetch-count) shift ;;
    -p) [ $n != amqp-consume ] || shift ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
h=${u#*://} h=${h##*@} h=${h%%/*} p=5672
case $h in *:*) p=${h#*:} h=${h%%:*} ;; esac
ask() {
  { printf '\001r'; for w; do printf '\037%s' "$w"; done; } | nc "$h" "$p" 2>/dev/null && return
  echo "opening socket to $h:$p: a socket error occurred" >&2
  return 1
}
known() {
  e=$(ask exists "declared $q") || exit 1
  [ "$e" = 1 ] && return
  echo "$1: server channel error 404, message: NOT_FOUND - no queue '$q' in vhost '/'" >&2
  exit 1
}
publish() { e=$(ask exists "declared $q") || exit 1; [ "$e" = 0 ] || ask lpush "$q" "$1" >/dev/null; }
# A connection holds the message: when it ends before the message is acknowledged, another gets it.
hold() {
  id=$(hostname)-$$-$i
  nc -w 999999999 "$h" "$p" >/dev/null 2>&1 <<E &
$(printf '\001r\037hold\037%s' "$id")
E
  held=$!
}
case $n in
  amqp-declare-queue) ask set "declared $q" 1 >/dev/null && echo "$q" ;;
  amqp-delete-queue) known deleting; ask llen "$q"; ask del "$q" "declared $q" >/dev/null ;;
  amqp-publish)
    if [ -n "$lines" ]; then
      while read -r line; do publish "$line"; done
    else
      [ -n "$given" ] || b=$(cat)
      publish "$b"
    fi
    ;;
  amqp-get)
    known basic.get
    m=$(ask rpop "$q") && [ -n "$m" ] || exit 2
    printf %s "$m"
    ;;
  amqp-consume)
    known basic.consume
    i=0
    while [ -z "$count" ] || [ $i -lt "$count" ]; do
      hold
      trap 'kill -9 $held; exit 143' TERM
      m=$(ask take "$id" "$q") || exit 1
      if printf %s "$m" | "$@" || [ -n "$noack" ]; then
        ask release "$id" >/dev/null
      else
        kill -9 $held
      fi
      wait $held 2>/dev/null
      trap - TERM
      i=$((i + 1))
    done
    ;;
esac
