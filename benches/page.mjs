// Measures the page in dist/ as Chromium runs it, and prints what was measured beside what is wanted:
//
//     cargo xtask bench page [PART...]       (or node benches/page.mjs, where the page is built; --check only looks at the names)
//
// Each row begins with a fresh page that finds a session in the browser's storage. It never fails for being slow: it shows numbers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { launching, serve } from '../tests/browser/site.mjs';

/** How long the picture is watched for its frames, in milliseconds. */
const WATCH_MS = 6_000;
/** How long anything may take before it is given up. */
const PATIENCE_MS = 180_000;
const SPEED_MAX = 9;

const deployment = (name, replicas, container) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', ...container }] } },
  },
});
const service = (name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});
const nodes = (n) => Array.from({ length: n }, (_, i) => ({ metadata: { name: `node${i + 1}` } }));
const shell = (script) => ({ image: 'busybox', command: ['sh', '-c', script] });

/** A session as the browser's storage keeps it: everything is applied at its first moment. */
function session(objects, { nodes, flags = [], moment = 0 } = {}) {
  const apply = {
    t: 0,
    cmd: 'kubectl apply -f all.json',
    files: { 'all.json': objects.map((o) => JSON.stringify(o)).join('\n---\n') },
  };
  return {
    'kubarium.session': [{ seed: 1, metrics: true, nodes, controller_manager: flags, inputs: [] }, apply]
      .map((o) => JSON.stringify(o))
      .join('\n'),
    'kubarium.moment': String(moment),
  };
}

const measures = {
  async load({ site, profile }) {
    // A browser of its own with a profile on the disk: the second visit finds the files and the compiled program there.
    const context = await chromium.launchPersistentContext(profile, {
      ...launching(profile),
      viewport: { width: 1440, height: 900 },
    });
    const visit = async () => {
      const page = await context.newPage();
      await page.addInitScript(() => {
        const look = () => {
          // Interactive is when the page is there and the main thread takes the next task.
          if (document.querySelector('.tank .node'))
            setTimeout(() => {
              globalThis.interactive ??= performance.now();
            }, 0);
          else requestAnimationFrame(look);
        };
        look();
      });
      await page.goto(site.address, { waitUntil: 'load' });
      await page.waitForFunction(
        () => globalThis.interactive && performance.getEntriesByName('first-contentful-paint').length,
        undefined,
        { timeout: PATIENCE_MS },
      );
      const times = await page.evaluate(() => [
        performance.getEntriesByName('first-contentful-paint')[0].startTime,
        globalThis.interactive,
      ]);
      await page.close();
      return times;
    };
    try {
      const cold = await visit();
      await visit();
      const warm = [await visit(), await visit(), await visit()];
      return [
        ['First picture, first visit', '', ms(cold[0])],
        ['First picture, warm', '1000 ms', ms(median(warm.map((t) => t[0])))],
        ['Interactive, warm', '1500 ms', ms(median(warm.map((t) => t[1])))],
      ];
    } finally {
      await context.close();
    }
  },

  async rolling({ open }) {
    const page = await open(session([deployment('web', 100, { image: 'nginx:1.24' }), service('web')], { moment: 30 }));
    await until(page, () => /100\/100/.test(document.querySelector('.tools').innerText));
    await page.locator('.term .host:not([hidden])').click();
    await page.keyboard.type('kubectl set image deployment/web c=nginx:1.25\n');
    await until(
      page,
      () => document.querySelectorAll('.pod.old').length > 0 || /older/.test(document.querySelector('.tools').innerText),
    );
    return frames(page, '100 pods rolling', 60);
  },

  async restarting({ open }) {
    const objects = [
      // Each ends after a while of its own and waits, ever longer, for its next start.
      deployment('loop', 300, shell('sleep $(($(hostname | cksum | cut -d" " -f1) % 7 + 2)); exit 1')),
      deployment('web', 10, { image: 'nginx', resources: { requests: { cpu: '10m' } } }),
      service('web'),
      deployment('client', 10, shell('while true; do wget -q -O- web >/dev/null; sleep 0.045; done')),
    ];
    const page = await open(session(objects, { moment: 40, nodes: nodes(4) }));
    await until(page, () => /10\/10/.test(document.querySelector('.tools').innerText));
    return frames(page, '300 pods restarting, 200 requests/s', 60);
  },

  async thousands({ open }) {
    // Controllers that may ask as often as they like: the pods are there, and roll, all at once.
    const flags = ['--kube-api-qps=5000', '--kube-api-burst=5000'];
    const many = deployment('many', 5000, { image: 'busybox', command: ['sleep', '9999'] });
    const page = await open(session([many], { moment: 30, nodes: nodes(500), flags }));
    await until(page, () => /5000\/5000/.test(document.querySelector('.tools').innerText));
    const rows = await frames(page, '5,000 pods on 500 nodes', 30);
    await page.locator('.term .host:not([hidden])').click();
    await page.keyboard.type('kubectl rollout restart deployment/many\n');
    await until(page, () => /older/.test(document.querySelector('.tools').innerText));
    return [...rows, ...(await frames(page, 'the same, rolling', 30))];
  },

  async ready({ open }) {
    // What natively is measured with, and what people run: each nginx begins with a script.
    const [trivial, nginx] = [await spentOn(open, 'registry.k8s.io/pause:3.9'), await spentOn(open, 'nginx')];
    return [
      ['1,000 trivial replicas all Ready, CPU of the scripts', '1000 ms', ms(trivial.scripts)],
      ['  the same with styles, layout and paint', '', ms(trivial.all)],
      ['1,000 replicas of nginx, CPU of the scripts', '', ms(nginx.scripts)],
      ['  the same with styles, layout and paint', '', ms(nginx.all)],
    ];
  },

  async scrub({ open }) {
    const probe = { exec: { command: ['true'] }, periodSeconds: 10 };
    const objects = [deployment('web', 100, { image: 'nginx', livenessProbe: probe, readinessProbe: probe }), service('web')];
    const page = await open(session(objects, { moment: 3600 }));
    await until(page, () => /^0?1:00:0|^01:0/.test(document.querySelector('.time').innerText));
    await page.locator('body').press(' ');
    const took = await page.evaluate(async () => {
      const input = document.querySelector('.strip input');
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
      // A finger: it wanders, and leaps now and then.
      let at = 1_800_000;
      const took = [];
      for (let i = 0; i < 60; i++) {
        at = i % 6 === 0 ? ((i * 997) % 3600) * 1000 : Math.min(3_590_000, Math.max(0, at + (((i * 7919) % 9) - 4) * 5000));
        await new Promise((resolve) => setTimeout(resolve, 120));
        const began = performance.now();
        set.call(input, String(at));
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));
        // Drawn: the clock shows the moment, and the frame with it has been given to the compositor.
        const two = (n) => String(n).padStart(2, '0');
        const wanted = `${two(Math.floor(at / 3_600_000))}:${two(Math.floor(at / 60_000) % 60)}:${two(Math.floor(at / 1000) % 60)}`;
        while (!document.querySelector('.time').innerText.startsWith(wanted)) await new Promise(requestAnimationFrame);
        await new Promise((resolve) =>
          requestAnimationFrame(() => {
            const c = new MessageChannel();
            c.port1.onmessage = resolve;
            c.port2.postMessage(0);
          }),
        );
        took.push(performance.now() - began);
      }
      return took;
    });
    took.sort((a, b) => a - b);
    return [
      ['Scrub an hour with 100 pods, to a drawn frame: median', '50 ms', ms(median(took))],
      ['  95 of 100 within', '50 ms', ms(took[Math.floor(took.length * 0.95)])],
      ['  at most', '', ms(took.at(-1))],
    ];
  },
};

/** Watches frames and long tasks for a while. */
async function frames(page, what, goal) {
  const seen = await page.evaluate(async (watch) => {
    const tasks = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)));
    observer.observe({ type: 'longtask' });
    const began = performance.now();
    let [count, last, gap] = [0, began, 0];
    while (last - began < watch) {
      const now = await new Promise(requestAnimationFrame);
      gap = Math.max(gap, now - last);
      last = now;
      count += 1;
    }
    observer.disconnect();
    return { fps: (count * 1000) / (last - began), longest: Math.max(0, ...tasks), tasks: tasks.length, gap };
  }, WATCH_MS);
  return [
    [`${what}: frames a second`, String(goal), seen.fps.toFixed(1)],
    [
      '  longest task',
      goal === 60 ? '50 ms' : '',
      seen.tasks === 0 ? '< 50 ms' : `${ms(seen.longest)} (${seen.tasks} over 50 ms)`,
    ],
    ['  longest wait for a frame', '', ms(seen.gap)],
  ];
}

/** The CPU time that the page takes until 1,000 replicas of an image are ready on ten nodes, in milliseconds. */
async function spentOn(open, image) {
  const page = await open(session([], { nodes: nodes(10) }));
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map((m) => [m.name, m.value * 1000]));
  };
  await page.locator('.speed input').fill('0');
  await page.locator('.term .host:not([hidden])').click();
  await page.keyboard.type(`kubectl create deployment web --image=${image} --replicas=1000`);
  const before = await spent();
  await page.keyboard.press('Enter');
  await page.locator('.speed input').fill(String(SPEED_MAX));
  await until(page, () => /1000\/1000/.test(document.querySelector('.tools').innerText));
  const after = await spent();
  await page.close();
  return { scripts: after.ScriptDuration - before.ScriptDuration, all: after.TaskDuration - before.TaskDuration };
}

const ms = (n) => `${n.toFixed(0)} ms`;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const until = (page, check) => page.waitForFunction(check, undefined, { timeout: PATIENCE_MS, polling: 100 });

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((part) => !(part in measures));
if (unknown.length) {
  console.error(`page: no part is called ${unknown.join(', ')}; there are ${Object.keys(measures).join(', ')}`);
  process.exit(1);
}
if (process.argv.includes('--check')) process.exit(0);
const site = await serve({ 'cache-control': 'max-age=3600' });
const profile = mkdtempSync(join(tmpdir(), 'kubarium-bench-'));
const browser = await chromium.launch(launching(profile));
console.log(`${'Chromium ' + browser.version()}\n${'what'.padEnd(58)}${'goal'.padStart(10)}  measured`);
try {
  for (const [name, measure] of Object.entries(measures)) {
    if (wanted.length && !wanted.includes(name)) continue;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    const open = async (storage) => {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.addInitScript((entries) => {
        for (const [key, value] of Object.entries(entries)) localStorage.setItem(key, value);
      }, storage);
      await page.goto(site.address, { waitUntil: 'load' });
      await page.locator('.tank .rack').waitFor();
      return page;
    };
    try {
      for (const [what, goal, measured] of await measure({ site, profile: join(profile, 'visits'), open })) {
        console.log(`${what.padEnd(58)}${goal.padStart(10)}  ${measured}`);
      }
    } catch (error) {
      console.log(`${name}: ${error.message.split('\n')[0]}`);
      process.exitCode = 1;
    }
    await context.close();
  }
} finally {
  await browser.close();
  site.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
