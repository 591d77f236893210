// After a fault of the program the session can be had again, without its last input.
import assert from 'node:assert/strict';
import { journey, type } from './harness.mjs';

const session = [
  { seed: 1, namespace: '', nodes: null, files: { 'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kept\n' }, inputs: [] },
  { t: 0.5, cmd: 'kubectl create namespace before' },
  { t: 61, cmd: 'kubectl run web --image=nginx' },
  { t: 62, cmd: 'kubectl create namespace the-last' },
];

const storage = { 'kubarium.restore': '1', 'kubarium.session': session.map((line) => JSON.stringify(line)).join('\n') };

journey('restores a session without its last input', { storage }, async ({ page, until }) => {
  await page.locator('.answer', { hasText: 'restored' }).waitFor();
  await page.locator('.pod', { hasText: 'web' }).waitFor();
  await until('the time it had come to', async () => /^00:01:0/.test(await page.locator('.time').innerText()));
  await type(page, 'kubectl get ns');
  const screen = () => page.locator('.term .xterm-rows').innerText();
  await until('the first namespace', async () => /before/.test(await screen()));
  assert.doesNotMatch(await screen(), /the-last/);
});
