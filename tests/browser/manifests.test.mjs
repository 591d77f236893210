// Writing manifests: examples, problems at their place, and what applying them does to the cluster.
import assert from 'node:assert/strict';
import { journey, screen, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

journey('applies an example and sees its pods placed', { theme: 'dark' }, async ({ page, until }) => {
  await example(page, 'nginx-rc');
  await apply(page, 'replicationcontroller/nginx created');
  await until('three pods on nodes', async () => (await page.locator('.node .pod').count()) === 3);
  await page.getByRole('tab', { name: /Events/ }).click();
  await page.locator('.feed li', { hasText: 'Scheduled' }).first().waitFor();
});

journey('says why a pod waits', { language: 'zh-CN' }, async ({ page }) => {
  await example(page, 'too-big');
  await apply(page, 'pod/too-big created');
  await page.locator('.queue .pod').click();
  await page.locator('.reason', { hasText: 'Insufficient cpu' }).waitFor();
});

journey(
  'says that nothing acts on an Ingress, until its controller is there',
  { theme: 'dark' },
  async ({ page, until, screenshot }) => {
    await example(page, 'ingress');
    await apply(page, 'ingress.networking.k8s.io/shop created');
    await page.locator('.time').click();
    await page.keyboard.press(':');
    await page.locator('.palette input').fill('ingresses');
    await page.keyboard.press('Enter');
    await page.locator('.look button', { hasText: 'shop' }).click();
    await page.locator('.look .reason', { hasText: 'minikube addons enable ingress' }).waitFor();
    await page.locator('.chips .chip', { hasText: /^shop.*shop\.example\/ → catalogue \+1$/ }).waitFor();
    await screenshot('idle');
    await page.getByRole('combobox', { name: 'Files' }).selectOption('ingress-nginx.yaml');
    await apply(page, 'deployment.apps/ingress-nginx-controller created');
    await page.locator('.look dd', { hasText: /^10\./ }).waitFor();
    assert.equal(await page.locator('.look .reason').count(), 0);
    await type(
      page,
      "curl -H 'Host: shop.example' $(kubectl get ingress shop -o jsonpath='{.status.loadBalancer.ingress[0].ip}')/cart",
    );
    await until('the answer of the one behind the path', async () => (await screen(page)).includes('Version: 2.0.0'));
    await screenshot('reached');
  },
);

for (const [theme, language, words] of [
  ['dark', 'en-US', /open the example “The cluster's DNS”/],
  ['light', 'zh-CN', /打开示例“集群的 DNS”/],
]) {
  journey(
    `has a cluster's DNS to look at by its example: ${language}`,
    { theme, language },
    async ({ page, until, axe, screenshot }) => {
      await type(page, 'kubectl get service kube-dns -n kube-system');
      await page.locator('.term .answer', { hasText: words }).waitFor();
      await screenshot('hint');
      await example(page, 'dns');
      await apply(page, 'service/kube-dns created');
      await page
        .locator('.pod', { hasText: /coredns.*Running/s })
        .nth(1)
        .waitFor();
      await type(page, 'kubectl get service kube-dns -n kube-system');
      await until('the Service to be told', async () => (await screen(page)).includes('10.96.0.10'));
      await axe();
      await screenshot();
    },
  );
}

journey('finds a mistake at its line while it is written', {}, async ({ page, until }) => {
  await example(page, 'liveness-exec');
  await page.locator('#editor .cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('      imagee: x\n');
  await page
    .locator('.problems button', { hasText: /unknown field.*imagee/ })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.locator('.answer', { hasText: 'Not applied' }).waitFor();
  assert.equal(await page.locator('.node .pod').count(), 0, 'nothing was applied');
  await page.locator('#editor .cm-content').click();
  await until('the mistake to be taken back', async () => {
    await page.keyboard.press('Control+z');
    return !/imagee/.test(await page.locator('#editor .cm-content').innerText());
  });
  await page.locator('.problems').waitFor({ state: 'detached' });
});

journey('undoes nothing of one file in another', {}, async ({ page, until }) => {
  const text = () => page.locator('#editor .cm-content').innerText();
  const open = async (name) => {
    await page.locator('.edit .tab', { hasText: name }).locator('.mono').click();
    await page.locator('.edit .tab.on', { hasText: name }).waitFor();
  };
  await example(page, 'liveness-exec');
  await page.locator('#editor .cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# of the first\n');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Delete');
  await example(page, 'too-big');
  await until('the second file', async () => !/of the first/.test(await text()));
  const before = await text();
  await page.locator('#editor .cm-content').click();
  for (let i = 0; i < 30; i += 1) await page.keyboard.press('Control+z');
  assert.equal(await text(), before);
  await page.keyboard.type('x');
  await page.keyboard.press('Control+z');
  assert.equal(await text(), before, 'its own edits are undone');
  await open('liveness-exec');
  await until('the first is as it was left', async () => /^# of the first/.test(await text()));
});

journey('shows all examples at once, and names all files of one', { size: 'laptop' }, async ({ page, axe, screenshot }) => {
  await page.getByRole('button', { name: 'Examples' }).click();
  const menu = page.getByRole('menu');
  assert.ok(
    await menu.evaluate((m) => m.scrollHeight <= m.clientHeight && m.scrollWidth <= m.clientWidth),
    'nothing is below the fold',
  );
  const columns = await page
    .getByRole('menuitem')
    .evaluateAll((all) => all.map((e) => [/^Book: /.test(e.innerText), e.getBoundingClientRect().x]));
  const [own, book] = [false, true].map((is) => columns.filter((c) => c[0] === is).map((c) => c[1]));
  assert.ok(book.length > 0 && new Set(book).size === 1 && Math.max(...own) < book[0], "the book's have a column of their own");
  await screenshot('menu');
  await axe();
  await page.keyboard.press('Escape');
  const list = page.getByRole('combobox', { name: 'Files' });
  assert.equal(await list.count(), 0, 'of one file the tab is seen');
  await example(page, 'book-config');
  assert.equal(await list.locator('option').count(), 6);
  await list.selectOption('cm-test-app.yaml');
  await page.locator('.edit .tab.on', { hasText: 'cm-test-app.yaml' }).waitFor();
  // Also where a tab was taken meanwhile.
  await page.locator('.edit .tab button.mono', { hasText: 'cm-test-app-all.yaml' }).click();
  await list.selectOption('cm-test-app.yaml');
  await page.locator('.edit .tab.on', { hasText: /^cm-test-app.yaml/ }).waitFor();
  await screenshot('files');
  await axe();
});

journey('applies with the keyboard alone', {}, async ({ page }) => {
  await page.locator('#editor .cm-content').click();
  await page.keyboard.press('Control+Enter');
  await page.locator('.answer', { hasText: 'pod/liveness-exec created' }).waitFor();
  await page.locator('.pod', { hasText: 'liveness-exec' }).waitFor();
});

journey('begins a long word where it stands, and breaks it there', {}, async ({ page, until, screenshot }) => {
  await page.locator('#editor .cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(`a:\n  b:\n    ${'long'.repeat(20)}: 1\n    c: 2\n`);
  const line = (n) => page.locator('.cm-line').nth(n);
  await until('the text', async () => (await page.locator('.cm-line').count()) === 5);
  await screenshot();
  // Where its first letter is drawn: in the first of the lines that it takes.
  const [top, first, high] = await line(2).evaluate((line) => {
    const range = document.createRange();
    const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (walk.nextNode() && !walk.currentNode.data.includes('long'));
    const at = walk.currentNode.data.indexOf('long');
    range.setStart(walk.currentNode, at);
    range.setEnd(walk.currentNode, at + 1);
    return [line.getBoundingClientRect().top, range.getBoundingClientRect().top, line.getBoundingClientRect().height];
  });
  const one = (await line(3).boundingBox()).height;
  assert.ok(high > 1.5 * one, `it takes several lines: ${high}`);
  assert.ok(first - top < one, `it begins ${first - top} pixels below the line's edge`);
});
