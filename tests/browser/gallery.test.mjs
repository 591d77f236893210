// Every part of the page once more, in the themes, languages and sizes that no other journey shows: by keys and by the mouse, with a
// picture of each. What it asserts is that the parts are there, fit, and that axe-core finds nothing.
import assert from 'node:assert/strict';
import { boxes, journey, pause, seconds } from './harness.mjs';

const container = (more) => ({
  name: 'web',
  image: 'nginx:1.24',
  readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 3 },
  resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
  ...more,
});
const pod = (name, c, spec) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox', ...c }], ...spec },
});
const OBJECTS = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container()] } },
    },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sheet' }, data: { colour: 'coral' } },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 3,
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    },
  },
  pod('client', { command: ['sh', '-c', 'while true; do wget -q -O- web >/dev/null; sleep 0.1; done'] }),
  // It does not heed that it is to end, so that it is there for as long as a journey may take.
  pod(
    'heart',
    {
      args: ['sh', '-c', 'touch /tmp/h; sleep 9; rm /tmp/h; sleep 600'],
      env: [{ name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'sheet', key: 'colour' } } }],
      livenessProbe: { exec: { command: ['cat', '/tmp/h'] }, periodSeconds: 3 },
      volumeMounts: [{ name: 'v', mountPath: '/sheet' }],
    },
    { terminationGracePeriodSeconds: 300, volumes: [{ name: 'v', configMap: { name: 'sheet' } }] },
  ),
  pod('loop', { command: ['sh', '-c', 'sleep 2; exit 1'] }),
  pod('big', { resources: { requests: { cpu: '64' } } }),
];
const STORAGE = {
  'kubarium.session': [
    { seed: 1, metrics: true, inputs: [] },
    { t: 0, cmd: 'kubectl apply -f all.json', files: { 'all.json': OBJECTS.map((o) => JSON.stringify(o)).join('\n---\n') } },
    { t: 17, fault: { node: 'node3', disk: 20 } },
    // The new generation comes so slowly that both are there for as long as a journey may take.
    {
      t: 21,
      cmd: `kubectl patch deployment web -p '{"spec":{"minReadySeconds":300}}' && kubectl set image deployment/web web=nginx:1.25`,
    },
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
  'kubarium.moment': '24',
};

for (const [theme, language, size] of [
  ['light', 'zh-CN', { width: 1440, height: 900 }],
  ['dark', 'zh-CN', { width: 900, height: 800 }],
  ['dark', 'en-US', { width: 360, height: 740 }],
  ['light', 'en-US', { width: 360, height: 740 }],
]) {
  journey(
    `is seen in every part: ${theme} ${language} ${size.width}`,
    { theme, language, size, storage: STORAGE },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      const keys = async (...all) => {
        await page.locator('.bar h1').click();
        for (const key of all) await page.keyboard.press(key);
      };
      const look = async (query, kind) => {
        await keys(':');
        await page.locator('.palette input').fill(query);
        await page
          .locator('.palette [role=option]', { hasText: query })
          .filter({ hasText: new RegExp(`${kind}\\b`) })
          .first()
          .click();
        await panel(3);
        await page.locator('.look h2', { hasText: query }).waitFor();
      };
      // The tank: two generations, doors, requests, a restart that waits, one that finds no node.
      await until('the moment', async () => (await seconds(page)) >= 24);
      await pause(page);
      await page.locator('.pod .older').first().waitFor();
      if (narrow) {
        await page.locator('.more').waitFor();
        const [rack, more] = await boxes(page, '.rack', '.more');
        assert.ok(more.y >= rack.y + rack.height, 'what says that there is more covers nothing');
      }
      await screenshot('tank');
      await axe();
      // Everything there is to see of a pod, by its tabs.
      await look('heart', 'Pod');
      await page.locator('.look .reason', { hasText: /failed liveness probe, will be restarted/ }).waitFor();
      await screenshot('pod');
      for (const [n, what] of [
        [1, /Liveness/],
        [2, /kind: Pod/],
        [6, /COLOUR\s*coral · ConfigMap sheet: colour/],
      ]) {
        await page.locator('.look .tab').nth(n).click();
        await page.locator('.look .body', { hasText: what }).waitFor();
        if (n !== 1) await screenshot(n === 2 ? 'yaml' : 'env');
      }
      await axe();
      await keys('x');
      await page.locator('.cut .paper').first().waitFor();
      await screenshot('cut');
      await page.locator('.cut .btn').click();
      await look('web', 'HorizontalPodAutoscaler');
      await page.locator('.look .hpa figure').waitFor();
      const lines = await page
        .locator('.hpa figcaption span')
        .first()
        .evaluate((since) => {
          const words = document.createRange();
          words.selectNodeContents(since);
          return words.getClientRects().length;
        });
      assert.equal(lines, 1, 'a time is not broken');
      await screenshot('gauge');
      // The past, and the table.
      await panel(0);
      await page.locator('.strip input').fill('17000');
      await page.locator('.timeline.past').waitFor();
      await page
        .locator('.timeline .caption', { hasText: language === 'zh-CN' ? 'node3：磁盘慢 20 倍' : 'node3: disk 20× slow' })
        .waitFor();
      if (narrow)
        assert.ok((await page.locator('.timeline').boundingBox()).height < 105, 'all that can be done there is in one line');
      await screenshot('past');
      await keys('t');
      await page.locator('.tank table').waitFor();
      assert.ok(await page.locator('.table-wrap').evaluate((wrap) => wrap.scrollWidth <= wrap.clientWidth), 'every row fits');
      await screenshot('table');
      await axe();
      await keys('t', '0', '?');
      await page.getByRole('dialog').waitFor();
      await screenshot('help');
      await page.keyboard.press('Escape');
      await keys('Shift+S');
      await page.locator('.share input').waitFor();
      await screenshot('share');
      await page.keyboard.press('Escape');
      if (narrow)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');
    },
  );
}
