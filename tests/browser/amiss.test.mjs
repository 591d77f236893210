// A cluster in which much is amiss: for each thing the reason is one step away, and where it stands elsewhere, so is the next one.
// And many pods at once: the heat map shows all of them, and what requests they get.
import assert from 'node:assert/strict';
import { boxes, journey, seconds } from './harness.mjs';

const pod = (name, spec, container) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '999'], ...container }], ...spec },
});
const deployment = (name, replicas, container, spec, namespace) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '999'], ...container }] },
    },
    ...spec,
  },
});
const service = (name, app) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app }, ports: [{ port: 80 }] },
});
const scaler = (name, target) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
    maxReplicas: 5,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
  },
});

/** A session as the browser keeps it: these objects at its first moment, these commands later. */
const session = (objects, commands, moment, nodes) => ({
  'kubarium.session': [
    { seed: 1, metrics: true, nodes, inputs: [] },
    { t: 0, cmd: 'kubectl apply -f all.json', files: { 'all.json': objects.map((o) => JSON.stringify(o)).join('\n---\n') } },
    ...commands,
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
  'kubarium.moment': String(moment),
});

const AMISS = [
  pod('claims', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'disk' } }] }),
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'disk' },
    spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  pod(
    'secretive',
    { volumes: [{ name: 'v', secret: { secretName: 'none' } }] },
    { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
  ),
  pod('failing', {}, { command: ['sh', '-c', 'exit 3'] }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept', finalizers: ['example.com/guard'] } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tight' } },
  { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'two', namespace: 'tight' }, spec: { hard: { pods: '2' } } },
  deployment('stuck', 2, {}, { progressDeadlineSeconds: 15 }),
  service('nobody', 'typo'),
  scaler('percent', 'stuck'),
  scaler('lost', 'nothing'),
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'tries' },
    spec: {
      backoffLimit: 0,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'exit 2'] }] },
      },
    },
  },
  deployment('guarded', 3),
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'all' },
    spec: { minAvailable: 3, selector: { matchLabels: { app: 'guarded' } } },
  },
];
const COMMANDS = [
  { t: 12, cmd: 'kubectl create deployment many -n tight --image=busybox --replicas=3 -- sleep 999' },
  { t: 14, cmd: 'kubectl set image deployment/stuck c=nosuch:2' },
  { t: 15, cmd: 'kubectl delete configmap kept --wait=false' },
  { t: 16, cmd: 'kubectl cordon node1 && kubectl cordon node2 && kubectl cordon node3' },
];

// What is looked at, and what its reason says in English, in Chinese and to an expert.
const REASONS = [
  ['claims', 'Pod', /PersistentVolumeClaim disk has no volume/, /PersistentVolumeClaim disk 还没有卷/, /FailedScheduling/],
  ['disk', 'PersistentVolumeClaim', /no StorageClass called fast/, /没有名为 fast 的 StorageClass/, /ProvisioningFailed/],
  ['secretive', 'Pod', /volume cannot be set up/, /有卷无法挂载/, /FailedMount.*"none" not found/],
  ['failing', 'Pod', /its log says more/, /日志里有更多信息/, /CrashLoopBackOff|Error/],
  ['kept', 'ConfigMap', /finalizers are taken away: example.com\/guard/, /finalizers 被移除才会消失/, /finalizers/],
  ['many', 'Deployment', /quota of its namespace is used up/, /名字空间的配额已用完/, /exceeded quota: two/],
  ['stuck', 'Deployment', /not come any further for 15 s/, /已 15 秒没有进展/, /ProgressDeadlineExceeded/],
  ['nobody', 'Service', /No pod has the labels that it selects \(app=typo\)/, /没有 Pod 带有它选择的标签/, /Endpoints: <none>/],
  ['percent', 'HorizontalPodAutoscaler', /nothing to take a percentage of/, /无法计算百分比/, /missing request for cpu/],
  ['lost', 'HorizontalPodAutoscaler', /does not exist: Deployment\/nothing/, /不存在：Deployment\/nothing/, /FailedGetScale/],
  ['tries', 'Job', /the Job is given up/, /Job 被放弃/, /BackoffLimitExceeded/],
  ['all', 'PodDisruptionBudget', /none may be evicted now/, /现在一个都不能驱逐/, /InsufficientPods/],
  ['node1', 'Node', /may not be evicted now/, /现在不能被驱逐/, /disruption budget/],
];

for (const [theme, language, size] of [
  ['light', 'en-US', { width: 1440, height: 900 }],
  ['dark', 'zh-CN', { width: 1440, height: 900 }],
  ['dark', 'en-US', { width: 360, height: 740 }],
]) {
  journey(
    `gives each thing amiss its reason: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400, storage: session(AMISS, COMMANDS, 60) },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await until('a minute', async () => (await seconds(page)) >= 60);
      await panel(3);
      await page.locator('.look li', { hasText: 'stuck' }).first().waitFor();
      await screenshot('list');
      await axe();
      // A few rows are there whole, and the last of them says how many more there are.
      const [all, more] = await until('the rest in one row', () =>
        page.evaluate(() => {
          const list = document.querySelector('.amiss > .list');
          const [all, more] = ['h3 small', '.rest > summary'].map((part) =>
            Number(document.querySelector(`.amiss ${part}`).innerText.match(/\d+/)[0]),
          );
          return (
            list.children.length === 4 &&
            [...list.children].every(
              (row) => row.getBoundingClientRect().bottom <= list.parentElement.getBoundingClientRect().bottom,
            ) && [all, more]
          );
        }),
      );
      assert.equal(more, all - 3);
      await page.locator('.amiss .rest > summary').press('Enter');
      await page.locator('.amiss .rest > .list > li').last().waitFor();
      await page.locator('.amiss .rest > summary').press('Enter');
      for (const [name, kind, english, chinese, term] of REASONS) {
        await page.locator('.bar h1').click();
        await page.keyboard.press(':');
        await page.locator('.palette input').fill(name);
        await page
          .locator('.palette [role=option]', { hasText: name })
          .filter({ hasText: new RegExp(`${kind}\\b`) })
          .first()
          .click();
        await panel(3);
        await page
          .locator('.look .reason', { hasText: language === 'en-US' ? english : chinese })
          .first()
          .waitFor();
        await until(`${term} of ${kind} ${name}`, async () => term.test(await page.locator('.look .body').innerText()));
        if (['many', 'stuck', 'lost', 'node1'].includes(name)) await screenshot(name);
      }
      await axe();
      // From a pod to its claim, which says the next reason.
      await page.locator('.bar h1').click();
      await page.keyboard.press(':');
      await page.locator('.palette input').fill('claims');
      await page.locator('.palette [role=option]', { hasText: 'claims' }).first().click();
      await panel(3);
      await page.locator('.look .reason .chip', { hasText: 'PersistentVolumeClaim disk' }).click();
      await page.locator('.look .reason', { hasText: /StorageClass/ }).waitFor();
      if (narrow)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');
    },
  );
}

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  const shell = (script) => ({ command: ['sh', '-c', script] });
  const many = [
    deployment('many', 300),
    deployment('web', 40, { image: 'nginx', command: undefined }),
    service('web', 'web'),
    deployment('client', 8, shell('while true; do wget -q -O- web >/dev/null; sleep 0.5; done')),
    deployment('nope', 12, { image: 'nosuch:1' }),
  ];
  const nodes = Array.from({ length: 60 }, (_, i) => ({ metadata: { name: `node${i + 1}` } }));
  journey(
    `shows many pods at once, and the requests they get: ${theme} ${language} ${size.width}`,
    { theme, language, size, storage: session(many, [], 20, nodes) },
    async ({ page, until, axe, screenshot }) => {
      await page.locator('.rack .key', { hasText: /360 pods on 60 nodes|360 个 Pod，60 个节点/ }).waitFor();
      await page.locator('.rack .key', { hasText: /requests: \d+\/s|请求：每秒/ }).waitFor();
      await screenshot('all');
      await axe();
      const heat = page.locator('canvas.heat');
      if (size.width > 760) {
        const [rack, canvas] = await boxes(page, '.rack', 'canvas.heat');
        assert.ok(canvas.y + canvas.height <= rack.y + rack.height + 1, 'all of it is seen at once');
      }
      await heat.hover({ position: { x: 12, y: 3 } });
      await until('the name of what is under the pointer', async () => /node1\b/.test(await heat.getAttribute('title')));
      await heat.click({ position: { x: 12, y: 3 } });
      await page.locator('.look h2', { hasText: 'node1' }).waitFor({ state: 'attached' });
      await screenshot('chosen');
    },
  );
}

const DUMP = {
  'dump.yaml': `apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: shop, namespace: shop, uid: 6e0f7f4e-7c6e-4f2a-8a48-0d0f6c8f7c11, resourceVersion: "918273", generation: 7, creationTimestamp: "2024-11-02T09:11:21Z", managedFields: [{manager: kubectl, operation: Update, apiVersion: apps/v1, fieldsType: FieldsV1, fieldsV1: {"f:spec": {}}}]}
  spec: {replicas: 2, selector: {matchLabels: {app: shop}}, template: {metadata: {creationTimestamp: null, labels: {app: shop}}, spec: {serviceAccountName: shop, containers: [{name: shop, image: "nginx:1.27"}]}}}
  status: {replicas: 2, readyReplicas: 2, observedGeneration: 7}
- apiVersion: v1
  kind: Pod
  metadata: {name: lone, namespace: shop, uid: 7e0f7f4e-7c6e-4f2a-8a48-0d0f6c8f7c12, resourceVersion: "918999"}
  spec: {nodeName: ip-10-0-3-4.internal, containers: [{name: c, image: nginx}]}
  status: {phase: Running, podIP: 10.1.2.3}
`,
};

for (const [theme, language, size] of [
  ['light', 'en-US', { width: 900, height: 800 }],
  ['dark', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `makes new what another cluster printed: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const panel = async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
      await panel(1);
      await page.evaluate((files) => {
        const data = new DataTransfer();
        for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
      }, DUMP);
      await page.locator('.edit .answer .btn', { hasText: /Make it new|转为新对象/ }).waitFor();
      await screenshot('printed');
      await axe();
      await page.locator('.edit .answer .btn').click();
      await page.getByRole('button', { name: /^(Apply|应用)$/ }).click();
      await page.locator('.answer', { hasText: 'deployment.apps/shop created' }).waitFor();
      await panel(0);
      await until(
        'all three on nodes here',
        async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3,
      );
    },
  );
}
