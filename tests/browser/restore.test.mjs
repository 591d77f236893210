// After a fault of the program the session can be had again, without its last input.
import assert from 'node:assert/strict';
import { boxes, journey, screen, seconds, type } from './harness.mjs';

const session = [
  {
    seed: 1,
    namespace: '',
    nodes: null,
    files: { 'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kept\n' },
    inputs: [],
  },
  { t: 0.5, cmd: 'kubectl create namespace before' },
  { t: 61, cmd: 'kubectl run web --image=nginx' },
  { t: 62, cmd: 'kubectl create namespace the-last' },
];

const stored = session.map((line) => JSON.stringify(line)).join('\n');
const storage = { 'kubarium.restore': '1', 'kubarium.session': stored };

/** The session is back, but for the namespace that was made last. */
async function lacksTheLast(page, until) {
  await page.locator('.answer', { hasText: 'restored' }).waitFor();
  await page.locator('.pod', { hasText: 'web' }).waitFor();
  await until('the time it had come to', async () => (await seconds(page)) >= 61);
  await type(page, 'kubectl get ns');
  await until('the first namespace', async () => /before/.test(await screen(page)));
  assert.doesNotMatch(await screen(page), /the-last/);
}

journey('restores a session without its last input', { storage }, ({ page, until }) => lacksTheLast(page, until));

journey(
  'says that it broke where no panic told of it, and restores the session without its last input',
  { storage: { 'kubarium.session': stored }, errors: [/memory access out of bounds/] },
  async ({ page, until, axe, screenshot }) => {
    await page.locator('.answer', { hasText: 'is back' }).waitFor();
    await type(page, 'kubectl create ns too-much');
    await until('what breaks it', async () => /too-much created/.test(await screen(page)));
    // A script's own errors are not the program's.
    await page.evaluate(() => window.dispatchEvent(new ErrorEvent('error', { error: new RangeError('of a script') })));
    assert.equal(await page.locator('#crash').count(), 0);
    await page.evaluate(() =>
      setTimeout(() => {
        throw new WebAssembly.RuntimeError('memory access out of bounds');
      }),
    );
    const broken = page.getByRole('alertdialog', { name: 'Kubarium broke' });
    assert.match(await broken.innerText(), /RuntimeError: memory access out of bounds/);
    await axe();
    await screenshot('broken');
    await broken.getByRole('button', { name: 'Restore without the last input' }).click();
    await page.locator('.answer', { hasText: 'restored' }).waitFor();
    await type(page, 'kubectl get ns');
    await until('the namespaces', async () => /the-last +Active/.test(await screen(page)));
    assert.doesNotMatch(await screen(page), /too-much +Active/);
  },
);

journey(
  'restores a session that froze without its last input',
  { storage: { 'kubarium.session': stored } },
  async ({ page, context, until, address }) => {
    const mark = () => page.evaluate(() => localStorage.getItem('kubarium.restore'));
    await page.locator('.answer', { hasText: 'is back' }).waitFor();
    await until('the page to be sure of the session', async () => (await mark()) === '');
    // Another page comes to no end of its first frame: the clock that the cluster reads stops it there.
    const frozen = await context.newPage();
    await frozen.addInitScript(() => {
      const [draw, now] = [window.requestAnimationFrame.bind(window), performance.now.bind(performance)];
      let within = false;
      window.requestAnimationFrame = (frame) =>
        draw((at) => {
          within = true;
          try {
            frame(at);
          } finally {
            within = false;
          }
        });
      Performance.prototype.now = () => {
        if (within && new Error().stack.includes('wasm')) throw new Error('frozen');
        return now();
      };
    });
    const broke = frozen.waitForEvent('pageerror');
    await frozen.goto(address);
    await broke;
    await until('the page to be unsure', async () => (await mark()) === '1');
    await frozen.close();
    // Without the input that opened the terminal of the first, which would now be the last.
    await page.evaluate((text) => localStorage.setItem('kubarium.session', text), stored);
    const next = await context.newPage();
    await next.goto(address);
    await lacksTheLast(next, until);
    // The tab that did not freeze has all of it.
    await page.bringToFront();
    await page.reload();
    await page.locator('.answer', { hasText: 'is back' }).waitFor();
    await type(page, 'kubectl get ns');
    await until('the last namespace', async () => /the-last/.test(await screen(page)));
  },
);

journey('keeps the session of each of two tabs', {}, async ({ page, context, until, address }) => {
  const has = async (tab, yes, no) => {
    await tab.bringToFront();
    await tab.locator('.answer', { hasText: 'last session' }).waitFor();
    await type(tab, 'kubectl get ns');
    await until(`the namespace ${yes}`, async () => new RegExp(`${yes} +Active`).test(await screen(tab)));
    assert.doesNotMatch(await screen(tab), new RegExp(no));
  };
  const make = async (tab, name) => {
    await tab.bringToFront();
    await type(tab, `kubectl create ns ${name}`);
    await until(`${name} to be made`, async () => new RegExp(`${name} created`).test(await screen(tab)));
  };
  await make(page, 'both');
  await until('the page to be sure of it', () => page.evaluate(() => localStorage.getItem('kubarium.restore') === ''));
  const second = await context.newPage();
  await second.goto(address);
  await second.locator('.answer', { hasText: 'as a copy' }).waitFor();
  await make(second, 'of-the-second');
  await make(page, 'of-the-first');
  await make(second, 'again-second');
  await make(page, 'again-first');
  for (const tab of [page, second])
    await until('it to be sure', () => tab.evaluate(() => sessionStorage.getItem('kubarium.restore') === ''));
  await page.reload();
  await has(page, 'again-first', 'second');
  await second.bringToFront();
  await second.reload();
  await has(second, 'again-second', 'first');
  // Whoever comes next has what was acted on last.
  await make(page, 'the-last-of-all');
  await until('the page to be sure of that', () => page.evaluate(() => localStorage.getItem('kubarium.restore') === ''));
  await second.close();
  const third = await context.newPage();
  await third.goto(address);
  await has(third, 'the-last-of-all', 'second');
});

journey('keeps a session whole whose tab another one stands before at once', {}, async ({ page, context, until, address }) => {
  await type(page, 'kubectl create ns whole');
  await until('it to be made', async () => /whole created/.test(await screen(page)));
  // Nobody is sure of it yet, and no frame will say so.
  await page.evaluate(() => {
    window.requestAnimationFrame = () => 0;
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  });
  const second = await context.newPage();
  await second.goto(address);
  await second.locator('.answer', { hasText: 'as a copy' }).waitFor();
  await type(second, 'kubectl get ns');
  await until('the namespace', async () => /whole +Active/.test(await screen(second)));
});

journey(
  'goes on with a session where the page was left at once',
  { storage: { 'kubarium.session': stored } },
  async ({ page }) => {
    await page.locator('.answer', { hasText: 'is back' }).waitFor();
    await page.reload();
    await page.locator('.answer', { hasText: 'is back' }).waitFor();
  },
);

const LARGE = [
  ['en-US', /too large for the browser to keep/],
  ['zh-CN', /浏览器无法保存/],
];
for (const [language, words] of LARGE) {
  journey(
    `says that a session is too large to be kept: ${language}`,
    {
      language,
      storage: { 'kubarium.session': JSON.stringify({ seed: 1, files: { 'large.txt': 'x'.repeat(3_100_000) }, inputs: [] }) },
    },
    async ({ page, until, axe }) => {
      const said = page.locator('.answer.bad', { hasText: words });
      await said.waitFor();
      await axe();
      await said.locator('.x').click();
      await said.waitFor({ state: 'detached' });
      // Not with every line that is typed.
      await type(page, 'wc -c large.txt');
      await until('its length', async () => /3100000/.test(await screen(page)));
      assert.equal(await said.count(), 0);
    },
  );
}

journey(
  'says that the session before is gone with the page where it is too large to be kept beside the next one',
  {
    size: { width: 360, height: 740 },
    storage: { 'kubarium.session': JSON.stringify({ seed: 1, files: { 'large.txt': 'x'.repeat(1_100_000) }, inputs: [] }) },
  },
  async ({ page, axe, screenshot }) => {
    await page.locator('.switch button').nth(2).click();
    await type(page, 'kubectl create namespace team');
    await page.locator('.switch button').nth(0).click();
    await page.locator('.bar .btn.outline').click();
    await page.getByRole('button', { name: /^New session/ }).click();
    const said = page.locator('.notice', { hasText: 'lost with this page' });
    await said.waitFor();
    const [strip, words] = await boxes(page, '.notice', '.notice span');
    assert.ok(words.y >= strip.y && words.y + words.height <= strip.y + strip.height, JSON.stringify([strip, words]));
    await screenshot();
    await axe();
    await said.getByRole('button', { name: 'Back to the one before' }).click();
    await page.locator('.notice').waitFor({ state: 'detached' });
  },
);
