# bash's menus: a number chooses, an empty line shows the menu again, and the end of the input leaves.
echo 'select pod in "$@"; do echo "chose [$pod] by [$REPLY]"; [ -n "$pod" ] && exit 7; done' > pick.sh
printf '2\n' | bash pick.sh web "web canary"; echo $?
PS3='pod? ' bash pick.sh a b <<< $'9\nx\n\n +1 '; echo $?
bash pick.sh a b </dev/null; echo $?
select none in; do echo never; done; echo $?
COLUMNS=40 bash pick.sh aaaa bb cc dd ee ff gg hh ii jj kk </dev/null
# Each image's sh has its own manners.
kubectl run sh --image=busybox --restart=Never -- sh -c 'select x in a b; do echo $x; done'; sleep 5; kubectl logs sh
# Old ways of bash.
echo $[ 3 * (1 + 2) ] "$[1+1]"
KUBE_A=1 KUBE_B=2; echo ${!KUBE_*} "${!KUBE_@}"
echo $-; bash -c 'echo $-; set -eu; echo $-'
kill; read -p; read -rt; set -- a b; shift -1; echo $? $#
