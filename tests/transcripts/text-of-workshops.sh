# What workshops do with text beside kubectl: columns, lines that are added to a manifest as they stand, jobs that are started and killed in turn.
printf 'NAME IMAGE\nweb nginx:1.27\n\na-longer-name redis\n' > list; column -t list
printf 'a,b,c\naaa,,bb\n' | column -t -s,; printf 'a b\tc\naaa\tbb\n' | column -ts "$(printf '\t')"
kubectl get nodes -o json | jq -r '.items[] | [.metadata.name, (.status.capacity | .cpu, .pods)] | @tsv' | column -t
kubectl run web --image=nginx --dry-run=client -o yaml | sed '/resources/a\    env:\n    - name: A\n      value: "1"' | kubectl apply -f - -o jsonpath='{.spec.containers[0].env}{"\n"}'
printf 'x\ny\n' | sed -e '/x/a \  two' -e '/y/i\ before\' -e ' it' -e '$a   no blanks'
sleep 99 & kill %1; sleep 1; kubectl proxy & sleep 1; curl -s localhost:8001/livez; kill %1; echo "; $?"; sleep 1; jobs
(exit 3) & p=$!; sleep 1; sleep 99 & wait $p; echo $?
# What ends a kubectl in the background is told of as of any other program; sudo gives variables along, and says what is not there.
bash -ic 'kubectl proxy & sleep 1; kill %1; sleep 1; jobs' 2>/dev/null
sudo ETCDCTL_API=3 env | grep ETCD; sudo -u root id -un; sudo nosuch; echo $?
