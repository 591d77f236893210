// What the picture shows beyond single pods: two generations, services' doors, the autoscaler's gauge, a ConfigMap that is late.
import assert from 'node:assert/strict';
import { boxes, journey, pause, stands, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

for (const theme of ['dark', 'light']) {
  journey(`shows a rollout as two generations: ${theme}`, { theme }, async ({ page, until, axe, screenshot }) => {
    await example(page, 'rollout');
    await apply(page, 'service/web created');
    await page.locator('.speed input').fill('5');
    await until('three open doors', async () => (await page.locator('.pod .door.ok').count()) === 3);
    await page.locator('.speed input').fill('3');
    const chip = page.locator('.chips .chip', { hasText: 'Deployment' });
    const { width } = await chip.boundingBox();
    await type(page, 'kubectl set image deployment/web web=nginx:1.25');
    // What passes is looked at slowly, and then with the clock at rest.
    await page.locator('.speed input').fill('1');
    await until('an old pod, and a new one that is not in yet', () =>
      page.evaluate(() => ['.pod.old', '.pod:not(.old) .door.warn'].every((part) => document.querySelector(part))),
    );
    await pause(page);
    await chip.filter({ hasText: 'older' }).waitFor();
    assert.equal((await chip.boundingBox()).width, width, 'what is beside it stays where it is');
    await page.locator('.pod.old .older', { hasText: 'older' }).first().waitFor();
    await page.locator('.pod:not(.old) .older', { hasText: 'newer' }).first().waitFor();
    await page.locator('.look .list .end', { hasText: /\d of 3 ready · \d older/ }).waitFor();
    await screenshot('between');
    await axe();
    await page.keyboard.press(' ');
    await page.locator('.speed input').fill('6');
    await until(
      'no old pod',
      async () => (await page.locator('.pod').count()) === 3 && (await page.locator('.pod .older').count()) === 0,
    );
  });
}

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `shows an autoscaler as a gauge: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await panel(1);
      await example(page, 'autoscaler');
      await apply(page, 'horizontalpodautoscaler.autoscaling/api created');
      await panel(0);
      // Its needle stands beside what it scales, and leads to its arithmetic, as its name does.
      const needle = page.locator('.chips .chip', { has: page.locator('.dial') });
      if (narrow) {
        await page.locator('.bar h1').click();
        await page.keyboard.press(':');
        await page.getByRole('combobox').last().fill('hpa');
        await page.keyboard.press('Enter');
        await panel(3);
        // Until then the rows there are the workloads'.
        await page.locator('.look h2', { hasText: 'HorizontalPodAutoscaler' }).waitFor();
        await page.locator('.look li button').first().click();
      } else {
        await type(page, 'kubectl run beside --image=nginx');
        await page.locator('.node .pod', { hasText: 'beside' }).waitFor();
        await needle.click();
        await page.locator('.node .pod.dim', { hasText: 'beside' }).waitFor();
        assert.equal(await page.locator('.node .pod.dim').count(), 1, 'what it scales stands out');
      }
      await page.locator('.hpa output', { hasText: '–' }).waitFor();
      await page.locator('.hpa input').fill('800');
      await page.locator('.speed input').fill('7');
      await until('eight pods', async () =>
        /^[78]$/.test(
          await page
            .locator('.sheet td', { hasText: /^[78]$/ })
            .first()
            .innerText(),
        ),
      );
      assert.match(await needle.textContent(), /api.*\d %/);
      await until('a chart', async () => (await page.locator('.hpa figure').count()) === 1);
      for (const bound of ['max 8', 'min 1']) await page.locator('.hpa .bounds small', { hasText: bound }).waitFor();
      await page.locator('.hpa figure', { hasText: /minReplicas.*maxReplicas/ }).waitFor();
      // Why each step of the arithmetic came out so is said in words, and as Kubernetes names it.
      await page.locator('.sheet td', { hasText: /(nothing to wait for|无需等待) · ReadyForNewScale/ }).waitFor();
      await page.locator('.sheet td', { hasText: /(no more than|不多于) maxReplicas · TooManyReplicas/ }).waitFor();
      const [chart, least] = await boxes(page, '.hpa figure svg', '.hpa .bounds small:last-child');
      assert.ok(least.x >= chart.x + chart.width, 'and cover nothing of the course');
      await screenshot('scaled');
      await axe();
      // What it is described with begins in sight, however long the metric's name.
      await page.locator('.look .tab').nth(1).click();
      await page.locator('.describe', { hasText: /^Name: {5,}api$/m }).waitFor();
      assert.ok(
        (await page.locator('.describe').innerText())
          .split('\n')
          .slice(0, 4)
          .every((line) => line.length < 40),
      );
      if (narrow)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');
    },
  );
}

journey('shows that a file from a ConfigMap is late, then there', { theme: 'light' }, async ({ page, until, screenshot }) => {
  await example(page, 'config-volume');
  await apply(page, 'pod/painter created');
  await page.locator('.node .pod', { hasText: 'Running' }).click();
  const file = page.locator('.sheet', { hasText: 'Files from ConfigMaps' }).locator('tbody tr').first();
  await until('up to date', async () => /up to date/.test(await file.innerText()));
  // A pod that has just started is looked at once more by its kubelet, which would bring the file up to date at once.
  await until('it to be left alone', async () => /running for ([4-9]|\d\d)s/.test(await page.locator('.look').innerText()));
  await type(page, `kubectl patch configmap palette -p '{"data":{"colour":"coral"}}'`);
  await until('late', async () => /old:/.test(await file.innerText()));
  await screenshot('late');
  await page.locator('.speed input').fill('7');
  await until('there', async () => /up to date/.test(await file.innerText()));
});

journey('shows how full a queue is', { theme: 'dark' }, async ({ page, until, axe, screenshot }) => {
  await type(page, 'kubectl run broker --image=redis');
  await page.locator('.node .pod', { hasText: 'Running' }).click();
  await type(page, 'kubectl exec broker -- redis-cli rpush work apple banana cherry');
  const row = page.locator('.sheet', { hasText: 'Queues' }).locator('tbody tr').first();
  await until('three that wait', async () => /work\s+broker\s+3\s+0/.test(await row.innerText()));
  await screenshot('full');
  await axe();
  await type(page, 'kubectl exec broker -- redis-cli lpop work');
  await until('two that wait', async () => /work\s+broker\s+2\s+0/.test(await row.innerText()));
});

journey('keeps the focus of who goes by keys', {}, async ({ page, until, axe, text }) => {
  await type(page, 'kubectl create deployment web --image=nginx --replicas=3; kubectl run lone --image=nginx --restart=Never');
  await until('four pods', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 4);
  const has = (what, selector) =>
    until(`${what} to have the focus`, () => page.evaluate((s) => document.activeElement.matches(s), selector));
  const pods = page.locator('.node .pod');
  const lone = page.locator('.node .pod', { hasText: 'lone' });
  const uid = await lone.getAttribute('data-uid');
  await page.getByRole('button', { name: 'Pod lone: Running, Ready, 1 of 1 ready', exact: true }).waitFor();
  // From the filter to what it found.
  await page.locator('.bar h1').click();
  await page.keyboard.press('/');
  await page.keyboard.type('lone');
  await until('one to be found', async () => (await page.locator('.node .pod:not(.dim)').count()) === 1);
  await page.keyboard.press('Enter');
  await has('what was found', `.pod[data-uid="${uid}"]`);
  await page.locator('.tank .find').fill('');
  await lone.focus();
  // The same pod in the table, in its cross-section, and in the picture again.
  await page.keyboard.press('t');
  await has('its row', `.pods [data-uid="${uid}"]`);
  await page.keyboard.press('t');
  await has('its cell', `.pod[data-uid="${uid}"]`);
  await page.keyboard.press('Enter');
  await page.locator('.look h2', { hasText: 'lone' }).waitFor();
  await page.keyboard.press('x');
  await has('the way back', `.cut .btn[data-uid="${uid}"]`);
  await axe();
  await page.keyboard.press('Escape');
  await has('its cell', `.pod[data-uid="${uid}"]`);
  // Out of the inspector, by Escape as by its button.
  for (const key of ['Escape', 'Enter']) {
    await page.keyboard.press('Enter');
    await page.locator('.look .tab[aria-selected=true]').waitFor();
    await page.locator(key === 'Enter' ? '.look .title .btn' : '.look .tab[aria-selected=true]').focus();
    await page.keyboard.press(key);
    await has('its cell', `.pod[data-uid="${uid}"]`);
  }
  // Where it goes, what takes its place has the focus, and the keys go on there.
  await page.keyboard.press('Control+d');
  await until('it to go', async () => (await lone.count()) === 0);
  await has('another', '.node .pod');
  assert.equal(await pods.count(), 3);
  // A file that is made is written in at once; one that is closed leaves the focus to those beside it.
  await page.getByRole('button', { name: 'New file' }).click();
  await has('the editor', '.cm-content');
  await page.locator('.edit .tab.on .x').focus();
  await page.keyboard.press('Enter');
  await has('a tab', '.edit .tabs button');
  // What an event is told of has no UID in it that somebody would have to listen to.
  await type(page, 'kubectl run crash --image=busybox -- sh -c "exit 1"');
  await until('it to be told', async () => /crash: BackOff/.test(await text('[role=log]')));
  assert.doesNotMatch(await text('[role=log]'), /[0-9a-f]{8}-[0-9a-f]{4}/);
});

journey('says that what is waited for did not come', {}, async ({ page, until, text }) => {
  await page.getByRole('combobox', { name: 'Which events to go to' }).selectOption('NodeNotReady');
  await page.locator('.bar h1').click();
  await page.keyboard.press('n');
  await page.locator('.answer.bad', { hasText: 'Nothing of the kind came within an hour.' }).waitFor();
  assert.ok((await stands(page)).startsWith('01:00:'));
  await until('it to be told', async () => /Nothing of the kind/.test(await text('[role=log]')));
});
