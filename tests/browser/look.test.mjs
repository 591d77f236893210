// The inspector's tabs at work: a log that is followed and searched, a file and a YAML to take along, an edit and what it would
// change, usage over time; and the terminal's history, searched, and a long paste.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { journey, screen, type } from './harness.mjs';

const spec = (command, more) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', command], ...more }] },
});
const limits = { requests: { cpu: '50m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } };
const pod = spec('i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done', {
  resources: limits,
  env: [
    { name: 'COLOUR', value: 'coral' },
    { name: 'VERSE', value: 'one\ntwo' },
  ],
});
const STORAGE = {
  'kubarium.session': [
    { seed: 1, metrics: true, inputs: [] },
    { t: 0, cmd: 'kubectl apply -f p.json', files: { 'p.json': JSON.stringify(pod) } },
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
    `looks closely by every tab: ${theme} ${language} ${size.width}`,
    { theme, language, size, storage: STORAGE },
    async ({ page, until, axe, screenshot }) => {
      const panel = async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
      const tab = (n) => page.locator('.look .tab').nth(n).click();
      const saved = async () => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.locator('.look .body .chip', { hasText: /Download|下载/ }).click(),
        ]);
        return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
      };
      await page.locator('.node .pod', { hasText: 'Running' }).click();
      await panel(3);
      // Every tab is seen, not only those that fit beside each other.
      const cut = await page.locator('.look .tabs').evaluate((tabs) => tabs.scrollWidth - tabs.clientWidth);
      assert.ok(cut <= 1, `${cut} pixels of the tabs are out of sight`);
      await until('two curves', async () => (await page.locator('.charts figure').count()) === 2);
      // They begin with the pod, which was there long before it was looked at.
      await page
        .locator('.charts figcaption span')
        .first()
        .filter({ hasText: /^00:00$/ })
        .waitFor();
      await page.locator('.charts').scrollIntoViewIfNeeded();
      await screenshot('usage');
      await axe();
      await tab(4);
      await until('twenty lines', async () => /line 2\d/.test(await page.locator('.look pre').innerText()));
      await page.locator('.look .find').fill('line 1');
      await until('those with a one', async () => !/line 2/.test(await page.locator('.look pre').innerText()));
      await screenshot('log');
      await axe();
      const [name, log] = await saved();
      assert.equal(name, 'p-c.log');
      assert.match(log, /^line 1\nline 10\n/);
      await tab(6);
      await page.locator('.look dl.env', { hasText: /COLOUR\s*coral/ }).waitFor();
      assert.match(await page.locator('.look dl.env').first().innerText(), /one\ntwo/, 'each line is one');
      // What only tells of Services is folded.
      const folded = page.locator('.look details.env');
      assert.equal(await folded.locator('dt').first().isVisible(), false);
      await folded.locator('summary').click();
      await folded.locator('dt', { hasText: /^KUBERNETES_SERVICE_HOST$/ }).waitFor();
      await axe();
      // An edit, and what applying it would change.
      await tab(2);
      await page.locator('.look .text .line i', { hasText: /^sh$/ }).waitFor();
      await page.locator('.bar h1').click();
      await page.keyboard.press('e');
      await panel(1);
      await page.locator('.edit .tab.on', { hasText: 'pod-p.yaml' }).waitFor();
      assert.equal(
        await page.locator('.edit .answer', { hasText: /As new objects|即可作为新对象/ }).count(),
        0,
        'it lives here already',
      );
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+Home');
      await until('the labels', async () => {
        await page.keyboard.press('ArrowDown');
        return /topology/.test(await page.locator('.cm-activeLine').innerText());
      });
      // The first press goes to the end of what is seen of a line that wraps.
      await page.keyboard.press('End');
      await page.keyboard.press('End');
      await page.keyboard.type('\nmood: calm');
      await panel(3);
      await page.locator('.diff .ok', { hasText: 'mood: calm' }).waitFor();
      await screenshot('changes');
      await axe();
      assert.match((await saved())[1], /^apiVersion: v1\nkind: Pod\n/);
    },
  );
}

journey("searches the terminal's history", {}, async ({ page, until }) => {
  await type(page, 'kubectl get nodes -o name');
  await until('the nodes', async () => /node\/node3/.test(await screen(page)));
  await type(page, 'clear');
  await until('an empty screen', async () => !/node\/node3/.test(await screen(page)));
  await page.keyboard.press('Control+r');
  await page.keyboard.type('nodes');
  await page.keyboard.press('Enter');
  await until('the nodes once more', async () => /kubectl get nodes -o name\s+node\/node1/.test(await screen(page)));
});

journey('takes text that comes without a key, and what is typed once', {}, async ({ page, until }) => {
  await page.locator('.xterm').first().click();
  await page.keyboard.insertText('echo 好 ');
  await page.keyboard.type('a1');
  await page.keyboard.press('Enter');
  await until('all of it once', async () => /^好 a1$/m.test(await screen(page)));
});

journey('gives a shell in a container what was typed ahead of it', {}, async ({ page, until }) => {
  await type(page, 'kubectl run box --rm -it --image=busybox -- sh');
  // One line, and a beginning of the next, before there is any container.
  await page.keyboard.type('hostname\necho a');
  await until('its prompt, and what was typed behind it', async () => /^box\n\/ # echo a\s*$/m.test(await screen(page)));
  await page.keyboard.type('head\nexit\n');
  await until('what came of both', async () => /echo ahead\s*\nahead\n/.test(await screen(page)));
  await until('the prompt of the workstation, and nothing behind it', async () =>
    /deleted from default namespace\nroot@workstation:~#\s*$/.test(await screen(page)),
  );
});

journey('shows the end of a flood', {}, async ({ page, until }) => {
  await type(page, 'yes');
  await page.waitForTimeout(1000);
  await page.keyboard.press('Control+c');
  await type(page, 'seq 1 30000; echo no more');
  await until('its end', async () => /^29999\n30000\nno more$/m.test(await screen(page)));
  await page.locator('.xterm').first().press('Shift+PageUp');
  await until('what stood above', async () => /^29\d\d\d$/m.test(await screen(page)) && !/no more/.test(await screen(page)));
});

journey('takes a long paste in pieces and drops the rest at Ctrl+C', {}, async ({ page, until }) => {
  await type(page, ':');
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'echo a line >> many\n'.repeat(20_000));
    const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.querySelector('.xterm textarea').dispatchEvent(paste);
  });
  await page.keyboard.press('Control+c');
  await type(page, 'clear; echo there are $(wc -l < many) lines');
  await until('how many lines came', async () => /there are \d+ lines/.test(await screen(page)));
  const [, lines] = (await screen(page)).match(/there are (\d+) lines/);
  assert.ok(lines > 0 && lines < 20_000, `${lines} lines`);
});
