// A finger instead of a mouse, and what is typed without keys: by the keyboards of screens, and by input methods.
import assert from 'node:assert/strict';
import { boxes, journey, screen, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

const PHONE = { touch: true, size: { width: 360, height: 640 } };
const TERMINAL = '.term .host:not([hidden])';
const panel = (page, n) => page.locator('.switch button').nth(n).tap();

/** A keyboard that tells no keys: what comes of them, and that there was one. */
async function keyboard(page, context) {
  const devtools = await context.newCDPSession(page);
  const key = (type, name) =>
    devtools.send('Input.dispatchKeyEvent', { type, windowsVirtualKeyCode: 229, key: name ?? 'Unidentified' });
  return {
    /** An input method is at these letters, which may stand for some that are there. */
    composes: async (text, [from, to] = []) => {
      await key('rawKeyDown');
      const instead = from === undefined ? {} : { replacementStart: from, replacementEnd: to };
      await devtools.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
        ...instead,
      });
      await key('keyUp');
    },
    /** These letters come, instead of what the input method is at. */
    types: async (text, name) => {
      await key('rawKeyDown', name);
      await devtools.send('Input.insertText', { text });
      await key('keyUp', name);
    },
    /** So many letters go, at once. */
    deletes: async (times) => {
      await key('rawKeyDown');
      await page.evaluate((times) => Array.from({ length: times }, () => document.execCommand('delete')), times);
      await key('keyUp');
    },
    presses: (name) => key('rawKeyDown', name),
  };
}

/** Drags a finger over the page. */
async function drag(page, context, [x, from], to) {
  const devtools = await context.newCDPSession(page);
  const touch = (type, ...points) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  await touch('touchStart', { x, y: from });
  for (let step = 1; step <= 8; step++) await touch('touchMove', { x, y: from + ((to - from) * step) / 8 });
  await touch('touchEnd');
}

journey('takes what a keyboard without keys types into the terminal', PHONE, async ({ page, context, until }) => {
  await panel(page, 2);
  await page.locator(TERMINAL).tap();
  const { composes, types, deletes } = await keyboard(page, context);
  const line = (text) =>
    until(`the line to be ${text}`, async () => (await screen(page)).trimEnd().endsWith(`root@workstation:~# ${text}`.trimEnd()));
  await types('echo ');
  // An input method: given up, taken back letter by letter, committed.
  await composes('ni');
  await composes('');
  await composes('ni');
  await composes('nihao');
  await composes('你好');
  await line('echo');
  await types('你好');
  await line('echo 你好');
  // A word that is put right after it was typed, and several letters that go at once.
  await types(' pdos');
  await composes('pods', [8, 12]);
  await types('pods');
  await line('echo 你好 pods');
  await deletes(5);
  await line('echo 你好');
  await page.keyboard.press('Enter');
  await until('it to run once', async () => /# echo 你好\n你好\n/.test((await screen(page)).replace(/ +\n/g, '\n')));
  await line('');
});

journey('leaves Enter and Escape to an input method', {}, async ({ page, context, until }) => {
  await page.locator('.bar h1').click();
  await page.keyboard.press(':');
  const field = page.locator('.palette input');
  await until('the field to take the focus', () => field.evaluate((field) => field === document.activeElement));
  const { composes, types, presses } = await keyboard(page, context);
  await composes('share');
  await page.locator('.palette li', { hasText: 'Share' }).waitFor();
  await presses('Escape');
  await presses('Enter');
  await types('share', 'Enter');
  assert.equal(await field.inputValue(), 'share');
  await page.keyboard.press('Enter');
  await page.locator('.share').waitFor();
});

journey('scrolls the terminal by a finger', PHONE, async ({ page, context, until, screenshot }) => {
  await panel(page, 2);
  await type(page, 'for i in $(seq 200); do echo line $i; done');
  await until('the last line', async () => /line 200\n/.test(await screen(page)));
  const [{ x, y, height }] = await boxes(page, TERMINAL);
  await drag(page, context, [x + 100, y + 20], y + height - 20);
  await until('what stood above', async () => !/line 200\n/.test(await screen(page)));
  await screenshot('above');
  for (let i = 0; i < 4; i++) await drag(page, context, [x + 100, y + height - 20], y + 20);
  await until('the end again', async () => /line 200\n/.test(await screen(page)));
  // The text that a finger marks is there to be found.
  const found = await page.evaluate(
    ([x, y]) => document.elementFromPoint(x, y).closest('.xterm-accessibility-tree') !== null,
    [x + 15, y + 15],
  );
  assert.ok(found, 'text under the finger');
});

journey(
  'has a palette for who has no keys, and nothing too small to hit',
  { ...PHONE, language: 'zh-CN' },
  async ({ page, until, axe }) => {
    // What a finger hits that comes down beside the middle of each part, but where that is not in sight as a whole.
    const missed = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('button, input, select, summary')]
          .filter((part) => {
            if (part.closest('.body, .rack')) part.scrollIntoView({ block: 'center' });
            const box = part.getBoundingClientRect();
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            const hits = (x, y) => part.contains(document.elementFromPoint(x, y));
            return (
              hits(x, y) &&
              [
                [-11.5, 0],
                [11.5, 0],
                [0, -11.5],
                [0, 11.5],
              ].some(([dx, dy]) => !hits(x + dx, y + dy))
            );
          })
          .map((part) => part.outerHTML.slice(0, 120)),
      );
    for (const n of [1, 2, 3, 0]) {
      await panel(page, n);
      await until(
        `all to be hit in panel ${n}`,
        async () => (await missed()).length === 0 || assert.fail((await missed()).join('\n')),
      );
    }
    await page.locator('.strip input').fill('0');
    await page.getByRole('button', { name: '回到现在' }).waitFor();
    assert.deepEqual(await missed(), []);
    await page.getByRole('button', { name: '命令面板' }).tap();
    await axe();
    await page.locator('.palette li', { hasText: '表格' }).tap();
    await page.locator('.table-wrap').waitFor();
  },
);

journey('pastes into the terminal by a finger', PHONE, async ({ page, until }) => {
  await panel(page, 2);
  await page.evaluate(() => navigator.clipboard.writeText('echo from the clipboard'));
  await page.locator('.strokes').getByRole('button', { name: 'Paste' }).tap();
  await until('what was copied', async () => /echo from the clipboard/.test(await screen(page)));
});

journey('says so where the browser does not let it paste', PHONE, async ({ page }) => {
  await panel(page, 2);
  await page.evaluate(() => {
    Clipboard.prototype.readText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await page.locator('.strokes').getByRole('button', { name: 'Paste' }).tap();
  await page.locator('.notice.bad', { hasText: 'did not let the page read the clipboard' }).waitFor();
});

journey('shows the whole task by a tap, and where its commands are still hit', PHONE, async ({ page, until, screenshot }) => {
  await page.locator('.water .lesson').tap();
  const words = page.locator('.task p');
  const cut = () => words.evaluate((words) => words.scrollHeight - words.clientHeight > 2);
  await until('a task that is cut', cut);
  await words.tap();
  await until('all of it', async () => !(await cut()));
  const [rack, timeline, panels] = await boxes(page, '.rack', '.timeline', '.switch');
  assert.ok(rack.y + rack.height <= timeline.y + 1 && timeline.y + timeline.height <= panels.y, 'it covers nothing');
  await screenshot('whole');
  await page.locator('.task li').getByRole('button', { name: 'kubectl get pods -o wide' }).tap();
  await until('the command in the terminal', async () => /kubectl get pods -o wide/.test(await screen(page)));
  assert.ok(await cut(), 'what was tapped leaves the terminal its room');
});

journey('follows a task from check to check', { ...PHONE, language: 'zh-CN' }, async ({ page, until, screenshot }) => {
  const task = page.locator('.task');
  const enter = () => page.locator('.strokes').getByRole('button', { name: 'Enter' }).tap();
  /** Whether this part of the task stands between its title and its lower edge. */
  const inSight = (part) =>
    task.evaluate((task, part) => {
      const [all, title, it] = [task, task.querySelector('summary'), task.querySelector(part)].map((e) =>
        e.getBoundingClientRect(),
      );
      return it.top >= title.bottom - 1 && it.bottom <= all.bottom + 1;
    }, part);
  await page.locator('.water .lesson').tap();
  await until('the first check', () => inSight('li:first-child button'));
  assert.ok(!(await inSight('li:last-child button')), 'there is no room for all');
  await task.getByRole('button', { name: 'kubectl create deployment web' }).tap();
  await enter();
  await until('what is to be done next', () => inSight('li:last-child:not(.ok) button'));
  await page.locator('[role=log]', { hasText: '已完成：它的 Pod 就绪' }).waitFor({ state: 'attached' });
  await screenshot('next');
  await task.getByRole('button', { name: 'kubectl delete deployment web' }).tap();
  await enter();
  // Another one begins with its first words.
  await task.getByRole('button', { name: /^下一课/ }).tap();
  await task.locator('h2', { hasText: '找出问题' }).waitFor();
  await until('the beginning', () => task.evaluate((task) => task.scrollTop === 0));
});

const stuck = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'picky' },
  spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'c', image: 'nginx' }] },
};
const WAITING = (names) => ({
  'kubarium.session': [
    { seed: 1, inputs: [] },
    {
      t: 0,
      cmd: 'kubectl apply -f all.json',
      files: {
        'all.json': names.map((name) => JSON.stringify({ ...stuck, metadata: { name } })).join('\n---\n'),
      },
    },
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
});
for (const names of [['picky'], ['picky-one', 'picky-two'], ['a', 'b', 'c', 'd', 'e', 'f']]) {
  journey(
    `says on a phone why no node takes ${names.length}, and shows two nodes`,
    { ...PHONE, language: 'zh-CN', storage: WAITING(names) },
    async ({ page, until, axe, screenshot }) => {
      await page.locator('.queue .why', { hasText: /没有节点能接收这个 Pod：3 个节点没有它要求的标签（disk=ssd）/ }).waitFor();
      const [strip, why, pod, rack, second] = await boxes(
        page,
        '.queue',
        '.queue .why',
        '.queue .pod',
        '.rack',
        '.node:nth-child(2)',
      );
      assert.ok(strip.height < 90 && pod.y + pod.height <= why.y && why.width > 280, JSON.stringify([strip, pod, why]));
      assert.ok(why.y + why.height <= strip.y + strip.height, 'the strip holds its words');
      assert.ok(second.y + 100 < rack.y + rack.height, JSON.stringify([rack, second]));
      await screenshot();
      await axe();
      // What leads to other events takes a row only once it has something to say.
      const low = async () => (await boxes(page, '.timeline'))[0].height;
      const before = await low();
      const kinds = page.locator('.timeline > select');
      await kinds.selectOption('Warning');
      await until('the row', async () => (await low()) > before + 12);
      await kinds.selectOption('');
      await until('no row', async () => (await low()) === before);
    },
  );
}

journey(
  'says on a tablet below two that wait why the first does',
  { size: { width: 768, height: 1024 }, storage: WAITING(['picky-one', 'picky-two']) },
  async ({ page }) => {
    await page.locator('.queue .why', { hasText: /^picky-one · No node can take this pod: 3 without the labels/ }).waitFor();
    const [strip, why, pod] = await boxes(page, '.queue', '.queue .why', '.queue .pod');
    assert.ok(pod.y + pod.height <= why.y && why.width > 280, JSON.stringify([pod, why]));
    assert.ok(why.y + why.height <= strip.y + strip.height, 'the strip holds its words');
  },
);

// Probes that count so far, all together, that no machine keeps up with the highest speed.
const COUNTS = 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done';
const probed = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 60,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'c', image: 'nginx', readinessProbe: { exec: { command: ['sh', '-c', COUNTS] }, periodSeconds: 1 } },
        ],
      },
    },
  },
};
const BUSY = {
  'kubarium.session': [
    { seed: 1, inputs: [] },
    { t: 0, cmd: 'kubectl apply -f web.json', files: { 'web.json': JSON.stringify(probed) } },
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
};
journey(
  'sets the speed by a finger, and says why the clock is late',
  { ...PHONE, storage: BUSY },
  async ({ page, until, screenshot }) => {
    const [slider] = await boxes(page, '.speed input');
    assert.ok(slider.width >= 60, `there is room for ten speeds: ${slider.width}`);
    await page.locator('.node .pod').first().waitFor();
    await page.locator('.speed input').fill('9');
    // It comes and goes: a tap gives it the focus, and that shows its words.
    await until('the words', () =>
      page.evaluate(() => {
        const late = document.querySelector('.late');
        const before = late?.querySelector('.wide').checkVisibility();
        late?.focus();
        return before === false && late.querySelector('.wide').checkVisibility();
      }),
    );
    await screenshot();
  },
);

for (const query of ['?embed', '?embed=term']) {
  journey(
    `sets the speed where it is embedded in what a phone shows: ${query}`,
    { touch: true, size: { width: 328, height: 480 }, query },
    async ({ page }) => {
      const [slider, clock, share] = await boxes(page, '.speed input', '.clock', '.bar .outline');
      assert.ok(slider.width >= 56, `there is room for ten speeds: ${slider.width}`);
      assert.ok(clock.x >= 0 && clock.x + clock.width <= share.x && share.x + share.width <= 328, JSON.stringify([clock, share]));
      await page.locator('.speed input').fill('9');
      const [output, around] = await boxes(page, '.speed output', '.clock');
      assert.ok(output.x + output.width <= around.x + around.width, 'the highest speed is read whole');
    },
  );
}

for (const language of ['en-US', 'zh-CN']) {
  journey(
    `has the whole bar in sight on a tablet: ${language}`,
    { touch: true, size: { width: 768, height: 1024 }, language },
    async ({ page }) => {
      const [help] = await boxes(page, '.bar > :last-child');
      assert.ok(help.x + help.width <= 768, `the last button ends at ${help.x + help.width}`);
    },
  );
}

journey('stays where it was scrolled when the past is left', PHONE, async ({ page, until }) => {
  await panel(page, 2);
  await type(page, 'kubectl create deployment web --image=nginx --replicas=6');
  await until('six pods', async () => (await page.locator('.node .pod').count()) === 6);
  await panel(page, 0);
  const back = page.getByRole('button', { name: 'Back to now' });
  // The newest moment may be the very one that the first step leads to.
  await until('the past', async () => {
    await page.locator('.strip input').press('ArrowLeft');
    return back.isVisible();
  });
  await back.tap();
  await back.waitFor({ state: 'detached' });
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
  assert.equal(await page.locator('.rack').evaluate((rack) => rack.scrollTop), 0);
});

journey('has what stands above the page in its middle, and the last terminal in sight', PHONE, async ({ page, until }) => {
  const middle = async (part) => {
    const [box] = await boxes(page, part);
    assert.ok(box.x >= 0 && Math.abs(box.x + box.width / 2 - 180) < 1, `${part}: ${JSON.stringify(box)}`);
  };
  await page.locator('.bar .all').tap();
  await page.locator('.palette').waitFor();
  await middle('.palette');
  await page.keyboard.press('Escape');
  await page.locator('.bar .outline').tap();
  await page.locator('.share').waitFor();
  await middle('.share');
  await page.keyboard.press('Escape');
  await panel(page, 2);
  for (let n = 2; n <= 5; n++) {
    await page.getByRole('button', { name: 'New terminal' }).tap();
    await until(`terminal ${n} to be named whole`, async () => {
      const [row, tab] = await boxes(page, '.term .tabs', '.term .tab[aria-selected=true]');
      return tab.x >= row.x && tab.x + tab.width <= row.x + row.width;
    });
  }
});

journey('makes room for a keyboard that lies over the page', PHONE, async ({ page, until }) => {
  await panel(page, 2);
  const keyboard = (height) =>
    page.evaluate((height) => {
      Object.defineProperty(VisualViewport.prototype, 'height', { configurable: true, get: () => height });
      visualViewport.dispatchEvent(new Event('resize'));
    }, height);
  const end = async () => (await boxes(page, '.page'))[0].height;
  await keyboard(340);
  await until('the page to be as high as is seen of it', async () => (await end()) === 340);
  await keyboard(640);
  await until('the page to be whole again', async () => (await end()) === 640);
});

journey('carries no sheet out of the picture', PHONE, async ({ page, until }) => {
  await panel(page, 1);
  await example(page, 'config-volume');
  await apply(page, 'pod/painter created');
  await panel(page, 0);
  await page.locator('.node .pod', { hasText: 'Running' }).waitFor();
  await page.locator('.rack').evaluate((rack) => (rack.scrollTop = 0));
  // As low as it may be, whichever node it is on.
  await page.addStyleTag({ content: '.node:has(.pod) { order: 1; } .node { min-height: 400px; }' });
  await page.evaluate(() => {
    const lowest = () => {
      const [sheet, rack] = ['.carried', '.rack'].map((part) => document.querySelector(part)?.getBoundingClientRect());
      if (sheet) window.lowest = Math.max(window.lowest ?? 0, sheet.top + sheet.height / 2 - rack.bottom);
      requestAnimationFrame(lowest);
    };
    lowest();
  });
  await panel(page, 2);
  await type(page, `kubectl patch configmap palette -p '{"data":{"colour":"coral"}}'`);
  await panel(page, 0);
  await page.locator('.speed input').fill('6');
  await until('a sheet', () => page.evaluate(() => window.lowest !== undefined));
  await page.locator('.carried').waitFor({ state: 'detached' });
  assert.ok((await page.evaluate(() => window.lowest)) < 12, 'it stays within the picture');
});

journey('has the cursor where it is after wide letters and pictures', {}, async ({ page, until }) => {
  await type(page, ':');
  await page.keyboard.insertText('echo 🐳你a');
  await page.keyboard.press('ArrowLeft');
  const under = page.locator(`${TERMINAL} .xterm-cursor`);
  await until('the cursor to stand on the last letter', async () => (await under.innerText()) === 'a');
});
