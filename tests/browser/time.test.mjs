// Going back in time: the timeline, a past moment as it was (the terminal too), branches, the next event of a kind.
import assert from 'node:assert/strict';
import { boxes, journey, pause, screen, seconds, type } from './harness.mjs';
import { apply } from './manifests.mjs';

/** Drags the timeline's cursor to a moment, in seconds. */
const drag = (page, seconds) => page.locator('.strip input').fill(String(seconds * 1000));

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `goes back in time: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400 },
    async ({ page, until, screenshot, axe }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await panel(1);
      await apply(page, 'pod/liveness-exec created');
      const applied = await seconds(page);
      await panel(2);
      await type(page, 'kubectl get pods');
      await until('a listing', async () => /liveness-exec/.test(await screen(page)));
      await panel(0);
      await page.locator('.speed input').fill('7');
      await until('a restart', async () => (await page.locator('.pod .again').count()) > 0);
      await pause(page);
      await screenshot('now');
      // The scale: a few round moments whose labels do not touch, and the moment under the pointer.
      const labels = await page.locator('.strip > small').evaluateAll((all) =>
        all
          .map((l) => l.getBoundingClientRect())
          .filter((r) => r.width > 0)
          .map((r) => [r.left, r.right]),
      );
      assert.ok(labels.length > 1 && labels.length <= 8, `${labels.length} labels`);
      labels.slice(1).forEach((l, i) => assert.ok(l[0] >= labels[i][1], 'labels overlap'));
      await page.locator('.strip').hover();
      await page.locator('.strip .at').waitFor();
      const [strip, tag] = await boxes(page, '.strip', '.strip .at');
      assert.ok(tag.y + tag.height <= strip.y, 'the moment is above the pointer');
      assert.ok(
        Math.abs(tag.x + tag.width / 2 - strip.x - strip.width / 2) < 4,
        `${tag.x} ${tag.width} for ${strip.x} ${strip.width}`,
      );
      await page.mouse.move(strip.x, strip.y - 60);
      const clock = await page.locator('.time').boundingBox();
      await drag(page, applied + 9);
      await until('that moment', async () => Math.abs((await seconds(page)) - applied - 9) <= 1);
      assert.equal(await page.locator('.pod .again').count(), 0, 'not yet restarted');
      assert.match(await page.locator('.pod').innerText(), /Running/);
      await screenshot('past');
      assert.deepEqual(await page.locator('.time').boundingBox(), clock, 'the clock is as wide as it was');
      await axe();
      // There is room for what had happened, on a phone in two lines beside the way back.
      const [words, row] = await boxes(page, '.caption > span', '.caption .solid');
      assert.ok(words.width > (narrow ? 140 : 200) && row.y < words.y + words.height, JSON.stringify([words, row]));
      if (!narrow) await page.locator('.node .pod').click();
      await drag(page, 0);
      if (!narrow) {
        await page.locator('.look .empty', { hasText: 'It is not there at this moment.' }).waitFor();
        // Where the cursor goes on, what was there stands there: it does not fall from the queue once more.
        await drag(page, applied + 5);
        await until('the pod', async () => (await page.locator('.node .pod').count()) === 1);
        assert.equal(
          await page
            .locator('.node .pod')
            .evaluate(
              (pod) => pod.getAnimations().filter((a) => a.playState === 'running' && a.effect.getTiming().duration > 100).length,
            ),
          0,
        );
        await drag(page, 0);
      }
      await until('an empty cluster', async () => (await page.locator('.pod').count()) === 0);
      await panel(2);
      await until('the terminal as it was', async () => !/liveness-exec/.test(await screen(page)));
      await panel(0);
      // The next event, then back to now by the keyboard.
      await page.locator('body').press('n');
      await page.locator('.caption', { hasText: 'Scheduled' }).waitFor();
      await page.locator('body').press('0');
      await until('the restart is there again', async () => (await page.locator('.pod .again').count()) > 0);
      await panel(2);
      await until('the listing is there again', async () => /liveness-exec/.test(await screen(page)));
      if (narrow)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');
    },
  );
}

journey(
  'begins a branch where something is done in the past, and keeps what was',
  { theme: 'light' },
  async ({ page, until, screenshot }) => {
    await apply(page, 'pod/liveness-exec created');
    const applied = await seconds(page);
    await page.locator('.speed input').fill('7');
    await until('a restart', async () => (await page.locator('.pod .again').count()) > 0);
    await pause(page);
    await drag(page, applied + 8);
    await type(page, 'kubectl run other --image=nginx');
    // What says that the clock stands lets it go on.
    await page.locator('.term .hint', { hasText: 'The clock is paused' }).click();
    await page.locator('.pod', { hasText: 'other' }).waitFor();
    await until('two courses', async () => (await page.locator('.caption select option').count()) === 2);
    await page.locator('.sheet', { hasText: 'What differs' }).locator('td', { hasText: 'pod other' }).waitFor();
    await screenshot('branch');
    await page.locator('.caption select').selectOption('0');
    await until('the first course', async () => (await page.locator('.pod').count()) === 1);
    assert.equal(await page.locator('.pod .again').count(), 1);
  },
);

journey('runs until the next warning, and takes the last thing back', { theme: 'dark' }, async ({ page, until }) => {
  await apply(page, 'pod/liveness-exec created');
  await page.locator('.timeline > select').selectOption('Unhealthy');
  await page.locator('.timeline > select').blur();
  await page.locator('body').press('n');
  await page.locator('.caption', { hasText: 'Unhealthy' }).waitFor();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  await page.locator('body').press('Control+z');
  await page.locator('.answer', { hasText: 'Taken back' }).waitFor();
  await until('no pod', async () => (await page.locator('.pod').count()) === 0);
  // Where none comes within an hour the clock stops there.
  await page.locator('.timeline > select').selectOption('NodeNotReady');
  await page.locator('.timeline > select').blur();
  await page.locator('body').press('n');
  await until(
    'the end of an hour',
    async () => Math.abs((await seconds(page)) - 3660) <= 60 && (await page.getByRole('button', { name: 'Play' }).count()) === 1,
  );
});

journey(
  'says which events the cluster keeps no more',
  { theme: 'light', language: 'en-US' },
  async ({ page, until, screenshot }) => {
    await apply(page, 'pod/liveness-exec created');
    await page.locator('.speed input').fill('9');
    await page.getByRole('tab', { name: 'Events' }).first().click();
    await until('more than an hour', async () => (await page.locator('.term .feed .note').count()) > 0);
    await pause(page);
    await screenshot('events');
    const rows = await page
      .locator('.term .feed li')
      .evaluateAll((all) => all.map((row) => [row.className, row.querySelector('b')?.textContent ?? '']));
    const note = rows.findIndex(([kind]) => kind === 'note');
    assert.ok(note > 0, 'what goes on is kept');
    assert.ok(
      rows.slice(note).some(([, reason]) => reason === 'Scheduled'),
      'the first events are gone',
    );
    assert.ok((await page.locator('.term .feed .note p').boundingBox()).width > 500, 'it has the width of the list');
  },
);
