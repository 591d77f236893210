#!/bin/sh
# dig, host and getent, made of nslookup.
short='' all=1 name='' of=A dot=. next=''
me=${0##*/}
if [ "$me" = getent ]; then
  case $1 in
    hosts | ahosts)
      name=$2
      set -- "$1" $(awk -v n="$2" '{ for (i = 2; i <= NF; i++) if ($i == n) { print $1, $2; exit } }' /etc/hosts)
      [ $# -gt 1 ] || set -- "$1" $(nslookup "$name" | awk '/^Name:/ { n = $2 } /^Address: / { print $2, n }')
      [ $# -gt 1 ] || exit 2
      kind=$1
      shift
      while [ $# -gt 0 ]; do
        [ "$kind" = hosts ] && printf '%-15s %s\n' "$1" "$2" || printf '%-15s STREAM %s\n%-15s DGRAM  \n%-15s RAW    \n' "$1" "$2" "$1" "$1"
        shift 2
      done
      ;;
    *) grep "^$2:" "/etc/$1" 2>/dev/null || exit 2 ;;
  esac
  exit
fi
for a; do
  case $next$a in
    +short) short=1 ;;
    +noall) all='' ;;
    +search) dot='' ;;
    -x) of=PTR ;;
    -t) next=-t ;;
    -t* | A | AAAA | SRV | CNAME | PTR | ANY | TXT | NS | MX | SOA) of=${a#-t} next='' ;;
    +* | -* | @* | IN) ;;
    *) [ "$name" ] || name=$a ;;
  esac
done
case $me$name in host*[!0-9.]*) ;; host*) of=PTR ;; esac
[ $of != PTR ] || [ "${name%.arpa}" != "$name" ] || name=$(echo "$name" | awk -F. '{ print $4 "." $3 "." $2 "." $1 ".in-addr.arpa" }')
name=${name%.}
[ $me = dig ] || dot=''
said=$(nslookup -type=$of "$name$dot" 2>/dev/null | sed '/^Server:/,/^$/d')
# Each record as: name, type, data.
found=$(echo "$said" | awk -F'\t' '/^Name:/ { n = $2 } /^Address: / { sub(/Address: /, ""); print n ".", "A", $0 }
/canonical name = / { sub(/.*= /, "", $2); print $1 ".", "CNAME", $2 } /name = / && !/canonical/ { sub(/.*= /, "", $2); print $1 ".", "PTR", $2 }
/service = / { sub(/.*= /, "", $2); print $1 ".", "SRV", $2 }')
if [ $me = host ]; then
  case $said in *NXDOMAIN*) echo "Host $name not found: 3(NXDOMAIN)"; exit 1 ;; esac
  echo "$found" | while read -r n t d; do
    case $t in
      A) echo "${n%.} has address $d" ;;
      CNAME) echo "${n%.} is an alias for $d" ;;
      PTR) echo "${n%.} domain name pointer $d" ;;
      SRV) echo "${n%.} has SRV record $d" ;;
    esac
  done
  exit
fi
if [ $short ]; then
  [ "$found" ] && echo "$found" | cut -d' ' -f3-
  exit 0
fi
answers() { echo "$1" | while read -r n t d; do printf '%s\t30\tIN\t%s\t%s\n' "$n" "$t" "$d"; done; }
if [ ! $all ]; then
  [ "$found" ] && answers "$found"
  exit 0
fi
status=NOERROR n=0 more='' extra=1
case $said in *NXDOMAIN*) status=NXDOMAIN ;; esac
[ "$found" ] && n=$(echo "$found" | wc -l)
if [ $of = SRV ] && [ "$found" ]; then
  more=$(echo "$found" | while read -r a b c d e target; do echo "$target A $(nslookup "$target" | sed -n '3,$s/^Address: *//p')"; done)
  extra=$((n + 1))
fi
printf '\n; <<>> DiG 9.18 <<>> %s\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: %s, id: 4711\n' "$*" $status
printf ';; flags: qr aa rd; QUERY: 1, ANSWER: %s, AUTHORITY: 0, ADDITIONAL: %s\n\n;; QUESTION SECTION:\n;%s.\t\tIN\t%s\n' $n $extra "$name" $of
[ "$found" ] && printf '\n;; ANSWER SECTION:\n' && answers "$found"
[ "$more" ] && printf '\n;; ADDITIONAL SECTION:\n' && answers "$more"
printf '\n;; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)\n'
