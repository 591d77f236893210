// A session as a link, as a file, as a script; links that cannot be read; the last session, which is there again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { boxes, journey, screen, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

const link = (page) => page.locator('.share input').inputValue();

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `shares a session as a link: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const panel = async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
      await panel(1);
      await example(page, 'nginx-rc');
      await apply(page, 'replicationcontroller/nginx created');
      await panel(0);
      await until('three pods', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3);
      const names = await page.locator('.pod').evaluateAll((all) => all.map((p) => p.title).sort());
      const seen = await page.locator('.node .pod').first().getAttribute('title');
      await page.locator('.node .pod').first().click();
      await page.locator('.look h2', { hasText: seen.split('/').at(-1) }).waitFor();
      await page
        .locator('.bar')
        .getByRole('button', { name: /Share|分享/ })
        .click();
      await page.locator('.share input').waitFor();
      await axe();
      await screenshot('dialog');
      const address = await link(page);
      assert.match(address, /#k1\.[\w-]+$/);
      assert.ok(address.length < 2500, `${address.length} characters`);
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      await page.goto(address);
      await until(
        'the same pods',
        async () =>
          JSON.stringify(await page.locator('.pod').evaluateAll((all) => all.map((p) => p.title).sort())) ===
          JSON.stringify(names),
      );
      await panel(3);
      await page.locator('.look h2', { hasText: seen.split('/').at(-1) }).waitFor();
      await panel(1);
      await page.locator('.answer', { hasText: /shared session|分享的会话/ }).waitFor();
      assert.equal(await page.evaluate(() => location.hash), '');
    },
  );
}

journey('says of what is copied that it is, where it was asked for', {}, async ({ page, until, axe, screenshot }) => {
  await page.locator('.bar').getByRole('button', { name: 'Share' }).click();
  const [copy, embed] = [
    page.getByRole('button', { name: /^(Copy|Copied)$/ }),
    page.locator('.way', { hasText: 'with the terminal' }),
  ];
  await embed.click();
  await embed.locator('small', { hasText: 'Copied' }).waitFor();
  assert.equal(await copy.innerText(), 'Copy');
  assert.equal(await page.locator('.way', { hasText: 'Copied' }).count(), 1);
  const code = await page.evaluate(() => navigator.clipboard.readText());
  // As wide as the page around it lets it be.
  assert.match(code, /^<iframe [^>]*src="[^"]*\?embed=term#k1\.[^"]*" width="100%"/);
  await screenshot('embedded');
  await axe();
  await copy.click();
  await until(
    'the link is copied',
    async () => (await copy.innerText()) === 'Copied' && (await page.locator('.way', { hasText: 'Copied' }).count()) === 0,
  );
  // A page that may not write to the clipboard copies what is selected, and says so where that is not allowed either.
  await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))));
  await embed.click();
  await embed.locator('small', { hasText: 'Copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
  await page.evaluate(() => (document.execCommand = () => false));
  await copy.click();
  await page.getByRole('button', { name: 'Could not copy' }).waitFor();
  await screenshot('not-copied');
});

journey(
  'speaks the language of whoever opens a link, unless whoever made it has chosen one',
  { language: 'zh-CN' },
  async ({ page, context, until }) => {
    const share = async (name) => {
      await page.locator('.bar').getByRole('button', { name }).click();
      await page.locator('.share input').waitFor();
      const address = await link(page);
      // Also from the field with the link.
      await page.locator('.share input').press('Escape');
      await page.locator('.share').waitFor({ state: 'detached' });
      return address;
    };
    const opens = async (locale, address, lang) => {
      const other = await context.browser().newContext({ locale });
      const visit = await other.newPage();
      await visit.goto(address);
      await until('the link to be read', () => visit.evaluate(() => location.hash === ''));
      await until(`${lang} for ${locale}`, async () => (await visit.locator('html').getAttribute('lang')) === lang);
      await other.close();
    };
    const address = await share('分享');
    await opens('en-US', address, 'en');
    await opens('en-US', address.replace('#', '?embed#'), 'zh-CN');
    await page.getByRole('button', { name: 'English' }).click();
    await opens('zh-CN', await share('Share'), 'en');
  },
);

journey('restores from a link what of the session was shown', {}, async ({ page, until }) => {
  await type(page, 'kubectl create deployment web --image=nginx --replicas=2');
  await page.locator('.node .pod', { hasText: 'Running' }).first().click();
  await page.locator('.look .tab', { hasText: 'YAML' }).click();
  await page.locator('.tank').getByRole('button', { name: 'Cross-section' }).click();
  await page.locator('.tank .find').fill('web-');
  await page.locator('.timeline > select').selectOption('Pulled');
  await page.locator('.caption .chip', { hasText: 'only' }).click();
  await page.locator('.term .tab', { hasText: 'Events' }).click();
  await page.locator('.bar').getByRole('button', { name: 'Share' }).click();
  const address = await link(page);
  await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
  await page.goto(address);
  await page.locator('.cut').waitFor();
  for (const shown of [
    '.look .tab[aria-selected=true] >> text=YAML',
    '.caption .chip[aria-pressed=true]',
    '.term .feed',
    '.tank .tools >> text=2 of 2 pods',
  ])
    await page.locator(shown).first().waitFor();
  assert.equal(await page.locator('.tank .find').inputValue(), 'web-');
  assert.equal(await page.locator('.timeline > select').inputValue(), 'Pulled');
});

journey(
  'says that a link is newer, or cannot be read, and opens an empty cluster',
  { hash: '#k7.AAAA' },
  async ({ page, address, until }) => {
    await page.locator('.answer', { hasText: 'newer Kubarium' }).waitFor();
    await apply(page, 'pod/liveness-exec created');
    await page.goto(address.replace(/#.*/, '#k1.AAAA'));
    await page.locator('.answer', { hasText: 'cannot be read' }).waitFor();
    assert.equal(await page.locator('.notice.bad').isVisible(), false, 'it is said once');
    await until('an empty cluster', async () => (await page.locator('.pod').count()) === 0);
  },
);

journey('saves a session, opens it by drop, and gives it as a script', {}, async ({ page, until }) => {
  await apply(page, 'pod/liveness-exec created');
  await type(page, 'kubectl scale --help >/dev/null');
  const saved = async (name) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return readFileSync(await download.path(), 'utf8');
  };
  await page.getByRole('button', { name: 'Share' }).click();
  const session = await saved(/Save as a file/);
  assert.equal(JSON.parse(session).inputs.at(-1).terminal.data, 'kubectl scale --help >/dev/null\n');
  assert.match(await saved(/kubectl script/), /cat > liveness-exec.yaml <<'EOF'[\s\S]*\nkubectl apply -f liveness-exec.yaml\n/);
  await page.getByRole('button', { name: /New session/ }).click();
  await until('an empty cluster', async () => (await page.locator('.pod').count()) === 0);
  // Over the page it has a frame, which goes where the file leaves again, or is there.
  const frames = await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'session.json'));
    return ['dragover', 'dragleave', 'dragover', 'drop'].map((event) => {
      window.dispatchEvent(new DragEvent(event, { dataTransfer: data, cancelable: true }));
      return getComputedStyle(document.body, '::after').content !== 'none';
    });
  }, session);
  assert.deepEqual(frames, [true, false, true, false]);
  await page.locator('.pod', { hasText: 'liveness-exec' }).waitFor();
  // What cannot be read leaves all as it is.
  for (const [name, content, said] of [
    ['photo.png', '\x89PNG\0', 'this is not text'],
    ['broken.json', '{"seed": 1, "inputs": [{"t": "x"}]}', 'the session is not readable: '],
    ['workflow.json', '{"inputs": {}}', 'the session is not readable: '],
  ]) {
    await page.evaluate(
      ([name, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], name));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
      },
      [name, content],
    );
    await page.locator('.answer', { hasText: `${name}: ${said}` }).waitFor();
  }
  assert.equal(await page.locator('.pod', { hasText: 'liveness-exec' }).count(), 1);
  assert.equal(await page.locator('.edit .tab', { hasText: /photo|broken|workflow/ }).count(), 0);
  await until('what was typed', async () => /kubectl scale --help/.test(await page.locator('.term .xterm-rows').innerText()));
});

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `offers a file where a session is too long for a link: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const panel = async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
      const drop = (name, text) =>
        page.evaluate(
          ([name, text]) => {
            const data = new DataTransfer();
            data.items.add(new File([text], name));
            window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
          },
          [name, text],
        );
      // What does not get smaller when it is packed.
      let state = 7;
      const noise = Array.from(
        { length: 12_000 },
        () => 'abcdefghijklmnopqrstuvwxyz0123456789'[(state = (state * 1103515245 + 12345) % 2147483648) % 36],
      ).join('');
      await panel(1);
      await drop('long.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: long}\ndata: {noise: ${noise}}\n`);
      await apply(page, 'configmap/long created');
      await page
        .locator('.bar')
        .getByRole('button', { name: /Share|分享/ })
        .click();
      await page.locator('.share', { hasText: /more than many programs let through|许多程序不支持/ }).waitFor();
      assert.equal(await page.locator('.share input').count(), 0, 'no link');
      await screenshot('too-long');
      await axe();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: /Save as a file|存为文件/ }).click(),
      ]);
      const session = readFileSync(await download.path(), 'utf8');
      await page.getByRole('button', { name: /New session|新建会话/ }).click();
      await page.locator('.answer', { hasText: /A new session|新会话/ }).waitFor();
      await drop('session.json', session);
      await page.locator('.answer', { hasText: /from the file is here|已打开文件中的会话/ }).waitFor();
      await panel(2);
      // What is run again ends as it did then: a kubectl that applies takes its time.
      await type(page, 'sleep 1; kubectl get configmaps');
      await until('what was applied', async () => /long +1/.test(await screen(page)));
    },
  );
}

journey('has the last session again when the page is opened again', {}, async ({ page }) => {
  await apply(page, 'pod/liveness-exec created');
  await page.locator('.pod', { hasText: 'Running' }).waitFor();
  await page.reload();
  await page.locator('.answer', { hasText: 'last session' }).waitFor();
  await page.locator('.pod', { hasText: 'liveness-exec' }).waitFor();
});

for (const width of [1280, 900, 600]) {
  journey(
    `shows the terminal too where it is embedded for exercises: ${width}`,
    { query: '?embed=term', size: { width, height: 600 } },
    async ({ page, until, axe, screenshot }) => {
      assert.match(await page.locator('.rack').innerText(), /from the terminal: kubectl run/);
      await type(page, 'kubectl get nodes');
      await until('the nodes', async () => /node3 +Ready/.test(await screen(page)));
      assert.equal(await page.locator('.edit').isVisible(), false);
      const [tank, term] = await boxes(page, '.tank', '.term');
      // Side by side where there is room for both.
      const apart =
        width > 1200
          ? term.x >= tank.x + tank.width - 1 && term.height > 400
          : tank.width > width - 40 && term.y >= tank.y + tank.height - 1;
      assert.ok(tank.height > 150 && apart, JSON.stringify([tank, term]));
      await axe();
      await screenshot(`embedded-${width}`);
      // By keys one goes from panel to panel, of those that are there.
      const focused = (part) => page.evaluate((part) => document.activeElement.closest(part) !== null, part);
      for (const [key, part] of [
        ['F6', '.tank'],
        ['F6', '.term'],
        ['Shift+F6', '.tank'],
        ['Shift+F6', '.term'],
      ]) {
        await page.keyboard.press(key);
        await until(`${key} to lead into ${part}`, () => focused(part));
      }
      // What is looked at lies over the picture, and leaves the terminal its room.
      await type(page, 'kubectl run web --image=nginx');
      await page.locator('.node .pod', { hasText: 'Running' }).click();
      await page.locator('.look h2', { hasText: 'web' }).waitFor();
      const [look, below] = await boxes(page, '.look', '.term');
      assert.ok(look.height > 150 && look.x >= tank.x && look.y >= tank.y, JSON.stringify(look));
      assert.ok(
        look.x + look.width <= tank.x + tank.width + 1 && look.y + look.height <= tank.y + tank.height + 1,
        JSON.stringify([look, tank]),
      );
      assert.deepEqual(below, term, 'the terminal stays');
      // There is no editor to edit in.
      await page.locator('.deeds').getByRole('button', { name: 'Shell' }).waitFor();
      assert.equal(await page.locator('.deeds').getByRole('button', { name: 'Edit' }).count(), 0);
      await axe();
      await screenshot(`embedded-look-${width}`);
      await page.locator('.look').getByRole('button', { name: 'Back to the cluster' }).click();
      await page.locator('.look').waitFor({ state: 'hidden' });
      await page.locator('.node .pod', { hasText: 'Running' }).click({ trial: true });
    },
  );
}

journey(
  'has room for a few lines where a terminal is embedded low',
  { query: '?embed=term', size: { width: 480, height: 320 } },
  async ({ page, until, axe, screenshot }) => {
    await type(page, 'kubectl run web --image=nginx; kubectl get nodes');
    // One that still falls lies over what is behind it.
    await page.locator('.node .pod', { hasText: 'Running' }).waitFor();
    await until('all the nodes', async () => /NAME[^]*node3 +Ready/.test(await screen(page)));
    const [rack, host] = await boxes(page, '.rack', '.term .host:not([hidden])');
    assert.ok(host.height > 60 && rack.height > 60, JSON.stringify([rack, host]));
    await axe();
    await screenshot('embedded-low');
    // There is a way out of it by keys.
    await page.keyboard.press('F6');
    await until('the focus in the picture', () => page.evaluate(() => document.activeElement.closest('.tank') !== null));
  },
);

journey(
  'shows a node whole where a terminal is embedded at 700x450',
  { query: '?embed=term', size: { width: 700, height: 450 } },
  async ({ page, screenshot }) => {
    await type(page, 'kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80');
    await page.locator('.node .large .door').waitFor();
    const [rack, node] = await boxes(page, '.rack', '.node');
    assert.ok(node.y + node.height <= rack.y + rack.height + 1, JSON.stringify([rack, node]));
    await screenshot();
  },
);

for (const [where, size, query] of [
  ['on a phone', { width: 390, height: 844 }, ''],
  ['embedded', { width: 800, height: 480 }, '?embed'],
  ['embedded at 480x320', { width: 480, height: 320 }, '?embed=term'],
]) {
  journey(
    `says that a link cannot be read where there is no editor: ${where}`,
    { theme: query ? 'light' : 'dark', language: 'zh-CN', size, query, hash: '#k1.AAAA' },
    async ({ page, until, axe, screenshot }) => {
      const said = page.locator('.notice.bad', { hasText: '无法读取此链接' });
      await said.waitFor();
      const [words, all] = await boxes(page, '.notice.bad span', '.notice.bad');
      assert.ok(words.height <= all.height && all.x >= 0 && all.x + all.width <= size.width, JSON.stringify([words, all]));
      await screenshot('said');
      await axe();
      await said.getByRole('button', { name: '关闭' }).click();
      await until('nothing more to say', async () => (await page.locator('.notice.bad').count()) === 0);
    },
  );
}

journey(
  'shows a node whole where it is embedded at 480x320',
  { query: '?embed', size: { width: 480, height: 320 } },
  async ({ page, screenshot }) => {
    // It is known only once the nodes have their places.
    await page.locator('.more').waitFor();
    const [rack, node, more] = await boxes(page, '.rack', '.node', '.more');
    assert.ok(node.height > 90 && node.y + node.height <= rack.y + rack.height, JSON.stringify([rack, node]));
    assert.ok(rack.y + rack.height <= more.y, 'what says that there is more covers nothing');
    await screenshot('embedded-small');
  },
);

journey(
  'shows only the cluster where it is embedded',
  { query: '?embed', size: { width: 900, height: 600 } },
  async ({ page, axe }) => {
    await page.locator('.timeline').waitFor();
    assert.equal(await page.locator('.edit').isVisible(), false);
    assert.ok((await page.locator('.clock').boundingBox()).y >= 4, 'the clock has its upper edge');
    // It has no button to apply anything with, so it speaks of none.
    assert.doesNotMatch(await page.locator('.rack').innerText(), /Press Apply/);
    await axe();
    // One may look into it, and changes nothing there.
    await page.locator('.node > header button').first().click();
    await page.locator('.look h2', { hasText: 'node1' }).waitFor();
    assert.equal(await page.locator('.deeds').isVisible(), false);
    await axe();
    await page.keyboard.press('Escape');
    await page.locator('.look').waitFor({ state: 'hidden' });
  },
);
