// What is done to the cluster by hand beyond manifests: load on a service, faults of nodes and pods; and one pod cut open.
// Each waits for what stays, never for a moment in between.
import assert from 'node:assert/strict';
import { boxes, journey, pause, screen, seconds, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

const speed = (page, n) => page.locator('.speed input').fill(String(n));
const fits = async (page, size) =>
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `sends load to a service, drawn by hand: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400 },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await panel(1);
      await example(page, 'service');
      await apply(page, 'service/web created');
      await panel(0);
      await speed(page, 5);
      await until('two open doors', async () => (await page.locator('.pod .door.ok').count()) === 2);
      await speed(page, 3);
      const asWide = async () => (await boxes(page, '.chip[title="Service"]'))[0].width;
      const before = await asWide();
      await page.locator('.chip[title="Service"]', { hasText: /^web/ }).click();
      await panel(3);
      const sliders = page.locator('.eq input');
      for (let i = 0; i < 9; i++) await sliders.nth(i).fill('40');
      await sliders.nth(3).focus();
      await page.keyboard.press('ArrowUp');
      await until('one step more', async () => (await sliders.nth(3).inputValue()) === '45');
      await page.getByRole('button', { name: /^(Send|发送)$/ }).click();
      // The space bar is for the clock only where it is not for a button.
      await page.locator('.bar h1').click();
      await panel(0);
      await until('requests on their way', async () => (await page.locator('.traffic .leg.runs').count()) >= 3);
      await page.locator('.chip', { hasText: /[1-9][\d.]*(\/s|\/秒)/ }).waitFor();
      // A digit may stand where a point stood.
      assert.ok(Math.abs((await asWide()) - before) < 6, 'no chip makes room for them');
      // Of what kind each of the same name is, is told to who does not see its sign.
      for (const kind of ['ReplicationController', 'Service']) await page.getByRole('button', { name: `web ${kind}` }).waitFor();
      await pause(page);
      // They begin in sight, and end at the pods, also where these have just come and the clock stands.
      for (const pass of ['now', 'in the picture that is back']) {
        await until(`every way is where its ends are, ${pass}`, () =>
          page.evaluate(() => {
            const [tank, chips, rack] = ['.tank', '.chips', '.rack'].map((part) =>
              document.querySelector(part).getBoundingClientRect(),
            );
            const tops = [...document.querySelectorAll('.node .pod')].map((pod) =>
              Math.round(Math.min(pod.getBoundingClientRect().top, rack.bottom) - tank.top),
            );
            const ways = [...document.querySelectorAll('.traffic .way')].map((way) =>
              way.getAttribute('d').match(/-?\d+/g).map(Number),
            );
            const seen = (x) => x >= chips.left - tank.left && x <= chips.right - tank.left;
            return (
              ways.length >= 3 &&
              ways.every((way) => seen(way[0]) && way.at(-1) > 0) &&
              ways.slice(0, 3).filter((way) => tops.some((top) => Math.abs(top - way.at(-1)) <= 1)).length >= 2
            );
          }),
        );
        await page.locator('body').press('t');
        await page.locator('.tank table').waitFor();
        await page.locator('body').press('t');
      }
      await screenshot('load');
      await axe();
      await panel(3);
      await page
        .locator('.sheet', { hasText: /Requests|请求/ })
        .locator('td', { hasText: /→/ })
        .first()
        .waitFor();
      // Whoever comes back sees the curve that runs, and how far it has come.
      await page.locator('.look .title .btn').click();
      await page
        .locator('.look .list button', { hasText: 'web' })
        .filter({ hasText: /reaches|可达/ })
        .click();
      await until('the curve that runs', async () => (await sliders.nth(3).inputValue()) === '45');
      await page.locator('.eq i').waitFor();
      await screenshot('requests');
      await axe();
      if (narrow) await fits(page, size);
      // It is an input like any other: it can be taken back.
      await page.locator('.bar h1').click();
      await page.locator('body').press('Control+z');
      await page
        .locator('.answer, [role=log]', { hasText: /Taken back|已撤销/ })
        .first()
        .waitFor({ state: 'attached' });
      await panel(0);
      await until('no requests', async () => (await page.locator('.traffic .leg.runs').count()) === 0);
    },
  );
}

journey('draws a curve with the mouse, and shows what is dropped', { theme: 'light' }, async ({ page, until, screenshot }) => {
  await example(page, 'service');
  await apply(page, 'service/web created');
  await page.locator('.chip[title="Service"]', { hasText: /^web/ }).click();
  // Once it has come to rest.
  await page.locator('.eq').hover();
  const [box] = await boxes(page, '.eq');
  await page.mouse.move(box.x + 2, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 3, box.y + box.height * 0.8, { steps: 26 });
  await page.mouse.up();
  const drawn = (slider, most) => until(`more than ${most}`, async () => Number(await slider.inputValue()) > most);
  await drawn(page.locator('.eq input').first(), 80);
  await drawn(page.locator('.eq input').last(), 20);
  await type(page, 'kubectl scale rc web --replicas=0');
  await until('no pods', async () => (await page.locator('.node .pod').count()) === 0);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.traffic .leg.bad .drop').first().waitFor();
  await page.locator('.chip', { hasText: '✕' }).waitFor();
  await screenshot('dropped');
  // What goes to an end is not said to run for ever after.
  await page.locator('.curve p', { hasText: 'a load runs' }).waitFor();
  await page.locator('.eq input').last().fill('0');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.speed input').fill('6');
  await until('the load to end', async () => !/a load runs/.test(await page.locator('.curve p').innerText()));
  // A drag that begins elsewhere moves no edge.
  const [look, edge] = await boxes(page, '.look', '.at-look');
  await page.mouse.move(edge.x - 60, edge.y + 200);
  await page.mouse.down();
  await page.mouse.move(edge.x + 100, edge.y + 200, { steps: 40 });
  await page.mouse.up();
  assert.deepEqual(await boxes(page, '.look'), [look]);
});

journey('breaks a node in four ways, and mends it', { theme: 'dark' }, async ({ page, until, axe, screenshot }) => {
  await example(page, 'nginx-rc');
  await apply(page, 'replicationcontroller/nginx created');
  await until('a pod on each', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3);
  const node = page.locator('.node').first();
  await node.locator('header button').click();
  await until('it to be marked as what is looked at', async () => /\bon\b/.test(await node.getAttribute('class')));
  const height = (await node.boundingBox()).height;
  for (const [deed, sign, mend] of [
    ['Slow its disk', 'disk 20× slow', 'Disk as before'],
    ['Slow its registry', 'registry 20× slow', 'Registry as before'],
    ['Cut its network', 'no network', 'Restore its network'],
  ]) {
    await page.getByRole('button', { name: deed }).click();
    await node.locator('.tag', { hasText: sign }).waitFor();
    await until(
      'its words to be seen',
      async () => (await node.locator('.tag span', { hasText: sign }).boundingBox()).width > 50,
    );
    assert.equal(
      await node.locator('.tag span', { hasText: sign }).evaluate((words) => getComputedStyle(words).clipPath),
      'none',
      'all of them',
    );
    await page.getByRole('button', { name: mend }).waitFor();
  }
  assert.equal((await node.boundingBox()).height, height, 'it does not grow, and moves no other');
  await speed(page, 7);
  await page.locator('.node.off').waitFor();
  await screenshot('broken');
  await axe();
  for (const mend of ['Restore its network', 'Registry as before', 'Disk as before'])
    await page.getByRole('button', { name: mend }).click();
  await until(
    'all is well',
    async () => (await page.locator('.node.off').count()) === 0 && (await node.locator('.tag.bad').count()) === 0,
  );
});

journey("fills a pod's memory until it is killed", { theme: 'light' }, async ({ page, until, axe, screenshot }) => {
  await type(
    page,
    'kubectl create deployment small --image=nginx && kubectl set resources deployment small --limits=cpu=200m,memory=64Mi',
  );
  await until('the one pod that has limits', () =>
    page.locator('.node .pod').evaluateAll((pods) => pods.length === 1 && pods[0].querySelectorAll('.use').length === 2),
  );
  await page.locator('.node .pod').first().click();
  await page.getByRole('button', { name: 'Fill its memory' }).click();
  await page.locator('.node .pod .tag', { hasText: 'OOMKilled' }).waitFor();
  await screenshot('killed');
  await axe();
});

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `cuts a pod open, and its sheet comes late: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400 },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await panel(1);
      await example(page, 'config-volume');
      await apply(page, 'pod/painter created');
      await panel(0);
      await page.locator('.node .pod', { hasText: 'Running' }).click();
      await panel(0);
      await page.getByRole('button', { name: /Cross-section|剖面图/ }).click();
      for (const part of [/painter/, /busybox/, /\/etc\/palette/, /palette/])
        await page.locator('.cut', { hasText: part }).waitFor();
      const file = page.locator('.cut .volume .says', { hasText: '/etc/palette/colour' });
      await file.locator('code', { hasText: 'turquoise' }).waitFor();
      await screenshot('fresh');
      await axe();
      await panel(2);
      await type(page, `kubectl patch configmap palette -p '{"data":{"colour":"coral"}}'`);
      await until('its answer', async () => /palette patched/.test(await screen(page)));
      await panel(0);
      // The kubelet does not come by while all this is looked at.
      await pause(page);
      const paper = page.locator('.cut .paper');
      await paper.locator('.gone', { hasText: /until the container starts anew|容器重启后/ }).waitFor();
      await paper.locator('code', { hasText: 'COLOUR=turquoise' }).waitFor();
      // The source says the new colour, the file the old one still, and when that ends.
      await paper.locator('.says', { hasText: /colour\s*coral/ }).waitFor();
      await page.locator('.cut .volume .sign.warn b', { hasText: /^\d+s$/ }).waitFor();
      assert.match(await file.innerText(), /turquoise/);
      await page.locator('.chips .chip', { hasText: /palette.*(old copies: 1|1 个 Pod 中是旧的)/ }).waitFor();
      await screenshot('stale');
      await page.keyboard.press(' ');
      await speed(page, 7);
      await until(
        'the file has come, the variable stays old',
        async () => (await paper.locator('.ok').count()) === 1 && (await paper.locator('.gone').count()) === 1,
      );
      await file.locator('code', { hasText: 'coral' }).waitFor();
      if (narrow) await fits(page, size);
      await page.locator('.cut .btn').click();
      await page.locator('.pod .sign.gone').waitFor();
      await screenshot('signs');
    },
  );
}

journey(
  'shows the files of the past, who changed what, and two courses at one moment',
  { theme: 'dark' },
  async ({ page, until, axe, screenshot }) => {
    await apply(page, 'pod/liveness-exec created');
    await page.locator('.node .pod').waitFor();
    await page.locator('.node .pod').first().click();
    await page.locator('.sheet', { hasText: 'What changed' }).getByRole('button').click();
    await page
      .locator('.sheet', { hasText: 'What changed' })
      .locator('td', { hasText: /^kubelet$/ })
      .first()
      .waitFor();
    await screenshot('who');
    await speed(page, 7);
    await until('a minute', async () => (await seconds(page)) >= 60);
    await pause(page);
    // The past has its lines where the editor has them, broken in the same places and within their own depth.
    const lines = (all) => page.locator(all).evaluateAll((lines) => lines.slice(0, 12).map((line) => line.offsetHeight));
    const written = await lines('.cm-line');
    await page.locator('.strip input').fill('20000');
    await page.locator('.edit .text.past', { hasText: 'liveness-exec' }).waitFor();
    assert.deepEqual(
      (await lines('.text.past .line')).map((height) => Math.round(height / 20)),
      written.map((height) => Math.round(height / 20)),
    );
    const indent = await page
      .locator('.text.past .line', { hasText: 'echo ok' })
      .evaluate((line) => getComputedStyle(line).textIndent);
    assert.ok(parseFloat(indent) < -50, indent);
    await screenshot('past');
    await axe();
    await type(page, 'kubectl run other --image=nginx');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.pod', { hasText: 'other' }).waitFor();
    // The branch must have come further than the moment that is gone to.
    await until('half a minute', async () => Number(await page.locator('.strip input').getAttribute('max')) > 30_000);
    await pause(page);
    await page.locator('.strip input').fill('25000');
    await page.locator('.look .title .btn').click();
    const beside = page.locator('.sheet', { hasText: 'What differs' });
    await until('both at the same moment', async () =>
      /Branch 1 from 00:2\d · 00:25.*Original · 00:25/s.test(await beside.innerText()),
    );
    // Each side has half of the room, below what it is said of.
    const [table, name, side] = await boxes(
      page,
      ...['', ' td:first-child', ' td:nth-child(2)'].map((part) => `.sheet:has(+ .sides) table${part}`),
    );
    assert.ok(
      name.width > table.width - 4 && side.y >= name.y + name.height - 1 && side.width > table.width / 2 - 4,
      JSON.stringify([table, name, side]),
    );
    await axe();
    // Of the pods only those that differ are named.
    assert.match(await page.locator('.sides').innerText(), /other\s*–\s*alike on both sides: 1/);
    await screenshot('beside');
  },
);
