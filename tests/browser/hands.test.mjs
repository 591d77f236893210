// A process killed by hand, the search in the terminal, and exercises: from the author's file to the reader's ticks.
import assert from 'node:assert/strict';
import { boxes, journey, pause, screen, seconds, type } from './harness.mjs';
import { example } from './manifests.mjs';

const LOOKS = [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
];
const opener = (page, size) => async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
const fits = async (page, size) =>
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: {
    containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 1000 & wait; echo the first is gone; sleep 2000'] }],
  },
};
const STORAGE = {
  'kubarium.session': [
    { seed: 1, inputs: [] },
    { t: 0, cmd: 'kubectl apply -f p.json', files: { 'p.json': JSON.stringify(pod) } },
  ]
    .map((o) => JSON.stringify(o))
    .join('\n'),
  'kubarium.moment': '12',
};

const EXERCISE = `title: A web server, three times
text: |
${'  Bring a web server up three times over, and let the cluster reach it by one name.\n'.repeat(8)}
checks:
- text: There is a Deployment called web
  wait: --for=create deployment/web
- text: A Service called web reaches them
  wait: --for=create service/web
`;

journey('leaves alone what lies behind the help', { storage: STORAGE }, async ({ page, until }) => {
  await page.locator('.node .pod', { hasText: 'Running' }).click();
  await page.locator('.look h2', { hasText: /^p$/ }).waitFor();
  await page.locator('.bar h1').click();
  await page.keyboard.press('?');
  await page.locator('.modal').waitFor();
  for (const key of ['Control+d', 'Control+z', 'e', 't', ']', '0']) await page.keyboard.press(key);
  await page.keyboard.press('?');
  await page.locator('.modal').waitFor({ state: 'detached' });
  // What a key of those did is seen at once; a second is more than enough.
  await page.waitForTimeout(1000);
  assert.equal(await page.locator('table.pods').count(), 0, 'it is no table');
  assert.equal(await page.locator('.edit .tab', { hasText: 'pod-p.yaml' }).count(), 0, 'nothing is edited');
  assert.equal(await page.locator('.node .pod', { hasText: 'Running' }).count(), 1, 'the pod runs on');
  await page.keyboard.press(':');
  const chosen = page.locator('.palette [aria-selected=true]');
  for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowUp');
  await until('what is chosen is in sight', async () => {
    const [list, entry] = await boxes(page, '.palette ul', '.palette [aria-selected=true]');
    return entry.y >= list.y - 1 && entry.y + entry.height <= list.y + list.height + 1;
  });
  await chosen.waitFor();
  await page.locator('.palette input').fill('no such thing');
  await page.locator('.palette .empty').waitFor();
  assert.equal(await page.locator('.palette input').getAttribute('aria-activedescendant'), null);
});

for (const [theme, language, size] of LOOKS) {
  journey(
    `kills one process of a container: ${theme} ${language} ${size.width}`,
    { theme, language, size, storage: STORAGE },
    async ({ page, until, axe, screenshot }) => {
      const panel = opener(page, size);
      await page.locator('.node .pod', { hasText: 'Running' }).click();
      await panel(3);
      await page.locator('.look .tab', { hasText: /Inside|内部/ }).click();
      const process = (command) =>
        page.locator('.procs li').filter({ has: page.locator('b', { hasText: new RegExp(`^${command}$`) }) });
      await process('sleep 1000').waitFor();
      await until('both processes', async () => (await page.locator('.procs li').count()) === 2);
      await screenshot('processes');
      await axe();
      if (size.width < 760) await fits(page, size);
      await page.locator('.look .list button', { hasText: /^etc$/ }).click();
      await page
        .locator('.look .list .end', { hasText: /^\d+B$/ })
        .first()
        .waitFor();
      // By the keyboard, as all else.
      await process('sleep 1000')
        .getByRole('button', { name: /Kill process \d+: sleep 1000|杀死进程 \d+：sleep 1000/ })
        .press('Enter');
      await process('sleep 2000').waitFor();
      await until('one is gone', async () => (await process('sleep 1000').count()) === 0);
      await page.locator('.look .tab', { hasText: /Logs|日志/ }).click();
      await page.locator('.look pre', { hasText: 'the first is gone' }).waitFor();
      // The container runs on, and what was done can be taken back.
      assert.equal(await page.locator('.pod .again').count(), 0);
      await page.locator('.bar h1').click();
      await page.locator('body').press('Control+z');
      await page.locator('.look .tab', { hasText: /Inside|内部/ }).click();
      await process('sleep 1000').waitFor();
    },
  );

  journey(
    `searches what the terminal shows: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const panel = opener(page, size);
      await panel(2);
      await type(page, 'for i in $(seq 120); do echo line $i; done');
      await until('the last line', async () => /line 120/.test(await screen(page)));
      await page.keyboard.press('Control+Shift+F');
      const seek = page.locator('.seek');
      const said = (text) => until(`it says ${text}`, async () => (await seek.getByRole('status').innerText()) === text);
      const of = (n, all) => (language === 'zh-CN' ? `第 ${n} 处，共 ${all} 处` : `${n} of ${all}`);
      await until('the field has the focus', async () =>
        seek.locator('input').evaluate((input) => input === document.activeElement),
      );
      await page.keyboard.type('LINE 11');
      await said(of(11, 11));
      await until(
        'marks',
        async () => (await page.locator('.xterm .found.on').count()) === 1 && (await page.locator('.xterm .found').count()) > 5,
      );
      await page.keyboard.press('Shift+Enter');
      await said(of(1, 11));
      await until('the first is seen', async () => /line 11\n/.test(await screen(page)));
      await screenshot('found');
      await axe();
      if (size.width < 760) await fits(page, size);
      await page.keyboard.press('Enter');
      await said(of(11, 11));
      await seek.locator('input').fill('nowhere');
      await said(language === 'zh-CN' ? '没有找到' : 'nothing found');
      await seek.locator('input').fill('line 1');
      await said(of(32, 32));
      await page.keyboard.press('Escape');
      await until(
        'the search is gone, and its marks',
        async () => (await seek.count()) + (await page.locator('.xterm .found').count()) === 0,
      );
      // The terminal has the focus again.
      await page.keyboard.type('echo on');
      await page.keyboard.press('Enter');
      await until('what is typed goes there', async () => /echo on\s+on\b/.test(await screen(page)));
      // While more comes, the count goes on.
      await page
        .locator('.term .head')
        .getByRole('button', { name: /Find in the terminal|在终端中查找/ })
        .click();
      await seek.locator('input').fill('line 120');
      await said(of(1, 1));
      await page.keyboard.press('Escape');
      // The palette knows it too.
      await page.locator('.bar h1').click();
      await page.keyboard.press(':');
      await page.locator('.palette input').fill(language === 'zh-CN' ? '终端中查找' : 'find in');
      await page.keyboard.press('Enter');
      await until('the field has the focus again', async () =>
        seek.locator('input').evaluate((input) => input === document.activeElement),
      );
    },
  );

  journey(
    `sets an exercise, and ticks what is done: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 760 },
    async ({ page, until, axe, screenshot }) => {
      const panel = opener(page, size);
      const task = page.locator('.task');
      await panel(1);
      await example(page, 'exercise');
      await until('the button to know that it is nothing for the cluster', () =>
        page.getByRole('button', { name: /^(Apply|应用)$/ }).isDisabled(),
      );
      await page.locator('.edit .foot small', { hasText: /share the session|请分享会话/ }).waitFor();
      // What the author writes is seen at once, and what is wrong with it.
      await page.locator('#editor .cm-content').click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('\n  when: never');
      await page.locator('.problems button', { hasText: 'unknown field "checks[2].when"' }).waitFor();
      for (let i = 0; i < '\n  when: never'.length; i++) await page.keyboard.press('Backspace');
      await until('no problem left', async () => (await page.locator('.problems').count()) === 0);
      await panel(0);
      await until('three checks', async () => (await task.locator('li').count()) === 3);
      assert.equal(await task.locator('li.ok').count(), 0);
      await screenshot('set');
      await axe();
      if (size.width < 760) await fits(page, size);
      // The reader has it by the author's link, within the author's text.
      await page
        .locator('.bar')
        .getByRole('button', { name: /Share|分享/ })
        .click();
      const address = await page.locator('.share input').inputValue();
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      await page.goto(address.replace('#', '?embed=term#'));
      await task.waitFor();
      await type(page, 'kubectl create deployment web --image=nginx --replicas=3');
      await until('two are ticked', async () => (await task.locator('li.ok').count()) === 2);
      await until('it is spoken', async () =>
        /Three of its pods are ready|它的三个 Pod 已就绪/.test(await page.locator('[role=log]').innerText()),
      );
      await screenshot('on-the-way');
      await axe();
      // What is done and what is not is seen, however long the words beside it are.
      const [box, last] = await boxes(page, '.task', '.task li:last-child');
      assert.ok(last.y + last.height <= box.y + box.height, JSON.stringify([box, last]));
      assert.ok((await page.locator('.rack').boundingBox()).height > 120, 'and so is the cluster');
      await type(page, 'kubectl expose deployment web --port=80');
      await task.locator('summary', { hasText: /All done|全部完成/ }).waitFor();
      // What has held stays ticked; in the past it is as it was then.
      await type(page, 'kubectl scale deployment web --replicas=1');
      await until('one pod', async () => (await page.locator('.pod').count()) === 1);
      assert.equal(await task.locator('li.ok').count(), 3);
      await screenshot('done');
      await axe();
      if (size.width < 760) await fits(page, size);
      await page.locator('.strip input').fill('0');
      await until('nothing yet', async () => (await task.locator('li.ok').count()) === 0);
      await page.getByRole('button', { name: /Back to now|回到现在/ }).click();
      await until('all again', async () => (await task.locator('li.ok').count()) === 3);
      await task.locator('summary').press('Enter');
      await task.locator('li').first().waitFor({ state: 'hidden' });
    },
  );
}

/** Opens a tutorial that embeds the page's session, and keeps what that tells it in `told`; returns the frame. */
async function tutorial(page, how) {
  await page.locator('.bar').getByRole('button', { name: 'Share' }).click();
  const link = await page.locator('.share input').inputValue();
  await page.evaluate(() => localStorage.clear());
  const body = `<!doctype html><html lang="en"><title>A tutorial</title><h1>A tutorial</h1>
    <script>const told = []; addEventListener('message', ({ data }) => data.kubarium && told.push(data));</script>
    <iframe title="A cluster" width="1000" height="700" src="${link.replace('#', `${how}#`)}"></iframe><button>Mine</button>`;
  await page.route('**/tutorial', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(new URL('tutorial', link).href);
  return page.frameLocator('iframe');
}

journey('tells the page around it how far an exercise is', {}, async ({ page, until }) => {
  await example(page, 'exercise');
  const frame = await tutorial(page, '?embed=term');
  const told = () => page.evaluate(() => told.findLast((t) => t.kubarium === 'exercise'));
  await until('the task is told', async () => (await told())?.checks.join() === 'false,false,false');
  await until('its terminal to take the focus', async () => {
    await frame.locator('.term .host:not([hidden])').click();
    return frame.locator('.term .host:not([hidden])').evaluate((element) => element.contains(document.activeElement));
  });
  await page.keyboard.type('kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80\n');
  await until('all is done', async () => (await told()).done);
  assert.deepEqual(await told(), {
    kubarium: 'exercise',
    title: 'A web server, three times',
    checks: [true, true, true],
    done: true,
  });
});

/** Says something to the page that a tutorial embeds. */
const say = (page, said) => page.evaluate((said) => document.querySelector('iframe').contentWindow.postMessage(said, '*'), said);

journey('takes commands from the page around it', {}, async ({ page, until, screenshot }) => {
  const frame = await tutorial(page, '?embed=term');
  await until('it to be ready', () => page.evaluate(() => told.some((t) => t.kubarium === 'ready')));
  await page.getByRole('button', { name: 'Mine' }).focus();
  // What is no command is nobody's.
  for (const wrong of [
    null,
    'run',
    { kubarium: 'run' },
    { kubarium: 'run', command: 7 },
    { kubarium: 'stop', command: 'reboot' },
  ]) {
    await say(page, wrong);
  }
  const manifest = 'apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: c, image: nginx}]}';
  await say(page, { kubarium: 'run', command: `kubectl apply -f - <<EOF\n${manifest}\nEOF\n` });
  await frame.locator('.node .pod').waitFor();
  const text = () => frame.locator('.term .xterm-rows').first().innerText();
  await until('its answer', async () => /pod\/one created/.test(await text()));
  const focused = (selector) => page.evaluate((selector) => document.activeElement.matches(selector), selector);
  assert.ok(await focused('button'), 'whoever reads around it loses the focus');
  // What is only put there waits for the reader, in place of what stood there.
  await say(page, { kubarium: 'type', command: 'kubectl delete pod one' });
  await say(page, { kubarium: 'type', command: 'kubectl get pods' });
  await until('the focus in its terminal', () => focused('iframe'));
  await until('the command at its prompt', async () => /# kubectl get pods\s*$/.test(await text()));
  await screenshot('tutorial');
  await page.keyboard.press('Enter');
  await until('the list', async () => /one\s+\d\/1\s+\w+/.test(await text()));
});

journey('takes commands from the page around it where only its picture is shown', {}, async ({ page, until }) => {
  const frame = await tutorial(page, '?embed');
  await until('it to be ready', () => page.evaluate(() => told.some((t) => t.kubarium === 'ready')));
  await say(page, { kubarium: 'run', command: 'kubectl create deployment web --image=nginx --replicas=2' });
  await until('two pods', async () => (await frame.locator('.node .pod').count()) === 2);
});

journey(
  'shows a node beside an exercise where both are embedded low',
  {
    size: { width: 480, height: 320 },
    query: '?embed=term',
    storage: {
      'kubarium.session': [
        { seed: 1, files: { 'exercise.yaml': EXERCISE }, inputs: [] },
        { t: 0, cmd: 'kubectl create deployment web --image=nginx --replicas=3' },
      ]
        .map((o) => JSON.stringify(o))
        .join('\n'),
    },
  },
  async ({ page, until, axe, screenshot }) => {
    const [task, pod] = ['.task', '.node .pod'].map((part) => page.locator(part).first());
    await until('what is done to be told', async () => /1 of 2/.test(await task.innerText()));
    await pod.waitFor();
    const inSight = async () => {
      const [rack, box] = await boxes(page, '.rack', '.node .pod');
      return box.y >= rack.y && box.y + box.height <= rack.y + rack.height;
    };
    await until('the pod in sight', inSight);
    await axe();
    await screenshot('folded');
    // The words are one step away.
    await task.locator('summary').press('Enter');
    await task.locator('li').last().waitFor();
    await screenshot('unfolded');
    await axe();
  },
);

journey('says what is wrong with a check', {}, async ({ page }) => {
  await example(page, 'exercise');
  await page.locator('#editor .cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n- wait: --for=gone pod/a');
  await page.locator('.task code', { hasText: 'unrecognized condition: "gone"' }).waitFor();
});

journey('takes a selection over where it is of what the terminal says', {}, async ({ page, until }) => {
  await type(page, 'for i in 1 2 3 4 5 6; do echo line $i; done');
  await until('the last line', async () => /line 6/.test(await screen(page)));
  const reader = page.locator('.term .host:not([hidden]) .xterm-accessibility-tree');
  await until('the lines where a screen reader finds them', async () => /line 6/.test(await reader.innerText()));
  const select = (from, to) =>
    reader.evaluate(
      (tree, [from, to]) => {
        const place = ([row, at, isRow]) =>
          row < 0 ? [document.querySelector('.bar h1'), 0] : [isRow ? tree.children[row] : tree.children[row].firstChild, at];
        getSelection().setBaseAndExtent(...place(from), ...place(to));
      },
      [from, to],
    );
  const marked = () => page.locator('.term .host:not([hidden]) .xterm-selection div').count();
  // Dragged from elsewhere, and before the first row, as where that is written anew meanwhile: nothing that could be marked, nor an error.
  await select([-1], [0, 0, true]);
  await select([2, 3], [2, 1, true]);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
  assert.equal(await marked(), 0);
  await select([1, 0], [2, 4]);
  await until('the lines to be marked', async () => (await marked()) > 0);
});

journey('closes terminals', { theme: 'light' }, async ({ page, until, axe, screenshot }) => {
  const tabs = page.locator('.term .tab', { hasText: 'Terminal' });
  const named = async () => (await tabs.allInnerTexts()).map((name) => name.trim()).join();
  const front = () => page.locator('.term .tab[aria-selected=true]').innerText();
  const typing = () => page.evaluate(() => document.activeElement?.closest('.term .host:not([hidden])') !== null);
  await until('the first one', async () => /workstation/.test(await screen(page)));
  assert.equal(await page.locator('.closable').count(), 0, 'the last one stays');
  for (let n = 2; n <= 4; n++) {
    await page.getByRole('button', { name: 'New terminal' }).click();
    await until(
      `terminal ${n}`,
      async () => /workstation/.test(await screen(page)) && (await front()).trim() === `Terminal ${n}`,
    );
    await until('it to be typed into', typing);
  }
  await type(page, 'sleep 1000 && echo never');
  await screenshot('four');
  await axe();
  // By the cross: the one beside it is in front, and is typed into.
  await page.locator('.closable', { hasText: 'Terminal 4' }).locator('.x').click();
  await until('three', async () => (await named()) === 'Terminal 1,Terminal 2,Terminal 3');
  await until('the one beside it', async () => (await front()).trim() === 'Terminal 3' && (await typing()));
  // By the middle button: what is in front stays there.
  await tabs.nth(1).click({ button: 'middle' });
  await until('two', async () => (await named()) === 'Terminal 1,Terminal 3');
  assert.equal((await front()).trim(), 'Terminal 3');
  await type(page, 'ps -ef | grep -c "[s]leep 1000"');
  await until('what ran there to be gone', async () => /\n0\s/.test(await screen(page)));
  // By the keyboard, which stays among the tabs.
  await page.getByRole('button', { name: 'New terminal' }).click();
  await until('a fourth', async () => (await front()).trim() === 'Terminal 4' && (await typing()));
  await tabs.nth(2).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Delete');
  await until('two again', async () => (await named()) === 'Terminal 1,Terminal 4');
  // The shell's end is the terminal's.
  await type(page, 'exit');
  await until('the last one', async () => (await named()) === 'Terminal' && (await page.locator('.closable').count()) === 0);
  await until('it to be typed into', typing);
  await type(page, 'echo still here');
  await pause(page);
  const end = await seconds(page);
  // The past has the terminals of then, and looking at it gives none of them the focus.
  let most = 0;
  for (let at = 0; at < end; at++) {
    await page.locator('.strip input').fill(String(at * 1000));
    await until('that moment', async () => (await seconds(page)) === at);
    if (at === 0) assert.equal(await tabs.count(), 1);
    most = Math.max(most, await tabs.count());
  }
  assert.ok(most > 1, 'more of them in the past');
  assert.equal(await page.locator('.caption select').count(), 0, 'no branch has begun');
  assert.ok(!(await typing()));
  // Loaded again, the session has what was left.
  await page.reload();
  await until('the session is back', async () => /still here/.test(await screen(page)) && (await named()) === 'Terminal');
});

journey('shows what is pasted line by line', { theme: 'dark' }, async ({ page, until }) => {
  const lines = ['cat <<EOF', 'one', 'two', 'EOF'];
  const shown = /# cat <<EOF\n> one\n> two\n> EOF\none\ntwo\n\S+#/;
  const screenful = async () => (await screen(page)).replace(/[^\S\n]+\n/g, '\n').replaceAll('\u00a0', ' ');
  await until('a prompt', async () => /workstation/.test(await screen(page)));
  await page.locator('.term .host').click();
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${lines.join('\n')}\n`);
  await page.keyboard.press('Control+v');
  await until('each behind its prompt', async () => shown.test(await screenful()));
  await page.reload();
  await until('the same again', async () => shown.test(await screenful()));
});
