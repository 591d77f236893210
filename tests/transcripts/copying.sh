# What `kubectl cp` does with directories, with what is not there, and with links.
#file conf/a.txt
one
#end
#file conf/sub/b.txt
two
#end
#file box.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  color: blue
  size: "9"
---
apiVersion: v1
kind: Pod
metadata:
  name: box
spec:
  containers:
  - name: box
    image: busybox
    command: [sleep, "3600"]
    volumeMounts:
    - name: settings
      mountPath: /settings
  volumes:
  - name: settings
    configMap:
      name: settings
#end
kubectl run web --image=nginx; kubectl apply -f box.yaml
kubectl wait --for=condition=Ready pod/web pod/box
kubectl cp conf box:/tmp; kubectl cp conf box:/tmp/other; kubectl exec box -- find /tmp -type f
kubectl cp box:/tmp/conf back; find back -type f | sort; cat back/sub/b.txt
kubectl cp box:/tmp/conf/a.txt copy; cat copy
kubectl cp box:tmp/conf/a.txt back
kubectl cp conf/a.txt box:/no/such/a.txt
kubectl cp conf/a.txt web:/no/such/a.txt
kubectl cp box:/nope x
kubectl cp web:/nope x
kubectl cp nope box:/tmp
kubectl cp box:/settings shown 2>&1 | sed 's/2026[0-9_.]*/TIME/g'; find shown -type f | sed 's/2026[0-9_.]*/TIME/g'
# A port of a pod on which nobody listens ends the forwarding.
kubectl port-forward pod/web 8081:81 & sleep 1; curl -sS localhost:8081; sleep 1; wait %1; echo $?
# What a file may, empty directories and links go along; of a download the bits do not.
mkdir -p tools/empty tools/bin; printf '#!/bin/sh\necho ran\n' > tools/bin/run; chmod 755 tools/bin/run; ln -s bin/run tools/link; ln -s . tools/loop
kubectl cp tools box:/tmp/tools; kubectl exec box -- /tmp/tools/link; kubectl exec box -- find /tmp/tools | sort; kubectl exec box -- readlink /tmp/tools/loop
kubectl cp box:/tmp/tools taken; find taken | sort; taken/bin/run
kubectl cp tools/bin/run box:/tmp/tools; kubectl cp tools/bin box:/tmp/tools/bin/run
kubectl cp box:/bin/ls x
kubectl cp box:/dev/null nothing; wc -c nothing
# Paths with dots in them.
cd taken; kubectl cp box:/tmp/tools/bin ./here; kubectl cp box:/tmp/tools/bin ../beside; kubectl cp here box:/tmp/./dotted; find . ../beside | sort; kubectl exec box -- ls -aR /tmp/dotted; cd ..
# The container's own user makes what is copied, and a link is not followed.
#file user.yaml
apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  securityContext: {runAsUser: 1000}
  containers:
  - {name: c, image: busybox, command: [sleep, "1000"], workingDir: /tmp}
  - {name: closed, image: busybox, command: [sleep, "1000"], securityContext: {readOnlyRootFilesystem: true}}
#end
kubectl apply -f user.yaml; kubectl wait --for=condition=Ready pod/user > /dev/null
mkdir -p shut/in; chmod 700 shut; echo x > shut/x; chmod 600 shut/x; ln -s nowhere shut/lost
kubectl cp shut user:/tmp/; kubectl exec user -- ls -l /tmp/ /tmp/shut | cut -c1-25; kubectl cp shut/x user:/etc/x
kubectl cp shut/x user:/tmp/x -c closed; kubectl cp shut/x user:/etc/hostname/x; kubectl cp shut/lost user:/tmp/; kubectl cp shut/x box:/tmp/tools; kubectl cp shut/x box:/tmp/tools/x/
kubectl cp box:/tmp/tools/link/ link; ls link
# From where the container works, and with the container's own tar.
kubectl cp shut/x user:near; kubectl exec user -- ls -l /tmp/near; kubectl cp user:near near; cat near
kubectl run bare --image=registry.k8s.io/pause:3.1; kubectl wait --for=condition=Ready pod/bare > /dev/null; kubectl cp shut bare:/tmp
# Only the pod is asked for, not its namespace.
kubectl cp absent/web:/etc/hostname x
