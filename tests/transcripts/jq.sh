# jq on what kubectl prints: paths, conditions, lists and objects made anew, and what it says of mistakes.
kubectl create deployment web --image=nginx --replicas=2 --port=80
sleep 5; kubectl get deployment web -o json | jq .spec.replicas,.metadata.name
kubectl get pods -o json | jq '.items[].spec.containers[0].image' -r
kubectl get pods -o json | jq '.items | length'
kubectl get pods -o json | jq '[.items[] | {image: .spec.containers[].image, phase: .status.phase, "of node": .nothing}]'
kubectl get pods -o json | jq -r '.items[] | select(.status.phase == "Running" and (.metadata.name | test("^web-"))) | "\(.metadata.labels.app) on a node of \(.spec.nodeName | length)"'
kubectl get nodes -o json | jq -r '.items[] | [.metadata.name, .status.capacity.cpu, (.spec.taints // [] | length)] | @tsv'
kubectl get nodes -o json | jq -c '.items[0].status.conditions | map(select(.status != "False") | .type)'
kubectl get deployment web -o json | jq -c '.metadata.labels | to_entries[], keys, has("app"), (.none | not), .["app"], ."app"'
kubectl get events -o json | jq -r '.items[] | select(.message | contains("replica set")).involvedObject | .namespace + "/" + .name'
kubectl create secret generic login --from-literal=user=admin --from-literal=word='se"cret'
kubectl get secret login -o json | jq -r '.data.word | @base64d'
kubectl get --raw /api | jq .
kubectl create configmap signs --from-literal='a=<b> & "c"' -o json | jq .data.a
for i in 1 2; do kubectl create service clusterip "test-$i" --tcp 80 -o json | jq -r .spec.type; done
echo '{"b": [1, {"c": "é\n"}, -2.5, true, null], "a": {}, "b2": []} 7' | jq .
echo '{"a": "x, \"y\" | z"}' | jq .; echo '{"a": "x, \"y\" | z"}' | jq -r .a; echo '[3, 1]' | jq -rc '.[-1], .[7], (map(. + 1) | join("-"))'
echo '{"a": 1}' > file.json; jq .a file.json; jq '.a > 0 or .a == "x"' file.json; jq .a nowhere.json
echo '[{"n": "a"}, {"n": "b", "v": 2}]' | jq -r '.[] | "\(.n): \(.v // "no \(.n | length) value"), (\"\(1)\")"'
# One long line, an object for each of several values, nothing in place of a number, and what other encodings have.
kubectl get --raw '/api/v1/pods' | jq -r '.kind, (.items | length)'
kubectl get pods -o json | jq -c . | jq -c '.items[0] | {kind, port: .spec.containers[].ports[]?.containerPort}'
echo '{"a": [1, 2], "none": null, "s": "x\\ny\r", "d": {"k": "cMOkc3M="}}' > more.json
jq -c '{n: .a[], b: (3, 4)}, "\(.a[])!", .none > 0, .none + 1, .a + [3], .s + "\\", (.d | map_values(@base64d)), 1234567.5 + 1' more.json
jq '' more.json | jq -r .s | od -c | head -1
# Sums, orders, groups and changes.
kubectl get nodes -o json | jq -c '.items[] | {name: .metadata.name} + .status.capacity'
kubectl get pods -o json | jq -c '.items | group_by(.spec.containers[0].image) | map({(.[0].spec.containers[0].image): length}) | add'
kubectl get pods -o json | jq -r '.items[] | [.kind] + (.metadata.name | split("-")[:1]) + [1, null, "a\"b"] | @csv'
kubectl get deployment web -o json | jq '.spec.replicas = 1 | .metadata.labels.tier |= "x" | .spec.template.metadata.labels += {tier: "x"} | del(.status, .metadata.annotations["none"])' | kubectl replace -f -
kubectl get deployment web -o json | jq -c '.spec.replicas, .metadata.labels, .spec.template.metadata.labels, (.metadata.labels | with_entries(.value |= ascii_upcase))'
kubectl get deployments -o json | jq -c --arg name web '.items[] | select(.metadata.name == $name and (.metadata.labels | contains({app: "web"}))) | [.. | .image? // empty]'
jq -nc '[3, 1, [2], {"a": [1]}, "b", null] | sort, reverse, flatten, (map(type) | unique), .[1:3], .[-2:], first, last'
echo '[{"n": "a", "v": 2}, {"n": "b", "v": 10}, {"n": "c", "v": 2}]' | jq -c 'sort_by(.v, .n) | map(.n), (map(.v) | add / length, max, . - [2]), (max_by(.v), min_by(.v) | .n), (.[] | select(.v > 5)).n, any(.v > 5), all(.v > 5), (map({key: .n, value: .v * 2 - 1}) | from_entries)'
echo '"web-1.example"' | jq -r 'sub("[0-9]"; "<&>"), gsub("e"; ""), test("WEB"; "i"), ltrimstr("web-"), rtrimstr(".example"), (split(".") | join("/")), .[0:3], tojson, ("7" | tonumber), (7 | tostring)'
echo '{"a": [{"b": 1}, {"b": 2}]}' | jq -c 'del(.a[] | select(.b == 1)), (.a[0].b == 1), (.a[1].b = .a[0] | .a), .a[0] - 1'; jq -n '1 / 0'
# Mistakes.
for program in '.a | sort_by(.)' '[.a[] * 2]' '(.a | first) // 1' '.none | test("x")' '.d + .d'; do jq -c "$program" more.json; done; echo ']' | jq .
echo '{"a": null}' | jq '.a[]'; echo '[1]' | jq .name; echo '{"a": 1}' | jq .a.b; echo '{"a": "x"}' | jq '.a[0]'; echo '{"a": null}' | jq '.a[]?'
echo '[{"a": [1]}, {"a": "x"}, {"a": [2]}]' | jq '.[] | .a[] | . + 1'
for text in '"not in it"' '"YWI"' '"YWI=YWI="'; do echo "$text" | jq @base64d; done
echo '{"a": ' | jq .; echo 'no resources;' | jq .; echo '' | jq .
jq '.items[' file.json; jq '.a | nothing' file.json; jq --arg a b . file.json; jq 'reduce .[] as $x (0; . + $x)' file.json
echo '[{"a": 1}]' | jq 'walk(.a)'; echo '{"a": 1}' | jq 'sort_by(.a)'
# Conditions, variables, sums over lists, paths, what is caught, dates, and the options for what is read and printed.
kubectl get pods -o json | jq -r '.items[] | .metadata.labels.app as $app | if .status.phase == "Running" then "\($app) is up" elif .status.phase == "Pending" then "wait" else "no" end'
kubectl get pods -o json | jq -c '[.items[].spec.containers | length] | reduce .[] as $n (0; . + $n), (length as $n | map(. / $n))'; kubectl get pods -o json | jq -e '.items[] | select(any(.spec.containers[]; .image == "none"))'; echo $?
kubectl get deployment web -o json | jq -e '.spec.replicas > 5'; echo $?; kubectl get deployment web -o json | jq -c '[paths(type == "boolean" or . == "web")][:2], (.metadata.creationTimestamp | fromdate | todate), (now - 60 < (.metadata.creationTimestamp | fromdate)), (.spec.replicas | if . > 1 then "end" else "if" end)'
jq -nc '"it'"'"'s" as $x | ($x | @base64, @sh, @json), {$x}, [limit(2; 1, 2, 3)], [range(1; 4)], last(1, 2), (try error("caught") catch .), ("[1]" | fromjson), ([1, 2] | .[:1], all(. > 0), (to_entries | map(.key))), ({"b": 1, "a": 2} | keys), ("a" | IN("b", "a")), ([[1], 2] | walk(if type == "number" then . + 1 else . end)), 10 % 4, 10 / 3'
jq -nc --argjson n '{"a": 5}' --arg t 5 '$n.a + 1, $t, ($n | .a -= 1 | .b //= 3 | .a *= 2), $ENV.HOME, ([1 | until(. > 9; . * 2)]), ({"a": {"b": 1}} | [leaf_paths], getpath(["a", "b"]))'
echo '{"b": 1} {"a": 2}' | jq -sc 'add, length'; echo '{"b": {"d": 1, "c": 2}, "a": 3}' | jq -Sc .; printf 'one\ntwo\n' | jq -R .; printf 'one\ntwo\n' | jq -Rs .; jq -nj '"a", 1, "b"'; echo; echo '[]' | jq '.[] as [$a] | $a'
# What is given as JSON must be that.
echo 1 | jq --argjson n '{' .; echo 1 | jq --argjson n '{"a":[1]}' -c '$n.a'
