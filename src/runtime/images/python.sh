#!/bin/sh
# What Jobs of tutorials have Python do in a few lines is done by the shell. The rest is left to what stands in for it.
if [ "${1:-}" = -c ] && script=$(printf '%s\n' "$2" | awk '
function close_to(width) { while (depth && INDENT[depth] >= width) { print "fi"; depth-- } }
{
  match($0, /^ */); width = RLENGTH
  for (rest = substr($0, width + 1); rest != ""; rest = substr(rest, size + 2)) {
    # To the next semicolon that stands in no text.
    match(rest, /^[^"\047;]*(("[^"]*"|\047[^\047]*\047)[^"\047;]*)*/); size = RLENGTH
    s = substr(rest, 1, size); gsub(/^ +| +(#.*)?$/, "", s)
    if (s == "" || s ~ /^(import|from) /) continue
    if (s == "else:") { while (depth && INDENT[depth] > width) { print "fi"; depth-- } print "else :"; continue }
    close_to(width)
    name = s; gsub(/^if |int\(|os\.environ(\.get)?|os\.getenv|[][()"\047:]|[ %=].*/, "", name)
    value = s; sub(/.*== */, "", value); gsub(/["\047:]/, "", value)
    if (s ~ /^print\(("[^"\047\\]*"|\047[^\047\\]*\047)\)$/) print "printf \"%s\\\\n\" \047" substr(s, 8, length(s) - 9) "\047"
    else if (s ~ /^(sys\.)?exit\([0-9]*\)$/) { gsub(/[^0-9]/, "", s); print "exit " s }
    else if (s ~ /^time\.sleep\([0-9.]+\)$/) { gsub(/[^0-9.]/, "", s); sub(/^\./, "", s); print "sleep " s }
    else if (s ~ /^if int\(os\.[a-z.]+[[(]["\047][A-Za-z_]+["\047][])]\)( % [0-9]+)? == [0-9]+:$/) {
      sub(/.*\)/, "", s); sub(/==.*/, "", s); print "if [ $((${" name ":-0} " s ")) = " value " ]; then :"; INDENT[++depth] = width
    } else if (s ~ /^if os\.[a-z.]+[[(]["\047][A-Za-z_]+["\047][])] == ["\047][A-Za-z0-9_.-]*["\047]:$/) {
      print "if [ \"${" name ":-}\" = \"" value "\" ]; then :"; INDENT[++depth] = width
    } else exit 1
  }
}
END { close_to(0) }'); then
  exec sh -c "$script"
fi
exec /usr/local/bin/python3.13 "$@"
