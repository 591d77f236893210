// The page is for everyone: themes, languages, sizes, the table instead of the picture, and what axe-core finds.
import assert from 'node:assert/strict';
import { boxes, journey, pause, screen, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
  ['dark', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `is accessible: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: true },
    async ({ page, axe }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await panel(1);
      await example(page, 'service');
      await apply(page, 'service/web created');
      await example(page, 'too-big');
      await apply(page, 'pod/too-big created');
      for (const n of [0, 1, 2, 3]) {
        await panel(n);
        await axe();
        if (!narrow) break;
      }
      await panel(0);
      await page.locator('.pod').first().click();
      await axe();
      if (narrow) {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= size.width, `nothing sticks out: ${wide}`);
      }
    },
  );
}

for (const [theme, language, size] of [
  ['light', 'en-US', { width: 1024, height: 768 }],
  ['dark', 'zh-CN', { width: 800, height: 600 }],
]) {
  journey(
    `lets editor and inspector take turns: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const [edit, look, tabs] = [page.locator('.edit'), page.locator('.look'), page.locator('.turns [role=tab]')];
      const [box] = await boxes(page, '.edit');
      assert.ok(box.height > size.height * 0.75, `the editor is as high as the page: ${box.height}`);
      assert.ok(await look.isHidden());
      await screenshot('editor');
      await axe();
      await apply(page, 'pod/liveness-exec created');
      await page.locator('.node .pod', { hasText: 'Running' }).waitFor();
      // What waited for its node is gone from above the rack.
      await until('no queue', async () => (await page.locator('.queue .pod').count()) === 0);
      const rack = await page.locator('.rack').boundingBox();
      await page.locator('.pod').first().click();
      await look.locator('h2', { hasText: 'liveness-exec' }).waitFor();
      assert.ok(await edit.isHidden());
      assert.deepEqual(await page.locator('.rack').boundingBox(), rack, 'nothing else moves');
      assert.equal(await tabs.nth(1).getAttribute('aria-selected'), 'true');
      await screenshot('inspector');
      await axe();
      // By the keyboard: along the tabs, and round the panels.
      await tabs.nth(1).focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await edit.waitFor();
      await page.locator('.rack .pod').first().focus();
      const within = (part) => page.evaluate((part) => document.activeElement.closest(part) !== null, part);
      for (const part of ['.edit', '.term', '.look', '.tank']) {
        await page.keyboard.press('F6');
        await until(`the focus in ${part}`, () => within(part));
      }
      await look.waitFor();
      // Also where neither the editor nor a terminal is there to take it.
      await tabs.nth(0).click();
      await page.getByRole('button', { name: /^(Close|关闭) liveness-exec/ }).click();
      await page.locator('.term [role=tab]').last().click();
      await page.locator('.rack .pod').first().focus();
      for (const part of ['.edit', '.term', '.look']) {
        await page.keyboard.press('F6');
        await until(`the focus in ${part} without them`, () => within(part));
      }
    },
  );
}

journey('changes language and theme and keeps them', { theme: 'light' }, async ({ page }) => {
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '应用', exact: true }).waitFor();
  await page.getByRole('button', { name: '深色主题' }).click();
  await page.locator('html[data-theme=dark]').waitFor();
  await page.reload();
  await page.getByRole('button', { name: '应用', exact: true }).waitFor();
  await page.locator('html[lang=zh-CN]').waitFor();
});

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `says what is written otherwise today, and nothing of a first pod to whoever has made something: ${theme} ${language}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const panel = async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
      const [first, hint] = [page.locator('.water .none').first(), page.locator('.term .missed')];
      await page.locator('.water .none', { hasText: /Press Apply|点“应用”/ }).waitFor();
      await panel(2);
      await type(page, 'kubectl rolling-update redis-master --image=redis-master:2.0');
      await hint.getByRole('button', { name: 'export KUBARIUM_KUBECTL=1.3' }).click();
      await screenshot('today');
      await axe();
      await page.locator('.term .host:not([hidden]) textarea').press('Enter');
      await hint.waitFor({ state: 'detached' });
      await type(page, 'kubectl get pods --show-all; kubectl create configmap settings --from-literal=a=1');
      await until('the answer', async () => /settings" created/.test(await screen(page)));
      assert.equal(await hint.count(), 0);
      await panel(0);
      await until('other words', async () => /no pod here yet|还没有 Pod/.test(await first.innerText()));
      await page.locator('.water .lesson').waitFor();
      // What only some pods may come to says so.
      await panel(2);
      await type(page, 'kubectl taint node node2 only=db:NoSchedule');
      await panel(0);
      await page.locator('.node header', { hasText: 'only=db:NoSchedule' }).waitFor();
      await axe();
      await screenshot();
    },
  );
}

journey('leaves an empty filter by Escape', {}, async ({ page, until }) => {
  await apply(page, 'pod/liveness-exec created');
  await page.locator('.node .pod').waitFor();
  const has = (selector) =>
    until(`the focus on ${selector}`, () => page.evaluate((s) => document.activeElement.matches(s), selector));
  const find = page.locator('.tank .find');
  await page.locator('.bar h1').click();
  await page.keyboard.press('/');
  await has('.tank .find');
  await page.keyboard.type('live');
  await page.keyboard.press('Escape');
  await until('an empty filter', async () => (await find.inputValue()) === '');
  await has('.tank .find');
  await page.keyboard.press('Escape');
  await has('.node .pod');
  // Of a list likewise, and each kind is there once.
  await page.keyboard.press(':');
  await page.keyboard.type('nodes');
  await until('one kind', async () => (await page.locator('.palette li', { hasText: 'nodes' }).count()) === 1);
  await until('what is typed to filter', async () => /^nodes/.test(await page.locator('.palette li').first().innerText()));
  await page.keyboard.press('Enter');
  await page.locator('.look h2', { hasText: 'Node' }).waitFor();
  // The list takes the focus once it is there, which is a moment after it is seen.
  await has('.look [data-row]');
  await page.locator('.look .find').focus();
  await page.keyboard.press('Escape');
  await has('.look [data-row]');
});

journey('has what is typed before the palette stands, and gives the focus back', {}, async ({ page, until }) => {
  await page.locator('.bar button').first().focus();
  // A slow machine draws some keys later, and gives the focus later still: here each moment seems long.
  const [before, after] = await page.evaluate(async () => {
    const { now } = Date;
    let at = now();
    Date.now = () => (at += 20);
    const press = (key) =>
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const stands = new Promise((done) => {
      const seen = () => document.querySelector('.palette') && done();
      new MutationObserver(seen).observe(document.body, { subtree: true, childList: true });
    });
    [':', 'n', 'o'].forEach(press);
    await stands;
    const before = document.activeElement.className;
    press('d');
    Date.now = now;
    return [before, document.activeElement.className];
  });
  assert.notEqual(before, 'find', 'the palette takes the focus later');
  assert.equal(after, 'find');
  await page.keyboard.type('des');
  await until('what was typed', async () => (await page.locator('.palette .find').inputValue()) === 'nodes');
  await until('it to filter', async () => /^nodes/.test(await page.locator('.palette li').first().innerText()));
  await page.keyboard.press('Escape');
  await until('the palette to be gone', async () => (await page.locator('.palette').count()) === 0);
  assert.ok(await page.evaluate(() => document.activeElement.matches('.bar button')), 'the focus is back');
});

journey('finds examples in the palette', { size: { width: 360, height: 740 } }, async ({ page, until }) => {
  await page.locator('.bar h1').click();
  await page.keyboard.press(':');
  await page.locator('.palette .find').fill('rollout');
  await until('the example', async () => /^Rollout\s+Examples/.test(await page.locator('.palette li').first().innerText()));
  await page.keyboard.press('Enter');
  await page.locator('.edit .tab.on', { hasText: 'rollout.yaml' }).waitFor();
  assert.ok(await page.locator('.edit').isVisible(), 'it is looked at');
});

journey('applies what was typed last', {}, async ({ page, until }) => {
  await example(page, 'config-env');
  await page.locator('.cm-line', { hasText: 'COLOUR: turquoise' }).click();
  await page.keyboard.press('End');
  // Both come before anything is drawn, as on a machine that is busy.
  await page.evaluate(() => {
    document.execCommand('insertText', false, 'blue');
    const enter = { key: 'Enter', code: 'Enter', keyCode: 13, ctrlKey: true, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', enter));
  });
  await page.locator('.answer', { hasText: 'configmap/settings created' }).waitFor();
  await type(page, 'kubectl get configmap settings -o jsonpath={.data.COLOUR}; echo');
  await until('the newest text', async () => (await screen(page)).includes('turquoiseblue'));
});

journey('cuts no name, and no word that has room', {}, async ({ page, until, screenshot }) => {
  await type(page, 'kubectl create deployment web-shop --image=nginx --replicas=12; kubectl rollout status deployment/web-shop');
  await until('all of them', async () => /successfully\s+rolled out/.test(await screen(page)));
  await type(page, 'kubectl set image deployment/web-shop nginx=nginx:nope; kubectl expose deployment web-shop --port=80');
  // Beside many bars and a rollout.
  const row = page.locator('.look .list button', { has: page.locator('.bars') });
  await row.locator('.end', { hasText: /9 of 12 ready · 9 older/ }).waitFor();
  const [cut, bars] = await row.evaluate((row) => {
    const [name, bars] = ['b', '.bars'].map((part) => row.querySelector(part));
    // A hundredth of a pixel less than its letters take, and three of them become dots.
    const letters = document.createRange();
    letters.selectNodeContents(name);
    const [needs, has] = [letters, name].map((part) => part.getBoundingClientRect().width);
    return [needs > has, [...bars.children].map((bar) => bar.getBoundingClientRect().width)];
  });
  assert.ok(!cut, 'the name is whole');
  assert.ok(bars.length === 12 && Math.min(...bars) > 3, `the bars take what is left: ${bars}`);
  await screenshot('bars');
  // In the cross-section, what is said of a Service.
  await page.locator('.rack .pod', { hasText: 'Running' }).first().click();
  await page.keyboard.press('x');
  const said = page.locator('.gates .tag');
  await said.waitFor();
  const lines = await said.evaluate((said) => {
    const words = document.createRange();
    words.selectNodeContents(said.lastChild);
    return words.getClientRects().length;
  });
  assert.equal(lines, 1, 'it is in one line');
  await screenshot('section');
});

journey('says in a table what the picture shows', {}, async ({ page, until }) => {
  await apply(page, 'pod/liveness-exec created');
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('rowheader', { name: 'liveness-exec' }).waitFor();
  // It is filtered as the picture is, by labels too, and says where nothing is left.
  const rows = page.locator('.tank tbody tr');
  for (const [filter, left] of [
    ['test=live', 1],
    ['nowhere', 0],
  ]) {
    await page.locator('.tank .find').fill(filter);
    await until(
      `${left} rows for ${filter}`,
      async () => (await rows.count()) === left && (await page.locator('.tank .empty').count()) === 1 - left,
    );
  }
});

journey(
  'says of many pods which sources they have, and how many are found',
  { size: 'laptop' },
  async ({ page, until, axe, screenshot }) => {
    await type(page, 'kubectl create configmap settings --from-literal=a=1');
    const [rack, last] = await boxes(page, '.rack', '.node:last-child');
    assert.ok(last.y + last.height <= rack.y + rack.height + 1, `three nodes are seen: ${JSON.stringify([rack, last])}`);
    // What a head says keeps clear of the node's edges.
    const [node, name, gauge] = await boxes(page, '.node', '.node header button span', '.node .gauge:last-child i');
    const [above, below] = [name.y - node.y, node.y + node.height - gauge.y - gauge.height];
    assert.ok(above >= 4 && below >= 4, JSON.stringify([above, below]));
    await type(page, 'kubectl create deployment web --image=nginx --replicas=50');
    await type(page, 'kubectl set env deployment web --from=configmap/settings');
    await page.locator('.chips .chip', { hasText: 'settings' }).waitFor();
    await page.locator('.tank .find').fill('nowhere');
    await page.locator('.tools [role=status]', { hasText: 'No pod matches.' }).waitFor();
    // None comes or goes while it is judged.
    await pause(page);
    await axe();
    await screenshot('none');
    await page.locator('.tank .find').fill('app=web');
    await until('all are found', async () => /^(\d+) of \1 pods$/.test(await page.locator('.tools [role=status]').innerText()));
  },
);

journey(
  'says why two pods wait within their strip, and in which namespace a pod is',
  { size: { width: 1024, height: 768 } },
  async ({ page, screenshot }) => {
    const selector = '{"spec":{"nodeSelector":{"disk":"ssd","kind":"fast"}}}';
    await type(page, 'kubectl create namespace team; kubectl run web --image=nginx; kubectl run web --image=nginx -n team');
    await type(page, `for i in one two; do kubectl run wait-$i --image=nginx --overrides='${selector}'; done`);
    await page.locator('.queue .why').waitFor();
    await page.locator('.queue .pod', { hasText: 'wait-two' }).waitFor();
    const [strip, why] = await boxes(page, '.queue', '.queue .why');
    assert.ok(why.x + why.width <= strip.x + strip.width, JSON.stringify([strip, why]));
    const cut = await page.locator('.queue .name > span').evaluateAll((all) => all.map((n) => n.scrollWidth - n.clientWidth));
    assert.ok(Math.max(...cut) <= 1, `names are whole: ${cut}`);
    await page.locator('.node .pod', { hasText: 'Pod team/web: Running' }).waitFor();
    assert.equal(await page.locator('.node .pod small', { hasText: /^team$/ }).count(), 1);
    assert.equal(await page.locator('.node .pod small', { hasText: 'default' }).count(), 0);
    await screenshot();
  },
);

journey('runs by the keyboard: play, step, speed, help', {}, async ({ page, until }) => {
  const stood = await pause(page);
  await page.locator('body').press(']');
  await until('twice the speed', async () => (await page.locator('.speed output').innerText()) === '2×');
  await page.locator('body').press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('body').press(' ');
  await until('the clock runs', async () => (await page.locator('.time').innerText()) !== stood);
});

journey('goes on below where it is much enlarged', { size: { width: 360, height: 240 } }, async ({ page, screenshot }) => {
  const [rack, timeline, panels] = await boxes(page, '.rack', '.timeline', '.switch');
  assert.ok(
    rack.height > 40 && rack.y + rack.height <= timeline.y + 1 && timeline.y + timeline.height <= panels.y,
    JSON.stringify([rack, timeline, panels]),
  );
  await page.locator('.switch button').nth(2).click();
  await page.locator('.term .host').waitFor();
  await screenshot('terminal');
});

journey(
  'leads to all panels where the page is enlarged twice',
  { size: { width: 720, height: 450 } },
  async ({ page, until }) => {
    await until('the whole page to be in sight', () =>
      page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight),
    );
    const [rack, timeline, panels] = await boxes(page, '.rack', '.timeline', '.switch');
    assert.ok(
      rack.height > 110 && rack.y + rack.height <= timeline.y + 1 && timeline.y + timeline.height <= panels.y,
      JSON.stringify([rack, timeline, panels]),
    );
    assert.ok(panels.y + panels.height <= 450, `the panels end at ${panels.y + panels.height}`);
  },
);

journey(
  'shows the cluster beside a lesson where the page is enlarged twice',
  { size: { width: 720, height: 450 } },
  async ({ page, until, axe, screenshot }) => {
    await page.locator('.water .lesson').click();
    await page.locator('.task').waitFor();
    const [rack, timeline, panels] = await boxes(page, '.rack', '.timeline', '.switch');
    assert.ok(
      rack.height > 130 && rack.y + rack.height <= timeline.y + 1 && timeline.y + timeline.height <= panels.y,
      JSON.stringify([rack, timeline, panels]),
    );
    await screenshot('lesson');
    // The words are one step away, and the keys keep their place where a terminal is shown.
    await page.locator('.task summary').press('Enter');
    await page.locator('.task li').first().waitFor();
    await page.locator('.switch button').nth(2).click();
    await until('a page no higher than the window', () =>
      page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight),
    );
    await axe();
  },
);

journey("shows what is chosen and what is drawn in the system's colours", {}, async ({ page, until, axe, screenshot }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await example(page, 'nginx-rc');
  await apply(page, 'replicationcontroller/nginx created');
  await until('bars that are full', async () => (await page.locator('.bars .full').count()) === 3);
  const look = (part, of) =>
    page
      .locator(part)
      .first()
      .evaluate((e, of) => getComputedStyle(e)[of], of);
  assert.equal(await look('.term .tab[aria-selected="true"]', 'outlineStyle'), 'solid');
  assert.equal(await look('.term .tab[aria-selected="false"]', 'outlineStyle'), 'none');
  assert.notEqual(await look('.bars .full', 'backgroundColor'), await look('body', 'backgroundColor'));
  // Of many files there is a list, which is a sign until it is open.
  await example(page, 'service');
  await page.locator('.edit select').waitFor();
  assert.equal(await look('.edit select', 'color'), 'rgba(0, 0, 0, 0)');
  await screenshot('forced');
  await axe();
});

journey('says how many pods wait, and why', {}, async ({ page, until, screenshot }) => {
  await type(
    page,
    'kubectl create deployment many --image=nginx --replicas=12 --dry-run=client -o yaml | kubectl set resources --local -f - --requests=cpu=16 -o yaml | kubectl apply -f -',
  );
  const queue = page.locator('.queue');
  await until('all of them', async () => (await queue.locator('h2 b').innerText()) === '12');
  await queue.locator('.why', { hasText: 'without enough cpu left' }).waitFor();
  await screenshot('queue');
  const [strip, why] = await boxes(page, '.queue', '.queue .why');
  assert.ok(why.x + why.width <= strip.x + strip.width, 'the reason is in sight');
});

const ROOM = Object.fromEntries(['capacity', 'allocatable'].map((all) => [all, { cpu: '4', memory: '8Gi', pods: '2' }]));
const FULL = [
  { seed: 1, nodes: [{ metadata: { name: 'small' }, status: ROOM }], inputs: [] },
  {
    t: 1,
    cmd: 'kubectl run once --image=busybox --restart=Never -- true; kubectl create deployment web --image=nginx --replicas=3',
  },
];

journey(
  'counts on a node what takes room there, and says when it is full',
  { storage: { 'kubarium.session': FULL.map((o) => JSON.stringify(o)).join('\n'), 'kubarium.moment': '20' } },
  async ({ page, screenshot }) => {
    await page.locator('.queue .why', { hasText: '1 with all the pods that they may hold' }).waitFor();
    await page.locator('.rack .pod', { hasText: 'Completed' }).waitFor();
    await page.locator('.node > header', { hasText: '2 of 2 pods' }).waitFor();
    // What cannot be done now does not look as if it could.
    await page.locator('.queue .pod').click();
    const shell = page.locator('.look .chip', { hasText: 'Shell' });
    await shell.waitFor();
    const colour = () => shell.evaluate((chip) => getComputedStyle(chip).color);
    const still = await colour();
    await shell.hover({ force: true });
    assert.equal(await colour(), still);
    await screenshot('full');
  },
);

journey(
  'tells long names apart, and says why they wait and what a node is tainted with',
  { size: 'laptop' },
  async ({ page, until, axe, screenshot }) => {
    const selector = `{"spec":{"nodeSelector":{"disk":"ssd"}}}`;
    await type(
      page,
      `for i in a b; do kubectl run payment-reconciliation-worker-$i --image=nginx --overrides='${selector}'; done`,
    );
    await type(page, 'kubectl taint node node2 example.com/only-for=the-db:NoSchedule');
    const queue = page.locator('.queue');
    await queue.locator('.why', { hasText: 'without the labels that it asks for (disk=ssd)' }).waitFor();
    await page.locator('.node header', { hasText: 'only-for=the-db:NoSchedule' }).waitFor();
    const hidden = (part) => page.locator(part).evaluateAll((all) => all.map((e) => Math.max(e.scrollWidth - e.clientWidth, 0)));
    assert.deepEqual(await hidden('.queue'), [0], 'all of the queue is in sight');
    assert.deepEqual(await hidden('.node .taint'), [0], 'and all of the taint');
    const [strip, why, amiss] = await boxes(page, '.queue', '.queue .why', '.amiss .list .end');
    assert.ok(amiss.width > 200, `what is amiss has a line: ${amiss.width}`);
    assert.ok(why.width > 120 && why.x + why.width <= strip.x + strip.width, JSON.stringify([strip, why]));
    assert.deepEqual(await queue.locator('.name span:nth-child(2)').allInnerTexts(), ['-a', '-b']);
    await screenshot('long');
    await axe();
  },
);

journey('is light on paper', { theme: 'dark', size: 'laptop' }, async ({ page, until, screenshot }) => {
  await type(page, 'kubectl run web --image=nginx');
  await page.locator('.node .pod', { hasText: 'Running' }).waitFor();
  const [ink, paper] = [
    () => page.evaluate(() => getComputedStyle(document.body).color),
    () => page.emulateMedia({ media: 'print' }),
  ];
  const dark = await ink();
  await paper();
  await until('dark ink', async () => (await ink()) !== dark);
  const row = page.locator('.term .xterm-rows > div').first();
  assert.equal(await row.evaluate((e) => getComputedStyle(e).color), await ink(), 'in the terminal, too');
  await screenshot('print');
});

for (const theme of ['light', 'dark']) {
  journey(`has stronger ink and edges for who asks for them: ${theme}`, { theme }, async ({ page, axe, screenshot }) => {
    await page.emulateMedia({ contrast: 'more' });
    await example(page, 'too-big');
    await apply(page, 'pod/too-big created');
    await page.locator('.pod', { hasText: 'too-big' }).click();
    await page.locator('.look .facts dt').first().waitFor();
    const [word, title] = await page.evaluate(() =>
      ['.look .facts dt', '.look h2'].map((part) => getComputedStyle(document.querySelector(part)).color),
    );
    assert.equal(word, title);
    await axe();
    await screenshot();
  });
}

journey('names many pods in short, and shows the nodes whole', { size: 'laptop' }, async ({ page, until, axe, screenshot }) => {
  await type(page, 'kubectl create deployment web --image=nginx --replicas=60');
  await type(page, 'kubectl expose deployment web --port=80');
  await until('sixty pods that run', async () => (await page.locator('.brief .pod.ok').count()) === 60);
  await until('their nodes in sight', async () => (await page.locator('.more').count()) === 0);
  const name = (await page.locator('.brief .pod').first().getAttribute('aria-label')).match(/web-\S+-(\w{5})/);
  assert.equal(await page.locator('.brief .pod').first().innerText(), name[1]);
  assert.equal((await page.locator('.brief .pod').first().boundingBox()).height, 24);
  await screenshot('brief');
  await axe();
  // What has no room for its kind says it where one rests.
  for (const title of ['Deployment web', 'Service web']) await page.locator(`.look [title="${title}"]`).waitFor();
  await page.locator('.brief .pod').first().click();
  await page.locator('.look h2', { hasText: name[1] }).waitFor();
  // Fewer have more room.
  await type(page, 'kubectl scale deployment web --replicas=9');
  await until('nine larger ones', async () => (await page.locator('.medium .pod').count()) === 9);
  // Those that are left have moved together.
  await until('their nodes whole', async () => {
    const [rack, last] = await boxes(page, '.rack', '.node:last-child');
    return last.y + last.height <= rack.y + rack.height + 1;
  });
});

journey('names some pods in two lines, whatever they say', { theme: 'dark' }, async ({ page, until, axe, screenshot }) => {
  const run = (names, image) =>
    type(
      page,
      `for i in ${names}; do kubectl run liveness-check-$i --image=${image} --overrides='{"spec":{"nodeName":"node1"}}'; done`,
    );
  await run('1 2 3 4', 'nosuch:1');
  const cells = page.locator('.tall .pod');
  await until(
    'four that have no image',
    async () => (await cells.filter({ hasText: /ErrImagePull|ImagePullBackOff/ }).count()) === 4,
  );
  const cut = () =>
    cells.evaluateAll((cells) =>
      cells
        .flatMap((cell) => [...cell.querySelectorAll('.name span:not(.sr), .state span:not(.sr)')])
        .filter((word) => word.scrollWidth > word.clientWidth + 1 || word.scrollHeight > word.clientHeight + 1)
        .map((word) => word.innerText),
    );
  assert.deepEqual(await cut(), []);
  await until('the cells where they stay', () =>
    page.evaluate(() =>
      document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity),
    ),
  );
  const [before] = await boxes(page, '.tall .pod');
  await screenshot('four');
  await axe();
  // One more, and another state, move and change none.
  await run('5', 'nginx');
  await cells.filter({ hasText: 'Running' }).waitFor();
  assert.deepEqual(await boxes(page, '.tall .pod'), [before]);
  await screenshot('five');
});

for (const size of [
  { width: 1280, height: 720 },
  { width: 900, height: 700 },
]) {
  journey(`moves nothing since something else has changed: ${size.width}`, { size }, async ({ page, until, screenshot }) => {
    const places = () => boxes(page, '.rack', '.term .head > .btn', '.term .head > .btn + .btn');
    const before = await places();
    // One waits for a node, and events come.
    await type(page, `kubectl run big --image=nginx --overrides='{"spec":{"nodeSelector":{"no":"where"}}}'`);
    await page.locator('.queue .pod', { hasText: 'big' }).waitFor();
    await type(page, 'kubectl create deployment web --image=nginx --replicas=2');
    // In several lines, for a terminal that shows few.
    await type(page, `C='"command":["sh","-c","until [ -e /tmp/end ]; do sleep 1; done"]'`);
    await type(page, `P='"readinessProbe":{"exec":{"command":["true"]}}'`);
    await type(
      page,
      'kubectl run short --image=nginx --restart=Never --overrides="{\\"spec\\":{\\"containers\\":[{\\"name\\":\\"c\\",\\"image\\":\\"nginx\\",$C,$P}]}}"',
    );
    const cell = page.locator('.node .pod', { hasText: 'short' });
    await cell.filter({ hasText: 'Running' }).waitFor();
    await until('more than nine events', async () => Number(await page.locator('.term .tab .n').innerText()) > 9);
    await cell.locator('.trace').waitFor();
    const parts = () => cell.locator('.name, .nuclei, .state').evaluateAll((parts) => parts.map((part) => part.offsetTop));
    const running = await parts();
    await screenshot('waiting');
    assert.deepEqual(await places(), before);
    // What has ended is probed no more.
    await type(page, 'kubectl exec short -- touch /tmp/end');
    await cell.filter({ hasText: 'Completed' }).waitFor();
    await cell.locator('.trace').waitFor({ state: 'detached' });
    assert.deepEqual(await parts(), running);
    assert.deepEqual(await places(), before);
  });
}

journey('turns a row of chips by the wheel', {}, async ({ page, until }) => {
  await type(page, 'for i in $(seq 8); do kubectl create deployment kubarium-$i --image=nginx; done');
  await until('all of them', async () => (await page.locator('.chips .chip').count()) === 8);
  const row = page.locator('.chips');
  await row.hover();
  await page.mouse.wheel(0, 2000);
  await until('the last one', async () => {
    const [all, last] = await boxes(page, '.chips', '.chips .chip:last-child');
    return last.x + last.width <= all.x + all.width;
  });
  await page.mouse.wheel(0, -2000);
  await until('the first one', () => row.evaluate((row) => row.scrollLeft === 0));
});
