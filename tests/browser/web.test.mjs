// What commands ask the web for: the visitor fetches it or pastes it, and it belongs to the session from then on.
import assert from 'node:assert/strict';
import { journey, screen, type } from './harness.mjs';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: nginx\nspec:\n  containers:\n  - name: nginx\n    image: nginx:1.14.2\n';
const COMMAND = 'kubectl apply -f https://k8s.io/examples/pods/simple-pod.yaml';
const WHERE = 'https://raw.githubusercontent.com/kubernetes/website/main/content/en/examples/pods/simple-pod.yaml';

journey(
  'fetches what a command asks the web for',
  { errors: [/^asks elsewhere: https:\/\/raw\.githubusercontent\.com\//] },
  async ({ page, until, axe, screenshot }) => {
    const asked = [];
    await page.route(
      WHERE,
      (route) => (
        asked.push(route.request().url()),
        route.fulfill({ body: POD, headers: { 'access-control-allow-origin': '*' } })
      ),
    );
    await type(page, COMMAND);
    await page.locator('.missed', { hasText: 'https://k8s.io/examples/pods/simple-pod.yaml is beyond the cluster' }).waitFor();
    await axe();
    await screenshot('offer');
    assert.deepEqual(asked, [], 'nothing is fetched that nobody wants');
    await page.getByRole('button', { name: 'Fetch it once' }).click();
    await page.locator('.edit .answer', { hasText: 'simple-pod.yaml belongs to the session now' }).waitFor();
    await until('its text', async () => (await page.locator('.cm-content').innerText()).includes('nginx:1.14.2'));
    await type(page, COMMAND);
    await until('the pod', async () => (await screen(page)).includes('pod/nginx created'));
    assert.equal(await page.locator('.missed').count(), 0);
    assert.equal(asked.length, 1);
    // What was fetched is there again without the web.
    await page.unroute(WHERE);
    await page.reload();
    await page.locator('.node .pod', { hasText: 'nginx' }).waitFor();
    await type(page, 'curl -s https://k8s.io/examples/pods/simple-pod.yaml | grep image:');
    await until('its line', async () => (await screen(page)).includes('image: nginx:1.14.2'));
  },
);

journey(
  'takes the text where the web cannot be reached',
  { language: 'zh-CN', theme: 'dark', errors: [/^asks elsewhere: https:\/\/raw\.githubusercontent\.com\//, /ERR_FAILED/] },
  async ({ page, until, screenshot }) => {
    await page.route(WHERE, (route) => route.abort());
    await type(page, COMMAND);
    await page.getByRole('button', { name: '取回一次' }).click();
    await page.locator('.missed', { hasText: '无法取回' }).waitFor();
    await screenshot('not-reached');
    await page.getByRole('button', { name: '粘贴内容' }).click();
    await page.locator('.edit .answer', { hasText: '把 simple-pod.yaml 的内容粘贴到这里' }).waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.insertText(POD);
    await type(page, COMMAND);
    await until('the pod', async () => (await screen(page)).includes('pod/nginx created'));
  },
);
