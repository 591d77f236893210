# A Job whose pods find each other by name: none is done before the others have met it.
#file job.yaml
apiVersion: v1
kind: Service
metadata: {name: headless-svc}
spec: {clusterIP: None, selector: {job-name: example-job}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: example-job}
spec:
  completions: 3
  parallelism: 3
  completionMode: Indexed
  template:
    spec:
      subdomain: headless-svc
      restartPolicy: Never
      containers:
      - name: example-workload
        image: bash:latest
        command:
        - bash
        - -c
        - |
          for i in 0 1 2; do
            until ping -c 1 example-job-${i}.headless-svc > /dev/null 2>&1; do
              echo "Failed to ping pod example-job-${i}.headless-svc, retrying in 1 second..."
              sleep 1
            done
            echo "Successfully pinged pod: example-job-${i}.headless-svc"
          done
#end
kubectl apply -f job.yaml
kubectl wait --for=condition=complete --timeout=60s job/example-job
for i in 0 1 2; do kubectl logs -l batch.kubernetes.io/job-completion-index=$i; done
