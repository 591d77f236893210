// The lessons: begun from the empty cluster, done by the commands among their words, one after the other, and kept as done.
import assert from 'node:assert/strict';
import { boxes, journey, pause, screen, type } from './harness.mjs';
import { apply } from './manifests.mjs';

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `learns by a lesson, and goes on to the next: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400 },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      const task = page.locator('.task');
      const ticked = async () => [await task.locator('li.ok').count(), await task.locator('li').count()].join(' of ');
      /** Puts a command into the terminal by a click, and enters it: with a phone's own keys, beside the task. */
      const run = async (command) => {
        await task.getByRole('button', { name: command }).click();
        await until(`the terminal to show ${command}`, async () =>
          (await screen(page)).replace(/\s/g, '').includes(command.replace(/\s/g, '')),
        );
        await until('the focus in the terminal', () =>
          page.evaluate(() => document.activeElement.closest('.term .host') !== null),
        );
        if (narrow) {
          const host = page.locator('.term .host:not([hidden])');
          const [around, lines, said] = await boxes(
            page,
            '.term .host:not([hidden])',
            '.term .host:not([hidden]) .xterm-screen',
            '.task',
          );
          assert.ok(lines.x >= around.x && lines.x + lines.width <= around.x + around.width, 'lines are broken, not cut');
          assert.ok(said.height > 100 && said.y + said.height <= around.y, 'the task is in sight');
          await page.locator('.strokes').getByRole('button', { name: 'Enter' }).click();
          assert.ok(await host.evaluate((host) => host.contains(document.activeElement)), 'the terminal keeps the focus');
        } else {
          await page.keyboard.press('Enter');
        }
      };
      await page.locator('.water .lesson').click();
      await task.locator('h2', { hasText: /Deploy an application|部署应用/ }).waitFor();
      assert.equal(await ticked(), '0 of 3');
      await screenshot('begun');
      await axe();
      await run('kubectl create deployment web --image=nginx');
      await until('the pod is ready', async () => (await ticked()) === '2 of 3');
      await screenshot('on-the-way');
      // What was put there and not entered makes way.
      await task.getByRole('button', { name: 'kubectl get pods -o wide' }).click();
      const tall = async () => (await boxes(page, '.task'))[0].height;
      const before = await tall();
      await run('kubectl delete deployment web');
      await until('all is done', async () => (await ticked()) === '3 of 3');
      await task.getByRole('button', { name: /^(Next lesson|下一课)/ }).waitFor();
      assert.equal(await tall(), before, 'nothing makes room for the way on');
      assert.doesNotMatch(await screen(page), /wide *kubectl/);
      await screenshot('done');
      const [around, onward] = await boxes(page, '.task', '.onward .btn');
      assert.ok(onward.y >= around.y && onward.y + onward.height <= around.y + around.height, 'the way on is in sight');
      // It leaves a longer title its room.
      const cut = await task.locator('h2').evaluate((title) => {
        const own = title.firstChild.data;
        title.firstChild.data = 'Settings from a ConfigMap';
        const wide = title.scrollWidth - title.clientWidth;
        title.firstChild.data = own;
        return wide;
      });
      assert.ok(cut <= 0, `${cut} pixels of the title are out of sight`);
      await axe();
      await task.getByRole('button', { name: /Next lesson: Find out what is wrong|下一课：找出问题/ }).click();
      await task.locator('h2', { hasText: /Find out what is wrong|找出问题/ }).waitFor();
      await page.locator('.node .pod', { hasText: /shop/ }).waitFor();
      // It is another session, and the menu remembers.
      await panel(1);
      await page.getByRole('button', { name: /^(Lessons|课程)$/ }).click();
      await page.getByRole('menuitem', { name: /(Deploy an application|部署应用).*(Done|已完成)/ }).waitFor();
      assert.equal(await page.locator('.menu .tag.ok').count(), 1);
      await screenshot('menu');
      await axe();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^(Examples|示例)$/ }).click();
      const [menu] = await boxes(page, '.menu');
      assert.ok(menu.x >= 0 && menu.x + menu.width <= size.width, `the menu ends at ${menu.x + menu.width}`);
      if (narrow)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');
    },
  );
}

// The task stands beside the cluster, which keeps its room, and what is for authors is not in the editor.
for (const [width, height] of [
  [1440, 900],
  [1280, 720],
  [1024, 768],
  [900, 700],
]) {
  journey(
    `shows three nodes whole beside a lesson: ${width}`,
    { size: { width, height } },
    async ({ page, until, screenshot }) => {
      await page.locator('.water .lesson').click();
      const task = page.locator('.task');
      await task.locator('h2', { hasText: 'Deploy an application' }).waitFor();
      await type(page, 'kubectl create deployment web --image=nginx --replicas=3');
      await until('three pods', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3);
      await until('three nodes in sight', async () => (await page.locator('.more').count()) === 0);
      const rack = await page.locator('.rack').evaluate((rack) => rack.scrollHeight - rack.clientHeight);
      assert.ok(rack <= 1, `${rack} pixels are out of sight`);
      const [box, tank, side] = await boxes(page, '.task', '.tank', '.edit');
      assert.ok(box.height > 150 && side.height > 120 && box.y + box.height <= side.y, JSON.stringify([box, side]));
      assert.ok(box.x + box.width <= tank.x || tank.x + tank.width <= box.x, 'beside it');
      const hidden = await task.evaluate((task) => task.scrollHeight - task.clientHeight);
      assert.ok(hidden <= 0, `${hidden} pixels of the task are out of sight`);
      assert.equal(await page.locator('.edit .tab').count(), 0);
      await screenshot(`beside-${width}`);
    },
  );
}

for (const language of ['en-US', 'zh-CN']) {
  journey(
    `shows all checks of the longest lesson where the page is low: ${language}`,
    { size: 'laptop', language },
    async ({ page, screenshot }) => {
      await page.getByRole('button', { name: /^(Lessons|课程)$/ }).click();
      await page.getByRole('menuitem', { name: /A queue of work|工作队列/ }).click();
      await page.locator('.task li').nth(3).waitFor();
      await screenshot();
      const hidden = await page.locator('.task').evaluate((task) => task.scrollHeight - task.clientHeight);
      assert.ok(hidden <= 0, `${hidden} pixels of the task are out of sight`);
    },
  );
}

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `goes back to the session whose place a lesson took: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400 },
    async ({ page, until, axe, screenshot }) => {
      const panel = async (n) => size.width < 760 && page.locator('.switch button').nth(n).click();
      const [notice, own] = [page.locator('.notice'), page.locator('.node .pod', { hasText: 'liveness-exec' })];
      const lesson = async () => {
        await panel(1);
        await page.getByRole('button', { name: /^(Lessons|课程)$/ }).click();
        await page.getByRole('menuitem').nth(1).click();
        await page.locator('.task h2', { hasText: /Find out what is wrong|找出问题/ }).waitFor();
      };
      await lesson();
      await page.locator('.node .pod', { hasText: /shop/ }).first().waitFor();
      await panel(1);
      await page
        .locator('.bar')
        .getByRole('button', { name: /Share|分享/ })
        .click();
      await page.getByRole('button', { name: /^(New session|新建会话)/ }).click();
      await notice.waitFor();
      await page
        .getByRole('button', { name: /^(Close|关闭)$/ })
        .last()
        .click();
      await notice.waitFor({ state: 'detached' });
      await panel(1);
      await apply(page, 'pod/liveness-exec created');
      await panel(0);
      await own.waitFor();
      // Taken back and done once more, so that there are two branches.
      const branches = () => page.locator('.caption > select option').count();
      await page.locator('.bar h1').click();
      await page.keyboard.press('Control+z');
      await until('a branch without it', async () => (await branches()) === 2 && (await own.count()) === 0);
      await panel(1);
      await apply(page, 'pod/liveness-exec created');
      await panel(0);
      await own.waitFor();
      await lesson();
      await screenshot('offered');
      await axe();
      // What it says covers nothing: neither what the page's lower edge has, nor the last row of a menu.
      for (const [n, part] of [
        [0, '.timeline'],
        [1, '.edit'],
        [2, '.term'],
      ]) {
        await panel(n);
        const [said, other] = await boxes(page, '.notice', part);
        assert.ok(
          other.height > 0 && (other.y + other.height <= said.y || other.x + other.width <= said.x),
          `${part} is covered`,
        );
      }
      await panel(1);
      await page.getByRole('button', { name: /^(Lessons|课程)$/ }).click();
      await page.getByRole('menuitem').last().click({ trial: true });
      await page.keyboard.press('Escape');
      await notice.getByRole('button', { name: /Back to the one before|返回之前的会话/ }).click();
      await panel(0);
      await own.waitFor();
      assert.equal(await page.locator('.task').count(), 0);
      assert.equal(await branches(), 2, 'it has its branches still');
      // It says so, too, where the last thing that was done is that another session began.
      await page
        .locator('.bar')
        .getByRole('button', { name: /Share|分享/ })
        .click();
      await page.getByRole('button', { name: /^(New session|新建会话)/ }).click();
      await until('an empty cluster', async () => (await own.count()) === 0);
      await page.locator('.bar h1').click();
      await page.keyboard.press('Control+z');
      await panel(0);
      await own.waitFor();
      // The way back outlives the page, for whoever has not chosen yet.
      await lesson();
      await notice.waitFor();
      const anew = async () => {
        await page.reload();
        await page.locator('.node .pod', { hasText: /shop/ }).first().waitFor();
      };
      await anew();
      await screenshot('offered-anew');
      await notice.getByRole('button', { name: /Back to the one before|返回之前的会话/ }).click();
      await own.waitFor();
      assert.equal(await page.locator('.task').count(), 0);
      // Who goes on has chosen.
      await lesson();
      await notice.waitFor();
      await panel(2);
      await type(page, 'kubectl get pods');
      await notice.waitFor({ state: 'detached' });
      await panel(0);
      await anew();
      assert.equal(await notice.count(), 0);
    },
  );
}

journey('begins each session at its own pace, and goes through menus by keys', {}, async ({ page, until, axe }) => {
  const focused = (what) =>
    until(`the focus on ${what}`, () => page.evaluate((what) => document.activeElement.textContent.startsWith(what), what));
  const lessons = page.getByRole('button', { name: 'Lessons', exact: true });
  await pause(page);
  for (let i = 0; i < 6; i++) await page.keyboard.press(']');
  await page.locator('.speed output', { hasText: '1000×' }).waitFor();
  await lessons.focus();
  await page.keyboard.press('Enter');
  await focused('Deploy an application');
  await page.keyboard.press('ArrowDown');
  await focused('Find out what is wrong');
  await page.keyboard.press('Escape');
  await focused('Lessons');
  await page.keyboard.press('Enter');
  await focused('Deploy an application');
  await page.keyboard.press('ArrowDown');
  await focused('Find out what is wrong');
  await page.keyboard.press('Enter');
  await page.locator('.task h2', { hasText: 'Find out what is wrong' }).waitFor();
  await page.locator('.speed output', { hasText: /^1×$/ }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await focused('Lessons');
  // The palette knows them by their number and by their name.
  await page.locator('.bar h1').click();
  await page.keyboard.press(':');
  await page.keyboard.type('lesson 13');
  await until('the last lesson', async () => (await page.locator('.palette li').count()) === 1);
  await page.getByRole('combobox').last().fill('deploy an');
  await axe();
  await page.locator('.palette li', { hasText: 'Deploy an application' }).click();
  await page.locator('.task h2', { hasText: 'Deploy an application' }).waitFor();
});

journey('leads from what is gone back to the last that happened to it', {}, async ({ page, until, axe, screenshot }) => {
  await type(page, 'kubectl create deployment web --image=nginx');
  const pod = page.locator('.node .pod');
  await pod.filter({ hasText: 'Running' }).click();
  await page.locator('.look h2', { hasText: 'web-' }).waitFor();
  const name = await page.locator('.look h2').innerText();
  await type(page, `kubectl delete pod ${name}`);
  const back = page.locator('.look').getByRole('button', { name: 'To its last change' });
  await back.waitFor();
  await screenshot('gone');
  await axe();
  await back.click();
  // Its controller may have made another at that very moment.
  await page.locator('.caption', { hasText: /Killing|SuccessfulCreate/ }).waitFor();
  await until('it is there', async () => (await pod.filter({ hasText: name.slice(-5) }).count()) === 1);
});

journey('offers no way back where nothing was done', {}, async ({ page }) => {
  await page.locator('.water .lesson').click();
  await page.locator('.task h2').waitFor();
  assert.equal(await page.locator('.notice').count(), 0);
});
