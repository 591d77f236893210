# A shell on a node: its files, with the programs of its system, as the root of what runs.
#file on-node
pwd; ls; cat /etc/hostname; ls -d ../../etc; grep ^PRETTY /etc/os-release; crictl ps
cd /etc/kubernetes; ln -s /etc/kubernetes/manifests /tmp/static; ls -l /tmp
echo '{apiVersion: v1, kind: Pod, metadata: {name: fixed}, spec: {containers: [{name: c, image: nginx}]}}' > /tmp/static/fixed.yaml
pwd; readlink -f manifests/fixed.yaml; cat < manifests/fixed.yaml | wc -l
cd /tmp/..; pwd; chroot /etc/kubernetes /bin/ls; exit 3
#end
kubectl debug -q node/node1 -it --image=busybox -- chroot /host < on-node
kubectl get pods
kubectl debug -q node/node1 -it --image=busybox -- sh -c 'echo outside > /note; chroot /host cat < /note; chroot /host cat /note; ls /host/tmp; chroot /host sh -c "echo inside > /tmp/note"; cat /host/tmp/note'
# As busybox says it, and GNU's.
kubectl run b --image=busybox -- sleep 1000; kubectl run d --image=debian -- sleep 1000; kubectl wait --for=condition=Ready pod/b pod/d
kubectl exec b -- chroot /nope ls; kubectl exec b -- chroot /etc/passwd; kubectl exec b -- chroot / nope; kubectl exec b -- chroot
kubectl exec d -- chroot /nope ls; kubectl exec d -- chroot /etc/passwd; kubectl exec d -- chroot / nope; kubectl exec d -- chroot
kubectl exec d -- su nobody -s /bin/sh -c 'chroot /tmp ls'
kubectl exec d -- sh -c 'mkdir -p /root/jail/bin; cp /bin/ls /bin/sh /root/jail/bin; chroot /root/jail /bin/sh -c "ls /; cd ..; ls; cd nope; cat x"'
