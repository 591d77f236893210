// The chapter of the book, section by section in the page: its files from the examples, its commands in the terminal, its last states to look at.
import assert from 'node:assert/strict';
import { journey, screen, type } from './harness.mjs';
import { example } from './manifests.mjs';

/** Each section: its example, what is typed, what the terminal then says, and what is looked at. */
const SECTIONS = [
  [
    'config-map',
    'book-config',
    'kubectl create -f cm-test-pod.yaml; sleep 5; kubectl create -f cm-appvars.yaml; sleep 30; kubectl logs cm-test-pod',
    /APPDATADIR=\/var\/data/,
  ],
  [
    'life-cycle',
    'book-life',
    'kubectl create -f oom-pod.yaml; sleep 90; kubectl get pod oom -o jsonpath={.status.containerStatuses[*].state.terminated.reason}',
    /OOMKilled/,
  ],
  [
    'health',
    'book-health',
    'kubectl create -f pod-with-healthcheck.yaml -f pod-with-http-check.yaml; sleep 100; kubectl get pods',
    /http-check +1\/1 +Running +[1-9]/,
  ],
  [
    'scheduling',
    'book-scheduling',
    'kubectl create -f frontend-controller.yaml -f redis-master-controller.yaml; sleep 4; kubectl label nodes node1 zone=north; sleep 4; kubectl get pods -l name=redis-master -o wide',
    /redis-master-\w+ +1\/1 +Running.*node1/,
  ],
  [
    'daemon-set',
    'book-daemon-set',
    'kubectl create -f fluentd-ds-apps.yaml; sleep 8; kubectl get ds -n kube-system',
    /fluentd\S* +3 +3 +3/,
  ],
  [
    'job',
    'book-job',
    'kubectl create -f redis.yaml; sleep 5; kubectl exec svc/redis -- redis-cli rpush job2 apple banana cherry date fig lemon melon; kubectl create -f job-wq-2.yaml; sleep 12; kubectl get jobs',
    /job-wq-2 +\w+ +\d\/1 of 2/,
  ],
  [
    'scaling',
    'book-scaling',
    "kubectl create -f php-apache-rc.yaml -f php-apache-svc.yaml -f hpa-php-apache.yaml -f busybox-pod.yaml; sleep 60; kubectl exec busybox -- timeout 300 sh -c 'while true; do wget -q -O- http://php-apache > /dev/null; done'; kubectl get rc php-apache",
    /php-apache +10 +10/,
  ],
  [
    'rolling-update',
    'book-rolling',
    'export KUBARIUM_KUBECTL=1.3; kubectl create -f redis-master-controller-v1.yaml; sleep 4; kubectl rolling-update redis-master -f redis-master-controller-v2.yaml --update-period=10s; kubectl get rc',
    /redis-master-v2 +\d +\d/,
  ],
];

for (const [name, files, line, said] of SECTIONS) {
  journey(
    `goes through the chapter: ${name}`,
    { theme: name.length % 2 ? 'light' : 'dark' },
    async ({ page, until, axe, screenshot }) => {
      await example(page, files);
      await page.locator('.speed input').fill('7');
      await type(page, `${line}; echo "that was $((6*7))"`);
      await until('the last command to end', async () => (await screen(page)).includes('that was 42'));
      const text = (await screen(page)).replace(/\u00a0/g, ' ');
      assert.match(text.replace(/\n/g, ''), said);
      await screenshot('last');
      await axe();
    },
  );
}
