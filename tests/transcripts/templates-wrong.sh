# What Go's templates say of mistakes: where they are read, and over an object.
#file mistakes.txt
{{'a}}
{{'ab'}}
{{"\q"}}
{{`a}}
{{/* x */ y}}
{{$x : 1}}
{{.a é}}
{{.a‐}}
{{09}}
{{1a}}
{{1e999}}
{{define "a"}}{{else}}{{end}}
{{block "a" .}}{{else}}{{end}}
{{if 1}}{{else}}{{else}}{{end}}
{{define x}}{{end}}
{{define "a" 1}}{{end}}
{{template x}}
{{range}}{{continue 1}}{{end}}
{{range .a}}{{break .}}{{end}}
{{continue}}
{{$a, $b := 1}}
{{range $a, $b, $c := .a}}{{end}}
{{range $a, 1}}{{end}}
{{()}}
{{| 1}}
{{nil.a}}
{{"a".b}}
{{end 1}}
{{else 1}}
{{index .spec.ports 5}}
{{index .spec.ports "a"}}
{{index .spec.ports nil}}
{{index .metadata nil}}
{{index .nope 1}}
{{index nil 1}}
{{index .kind 50}}
{{index .kind 7}}
{{index (index .spec.ports 0) "x" 1}}
{{slice .kind 1 2 3}}
{{slice .kind 1 2 3 4}}
{{slice .kind 3 1}}
{{slice nil}}
{{slice .spec.ports 2 1}}
{{len (index .metadata "x")}}
{{eq 1}}
{{lt .metadata 1}}
{{lt nil 1}}
{{printf 5}}
{{printf .nope}}
{{printf .metadata}}
{{nil | printf}}
{{.nope | printf}}
{{"a!" | base64decode}}
{{1 2}}
{{$ 1}}
{{$x := 1}}{{$x 1}}
{{.kind.a}}
{{.metadata.name.x.y}}
{{range 1.5}}{{end}}
{{range .kind}}{{end}}
{{template "nope"}}
{{slice}}
{{lt 1}}
{{lt 1 2 3}}
#end
while IFS= read -r t; do kubectl create service clusterip web --tcp=80 --dry-run=client -o go-template="$t" 2>&1 >/dev/null; done < mistakes.txt
kubectl create service clusterip web --tcp=80 --dry-run=client -o go-template=$'{{\n.a\n"x}}'
kubectl create service clusterip web --tcp=80 --dry-run=client -o go-template=$'{{\n(1\n{{0x}}'
