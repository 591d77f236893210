#!/bin/sh
# column: tables of what is read, as wide as what stands in them.
table= separators=
while getopts ts: option; do
  case $option in
  t) table=1 ;;
  s) separators=$OPTARG ;;
  *) exit 1 ;;
  esac
done
shift $((OPTIND - 1))
[ "$table" ] || exec cat "$@"
exec awk ${separators:+-F "[$separators]"} '
NF { rows++; COUNT[rows] = NF; for (i = 1; i <= NF; i++) { CELL[rows, i] = $i; if (length($i) > WIDTH[i]) WIDTH[i] = length($i) } }
END {
  for (r = 1; r <= rows; r++) {
    for (i = 1; i < COUNT[r]; i++) printf "%-" WIDTH[i] "s  ", CELL[r, i]
    print CELL[r, i]
  }
}' "$@"
