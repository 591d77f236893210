// After a fault of the program the session can be had again, without its last input.
import assert from 'node:assert/strict';
import { journey, screen, type } from './harness.mjs';

const session = [
  { seed: 1, namespace: '', nodes: null, files: { 'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kept\n' }, inputs: [] },
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
  await until('the time it had come to', async () => /^00:01:0/.test(await page.locator('.time').innerText()));
  await type(page, 'kubectl get ns');
  await until('the first namespace', async () => /before/.test(await screen(page)));
  assert.doesNotMatch(await screen(page), /the-last/);
}

journey('restores a session without its last input', { storage }, ({ page, until }) => lacksTheLast(page, until));

journey('restores a session that froze without its last input', { storage: { 'kubarium.session': stored } }, async ({ page, context, until, address }) => {
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
  await page.reload();
  await lacksTheLast(page, until);
});

journey('goes on with a session where the page was left at once', { storage: { 'kubarium.session': stored } }, async ({ page }) => {
  await page.locator('.answer', { hasText: 'is back' }).waitFor();
  await page.reload();
  await page.locator('.answer', { hasText: 'is back' }).waitFor();
});
