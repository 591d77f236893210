# The few lines of Python that Jobs of tutorials run, as they decide what becomes of an index; and what is said of others.
#file per-index.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: per-index}
spec:
  completions: 6
  parallelism: 3
  completionMode: Indexed
  backoffLimitPerIndex: 1
  maxFailedIndexes: 5
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: example
        image: python
        command:
        - python3
        - -c
        - |
          import os, sys
          print("Hello world")
          if int(os.environ.get("JOB_COMPLETION_INDEX")) % 2 == 0:
            sys.exit(1)
#end
#file success.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: success}
spec:
  parallelism: 4
  completions: 4
  completionMode: Indexed
  successPolicy:
    rules:
    - succeededIndexes: 2-3
      succeededCount: 1
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: python
        command:
        - python3
        - -c
        - |
          import os, sys
          if os.environ.get("JOB_COMPLETION_INDEX") == "2":
            sys.exit(0)
          else:
            sys.exit(1)
#end
kubectl apply -f per-index.yaml -f success.yaml
sleep 60; kubectl get jobs
kubectl get job per-index -o jsonpath='{.status.completedIndexes}{" failed "}{.status.failedIndexes}{"\n"}{range .status.conditions[*]}{.type}{": "}{.reason}{"\n"}{end}'
kubectl get job success -o jsonpath='{.status.succeeded}{" of "}{.status.completedIndexes}{"\n"}{range .status.conditions[*]}{.type}{": "}{.reason}{"\n"}{end}'
kubectl logs job/per-index | tail -1
kubectl run three --image=python:3.12-slim --restart=Never -- python -c "import sys, time; time.sleep(1.5); print('three; and more'); sys.exit(3)"
kubectl run four --image=python --restart=Never -- python3 -c "print(2 ** 10)"
kubectl run five --image=python --restart=Never -- python3 -c 'print("it\n")'
kubectl run six --image=python --restart=Never --env=A=b -- python3 -c $'import os\nif os.environ["A"] == "b":\n    import sys\nprint("six")'
sleep 5; kubectl get pods three four five; kubectl logs three; kubectl logs four; kubectl logs six
