// The rack from far away by the keyboard, and what a theme, a name that is nearly right and an embedded page look like.
import assert from 'node:assert/strict';
import { journey, pause, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'many' },
  spec: {
    replicas: 300,
    selector: { matchLabels: { app: 'many' } },
    template: { metadata: { labels: { app: 'many' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
};
const FAR = {
  'kubarium.session': [
    { seed: 1, metrics: true, nodes: Array.from({ length: 50 }, (_, i) => ({ metadata: { name: `node${i + 1}` } })), inputs: [] },
    { t: 0, cmd: 'kubectl apply -f all.json', files: { 'all.json': JSON.stringify(deployment) } },
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
  'kubarium.moment': '20',
};

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `goes from mark to mark with the arrow keys: ${theme} ${language} ${size.width}`,
    { theme, language, size, storage: FAR },
    async ({ page, until, axe, screenshot }) => {
      const canvas = page.locator('canvas.heat');
      await canvas.waitFor();
      await until('the pods', async () => /300/.test(await page.locator('.rack .key').innerText()));
      await pause(page);
      await canvas.focus();
      const here = () => page.locator('.key .here').innerText();
      await page.keyboard.press('ArrowRight');
      await until('the first node', async () => (await here()) === 'node1');
      await page.keyboard.press('ArrowRight');
      await until('its first pod', async () => /many-.* · node1$/.test(await here()));
      const first = await here();
      await page.keyboard.press('ArrowDown');
      await until('one further down', async () => (await here()) !== first);
      await until('it is spoken', async () => (await page.locator('[role=log]').innerText()).includes(await here()));
      await screenshot('focused');
      await axe();
      await page.keyboard.press('End');
      await until('the last pod', async () => / · node50$/.test(await here()));
      const name = (await here()).match(/many-[a-z0-9]+-[a-z0-9]+/)[0];
      await page.keyboard.press('Enter');
      if (size.width < 760) await page.locator('.switch button').nth(3).click();
      await page.locator('.look h2', { hasText: name }).waitFor();
    },
  );
}

journey(
  'goes over the marks with a finger, and looks at what that came to',
  { touch: true, size: { width: 360, height: 640 }, storage: FAR },
  async ({ page, context, until, screenshot }) => {
    const canvas = page.locator('canvas.heat');
    await canvas.waitFor();
    await until('the pods', async () => /300/.test(await page.locator('.rack .key').innerText()));
    const here = page.locator('.key .here');
    const devtools = await context.newCDPSession(page);
    const touch = (type, ...points) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    const { x, y } = await canvas.boundingBox();
    const seen = new Set();
    await touch('touchStart', { x: x + 4, y: y + 30 });
    let dx = 10;
    for (; dx < 200; dx += 2) {
      await touch('touchMove', { x: x + dx, y: y + 30 });
      if (await here.isVisible()) seen.add(await here.innerText());
      if (seen.size > 8 && /many-/.test([...seen].at(-1))) break;
    }
    await touch('touchEnd');
    const last = await here.innerText();
    assert.match(last, /many-.* · node/);
    assert.ok(seen.size > 3, [...seen].join('\n'));
    assert.equal(await page.locator('.look .title').count(), 0, 'so far it is only named');
    await screenshot('named');
    const name = last.match(/many-[a-z0-9]+-[a-z0-9]+/)[0];
    await page.touchscreen.tap(x + dx + 9, y + 30 + 9);
    await page.locator('.look h2', { hasText: name }).waitFor();
  },
);

// The browser advises against reading a canvas as these journeys do.
const READ = [/getImageData/];

/** The colours that a canvas shows, most frequent first. */
const colours = (page, selector) =>
  page.locator(selector).evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const found = new Map();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 255) continue;
      const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    return [...found].sort((a, b) => b[1] - a[1]).map((entry) => entry[0]);
  });

journey('paints requests in the new theme while the clock stands', { theme: 'dark', errors: READ }, async ({ page, until }) => {
  await example(page, 'service');
  await apply(page, 'service/web created');
  await type(page, `kubectl run client --image=busybox -- sh -c 'while true; do wget -q -O- web >/dev/null; sleep 0.1; done'`);
  await page.locator('.speed input').fill('5');
  await until('requests on their way', async () => (await page.locator('.traffic .leg.runs').count()) > 0);
  await pause(page);
  const dark = await until('their colour', async () => (await colours(page, 'canvas.traffic'))[0]);
  // They run behind all words: those of the strip of pods that wait, and the pods' names.
  await until('no word under a dot', () =>
    page.evaluate(() => {
      const canvas = document.querySelector('canvas.traffic');
      const [over, scale] = [canvas.getBoundingClientRect(), devicePixelRatio];
      return [...document.querySelectorAll('.queue > *, .rack .pod .name > :not(.sr)')].every((word) => {
        const { x, y, width, height } = word.getBoundingClientRect();
        if (width < 2) return true;
        const { data } = canvas
          .getContext('2d')
          .getImageData((x - over.x + 1) * scale, (y - over.y + 1) * scale, (width - 2) * scale, (height - 2) * scale);
        return data.every((value, i) => i % 4 < 3 || value === 0);
      });
    }),
  );
  await page.getByRole('button', { name: 'Light theme' }).click();
  await until('another colour', async () => {
    const [light] = await colours(page, 'canvas.traffic');
    return light !== undefined && light !== dark;
  });
});

journey(
  'paints the rack from afar in the new theme while the clock stands',
  { theme: 'dark', storage: FAR, errors: READ },
  async ({ page, until }) => {
    await page.locator('canvas.heat').waitFor();
    await until('the pods', async () => /300/.test(await page.locator('.rack .key').innerText()));
    await pause(page);
    const dark = (await colours(page, 'canvas.heat')).slice(0, 2).join();
    await page.getByRole('button', { name: 'Light theme' }).click();
    await until('other colours', async () => (await colours(page, 'canvas.heat')).slice(0, 2).join() !== dark);
  },
);

journey('asks whether an image of nearly a known name was meant', { theme: 'light' }, async ({ page, screenshot, axe }) => {
  await type(page, 'kubectl run web --image=ngnix');
  await page.locator('.node .pod', { hasText: /ErrImagePull|ImagePullBackOff/ }).click();
  await page.locator('.look .reason', { hasText: 'did you mean nginx?' }).waitFor();
  await screenshot('reason');
  await axe();
});

journey('has cells of one height, whatever is in them', { theme: 'dark' }, async ({ page, until, screenshot }) => {
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 2 };
  const pods = [
    { livenessProbe: probe, readinessProbe: probe, startupProbe: probe },
    {
      livenessProbe: probe,
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
      readinessProbe: probe,
    },
    {},
  ];
  for (const [i, c] of pods.entries()) {
    const overrides = { apiVersion: 'v1', spec: { nodeName: `node${i + 1}`, containers: [{ name: 'c', image: 'nginx', ...c }] } };
    await type(page, `kubectl run p${i} --image=nginx --labels=app=p --overrides='${JSON.stringify(overrides)}'`);
  }
  await type(page, 'kubectl create service clusterip p --tcp=80');
  await until('three pods', async () => (await page.locator('.node .pod .state', { hasText: 'Running' }).count()) === 3);
  await until('their doors', async () => (await page.locator('.pod .door.ok').count()) === 3);
  await screenshot('cells');
  const heights = await page
    .locator('.node .pod')
    .evaluateAll((all) => all.map((p) => Math.round(p.getBoundingClientRect().height)));
  assert.ok(Math.max(...heights) - Math.min(...heights) <= 2, `the heights are ${heights}`);
  await until(
    'the traces of both probes',
    async () => (await page.locator('.pod', { hasText: 'p0' }).locator('.trace').count()) === 2,
  );
});
