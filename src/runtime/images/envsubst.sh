#!/bin/sh
# Fills in the environment's variables, or those that its argument names; others of the former kind are empty, of the latter as they stand.
awk -v only="$1" '{ o = ""
  while (match($0, /[$]([A-Za-z_][A-Za-z0-9_]*|[{][A-Za-z_][A-Za-z0-9_]*[}])/)) {
    n = w = substr($0, RSTART, RLENGTH); gsub(/[${}]/, "", n)
    named = only == "" || index(only " ", "$" n " ") || index(only, "${" n "}")
    o = o substr($0, 1, RSTART - 1) (named ? ENVIRON[n] : w); $0 = substr($0, RSTART + RLENGTH)
  }
  print o $0 }'
