#!/bin/sh
# openssl, as far as exercises have it make keys, requests and certificates: whom they name is true, the rest is empty.
command=$1 in= out=/dev/stdout key= keyout= subject= label='CERTIFICATE REQUEST' shown= given= asked=
while shift && [ $# -gt 0 ]; do
  case $1 in
  -in) in=$2 ;;
  -out) out=$2 ;;
  -key) key=$2 ;;
  -keyout) keyout=$2 ;;
  -newkey) keyout=${keyout:-privkey.pem} ;;
  -subj) subject=$2 ;;
  -x509) label=CERTIFICATE ;;
  -noout) shown=1 ;;
  -subject | -issuer | -dates | -text | -modulus | -pubkey) asked="$asked $1" ;;
  -d | -hex | -base64 | [0-9]*) given="$given $1" ;;
  esac
done
pem() { printf -- "-----BEGIN $1-----\n%s\n-----END $1-----\n" "$2"; }
private() { pem 'PRIVATE KEY' "$(head -c 96 /dev/urandom | base64 -w 64)" >"$1"; }
digits() { xxd -p | tr -d '\n'; }
# An element of DER in hexadecimal digits.
element() {
  length=$(printf %02x $((${#2} / 2)))
  # A long one says before its length how many bytes that takes.
  case ${#length} in 3) length=0$length ;; esac
  case $length in [89a-f]?) length=81$length ;; ????) length=82$length ;; esac
  printf %s "$1$length$2"
}
# Whom a request or a certificate names.
subject() {
  sed '/-----/d' "$in" | base64 -d | xxd -p | tr -d '\n' | sed 's/06035504/\n/g' | tail -n +2 | while read -r name || [ "$name" ]; do
    case $name in 03*) id=CN ;; 06*) id=C ;; 07*) id=L ;; 08*) id=ST ;; 0a*) id=O ;; *) id=OU ;; esac
    # Behind the kind of text stands its length, which takes more than a digit pair where it is long.
    name=${name#????}
    case $name in 81*) name=${name#??} ;; 82*) name=${name#????} ;; esac
    printf '%s=%s\n' $id "$(printf %s "$name" | cut -c 3-$((2 + 2 * 0x$(printf %.2s "$name"))) | xxd -r -p)"
  done | paste -s -d , | sed 's/,/, /g; s/^/subject=/'
}
told() { echo "openssl: whom this names is true; keys and signatures are not simulated" >&2; }
case $command$shown in
genrsa | genpkey | ecparam) private "$out" ;;
rand)
  case $given in
  *-hex*) head -c "${given##* }" /dev/urandom | digits && echo ;;
  *) head -c "${given##* }" /dev/urandom | base64 ;;
  esac
  ;;
base64) base64 $given ${in:+"$in"} ;;
x509) sed 's/CERTIFICATE REQUEST/CERTIFICATE/' "$in" >"$out" && told ;;
x5091 | req1)
  [ -e "$in" ] || { echo "Could not open file or uri for loading from $in: No such file or directory" >&2 && exit 1; }
  why='Unable to load X509 request'
  case $command in x509) label=CERTIFICATE why="Could not read certificate from $in" ;; esac
  grep -q -e "-----BEGIN $label-----" "$in" || { echo "$why" >&2 && exit 1; }
  case $asked in *-subject*) subject ;; esac
  case $asked in *-[!s]*) echo "openssl: only whom it names is true in it; the rest is not simulated" >&2 && exit 1 ;; esac
  ;;
req)
  if [ "$key" ] && [ ! -e "$key" ]; then
    echo "Could not open file or uri for loading private key from $key: No such file or directory" >&2 && exit 1
  fi
  [ -z "$keyout" ] || private "$keyout"
  names=
  IFS=/
  for part in $subject; do
    case ${part%%=*} in CN) id=03 ;; C) id=06 ;; L) id=07 ;; ST) id=08 ;; O) id=0a ;; OU) id=0b ;; *) continue ;; esac
    names=$names$(element 31 "$(element 30 "06035504$id$(element 0c "$(printf %s "${part#*=}" | digits)")")")
  done
  unset IFS
  pem "$label" "$(element 30 "$(element 30 "020100$(element 30 "$names")3000")3000030100" | xxd -r -p | base64 -w 64)" >"$out" && told
  ;;
*) echo "openssl $command is not simulated here: it makes keys, requests and certificates, and tells whom they name" >&2 && exit 1 ;;
esac
