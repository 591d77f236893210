// The page opens, in every look that a visitor may have, without a word on the console.
import assert from 'node:assert/strict';
import { journey, type } from './harness.mjs';

for (const [theme, language, size] of [
  ['light', 'en-US', 'desktop'],
  ['dark', 'en-US', 'desktop'],
  ['light', 'zh-CN', 'phone'],
]) {
  journey(`opens ${theme} ${language} ${size}`, { theme, language, size }, async ({ page }) => {
    assert.match(await page.title(), /^Kubarium/);
    assert.equal(await page.locator('h1').count(), 1, 'a page has one first heading');
  });
}

// Three nodes stand on the rack whole, also on pages that are low, with pods that have all a cell can show.
const container = {
  name: 'c',
  image: 'nginx',
  ports: [{ containerPort: 80 }],
  resources: { requests: { cpu: '100m', memory: '64Mi' } },
  livenessProbe: { tcpSocket: { port: 80 } },
  readinessProbe: { httpGet: { path: '/', port: 80 } },
};
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
  },
};
const STORAGE = {
  'kubarium.session': [
    { seed: 1, inputs: [] },
    {
      t: 0,
      cmd: 'kubectl apply -f web.json; kubectl expose deployment web --port=80',
      files: { 'web.json': JSON.stringify(web) },
    },
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
  'kubarium.moment': '30',
};
for (const width of [1024, 1366]) {
  journey(
    `shows three nodes whole on a page 768 high: ${width}`,
    { size: { width, height: 768 }, storage: STORAGE },
    async ({ page, until, screenshot }) => {
      await until('three pods in their Service', async () => (await page.locator('.large .pod .door.ok').count()) === 3);
      await until('all in sight', async () => (await page.locator('.more').count()) === 0);
      const unseen = () => page.locator('.rack').evaluate((rack) => rack.scrollHeight - rack.clientHeight);
      assert.ok((await unseen()) <= 1, 'all is in sight');
      const cut = await page
        .locator('.pod .state > span:not(.sr, .trace)')
        .evaluateAll((all) => all.filter((words) => words.scrollWidth > words.clientWidth).length);
      assert.equal(cut, 0, 'each says whole how it is');
      await screenshot(`low-${width}`);
      await type(page, 'kubectl set image deployment web c=nginx:1.25');
      await page.locator('.pod:not(.old) .older').first().waitFor();
      assert.ok((await unseen()) <= 1, 'and so it is in a rollout');
    },
  );
}

journey('puts the first pod in from the empty picture on a phone', { size: 'phone' }, async ({ page, screenshot }) => {
  await page.locator('.water').getByRole('button', { name: 'Apply' }).click();
  await page.locator('.node .pod', { hasText: 'liveness-exec' }).waitFor();
  await screenshot('first');
});

journey(
  'keeps the keyboard within a dialog, and gives the focus back',
  { theme: 'dark' },
  async ({ page, until, axe, screenshot }) => {
    // The first stop leads past everything, and is seen.
    await page.keyboard.press('Tab');
    const skip = page.locator('a[href="#tank"]');
    await until(
      'the way past everything',
      async () => (await skip.boundingBox()).height > 20 && skip.evaluate((link) => link === document.activeElement),
    );
    await screenshot('skip');
    for (const name of ['Keys and signs', 'Share']) {
      const button = page.locator('.bar').getByRole('button', { name });
      await button.press('Enter');
      const dialog = page.getByRole('dialog', { name });
      await dialog.waitFor();
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab');
        assert.ok(
          await page.evaluate(
            () => document.activeElement === document.body || document.activeElement.closest('[role=dialog]') !== null,
          ),
          'nothing behind it',
        );
      }
      await axe();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await until('the focus to be back', () => button.evaluate((element) => element === document.activeElement));
    }
  },
);

for (const [theme, language, size, fail] of [
  ['light', 'en-US', 'desktop', (route) => route.abort()],
  ['dark', 'zh-CN', 'phone', (route) => route.fulfill({ status: 404, body: 'not here' })],
  ['dark', 'en-US', 'phone', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><p>not here' })],
]) {
  journey(
    `says that it is loading, and what to do where that fails: ${theme} ${language}`,
    { theme, language, size, errors: [/Failed to load resource|net::ERR|fetch|404|no packed wasm/] },
    async ({ page, address, axe, screenshot }) => {
      const loading = page.locator('.loading');
      let answer;
      await page.route('**/*_bg.wasm', (route) =>
        new Promise((resolve) => {
          answer = resolve;
        }).then((fail) => fail(route)),
      );
      await page.goto(address, { waitUntil: 'commit' });
      await loading.getByText(language === 'en-US' ? 'Loading the cluster' : '正在加载集群').waitFor();
      await axe();
      await screenshot('waits');
      answer(fail);
      await loading.getByRole('alert').waitFor();
      await axe();
      await screenshot('fails');
      // The next try finds all that it needs.
      await page.unroute('**/*_bg.wasm');
      await loading.getByRole('button').press('Enter');
      await page.locator('.tank .node').first().waitFor();
      assert.equal(await loading.count(), 0);
    },
  );
}
