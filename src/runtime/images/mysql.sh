#!/bin/sh
# The client: it finds its server and its password, but no tables. SQL is not simulated.
h=127.0.0.1 e= given= pass= ask=NO
while [ $# -gt 0 ]; do
  case $1 in --*=*) k=${1%%=*} v=${1#*=}; shift; set -- "$k" "$v" "$@" ;; esac
  case $1 in
    -h | --host) h=$2; shift ;;
    -h*) h=${1#-h} ;;
    -e | --execute) e=$2 given=1; shift ;;
    -p?*) pass=${1#-p} ask=YES ;;
    --password) pass=$2 ask=YES; shift ;;
    -p) printf 'Enter password: ' >&2; read -r pass; ask=YES ;;
    -u | -P | -D | --user | --port | --database) shift ;;
  esac
  shift
done
fact() { printf '\001r\037get\037%s' "$1" | nc "$h" 3306 2>/dev/null; }
if ! known=$(fact root); then
  if nslookup "$h" >/dev/null 2>&1; then
    echo "ERROR 2003 (HY000): Can't connect to MySQL server on '$h' (111)" >&2
  else
    echo "ERROR 2005 (HY000): Unknown MySQL server host '$h' (-2)" >&2
  fi
  exit 1
fi
if [ "$pass" != "$known" ]; then
  echo "ERROR 1045 (28000): Access denied for user 'root'@'$(hostname -i)' (using password: $ask)" >&2
  exit 1
fi
# Constants can be selected, and who answers: whatever else needs SQL.
run() {
  s=${1%;} s=${s#"${s%%[! ]*}"}
  case $s in
    '') return ;;
    'SELECT '* | 'select '*) s=${s#??????} ;;
    *) s=x ;;
  esac
  head= row= rule=
  while [ -n "$s" ]; do
    c=${s%%,*} c=${c# } c=${c# }
    case $s in *,*) s=${s#*,} ;; *) s= ;; esac
    case $c in
      @@server_id) v=$(fact server_id) l= ;;
      'NOW()' | 'now()') v=$(date '+%F %T') l=- ;;
      '' | *[!0-9]*)
        echo 'ERROR 1235 (42000): SQL is not simulated here: SELECT gives numbers, @@server_id and NOW()' >&2
        return 1
        ;;
      *) v=$c l= ;;
    esac
    w=${#v}
    [ ${#c} -le "$w" ] || w=${#c}
    if [ -t 1 ]; then
      head="$head| $(printf "%-${w}s" "$c") " row="$row| $(printf "%$l${w}s" "$v") "
      rule="$rule+$(printf "%$((w + 2))s" '' | tr ' ' -)"
    else
      head="$head$c	" row="$row$v	"
    fi
  done
  if [ -t 1 ]; then
    printf '%s+\n%s|\n%s+\n%s|\n%s+\n' "$rule" "$head" "$rule" "$row" "$rule"
  else
    printf '%s\n%s\n' "${head%?}" "${row%?}"
  fi
}
if [ -n "$given" ]; then
  run "$e"
  exit
fi
[ ! -t 0 ] || echo 'Welcome to the MySQL monitor.  Commands end with ; or \g. SQL is not simulated here.'
while { [ ! -t 0 ] || printf 'mysql> '; } && read -r line; do
  case $line in
    exit | quit | '\q') break ;;
    *) run "$line" || [ -t 0 ] || exit 1 ;;
  esac
done
