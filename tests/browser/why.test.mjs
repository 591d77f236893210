// From anything that is not as wanted, one step to the reason; and what can be done by hand, by mouse and by keys.
import assert from 'node:assert/strict';
import { boxes, journey, screen, type } from './harness.mjs';
import { apply, example } from './manifests.mjs';

const sheet = (page, title) => page.locator('.sheet', { hasText: title });

/** Chooses in the palette what this finds first, once that is what is wanted. */
async function palette(page, query, wanted) {
  await page.locator('.bar h1').click();
  await page.keyboard.press(':');
  await page.getByRole('combobox', { name: /Command palette|命令面板/ }).fill(query);
  await page.locator('.palette [role=option]:first-child[aria-selected=true]', { hasText: wanted }).waitFor();
  await page.keyboard.press('Enter');
}

journey('puts failing pods of one owner together', { theme: 'light' }, async ({ page, until, axe, screenshot }) => {
  await type(page, 'kubectl create deployment nope --image=nosuch:1 --replicas=12');
  await type(page, 'kubectl run lone --image=nosuch:1');
  const group = page.locator('.amiss summary', { hasText: 'nope' });
  await group.filter({ hasText: /12 pods\s*(ErrImagePull|ImagePullBackOff)/ }).waitFor();
  await page.locator('.amiss li > button', { hasText: 'lone' }).waitFor();
  const rows = page.locator('.amiss details li');
  assert.ok(await rows.first().isHidden(), 'they are told on demand');
  await group.click();
  await until('ten of them, and how many more', async () => (await rows.count()) === 11 && rows.first().isVisible());
  await screenshot();
  await axe();
  await rows.first().getByRole('button').click();
  await page.locator('.look .title h2', { hasText: 'nope-' }).waitFor();
});

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `says why: ${theme} ${language} ${size.width}`,
    { theme, language, size, reducedMotion: size.width < 400 },
    async ({ page, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      await panel(1);
      await example(page, 'nginx-rc');
      await apply(page, 'replicationcontroller/nginx created');
      await panel(3);
      // From the first pod on there is room for what may be amiss.
      await page.locator('.amiss:not(.still)').waitFor();
      const room = await page.locator('.amiss').boundingBox();
      await panel(1);
      await example(page, 'too-big');
      await apply(page, 'pod/too-big created');
      await panel(3);
      await page.locator('.amiss h3', { hasText: /^(Not right yet|尚未正常)1$/ }).waitFor();
      assert.deepEqual(await page.locator('.amiss').boundingBox(), room, 'what is below does not move');
      await page.locator('.amiss li', { hasText: /too-big\s*Pod\s*Insufficient cpu/ }).waitFor();
      await panel(0);
      await page.locator('.pod', { hasText: 'too-big' }).click();
      await sheet(page, /Where it was put|调度结果/)
        .locator('td', { hasText: /NodeResourcesFit: Insufficient cpu \((asks for|请求) / })
        .first()
        .waitFor();
      // The names of nodes are short: what there is to say has the room.
      const [name, why] = await boxes(page, '.sheet tr td', '.sheet tr td.wrap');
      assert.ok(why.width > 2 * name.width, JSON.stringify([name, why]));
      await screenshot('placement');
      await axe();
      if (narrow)
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, 'nothing sticks out');
      await panel(1);
      await example(page, 'service');
      await apply(page, 'service/web created');
      await panel(0);
      await page.locator('.chip[title="Service"]', { hasText: 'web' }).click();
      await panel(3);
      await sheet(page, /Which pods it reaches|可达哪些/)
        .locator('td', { hasText: /not selected: wants|未选中/ })
        .first()
        .waitFor();
      await screenshot('service');
      await axe();
    },
  );
}

journey('keeps every end of a container, and what changed', { theme: 'light' }, async ({ page, until, screenshot }) => {
  await example(page, 'crash-loop');
  await apply(page, 'created');
  await page.locator('.node .pod').first().click();
  await page.locator('.speed input').fill('6');
  const ends = sheet(page, 'How its containers ended');
  await until('two ends', async () => (await ends.locator('tbody tr').count()) >= 2);
  await page.locator('.sheet', { hasText: 'What changed' }).getByRole('button').click();
  await screenshot('ends');
  await page.getByRole('tab', { name: 'Describe' }).click();
  await page.locator('.text', { hasText: 'Back-off restarting failed container' }).waitFor();
});

// Chromium ended the page where a scroll-driven animation began within what is selected.
journey('goes on where what is selected is replaced', { theme: 'dark' }, async ({ page, screenshot }) => {
  await page.locator('.node header button').last().click();
  const [from, to] = [page.locator('.node').last(), page.locator('.look dd').nth(3)];
  const [a, b] = [await from.boundingBox(), await to.boundingBox()];
  await page.mouse.move(a.x + a.width - 40, a.y + 20);
  await page.mouse.down();
  await page.mouse.move(b.x + 30, b.y + 8, { steps: 3 });
  await page.mouse.up();
  await page.waitForFunction(() => !getSelection().isCollapsed);
  for (const name of ['Describe', 'YAML', 'Describe']) await page.getByRole('tab', { name }).click();
  const text = page.locator('.text.describe', { hasText: 'Allocatable' });
  await text.evaluate((pre) => pre.scrollTo(pre.scrollWidth, 0));
  await screenshot('scrolled');
});

journey(
  'says what a container lacks, and which labels no node has',
  { theme: 'dark', language: 'zh-CN' },
  async ({ page, screenshot }) => {
    const said = async (pod, words) => {
      await page.locator('.pod', { hasText: pod }).first().click();
      await page.locator('.look .reason', { hasText: words }).waitFor();
    };
    await example(page, 'book-config');
    await type(page, 'kubectl create -f cm-test-pod.yaml');
    await said('cm-test-pod', 'cm-test 还不能启动');
    await screenshot('lacks');
    await example(page, 'book-scheduling');
    await type(page, 'kubectl create -f redis-master-controller.yaml');
    await said('redis-master', '3 个节点没有它要求的标签（zone=north）');
    await type(page, 'kubectl delete rc redis-master; export KUBARIUM_KUBECTL=1.3; kubectl create -f with-labels-pod.yaml');
    await said('with-labels', '没有它要求的标签（kubernetes.io/e2e-az-name in (e2e-az1,e2e-az2)）');
    await screenshot('affinity');
    // What ended and stays so says why nothing starts it again.
    await type(page, 'unset KUBARIUM_KUBECTL; kubectl run once --image=busybox --restart=Never -- sh -c "exit 3"');
    await said('once', 'once 以退出码 3 结束。');
    await said('once', 'restartPolicy 为 Never，因此不会重新启动。');
    // What is no reason of its own stays as it was: a container that can never start.
    await type(page, 'kubectl run root --image=nginx --overrides=\'{"spec":{"securityContext":{"runAsNonRoot":true}}}\'');
    await said('root', 'root 无法启动。');
  },
);

journey('names what keeps a pod from the nodes, of the one that is looked at', {}, async ({ page, axe, screenshot }) => {
  await page.locator('.look .head', { hasText: /^Cluster$/ }).waitFor();
  await type(page, 'kubectl taint node node1 gpu=yes:NoSchedule; kubectl taint node node2 node3 role=db:NoSchedule');
  await type(page, 'kubectl run a --image=nginx');
  await page.locator('.look .head', { hasText: 'Choose a pod' }).waitFor();
  const why = page.locator('.queue .why');
  const taints = '(node1: gpu=yes:NoSchedule; node2, node3: role=db:NoSchedule)';
  await why.filter({ hasText: `3 with a taint that it does not tolerate ${taints}.` }).waitFor();
  const spec = {
    volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }],
    tolerations: [{ operator: 'Exists' }],
  };
  await type(page, `kubectl run b --image=nginx --overrides='${JSON.stringify({ spec })}'`);
  await page.locator('.queue .pod .name', { hasText: /^b$/ }).click();
  await why.filter({ hasText: 'persistentvolumeclaim "data" not found' }).waitFor();
  await page.locator('.look .reason', { hasText: 'Its PersistentVolumeClaim data does not exist.' }).waitFor();
  const tabs = await page.locator('.look .tab').evaluateAll((all) => all.map((e) => e.getBoundingClientRect().y));
  assert.equal(new Set(tabs).size, 1, 'all tabs stand in one row');
  await screenshot();
  await axe();
});

journey(
  'says how a manifest of the first years is brought to life',
  { theme: 'light' },
  async ({ page, until, axe, screenshot }) => {
    await example(page, 'book-daemon-set');
    await page.locator('.edit .foot small', { hasText: 'apps/v1' }).waitFor();
    await type(page, 'kubectl create -f fluentd-ds.yaml');
    const hint = page.locator('.term .missed', { hasText: 'needs a selector' });
    await hint.waitFor();
    await screenshot('hint');
    await axe();
    await hint.getByRole('button', { name: 'export KUBARIUM_KUBECTL=1.3' }).click();
    await until('the command', async () => /KUBECTL=1.3$/.test((await screen(page)).trim()));
    await page.keyboard.press('Enter');
    await hint.waitFor({ state: 'detached' });
    await type(page, 'kubectl create -f fluentd-ds.yaml');
    await until('three pods', async () => (await page.locator('.node .pod', { hasText: 'fluentd' }).count()) === 3);
  },
);

for (const language of ['en-US', 'zh-CN']) {
  journey(
    `follows what fails to its root: ${language}`,
    { theme: 'dark', language },
    async ({ page, until, axe, screenshot }) => {
      const first = (english, chinese) =>
        page
          .locator('.look .reason')
          .first()
          .filter({ hasText: language === 'en-US' ? english : chinese });
      const look = (pod) => page.locator('.node .pod', { hasText: pod }).first().click();
      await type(page, 'kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80 --target-port=8080');
      await type(page, "kubectl run client --image=busybox -- sh -c 'while true; do wget -q -O- web; sleep 1; done'");
      await page.locator('.amiss li', { hasText: /web\s*Service\s*targetPort: 8080/ }).waitFor();
      // From the one that asks to the Service, and there what it lacks.
      await look('client');
      await first('Failed requests to the Service web', '发往 Service web 的请求失败').waitFor();
      await screenshot('client');
      await page.locator('.look .reason .chip', { hasText: 'Service web' }).click();
      await first('nothing in them listens on 8080', '没有程序在监听 8080').waitFor();
      await screenshot('service');
      await axe();
      // A probe is blamed before the end that it brought, which is none of the program's own.
      const probe = { httpGet: { port: 8080 }, periodSeconds: 1, failureThreshold: 1 };
      const spec = { containers: [{ name: 'p', image: 'nginx', livenessProbe: probe }] };
      await type(page, `kubectl run probed --image=nginx --overrides='${JSON.stringify({ spec })}'`);
      await page.locator('.speed input').fill('6');
      await page.locator('.node .pod', { hasText: 'probed' }).filter({ hasText: 'CrashLoopBackOff' }).waitFor();
      await look('probed');
      await first('Its probe has failed', '探针失败次数').waitFor();
      await until(
        'no other reason',
        async () => !/come to its end|程序已运行结束/.test(await page.locator('.look .body').innerText()),
      );
      await screenshot('probed');
      // The log that opens is that of the container that the others wait for.
      const init = [{ name: 'setup', image: 'busybox', command: ['sh', '-c', 'echo no database; exit 1'] }];
      const late = { initContainers: init, containers: [{ name: 'c', image: 'nginx' }] };
      await type(page, `kubectl run late --image=nginx --overrides='${JSON.stringify({ spec: late })}'`);
      await look('late');
      await page.locator('.look h2', { hasText: 'late' }).waitFor();
      await page
        .locator('.look .reason .chip', { hasText: /Its log|它的日志|日志/ })
        .first()
        .click();
      await page.locator('.look .text', { hasText: 'no database' }).waitFor();
    },
  );
}

journey('reads out a warning before what came after it', {}, async ({ page, until }) => {
  await example(page, 'book-scheduling');
  await page.locator('.speed input').fill('9');
  await type(page, 'kubectl create -f redis-master-controller.yaml; sleep 1; kubectl label nodes node1 zone=north');
  await page.locator('.node .pod', { hasText: 'Running' }).waitFor();
  await until('the warning', async () => /redis-master-\w+: FailedScheduling/.test(await page.locator('[role=log]').innerText()));
});

journey('shares by Shift+S whatever is selected', {}, async ({ page, until }) => {
  await type(page, 'kubectl run web --image=nginx');
  const pod = page.locator('.node .pod', { hasText: 'Running' });
  await pod.click();
  await page.locator('.look h2', { hasText: 'web' }).waitFor();
  await pod.focus();
  await page.keyboard.press('Shift+S');
  await page.getByRole('dialog', { name: 'Share' }).waitFor();
  assert.doesNotMatch(await screen(page), /exec/, 'no shell was opened');
  await page.keyboard.press('Escape');
  await until('the pod to have the focus again', () => pod.evaluate((pod) => pod === document.activeElement));
});

for (const by of ['keys', 'a pointer']) {
  journey(`goes on where what was deleted by ${by} is gone`, {}, async ({ page, until }) => {
    await type(page, 'kubectl run web --image=nginx');
    await page.locator('.node .pod', { hasText: 'Running' }).click();
    const [button, close] = ['Delete', 'Back to the cluster'].map((name) => page.locator('.look').getByRole('button', { name }));
    if (by === 'keys') await button.press('Enter');
    else await button.click();
    await page.locator('.look .empty', { hasText: 'no longer there' }).waitFor();
    const has = (element) => element.evaluate((element) => element === document.activeElement);
    if (by === 'keys') return until('the focus at what closes it', () => has(close));
    // The page's own keys go on working.
    await until('nothing to have the focus', () => has(page.locator('body')));
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });
}

journey('does things by hand, as inputs that can be taken back', { theme: 'dark' }, async ({ page, until, screenshot }) => {
  await example(page, 'nginx-rc');
  await apply(page, 'replicationcontroller/nginx created');
  await until('three pods', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3);
  await page.locator('.node .pod').first().click();
  await page.getByRole('button', { name: 'Kill container' }).click();
  await until('a restart', async () => (await page.locator('.pod .again').count()) === 1);
  await screenshot('killed');
  const name = await page.locator('.look h2').innerText();
  await page.locator('.bar h1').click();
  await page.keyboard.press('Control+d');
  await page.locator('.answer', { hasText: `pod "${name}" deleted` }).waitFor();
  await until('another in its place', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3);
  await page.locator('.node header button').first().click();
  await page.getByRole('button', { name: 'Stop its kubelet' }).click();
  await page.locator('.speed input').fill('7');
  await page.locator('.node', { hasText: 'Not ready' }).waitFor();
  await page.getByRole('button', { name: 'Start its kubelet' }).click();
  await until('ready again', async () => (await page.locator('.node', { hasText: 'Not ready' }).count()) === 0);
});

journey(
  'goes by the keys of k9s: from a list to an object and back',
  { theme: 'light' },
  async ({ page, until, axe, screenshot }) => {
    await type(page, 'kubectl create deployment web --image=nginx --replicas=3');
    await until('three pods', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 3);
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    const rows = page.locator('.look [data-row]');
    const at = (n) =>
      until(`row ${n}`, async () => (await rows.count()) > n && (await focused()) === (await rows.nth(n).textContent()));
    await palette(page, 'po', /^pods\s*Pod/);
    await at(0);
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    await at(1);
    const name = await rows.nth(1).locator('b').innerText();
    await page.keyboard.press('l');
    await page.locator('.look pre', { hasText: 'start worker processes' }).waitFor();
    assert.equal(await page.locator('.look h2').innerText(), name);
    await until('the keys to go on there', async () => (await focused()) === 'Logs');
    await axe();
    await page.keyboard.press('Escape');
    await at(1);
    await screenshot('list');
    // What is filtered is gone along from its field.
    await page.keyboard.press('/');
    await page.keyboard.type(name.slice(-5));
    await page.keyboard.press('Enter');
    await at(0);
    await page.keyboard.press('Control+d');
    await page.locator('.answer', { hasText: `pod "${name}" deleted` }).waitFor();
    // Where the row goes, the focus stays in the list.
    await until('the row to go', async () => (await rows.count()) === 0);
    await until('its field to have the focus', () => page.evaluate(() => document.activeElement.matches('.look .find')));
    // In the picture the keys mean the pod that has the focus; of a workload, the logs of one of its pods.
    const pod = page.locator('.node .pod[title]').first();
    await pod.focus();
    await page.keyboard.press('y');
    await page.locator('.look .text', { hasText: 'kind: Pod' }).waitFor();
    assert.equal(`default/${await page.locator('.look h2').innerText()}`, await pod.getAttribute('title'));
    await palette(page, 'deploy/web', /^web\s*Deployment/);
    await page.locator('.look h2', { hasText: /^web$/ }).waitFor();
    // It is scaled by a command that waits for the number.
    await page.keyboard.press('s');
    await until('the command', async () => /scale deployment\/web -n default --replicas=$/.test((await screen(page)).trim()));
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    await until('two pods', async () => (await page.locator('.node .pod', { hasText: 'Running' }).count()) === 2);
    await palette(page, 'deploy/web', /^web\s*Deployment/);
    await page.locator('.look h2', { hasText: /^web$/ }).waitFor();
    await page.keyboard.press('l');
    await page.locator('.look pre', { hasText: 'start worker processes' }).waitFor();
    // What is done by hand keeps the focus, is spoken, and offers what takes it back.
    await palette(page, 'no/node2', /^node2\s*Node/);
    await page.locator('.deeds .chip').first().focus();
    await page.keyboard.press('Enter');
    await until('the other way round', async () => (await focused()) === 'Start its kubelet');
    await until('what cannot be done now', () => page.getByRole('button', { name: 'Cut its network' }).isDisabled());
    await until('it is spoken', async () => /node2: Stop its kubelet/.test(await page.locator('[role=log]').innerText()));
  },
);

journey('finds kinds, objects and commands in the palette', { theme: 'dark' }, async ({ page, until, axe, screenshot }) => {
  await example(page, 'config-env');
  await apply(page, 'created');
  await page.locator('.pod', { hasText: 'Running' }).first().waitFor();
  await page.locator('.bar h1').click();
  await page.keyboard.press(':');
  await page.getByRole('combobox', { name: 'Command palette' }).waitFor();
  await axe();
  await screenshot('open');
  await page.keyboard.press('Escape');
  await page.locator('.palette').waitFor({ state: 'detached' });
  // What begins so comes before what only has it in it.
  await palette(page, 'p', /^pods\s*Pod/);
  await palette(page, 'cm', /^configmaps\s*ConfigMap/);
  await page.locator('.look h2', { hasText: 'ConfigMap' }).waitFor();
  await page.locator('.look li', { hasText: 'kube-root-ca.crt' }).first().waitFor();
  // Which of those that are called the same, also by what is typed.
  await page.locator('.look li', { hasText: /kube-root-ca.crt *kube-system/ }).waitFor();
  const left = (n) => until(`${n} left`, async () => (await page.locator('.look [data-row]').count()) === n);
  await page.locator('.look .find').fill('kube-system');
  await left(1);
  await page.locator('.look .find').fill('nowhere');
  await page.locator('.look [role=status]', { hasText: 'nothing found' }).waitFor();
  await left(0);
  await page.locator('.look .find').fill('');
  await axe();
  await screenshot('list');
  await page.locator('.look li').first().click();
  await page.keyboard.press('y');
  await page.locator('.look .text', { hasText: 'kind: ConfigMap' }).waitFor();
  // What can be done to it comes first, and what begins all anew last.
  await page.keyboard.press(':');
  const offered = page.locator('.palette [role=option]');
  assert.match(await offered.first().innerText(), /Edit\s+kube-root-ca\.crt · e/);
  assert.match(await offered.last().innerText(), /New session/);
  await offered.filter({ hasText: 'Describe' }).click();
  await page.locator('.look .describe', { hasText: 'kube-root-ca.crt' }).waitFor();
  await page.locator('.bar h1').click();
  await page.keyboard.press('e');
  await page.locator('.edit .tab.on', { hasText: 'configmap-' }).waitFor();
  await page.locator('.node .pod').first().click();
  await page.locator('.look h2').click();
  await page.keyboard.press('s');
  await until(
    "the container's prompt",
    async () => /[#$] *$/m.test((await screen(page)).trim()) && /kubectl exec/.test(await screen(page)),
  );
  await palette(page, 'Table', /Table/);
  await page.locator('table').first().waitFor();
  // A list of pods is none that could be cut open.
  await palette(page, 'pods', /^pods\s*Pod/);
  await page.locator('.look h2', { hasText: /^Pod$/ }).waitFor();
  // As kubectl takes a kind: in the singular too, and before a name.
  await palette(page, 'service', /^services\s*Service/);
  await page.locator('.look h2', { hasText: /^Service$/ }).waitFor();
  await palette(page, 'svc/kube', /^kubernetes\s*Service/);
  await page.locator('.look h2', { hasText: 'kubernetes' }).waitFor();
  await palette(page, 'pods', /^pods\s*Pod/);
  await page.locator('.look h2', { hasText: /^Pod$/ }).waitFor();
  await until('nothing to cut open', () => page.getByRole('button', { name: 'Cross-section' }).isDisabled());
  // What is called just so comes before kinds that begin so.
  await type(page, 'exit');
  await type(page, 'kubectl create configmap config');
  await until('its answer', async () => /config created/.test(await screen(page)));
  await palette(page, 'config', /^config\s*ConfigMap/);
  await page.locator('.look h2', { hasText: /^config$/ }).waitFor();
});

for (const [language, words, none] of [
  ['en-US', /3 without enough cpu left/, 'The cluster has no nodes.'],
  ['zh-CN', /3 个节点剩余的 cpu 不足/, '集群没有节点。'],
]) {
  journey(
    `says in the table what the picture says, and of a cluster without nodes that there are none: ${language}`,
    { language },
    async ({ page, screenshot }) => {
      await type(page, 'kubectl create deployment big --image=nginx --replicas=1');
      await type(page, 'kubectl set resources deployment big --requests=cpu=64; kubectl delete pod -l app=big --now');
      await page.locator('.queue .why', { hasText: words }).waitFor();
      await page.locator('.bar h1').click();
      await page.keyboard.press('t');
      await page.locator('table.pods small', { hasText: words }).waitFor();
      await screenshot('table');
      await type(page, 'kubectl delete node --all; kubectl run lost --image=nginx');
      await page.locator('table.pods tr', { hasText: 'lost' }).locator('small', { hasText: none }).waitFor();
      await page.getByRole('button', { name: 'lost' }).first().click();
      await page.locator('.look .reason', { hasText: none }).waitFor();
    },
  );
}

for (const [theme, language, size] of [
  ['dark', 'en-US', { width: 1440, height: 900 }],
  ['light', 'zh-CN', { width: 360, height: 740 }],
]) {
  journey(
    `places pods by a scheduler of one's own: ${theme} ${language} ${size.width}`,
    { theme, language, size },
    async ({ page, until, axe, screenshot }) => {
      const narrow = size.width < 760;
      const panel = async (n) => narrow && page.locator('.switch button').nth(n).click();
      const tab = (name) => page.locator('.edit .tabs button', { hasText: name }).first().click();
      await panel(1);
      await example(page, 'scheduler');
      await page.locator('.edit .foot', { hasText: /restarts the scheduler|重启调度器/ }).waitFor();
      await tab('packed.yaml');
      await apply(page, 'deployment.apps/packed created');
      await panel(0);
      await page.locator('.queue .pod').first().click();
      await page.locator('.look', { hasText: /scheduler called packer|名为 packer/ }).waitFor();
      await screenshot('waits');
      await axe();
      await panel(1);
      await tab('scheduler.yaml');
      await apply(page, 'for pods whose schedulerName is default-scheduler or packer');
      await panel(0);
      const full = page.locator('.node', { has: page.locator('.pod:nth-child(6)') });
      await until(
        'six pods on one node',
        async () => (await full.count()) === 1 && (await page.locator('.node .pod').count()) === 6,
      );
      await page.locator('.node .pod').first().click();
      // Five times what NodeResourcesFit found.
      await sheet(page, /Where it was put|调度结果/)
        .getByRole('button')
        .first()
        .click();
      await sheet(page, /Where it was put|调度结果/)
        .locator('td', { hasText: 'NodeResourcesFit ×5' })
        .first()
        .waitFor();
      await screenshot('packed');
      // A mistake is marked at its line.
      await panel(1);
      await tab('scheduler.yaml');
      await page.locator('.cm-line', { hasText: 'type: MostAllocated' }).click();
      await page.keyboard.press('End');
      await page.keyboard.type('s');
      await page.locator('.problems', { hasText: 'Unsupported value: "MostAllocateds"' }).waitFor();
    },
  );
}
