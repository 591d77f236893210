#!/bin/sh
# jq, as far as it is used on what kubectl prints: paths, pipes, conditions, variables, lists and objects made anew or changed, and functions.
flags= filter= given= want= name=
for word; do
  shift
  case $want in
  --arg*) name=${want#--arg}_$word want=value && continue ;;
  value) export "JQ$name=$word" want= && continue ;;
  esac
  case $word in
  --arg | --argjson) want=$word ;;
  --raw-input) flags=${flags}R ;;
  --sort-keys) flags=${flags}S ;;
  --null-input | --raw-output | --compact-output | --join-output | --slurp | --exit-status) flags=$flags$(printf %.3s "$word") ;;
  --* | -?*[!nrcMCsSeRj]*) echo "jq: option $word is not simulated" >&2 && exit 2 ;;
  -?*) flags=$flags$word ;;
  *)
    if [ -z "$given" ]; then filter=$word given=1 && continue; fi
    [ -e "$word" ] || { echo "jq: error: Could not open $word: No such file or directory" >&2 && exit 2; }
    set -- "$@" "$word"
    ;;
  esac
done
export JQFILTER="${filter:-.}" JQFLAGS="$flags"
exec awk '
# A value is a number: TYPE has its type, TEXT a scalar as it is written, COUNT how much a list or an object holds, KEY and ITEM what.
function new(type, text) { TYPE[++made] = type; TEXT[made] = text; COUNT[made] = 0; return made }
function push(v, key, item) { COUNT[v]++; KEY[v, COUNT[v]] = key; ITEM[v, COUNT[v]] = item }
function string(s) {
  gsub(/["\\]/, "\\\\&", s); gsub(/\n/, "\\n", s); gsub(/\t/, "\\t", s); gsub("\r", "\\r", s)
  return new("string", "\"" s "\"")
}
function plain(v,  s, out, c) {
  if (TYPE[v] != "string") return json(v)
  s = substr(TEXT[v], 2, length(TEXT[v]) - 2)
  while (match(s, /\\./)) {
    c = substr(s, RSTART + 1, 1)
    out = out substr(s, 1, RSTART - 1) (c == "n" ? "\n" : c == "t" ? "\t" : c == "r" ? "\r" : c == "u" ? "\\u" : c)
    s = substr(s, RSTART + 2)
  }
  return out s
}
# Prints a value, or adds it to a text.
function put(s) { if (quiet) told = told s; else printf "%s", s }
function show(v, pad,  i, open) {
  if (!COUNT[v]) { put(TYPE[v] == "object" ? "{}" : TYPE[v] == "array" ? "[]" : TEXT[v]); return }
  open = TYPE[v] == "object"
  put(open ? "{" : "[")
  for (i = 1; i <= COUNT[v]; i++) {
    put((i > 1 ? "," : "") (dense ? "" : "\n" pad "  ") (open ? KEY[v, i] (dense ? ":" : ": ") : ""))
    show(ITEM[v, i], pad "  ")
  }
  put((dense ? "" : "\n" pad) (open ? "}" : "]"))
}
# A value with its keys in their order.
function ranked(v,  w, k, i) {
  w = new(TYPE[v], TEXT[v]); k = TYPE[v] == "object" ? call("keys", "", v) : 0
  for (i = 1; i <= COUNT[v]; i++) push(w, k ? TEXT[ITEM[k, i]] : "", ranked(k ? member(v, ITEM[k, i]) : ITEM[v, i]))
  return w
}
function json(v,  d) { d = dense; dense = quiet = 1; told = ""; show(v, ""); dense = d; quiet = 0; return told }
# Whether it is the program that is at fault, or what is known of jq.
function unknown() { return err ~ /^(syntax|undefined)/ }
function fault(s) { if (!err) err = s; return "" }
function shape(v,  s) { s = json(v); return TYPE[v] " (" (length(s) > 11 ? substr(s, 1, 10) "..." : s) ")" }
function bool(b) { return new("boolean", b ? "true" : "false") }
function holds(v) { return TEXT[v] != "null" && TEXT[v] != "false" }
function member(v, key,  i) {
  if (making && TYPE[v] == "null" && TYPE[key] == "string") TYPE[v] = "object"
  if (TYPE[v] == "object" && TYPE[key] == "string") {
    for (i = COUNT[v]; i; i--) if (KEY[v, i] == TEXT[key]) return ITEM[v, i]
    if (making) { push(v, TEXT[key], i = new("null", "null")); return i }
  } else if (TYPE[v] == "array" && TYPE[key] == "number") {
    i = TEXT[key] + (TEXT[key] < 0 ? COUNT[v] : 0) + 1
    if (i >= 1 && i <= COUNT[v]) return ITEM[v, i]
  } else if (TYPE[v] != "null")
    return fault("Cannot index " TYPE[v] " with " (TYPE[key] != "string" ? TYPE[key] : (TYPE[v] == "array" ? "string " : "") TEXT[key]))
  return new("null", "null")
}
function each(v,  i, out) {
  if (TYPE[v] != "array" && TYPE[v] != "object") return fault("Cannot iterate over " shape(v))
  for (i = 1; i <= COUNT[v]; i++) out = out " " ITEM[v, i]
  return out
}
function list(items,  v, i, n, a) {
  v = new("array"); n = split(items, a, " ")
  for (i = 1; i <= n; i++) push(v, "", a[i])
  return v
}
# Where the text ends that begins at a place; what it says in \(...) may have texts in it.
function skip(e, i,  c) {
  for (i++; i <= length(e); i++) {
    c = substr(e, i, 1)
    if (c == "\"") break
    if (c == "\\" && substr(e, ++i, 1) == "(") i = inner(e, i)
  }
  return i
}
# Where the bracket at a place is closed.
function inner(e, i,  c, depth) {
  for (; i <= length(e); i++) {
    c = substr(e, i, 1)
    if (c == "\"") i = skip(e, i)
    else if (c == "(") depth++
    else if (c == ")" && !--depth) break
  }
  return i
}
# A program in which what begins and ends a condition is a bracket.
function conditions(e,  i, k, out) {
  for (i = 1; i <= length(e); i++) {
    k = substr(e, i, 1) == "\"" ? skip(e, i) - i + 1 : match(substr(e, i), /^[A-Za-z0-9_.$]+/) ? RLENGTH : 1
    out = out (substr(e, i, k) == "if" ? "\1" : substr(e, i, k) == "end" ? "\2" : substr(e, i, k)); i += k - 1
  }
  return out
}
# Where the last of these signs (the first, where one is asked for) stands in a program outside of brackets and texts.
function find(e, signs, first,  i, c, depth, at) {
  if ((e, signs) in AT) { width = WIDTH[e, signs]; return AT[e, signs] }
  for (i = 1; i <= length(e); i++) {
    c = substr(e, i, 1)
    if (c == "\"") i = skip(e, i)
    else if (c ~ /[[({\1]/) depth++
    else if (c ~ /[])}\2]/) depth--
    else if (!depth && i > 1 && match(substr(e, i, 7), signs) == 1) {
      width = RLENGTH; at = i; i += width - 1
      if (first) break
    }
  }
  if (!at) width = 0
  AT[e, signs] = at + 0; WIDTH[e, signs] = width
  return at + 0
}
# Where the bracket opens that the last sign of a program closes.
function opening(e,  i, c, depth, at) {
  for (i = 1; i <= length(e); i++) {
    c = substr(e, i, 1)
    if (c == "\"") i = skip(e, i)
    else if (c ~ /[[({\1]/) { if (!depth++) at = i }
    else if (c ~ /[])}\2]/) depth--
  }
  return depth ? 0 : at
}
function order(a, b,  x, y, i, o) {
  if (TYPE[a] != TYPE[b]) { x = index(TYPES, TYPE[a]); y = index(TYPES, TYPE[b]) }
  else if (TYPE[a] == "number") { x = TEXT[a] + 0; y = TEXT[b] + 0 }
  else if (TYPE[a] == "array") {
    for (i = 1; !o && i <= COUNT[a] && i <= COUNT[b]; i++) o = order(ITEM[a, i], ITEM[b, i])
    if (o) return o
    x = COUNT[a]; y = COUNT[b]
  } else { x = json(a) ""; y = json(b) "" }
  return x < y ? -1 : x > y
}
function compare(a, b, sign,  o) {
  o = order(a, b)
  return bool(sign == "==" ? !o : sign == "!=" ? o : sign == "<" ? o < 0 : sign == "<=" ? o <= 0 : sign == ">" ? o > 0 : o >= 0)
}
function operate(a, b, sign,  t, x, y, i, j, out) {
  t = TYPE[a]
  if (sign ~ /[=<>]/) return compare(a, b, sign)
  if (sign == "+") {
    if (t == "null") return b
    if (TYPE[b] == "null") return a
  }
  x = TEXT[a]; y = TEXT[b]
  if (t != TYPE[b] || sign != "+" && t != "number" && (t != "array" || sign != "-") || sign ~ /[\/%]/ && y + 0 == 0)
    return fault(shape(a) " and " shape(b) " cannot be " (sign == "+" ? "added" : sign == "-" ? "subtracted" : sign == "*" ? "multiplied" : "divided" (t == "number" ? " because the divisor is zero" : "")))
  if (t == "number") {
    x = sign == "+" ? x + y : sign == "-" ? x - y : sign == "*" ? x * y : sign == "/" ? x / y : int(x) % int(y)
    for (i = 15; (y = sprintf("%." i "g", x)) + 0 != x && i < 17; i++);
    return new(t, y)
  }
  if (t == "string") return string(plain(a) plain(b))
  if (sign == "+" && t == "array") return list(each(a) each(b))
  if (t == "array") {
    for (i = 1; i <= COUNT[a]; i++) { for (j = COUNT[b]; j && order(ITEM[a, i], ITEM[b, j]); j--); if (!j) out = out " " ITEM[a, i] }
    return list(out)
  }
  out = copy(a); making = 1
  for (i = 1; i <= COUNT[b]; i++) become(member(out, new("string", KEY[b, i])), ITEM[b, i])
  making = 0
  return out
}
# A value made anew, without what is deleted in it.
function copy(v,  w, i) {
  w = new(TYPE[v], TEXT[v])
  for (i = 1; i <= COUNT[v]; i++) if (TYPE[ITEM[v, i]] != "gone") push(w, KEY[v, i], copy(ITEM[v, i]))
  return w
}
function become(v, w,  i) {
  w = copy(w); TYPE[v] = TYPE[w]; TEXT[v] = TEXT[w]; COUNT[v] = 0
  for (i = 1; i <= COUNT[w]; i++) push(v, KEY[w, i], ITEM[w, i])
}
# Whether a value has all that another one has.
function within(a, b,  i, j) {
  if (TYPE[a] != TYPE[b]) return 0
  if (TYPE[a] == "string") return index(plain(a), plain(b))
  for (i = COUNT[b]; i; i--) {
    for (j = COUNT[a]; j; j--) if (KEY[a, j] == KEY[b, i] && within(ITEM[a, j], ITEM[b, i])) break
    if (!j) return 0
  }
  return COUNT[b] || TEXT[a] == TEXT[b]
}
function deep(v,  i, out) { for (i = 1; i <= COUNT[v]; i++) out = out deep(ITEM[v, i]); return " " v out }
# What a program makes of a value: values with blanks between them.
function run(e, v,  p, w, left, right, sign, a, b, i, j, n, m, out) {
  if (err) return ""
  gsub(/^[ \t\n]+|[ \t\n]+$/, "", e)
  if (e == "." || e == "") return v
  if (p = find(e, "^[|]([^=]|$)", 1)) {
    left = substr(e, 1, p - 1)
    if (match(left, /[ \n]as[ \n]+[$][A-Za-z_0-9]+[ \n]*$/)) return each_as(substr(left, 1, RSTART), substr(left, RSTART), substr(e, p + 1), v)
    n = split(run(substr(e, 1, p - 1), v), a, " ")
    # A fault comes after what was made before it.
    m = err; err = ""
    for (i = 1; i <= n && !err; i++) out = out " " run(substr(e, p + 1), a[i])
    if (!err) err = m
    return out
  }
  if (p = find(e, "^,", 1)) return run(substr(e, 1, p - 1), v) " " run(substr(e, p + 1), v)
  if (p = find(e, "^//([^=]|$)", 1)) {
    n = split(run(substr(e, 1, p - 1), v), a, " "); if (!unknown()) err = ""
    for (i = 1; i <= n; i++) if (holds(a[i])) out = out " " a[i]
    return out != "" ? out : run(substr(e, p + 2), v)
  }
  if ((p = find(e, "^(==|!=|<=|>=|//=|[-|+*/%]?=)", 1)) && (sign = substr(e, p, width)) !~ /^[=!<>]=$/) {
    left = substr(e, 1, p - 1); right = substr(e, p + width); w = sign == "|=" ? 0 : run(right, v) + 0
    out = copy(v); making = 1; n = split(run(left, out), a, " "); making = 0
    for (i = 1; i <= n && !err; i++) if (sign != "//=" || !holds(a[i])) become(a[i], sign == "|=" ? run(right, a[i]) + 0 : sign ~ /^(\/\/)?=$/ ? w : operate(a[i], w, substr(sign, 1, 1)))
    return out
  }
  if ((p = find(e, "^[ \n]or[ \n]", 1)) || (p = find(e, "^[ \n]and[ \n]", 1))) {
    w = width; sign = w == 4
    left = holds(run(substr(e, 1, p - 1), v) + 0)
    return bool(left == sign ? sign : holds(run(substr(e, p + w), v) + 0))
  }
  if ((p = find(e, "^(==|!=|<=|>=|<|>)")) || (p = find(e, "^([+]|[ \n]-[ \n])")) || (p = find(e, "^[*/%]"))) {
    w = width; sign = substr(e, p, w); gsub(/[ \n]/, "", sign)
    n = split(run(substr(e, 1, p - 1), v), a, " "); m = split(run(substr(e, p + w), v), b, " ")
    for (j = 1; j <= m; j++) for (i = 1; i <= n; i++) out = out " " operate(a[i], b[j], sign)
    return out
  }
  if (sub(/^try[ \n]/, "", e)) {
    p = find(e, "^[ \n]catch[ \n]", 1); out = run(p ? substr(e, 1, p) : e, v)
    if (err && !unknown()) { w = string(err); err = ""; if (p) out = out " " run(substr(e, p + 7), w) }
    return out
  }
  if (e ~ /\?$/) { out = run(substr(e, 1, length(e) - 1), v); if (!unknown()) err = ""; return out }
  if (e ~ /^-?[0-9][0-9.]*$/) return new("number", e)
  if (e ~ /^(true|false)$/) return new("boolean", e)
  if (e == "null") return new("null", e)
  if (e == "..") return deep(v)
  if (e in VAR) return VAR[e]
  if (e ~ /^([$]ENV|env)$/) { w = new("object"); for (i in ENVIRON) if (i !~ /^JQ/) push(w, "\"" i "\"", string(ENVIRON[i])); return w }
  if (e ~ /^\1.*\2$/ && opening(e) == 1) {
    e = substr(e, 2, length(e) - 2); if (!(p = find(e, "^[^A-Za-z_]then[^A-Za-z_]", 1))) return fault("syntax")
    n = split(run(substr(e, 1, p), v), a, " "); e = substr(e, p + 5)
    p = find(e, "^[^A-Za-z_]el(se|if)[^A-Za-z_]", 1); left = p ? substr(e, 1, p) : e; right = p ? substr(e, p + 5) : "."
    if (substr(e, p + 1, 4) == "elif") right = "\1" right "\2"
    for (i = 1; i <= n; i++) out = out " " run(holds(a[i]) ? left : right, v)
    return out
  }
  if (e ~ /^"/ && e ~ /"$/ && !find(e, "^.")) return texts(substr(e, 2, length(e) - 2), v)
  if (match(e, /\.[A-Za-z_][A-Za-z0-9_]*$/) || match(e, /\."[^"]*"$/)) {
    right = substr(e, RSTART + 1); e = substr(e, 1, RSTART - 1)
    right = new("string", right ~ /^"/ ? right : "\"" right "\"")
    n = split(run(e, v), a, " ")
    for (i = 1; i <= n && !err; i++) out = out " " member(a[i], right)
    return out
  }
  if (e ~ /[])}\2]$/ && (p = opening(e))) {
    sign = substr(e, p, 1); left = substr(e, 1, p - 1); right = substr(e, p + 1, length(e) - p - 1)
    if (sign == "[" && left == "") return right ~ /[^ ]/ ? list(run(right, v)) : new("array")
    if (sign == "[") {
      sub(/\.$/, "", left)
      n = split(run(left, v), a, " "); m = right ~ /[^ 0-9:-]|^-?[0-9]+$/ ? split(run(right, v), b, " ") : 0
      for (i = 1; i <= n && !err; i++)
        if (right ~ /^-?[0-9]*:-?[0-9]*$/) out = out " " part(a[i], right)
        else if (m) for (j = 1; j <= m && !err; j++) out = out " " member(a[i], b[j])
        else out = out " " each(a[i])
      return out
    }
    if (sign == "(" && left == "") return run(right, v)
    if (sign == "(" && left ~ /^reduce[ \n]/ && match(left, /[ \n]as[ \n]+[$][A-Za-z_0-9]+[ \n]*$/)) {
      p = index(left, " "); sign = substr(left, RSTART); left = substr(left, p, RSTART - p); p = find(right, "^;", 1)
      return each_as(left, sign, substr(right, p + 1), v, run(substr(right, 1, p - 1), v) + 0)
    }
    if (sign == "(" && left ~ /^[A-Za-z_0-9]+$/) return call(left, right, v)
    if (sign == "{" && left == "") return object(right, v)
  }
  return e ~ /^@?[a-z_0-9]+$/ ? call(e, "", v) : fault("syntax")
}
# What a program makes for each of several values of a variable; where there is a first value, each time of what it made before.
function each_as(of, name, e, v, first,  n, a, i, w, was, out) {
  match(name, /[$][A-Za-z_0-9]+/); name = substr(name, RSTART, RLENGTH)
  n = split(run(of, v), a, " "); was = VAR[name]; w = first
  for (i = 1; i <= n && !err; i++) {
    VAR[name] = a[i]
    if (first) w = run(e, w) + 0
    else out = out " " run(e, v)
  }
  VAR[name] = was
  return first ? w : out
}
# What stands in a list or a text from one place up to another.
function part(v, range,  a, i, n, s, out) {
  split(range, a, ":"); s = plain(v)
  n = TYPE[v] == "string" ? length(s) : COUNT[v]
  if (a[2] == "") a[2] = n
  for (i = 1; i < 3; i++) if (a[i] + 0 < 0) a[i] += n
  if (TYPE[v] == "string") return string(substr(s, a[1] + 1, a[2] - a[1]))
  for (i = a[1] + 1; i <= a[2] && i <= n; i++) out = out " " ITEM[v, i]
  return list(out)
}
# Texts: what stands between quotes, with each value of its \(...).
function texts(e, v,  head, p, n, m, a, b, i, j, out) {
  if (!match(e, /^([^\\]|\\[^(])*\\\(/)) return new("string", "\"" e "\"")
  p = RLENGTH; i = inner(e, p)
  head = plain(new("string", "\"" substr(e, 1, p - 2) "\""))
  n = split(run(conditions(substr(e, p + 1, i - p - 1)), v), a, " "); m = split(texts(substr(e, i + 1), v), b, " ")
  for (j = 1; j <= m; j++) for (i = 1; i <= n; i++) out = out " " string(head plain(a[i]) plain(b[j]))
  return out
}
# Objects: one for each choice of values.
function object(rest, v,  e, p, key, n, m, a, b, i, j, k, o, out) {
  out = new("object")
  while (rest ~ /[^ \t\n]/ && !err) {
    p = find(rest, "^,", 1); e = p ? substr(rest, 1, p - 1) : rest; rest = p ? substr(rest, p + 1) : ""
    gsub(/^[ \t\n]+|[ \t\n]+$/, "", e)
    p = find(e, "^:", 1); key = p ? substr(e, 1, p - 1) : e
    if (!p && key in VAR) { key = "\"" substr(e, 2) "\""; p = -1 }
    key = key ~ /^[("]/ ? run(key, v) + 0 : key ~ /^[A-Za-z0-9_]+$/ ? new("string", "\"" key "\"") : fault("syntax")
    m = split(out, b, " "); n = split(p ? run(p < 0 ? e : substr(e, p + 1), v) : member(v, key), a, " "); out = ""
    for (j = 1; j <= m; j++) for (i = 1; i <= n; i++) {
      o = b[j]
      if (n > 1) { o = new("object"); for (k = 1; k <= COUNT[b[j]]; k++) push(o, KEY[b[j], k], ITEM[b[j], k]) }
      push(o, TEXT[key], a[i]); out = out " " o
    }
  }
  return err ? "" : out
}
# Lists in the order of what a program makes of their items; where groups are asked for, a list of lists of those for which it is the same.
function sorted(v, e, grouped,  n, a, key, i, j, k, w, g, out) {
  if (TYPE[v] != "array") return fault(shape(v) " cannot be sorted, as it is not an array")
  for (n = 0; n < COUNT[v]; a[j + 1] = w) {
    w = ITEM[v, ++n]; key[w] = k = list(run(e, w))
    for (j = n - 1; j && order(key[a[j]], k) > 0; j--) a[j + 1] = a[j]
  }
  for (i = 1; i <= n; i++) {
    if (grouped && (i == 1 || order(key[a[i - 1]], key[a[i]]))) out = out " " (g = new("array"))
    if (grouped) push(g, "", a[i])
    else out = out " " a[i]
  }
  return list(out)
}
function call(name, of, v,  left, p, n, a, i, j, k, t, s, out, w, code) {
  t = TYPE[v]
  if (name ~ /^(limit|range|any|all|until|while)$/ && (p = find(of, "^;", 1))) {
    left = substr(of, 1, p - 1); of = substr(of, p + 1)
    if (name ~ /^a/) return run("[" left "] | " name "(" of ")", v)
    if (name == "until") return holds(run(left, v) + 0) ? v : run("(" of ") | until(" left ";" of ")", v)
    if (name == "while") return holds(run(left, v) + 0) ? v " " run("(" of ") | while(" left ";" of ")", v) : ""
    i = TEXT[run(left, v) + 0]; n = split(run(of, v), a, " ")
    if (name == "range") { for (n = TEXT[a[1]] + 0; i < n && k++ < 10000; i++) out = out " " new("number", i + 0); return out }
    for (j = 1; j <= i && j <= n; j++) out = out " " a[j]
    return out
  }
  if ((name, of != "") in MEANS) { name = MEANS[name, of != ""]; gsub(/&/, "\\\\&", of); gsub(/F/, "(" of ")", name); return run(name, v) }
  if (name == "sort_by" || name == "group_by") return sorted(v, of, name == "group_by")
  if (name == "del") { v = copy(v); n = split(run(of, v), a, " "); for (i = 1; i <= n; i++) TYPE[a[i]] = "gone"; return copy(v) }
  if (name == "select") { k = making; making = 0; n = split(run(of, v), a, " "); making = k; for (i = 1; i <= n; i++) if (holds(a[i])) out = out " " v; return out }
  if (name == "walk") { w = new(t, TEXT[v]); for (i = 1; i <= COUNT[v]; i++) push(w, KEY[v, i], call(name, of, ITEM[v, i]) + 0); return run(of, w) }
  if (name == "recurse" && of != "") { n = split(run(of, v), a, " "); for (i = 1; i <= n; i++) out = out " " call(name, of, a[i]); return v " " out }
  if (name == "error") return fault(plain(of == "" ? v : run(of, v) + 0))
  if (name == "getpath") { w = run(of, v) + 0; for (i = 1; i <= COUNT[w]; i++) v = member(v, ITEM[w, i]); return v }
  if (name == "paths") return traced(v, "", of == "" ? "true" : of)
  if (name == "map") return run("[.[] | " of "]", v)
  if (name == "map_values" && t == "object") {
    w = new(t)
    for (i = 1; i <= COUNT[v]; i++) if (k = run(of, ITEM[v, i])) push(w, KEY[v, i], k + 0)
    return w
  }
  if (of != "") {
    if (name !~ /^(has|join|split|g?sub|[lr]trimstr|test|contains|startswith|endswith|index)$/) return fault("undefined " name "/1")
    if (p = find(of, "^;", 1)) { code = plain(run(substr(of, p + 1), v) + 0); of = substr(of, 1, p - 1) }
    w = run(of, v) + 0
    if (err) return ""
    if (name == "contains" && t != "null" && t == TYPE[w]) return bool(within(v, w))
    if (name ~ /trimstr/ && t != "string") return v
    if (name == "has") { for (i = 1; i <= COUNT[v]; i++) if (t == "object" ? KEY[v, i] == TEXT[w] : i - 1 == TEXT[w]) return bool(1); return bool(0) }
    if (name == "join" && t == "array") { for (i = 1; i <= COUNT[v]; i++) out = out (i > 1 ? plain(w) : "") (TYPE[ITEM[v, i]] == "null" ? "" : plain(ITEM[v, i])); return string(out) }
    if (t != "string" || TYPE[w] != "string") return fault(t == TYPE[w] ? "undefined " name "/1 of " t : shape(v) " and " shape(w) " cannot be used by " name)
    s = plain(v); t = plain(w); n = length(t)
    if (name == "index") return (i = index(s, t)) ? new("number", i - 1) : new("null", "null")
    if (name == "split") {
      while (i = t == "" ? s != "" : index(s, t)) { out = out " " string(substr(s, 1, n ? i - 1 : 1)); s = substr(s, i + (n ? n : 1)) }
      return list(n && (s != "" || out) ? out " " string(s) : out)
    }
    if (name ~ /^starts|^l/) k = index(s, t) == 1
    else k = substr(s, length(s) - n + 1) == t
    if (name ~ /with/) return bool(k)
    if (name ~ /trim/) return string(k ? name ~ /^l/ ? substr(s, n + 1) : substr(s, 1, length(s) - n) : s)
    gsub(/\\d/, "[0-9]", t); gsub(/\\s/, "[[:space:]]", t); gsub(/\\w/, "[[:alnum:]_]", t)
    if (name == "test") return bool(code ~ /i/ ? tolower(s) ~ tolower(t) : s ~ t)
    gsub(/[\\&]/, "\\\\&", code)
    if (name == "sub") sub(t, code, s)
    else gsub(t, code, s)
    return string(s)
  }
  if (name == "empty") return ""
  if (name == "type") return string(t)
  if (name == "recurse") return deep(v)
  if (name == "tostring") return t == "string" ? v : string(json(v))
  if (name == "floor") { i = int(TEXT[v]); return new(t, i - (i > TEXT[v])) }
  if (name == "now") return new("number", systime())
  if (name == "todate") return string(strftime("%Y-%m-%dT%H:%M:%SZ", TEXT[v]))
  if (name == "fromdate") {
    split(plain(v), a, /[-T:Z]/); i = a[1] - (a[2] < 3); j = (a[2] + 9) % 12
    return new("number", (365 * i + int(i / 4) - int(i / 100) + int(i / 400) + int((153 * j + 2) / 5) + a[3] - 719469) * 86400 + a[4] * 3600 + a[5] * 60 + a[6])
  }
  if (name == "fromjson") { w = parsed(plain(v)); return w ? w : fault(plain(v) " cannot be parsed as JSON") }
  if (name == "@text") return string(plain(v))
  if (name == "tojson" || name == "@json") return string(json(v))
  if (name == "tonumber") return t == "number" ? v : plain(v) ~ /^-?[0-9.]+$/ ? new("number", plain(v)) : fault(shape(v) " cannot be parsed as a number")
  if (name == "ascii_downcase") return string(tolower(plain(v)))
  if (name == "ascii_upcase") return string(toupper(plain(v)))
  if (name == "add") { w = new("null", "null"); n = split(each(v), a, " "); for (i = 1; i <= n; i++) w = operate(w, a[i], "+"); return w }
  if (name == "reverse") { for (i = COUNT[v]; i; i--) out = out " " ITEM[v, i]; return list(out) }
  if (name == "flatten") { n = split(deep(v), a, " "); for (i = 1; i <= n; i++) if (TYPE[a[i]] != "array") out = out " " a[i]; return list(out) }
  if (name == "from_entries") {
    w = new("object")
    for (i = 1; i <= COUNT[v]; i++) { k = ITEM[v, i]; push(w, TEXT[run(".key // .name // .k", k) + 0], run(".value", k) + 0) }
    return w
  }
  if (name == "not") return bool(!holds(v))
  if (name == "length") return t == "boolean" ? fault(shape(v) " has no length") : new("number", t == "string" ? length(plain(v)) : t == "number" ? TEXT[v] : COUNT[v])
  if (name ~ /^keys/) { if (t != "object") return fault(shape(v) " has no keys"); for (i = 1; i <= COUNT[v]; i++) out = out " " new("string", KEY[v, i]); return name == "keys" ? sorted(list(out), ".") : list(out) }
  if (name == "to_entries") {
    for (i = 1; i <= COUNT[v]; i++) { w = new("object"); push(w, "\"key\"", t == "object" ? new("string", KEY[v, i]) : new("number", i - 1)); push(w, "\"value\"", ITEM[v, i]); out = out " " w }
    return list(out)
  }
  if (name == "@base64") {
    s = plain(v); n = length(s)
    for (i = 1; i <= n; i += 3) {
      for (w = j = 0; j < 3; j++) {
        for (k = i + j > n ? 0 : 127; k && sprintf("%c", k) != substr(s, i + j, 1); k--);
        if (!k && i + j <= n) return fault("undefined @base64 of what is not ASCII")
        w = w * 256 + k
      }
      for (j = 262144; j >= 1; j /= 64) out = out substr("A" SIXTYFOUR, int(w / j) % 64 + 1, 1)
    }
    i = (3 - n % 3) % 3
    return string(substr(out, 1, length(out) - i) substr("==", 1, i))
  }
  if (name == "@base64d") {
    t = plain(v); sub(/=.*/, "", t)
    if (t ~ /[^A-Za-z0-9+\/]/) return fault(shape(v) " is not valid base64 data")
    for (i = 1; i <= length(t); i += 4) {
      for (w = j = 0; j < 4; j++) w = w * 64 + index(SIXTYFOUR, substr(t, i + j, 1) "")
      for (j = 65536; j >= 1; j /= 256) {
        k = int(w / j) % 256
        if (k < 128) out = out sprintf("%c", k)
        else if (k >= 192) { n = 1 + (k > 223) + (k > 239); code = k % (64 / 2 ^ n) }
        else { code = code * 64 + k % 64; if (!--n) out = out sprintf("%c", code) }
      }
    }
    return string(substr(out, 1, length(out) - (4 - length(t) % 4) % 4))
  }
  if (name ~ /^@(tsv|csv|sh)$/) {
    if (t != "array") v = list(v)
    for (i = 1; i <= COUNT[v]; i++) {
      w = ITEM[v, i]; s = TYPE[w] == "null" ? "" : plain(w)
      if (name == "@csv" && TYPE[w] == "string") { gsub(/"/, "\"\"", s); s = "\"" s "\"" }
      if (name == "@sh" && TYPE[w] == "string") { gsub("\x27", "\x27\\\x27\x27", s); s = "\x27" s "\x27" }
      out = out (i > 1 ? name == "@csv" ? "," : name == "@sh" ? " " : "\t" : "") s
    }
    return string(out)
  }
  return fault("undefined " name "/0")
}
# The paths to what is in a value and holds what is asked.
function traced(v, path, e,  at, i, j, out) {
  for (i = 1; i <= COUNT[v]; i++) {
    at = path " " (TYPE[v] == "object" ? new("string", KEY[v, i]) : new("number", i - 1))
    out = out " " ((j = run(e, ITEM[v, i]) + 0) && holds(j) ? list(at) : "") traced(ITEM[v, i], at, e)
  }
  return out
}
function value(v,  n, a, i) {
  n = split(run(program, v), a, " ")
  if (unknown()) {
    sub(/^undefined /, "", err)
    print "jq: error: " (err == "syntax" ? "syntax error, or more of jq than is simulated," : err " is not simulated,") " at <top-level>, line 1:\n    " ENVIRON["JQFILTER"] "\njq: 1 compile error" > "/dev/stderr"
    status = 3; exit
  }
  for (i = 1; i <= n; i++) {
    dense = flags ~ /c/
    if (flags ~ /S/) a[i] = ranked(a[i])
    last = a[i]
    if (flags ~ /[rj]/ && TYPE[a[i]] == "string") put(plain(a[i]))
    else show(a[i], "")
    if (flags !~ /j/) put("\n")
  }
  if (err) { print "jq: error (at <stdin>:" NR "): " err > "/dev/stderr"; status = 5; err = "" }
}
function add(v) {
  if (depth) push(STACK[depth], key, v)
  else if (!COUNT[v] && TEXT[v] != "") complete(v)
  key = ""
}
function complete(v) { if (nested) got = v; else if (flags ~ /s/) slurped = slurped " " v; else value(v) }
function invalid() {
  if (nested) return
  print "jq: parse error: Invalid literal at line " NR > "/dev/stderr"
  status = 2; exit
}
BEGIN {
  SIXTYFOUR = "BCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; program = conditions(ENVIRON["JQFILTER"])
  flags = ENVIRON["JQFLAGS"]; TYPES = "null boolean number string array object"
  MEANS["sort", 0] = "sort_by(.)"; MEANS["unique", 0] = "unique_by(.)"; MEANS["unique_by", 1] = "group_by(F) | map(.[0])"
  MEANS["first", 0] = ".[0]"; MEANS["last", 0] = ".[-1]"; MEANS["last", 1] = "[F][-1:][]"; MEANS["range", 1] = "range(0; F)"; MEANS["inside", 1] = ". as $inside | F | contains($inside)"; MEANS["scalars", 0] = "select(type | . != \"array\" and . != \"object\")"; MEANS["strings", 0] = "select(type == \"string\")"; MEANS["objects", 0] = "select(type == \"object\")"; MEANS["arrays", 0] = "select(type == \"array\")"; MEANS["numbers", 0] = "select(type == \"number\")"; MEANS["leaf_paths", 0] = "paths(scalars)"; MEANS["fromdateiso8601", 0] = "fromdate"; MEANS["todateiso8601", 0] = "todate"; MEANS["isempty", 1] = "[F] == []"; MEANS["IN", 1] = ". as $in | any(F; . == $in)"; MEANS["first", 1] = "[F][0:1][]"; MEANS["values", 0] = "select(. != null)"
  MEANS["min", 0] = "sort | .[0]"; MEANS["max", 0] = "sort | .[-1]"; MEANS["min_by", 1] = "sort_by(F) | .[0]"; MEANS["max_by", 1] = "sort_by(F) | .[-1]"
  MEANS["any", 0] = "map(select(.)) != []"; MEANS["all", 0] = "map(select(. | not)) == []"; MEANS["any", 1] = "map(F) | any"; MEANS["all", 1] = "map(F) | all"
  MEANS["with_entries", 1] = "to_entries | map(F) | from_entries"
  for (i in ENVIRON) if (match(i, /^JQ(json)?_/)) {
    n = "$" substr(i, RLENGTH + 1); VAR[n] = RLENGTH > 3 ? parsed(ENVIRON[i]) : string(ENVIRON[i])
    if (!VAR[n]) { print "jq: invalid JSON text passed to --argjson" > "/dev/stderr"; status = 2; exit }
  }
  if (flags ~ /n/) { value(new("null", "null")); exit }
}
# The value that a text is, if it is one.
function parsed(s,  d, k) { d = depth; k = key; depth = 0; key = ""; got = ""; nested++; scan(s); nested--; s = depth ? "" : got; depth = d; key = k; return s }
function scan(text,  PART, n, p, line, size, c, v, token) {
  # In turn what stands between texts, and a text.
  n = split(text, PART, "\"")
  for (p = 1; ; p++) {
    for (line = PART[p]; ; line = substr(line, size + 1)) {
      sub(/^[ ,:\t\r]+/, "", line)
      if (line == "") break
      c = substr(line, 1, 1); size = 1
      if (c == "{" || c == "[") { v = new(c == "{" ? "object" : "array"); add(v); STACK[++depth] = v }
      else if (c == "}" || c == "]") { if (!--depth) complete(STACK[1]); else if (depth < 0) invalid() }
      else if (match(line, /^(true|false)/)) { size = RLENGTH; add(new("boolean", substr(line, 1, size))) }
      else if (match(line, /^-?[0-9][-+.0-9eE]*/)) { size = RLENGTH; add(new("number", substr(line, 1, size))) }
      else if (match(line, /^null/)) { size = 4; add(new("null", "null")) }
      else invalid()
    }
    if (p >= n) break
    for (token = PART[++p]; p < n && match(token, /\\+$/) && RLENGTH % 2; ) token = token "\"" PART[++p]
    if (p >= n) invalid()
    # As Go writes them.
    if (index(token, "\\u00")) { gsub(/\\u003c/, "<", token); gsub(/\\u003e/, ">", token); gsub(/\\u0026/, "\\&", token) }
    token = "\"" token "\""
    if (depth && TYPE[STACK[depth]] == "object" && key == "") key = token
    else add(new("string", token))
  }
}
flags ~ /R/ { if (flags ~ /s/) raw = raw $0 "\n"; else value(string($0)); next }
{ scan($0) }
END {
  if (!status && depth) { status = 2; print "jq: parse error: Unfinished JSON term at EOF at line " NR + 1 ", column 0" > "/dev/stderr" }
  if (!status && flags ~ /s/ && flags !~ /n/) value(flags ~ /R/ ? string(raw) : list(slurped))
  if (!status && flags ~ /e/) status = last == "" ? 4 : !holds(last)
  exit status
}' "$@"
