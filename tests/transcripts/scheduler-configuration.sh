#file packer.yaml
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: default-scheduler
- schedulerName: packer
  plugins:
    preScore:
      disabled:
      - name: ImageLocality
    score:
      disabled:
      - name: PodTopologySpread
      enabled:
      - name: NodeResourcesFit
        weight: 5
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy:
        type: MostAllocated
        resources:
        - name: cpu
          weight: 1
#end
#file alone.yaml
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- plugins:
    postFilter:
      disabled:
      - name: DefaultPreemption
#end
kubectl create deployment packed --image=nginx --replicas=6 --dry-run=client -o yaml | sed 's/^    spec:/&\n      schedulerName: packer/' > packed.yaml
kubectl apply -f packed.yaml
sleep 5; kubectl get pods --no-headers | wc -l
kubectl get pods -o custom-columns=NODE:.spec.nodeName,SCHEDULER:.spec.schedulerName | uniq
kube-scheduler --config=packer.yaml
sleep 5; kubectl get pods -o custom-columns=NODE:.spec.nodeName,SCHEDULER:.spec.schedulerName | uniq
kubectl get events -o custom-columns=REASON:.reason,BY:.reportingComponent | grep Scheduled | uniq
kubectl create deployment spread --image=nginx --replicas=3; sleep 5
kubectl get pods -l app=spread -o custom-columns=NODE:.spec.nodeName | sort
kube-scheduler --config alone.yaml
kubectl scale deployment packed --replicas=7
kubectl run big --image=nginx --dry-run=client -o yaml | kubectl set resources --local -f - --requests=cpu=16 -o yaml | kubectl apply -f -
sleep 2; kubectl get pods --field-selector spec.nodeName= -o custom-columns=SCHEDULER:.spec.schedulerName,STATUS:.status.phase
kubectl get events --field-selector reason=FailedScheduling -o custom-columns=MESSAGE:.message
kube-scheduler
sleep 2; kubectl get events --field-selector reason=FailedScheduling -o custom-columns=MESSAGE:.message
kube-scheduler --write-config-to=own.yaml; sed -n '1,3p' own.yaml; kube-scheduler --config=own.yaml
kube-scheduler --config=nope.yaml
sed 's/weight: 5/weigt: 5/' packer.yaml > wrong.yaml; kube-scheduler --config=wrong.yaml; echo $?
kube-scheduler --leader-elect=true
kube-scheduler --leader-elected
kube-scheduler --version
kubectl apply -f packer.yaml
