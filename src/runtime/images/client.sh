#!/bin/sh
# Clients of databases: whether the server is there; what else they would ask it is not simulated, and they say so.
n=${0##*/} h=$PGHOST q= ping=
case $n in
mongo*) p=27017 ;;
rabbitmq*) p=5672 ;;
*) p=${PGPORT:-5432} ;;
esac
while [ $# -gt 0 ]; do
  case $1 in *ping*) ping=1 ;; esac
  case $n$1 in
  *--host=*) h=${1#*=} ;;
  *--port=*) p=${1#*=} ;;
  *--host | p*-h) h=$2; shift ;;
  *--port | p*-p) p=$2; shift ;;
  *-q | *--quiet) q=1 ;;
  *://*)
    h=${1#*://} h=${h##*@} h=${h%%[/?,]*}
    case $h in *:*) p=${h#*:} h=${h%:*} ;; esac
    ;;
  *-[Ucdfnptu]) shift ;;
  esac
  shift
done
why=0
nc -z "${h:-127.0.0.1}" "$p" 2>/dev/null || why=1
case $n$why$ping in
pg*0*) said="${h:-/var/run/postgresql}:$p - accepting connections" ;;
pg*) said="${h:-/var/run/postgresql}:$p - no response" why=2 ;;
psql0*) said='SQL is not simulated here' ;;
psql*) said="psql: error: connection to server at \"${h:-localhost}\", port $p failed: Connection refused" why=2 ;;
mongo*01) said='{ ok: 1 }' ;;
mongo*0) said='queries are not simulated here' q= ;;
mongo*) said="MongoNetworkError: connect ECONNREFUSED ${h:-127.0.0.1}:$p" ;;
*01) said='Ping succeeded' ;;
*0) said="what $n is asked but pings is not simulated here" q= ;;
*) said="Error: unable to perform an operation on node 'rabbit@$(hostname)'" why=69 ;;
esac
[ $q ] || echo "$said"
exit $why
