#!/bin/sh
short='' name=
for a; do
  case $a in
    +short) short=1 ;;
    +* | -* | @* | A | IN | ANY) ;;
    *) [ "$name" ] || name=$a ;;
  esac
done
found=$(nslookup "$name" 2>/dev/null | sed -n '3,$s/^Address: *//p')
if [ "${0##*/}" = host ]; then
  [ "$found" ] || { echo "Host $name not found: 3(NXDOMAIN)"; exit 1; }
  for a in $found; do echo "$name has address $a"; done
  exit
fi
if [ $short ]; then
  [ "$found" ] && echo "$found"
  exit 0
fi
status=NOERROR n=0
[ "$found" ] || status=NXDOMAIN
for a in $found; do n=$((n + 1)); done
printf '\n; <<>> DiG 9.18 <<>> %s\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: %s, id: 4711\n' "$*" $status
printf ';; flags: qr aa rd; QUERY: 1, ANSWER: %s, AUTHORITY: 0, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;%s.\t\tIN\tA\n' $n "${name%.}"
[ "$found" ] && printf '\n;; ANSWER SECTION:\n'
for a in $found; do printf '%s.\t5\tIN\tA\t%s\n' "${name%.}" "$a"; done
printf '\n;; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)\n'
