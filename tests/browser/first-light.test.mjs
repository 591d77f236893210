// The first thing a visitor can truly do: a failing liveness probe, a pod that is replaced, kubectl, speed, pause and step.
import assert from 'node:assert/strict';
import { journey, screen, seconds, stands, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

/** Sets the clock's speed, by its place on the slider. */
async function speed(page, place) {
  await page.locator('.speed input').fill(String(place));
}

const row = (page, reason) => page.locator('.feed li', { hasText: reason }).first();

journey('watches a liveness probe fail and the container restart', { theme: 'dark' }, async ({ page, until, screenshot }) => {
  await apply(page, 'pod/liveness-exec created');
  await page.locator('.pod', { hasText: 'liveness-exec' }).click();
  await page.getByRole('tab', { name: /^Events \d/ }).click();
  for (const reason of ['Scheduled', 'Pulled', 'Started']) await row(page, reason).waitFor();
  await speed(page, 5);
  await row(page, 'Unhealthy').waitFor();
  await screenshot('failing');
  await row(page, 'Killing').waitFor();
  await until('a restart', async () => /[1-9]/.test(await page.locator('.pod .again').innerText()));
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.locator('.look', { hasText: 'last run ended with 137' }).waitFor();
});

journey('sees a deleted pod replaced', {}, async ({ page, until }) => {
  await example(page, 'nginx-rc');
  await apply(page, 'replicationcontroller/nginx created');
  const pods = () => page.locator('.node .pod');
  await until('three pods', async () => (await pods().count()) === 3);
  const name = (await pods().first().getAttribute('title')).split('/')[1];
  await type(page, `kubectl delete pod ${name}`);
  await until('the pod gone and three there', async () => {
    const names = await pods().evaluateAll((all) => all.map((p) => p.title));
    return names.length === 3 && !names.some((n) => n.endsWith(name));
  });
  await until("kubectl's word", async () => (await screen(page)).includes(`pod "${name}" deleted`));
});

journey('works with kubectl in the terminal', { theme: 'dark' }, async ({ page, until }) => {
  await type(page, 'kubectl create -f liveness-exec.yaml');
  await until('created', async () => (await screen(page)).includes('pod/liveness-exec created'));
  await page.locator('.pod', { hasText: 'Running' }).waitFor();
  await page.keyboard.type('kubectl get po\t');
  await page.keyboard.press('Enter');
  await until('a table', async () => /liveness-exec +1\/1 +Running/.test(await screen(page)));
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Control+c');
  await page.keyboard.type('echo "kind: Pod" > made-here.yaml\n');
  await page.locator('.edit .tab', { hasText: 'made-here.yaml' }).waitFor();
  await page.keyboard.type('kubectl exec -it liveness-exec -- sh\n');
  await until("the container's prompt", async () => /\/ # *$/m.test(await screen(page)));
  await page.keyboard.type('hostname\n');
  await until("the container's name", async () => /^liveness-exec$/m.test((await screen(page)).replace(/\u00a0/g, ' ')));
  await page.keyboard.type('exit\n');
});

journey('edits an object in the editor that kubectl opens', { theme: 'light' }, async ({ page, until, screenshot }) => {
  const shows = async (pattern) => pattern.test((await screen(page)).replace(/\u00a0/g, ' '));
  await type(page, 'kubectl create deployment web --image=nginx');
  await until('created', async () => (await screen(page)).includes('deployment.apps/web created'));
  await page.keyboard.type('kubectl edit deployment web\n');
  await until('the editor with the object', () => shows(/# Please edit the object below/));
  await until('its status line at the bottom', () => shows(/'\/tmp\/kubectl-edit-\d+\.yaml' \d+L/));
  await page.keyboard.type('/replicas\n');
  await page.keyboard.type('$r3');
  await until('the change', () => shows(/ {2}replicas: 3/));
  await screenshot('open');
  await page.keyboard.type(':wq\n');
  await until("kubectl's word, on the screen from before", () =>
    shows(/web created[^]*# kubectl edit deployment web\s+deployment\.apps\/web edited/),
  );
  await until('three pods', async () => (await page.locator('.node .pod').count()) === 3);
  // A line is edited again as ever.
  await page.keyboard.type('echo hellp');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('o\n');
  await until('the shell again', () => shows(/^hello$/m));
});

journey('pauses, steps and runs at sixty times the speed', {}, async ({ page, until }) => {
  await page.getByRole('button', { name: 'Pause' }).click();
  const stood = await stands(page);
  await page.getByRole('button', { name: 'Apply' }).click();
  assert.equal(await stands(page), stood);
  for (let i = 0; i < 6; i += 1) await page.getByRole('button', { name: 'Step' }).click();
  await page.getByRole('button', { name: 'Play' }).click();
  await speed(page, 7);
  await until('minutes passed', async () => (await seconds(page)) >= 120);
});
