# Who requests are from: flags and the kubeconfig say as whom.
#file user.yaml
- name: jane-by-config
  user:
    token: kubarium-admin
    as: jane
    as-uid: "7"
    as-groups: [b, a]
    as-user-extra:
      Team: [x, z]
- name: nobody
  user:
    token: kubarium-admin
    as-uid: "7"
#end
kubectl auth whoami --as=jane --as-uid=7 --as-group=dev --as-user-extra=Reason='to look' --as-user-extra=reason=again --as-user-extra=team=x
kubectl auth whoami --as=jane --as-user-extra=team=x -o jsonpath='{.status.userInfo}{"\n"}'
kubectl config view --raw > c; cat user.yaml >> c; kubectl --kubeconfig=c --user=jane-by-config auth whoami
kubectl --kubeconfig=c --user=jane-by-config --as=joe --as-group=g auth whoami
kubectl --kubeconfig=c --user=nobody get pods
kubectl get pods --as-user-extra=a=b
kubectl config set-credentials other --token=kubarium-admin; kubectl --user=other auth whoami
kubectl get pods --username=x
kubectl config set-credentials basic --username=x --password=y; kubectl --user=basic get pods; kubectl --user=basic create configmap c --dry-run=client -o name
kubectl config set-context lost --cluster=kubarium --user=nosuch; kubectl --context=lost get pods; kubectl --context=lost --token=kubarium-admin get pods
kubectl config set-credentials blank; kubectl --user=blank get pods
kubectl config view --raw > c; printf -- '- name: filed\n  user:\n    tokenFile: t\n' >> c; kubectl --kubeconfig=c --user=filed get pods; echo kubarium-admin > t; kubectl --kubeconfig=c --user=filed get pods
kubectl --server='https://[::1]' get pods; kubectl --server='https://me@[2001:db8::1]:6443' get pods
