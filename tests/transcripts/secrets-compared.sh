# What a Secret holds is not shown where it is compared, unless it is asked for; and a program of one's own may compare.
#file s.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
data:
  a: MQ==
  b: Mw==
  c: NA==
#end
kubectl create secret generic s --from-literal=a=1 --from-literal=b=2
kubectl diff -f s.yaml | head -11
kubectl diff -f s.yaml --show-secrets | grep '^[+-] '
KUBECTL_EXTERNAL_DIFF="diff -N -u ;rm" kubectl diff -f s.yaml | head -4
KUBECTL_EXTERNAL_DIFF="diff -q" kubectl diff -f s.yaml; echo $?; ls /tmp
KUBECTL_EXTERNAL_DIFF=nosuch kubectl diff -f s.yaml; echo $?
mkdir a b; echo 1 > a/x; echo 1 > b/x; echo 3 > b/y
diff a b; diff -N a b
# What is compared with a Secret that there is not yet is a null.
kubectl create secret generic fresh --from-literal=a=b --dry-run=client -o yaml | kubectl diff -f - | grep -A2 @@
