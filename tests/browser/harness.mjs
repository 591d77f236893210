// What the journeys stand on: the built page on a port of its own, Chromium, and ways to open, look at and judge the page.
// A journey is `journey('name', options, async ({ page, ... }) => { ... })`; it fails also on any error in the console.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { launching, root, serve } from './site.mjs';

const screenshots = process.env.KUBARIUM_SCREENSHOTS ?? join(root, 'target/journeys');

/** How long anything may take before a journey gives up, in milliseconds: a busy machine is slow, not broken. */
export const PATIENCE_MS = Number(process.env.KUBARIUM_PATIENCE_MS ?? 60_000);

/** How many times slower the page runs than it could, and how long each step of a journey waits, in milliseconds: to find journeys that
 * hold only where both are quick. Then none is tried twice. */
const [THROTTLE, HESITATE_MS] = [Number(process.env.KUBARIUM_THROTTLE ?? 1), Number(process.env.KUBARIUM_HESITATE_MS ?? 0)];

/** Sizes that journeys look at. */
export const SIZES = {
  desktop: { width: 1440, height: 900 },
  laptop: { width: 1280, height: 720 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};

let site;
let browser;
let profile;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  site = await serve();
  profile = mkdtempSync(join(tmpdir(), 'kubarium-journey-'));
  browser = await chromium.launch({ ...launching(profile), slowMo: HESITATE_MS });
});

after(async () => {
  await browser?.close();
  site?.close();
  if (profile) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

/**
 * One journey through the page.
 *
 * options: {
 *   theme: 'light' | 'dark',           what the visitor's system asks for
 *   language: 'en' | 'zh-CN' | ...,    the browser's language
 *   size: a name of SIZES, or { width, height },
 *   reducedMotion: true,               the visitor's system asks for less motion
 *   touch: true,                       a screen without a mouse
 *   query: '?...', hash: '#...',       added to the page's address
 *   storage: { key: value },           what the page finds in localStorage
 *   errors: [/.../],                   messages on the console, and requests to others, that this journey means to cause
 * }
 * A browser on a busy machine loses an event now and then: a journey that fails is tried once more, and the run says so.
 * The body gets { page, context, screenshot, until, axe, text, address }.
 */
export function journey(name, options, body) {
  test(name, { timeout: 20 * PATIENCE_MS }, async (t) => {
    try {
      await travel(name, options, body);
    } catch (error) {
      if (THROTTLE > 1 || HESITATE_MS > 0) throw error;
      t.diagnostic(`went wrong the first time, and is tried once more: ${name}\n${error.stack}`);
      await travel(name, options, body);
    }
  });
}

/** Goes on a journey once, in a browser's profile of its own. */
async function travel(name, options, body) {
  const size = typeof options.size === 'string' ? SIZES[options.size] : (options.size ?? SIZES.desktop);
  assert.ok(size, `no size is called ${options.size}`);
  const context = await browser.newContext({
    viewport: size,
    colorScheme: options.theme ?? 'light',
    locale: options.language ?? 'en-US',
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    hasTouch: options.touch ?? false,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const problems = [];
  if (THROTTLE > 1) context.on('page', (page) => throttle(page).catch(() => {}));
  const page = await context.newPage();
  const expected = (text) => (options.errors ?? []).some((pattern) => pattern.test(text));
  const note = (text) => expected(text) || problems.push(text);
  page.on('pageerror', (error) => note(`uncaught: ${error.stack ?? error}`));
  page.on('console', (message) => {
    const ours = message.location().url.endsWith('/favicon.ico') === false;
    if (ours && ['error', 'warning'].includes(message.type())) note(`${message.type()}: ${message.text()}`);
  });
  page.on('crash', () => problems.push('the page crashed'));
  // The page is whole in itself: it asks nobody else for anything.
  page.on('request', (request) => {
    if (!request.url().startsWith(site.address) && !/^(data|blob):/.test(request.url())) note(`asks elsewhere: ${request.url()}`);
  });
  if (options.storage) {
    await page.addInitScript((entries) => {
      for (const [key, value] of Object.entries(entries)) localStorage.setItem(key, value);
    }, options.storage);
  }
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const screenshot = (label) =>
    page.screenshot({ path: join(screenshots, `${slug}${label ? `-${label}` : ''}.png`), animations: 'disabled' });
  const address = site.address + (options.query ?? '') + (options.hash ?? '');
  site.missing.length = 0;
  try {
    await page.goto(address, { waitUntil: 'load' });
    await started(page);
    await body({
      page,
      context,
      screenshot,
      address,
      until: (what, check) => until(page, what, check),
      axe: () => axe(page),
      text: (selector) => page.locator(selector).innerText(),
    });
    await screenshot();
  } catch (error) {
    await screenshot('failed').catch(() => {});
    error.stack += `\n${await state(page)}`;
    if (problems.length) error.stack += `\nthe console said:\n${problems.join('\n')}`;
    throw error;
  } finally {
    await context.close();
  }
  assert.deepEqual(problems, [], 'the page reported problems');
  assert.deepEqual(site.missing, [], 'the page asked for files that are not there');
}

/** Has a page run more slowly than it could. */
async function throttle(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
}

/** Where these parts of the page are, all at one moment: of two that are asked for one after the other, the first may move meanwhile. */
export const boxes = (page, ...parts) =>
  page.evaluate(
    (parts) =>
      parts.map((part) => {
        const { x, y, width, height } = document.querySelector(part).getBoundingClientRect();
        return { x, y, width, height };
      }),
    parts,
  );

/** What the page's clock says, in whole seconds. */
export async function seconds(page) {
  const [, h, m, s] = (await page.locator('.time').innerText()).match(/(\d+):(\d+):(\d+)/).map(Number);
  return h * 3600 + m * 60 + s;
}

/** Has the clock stand, whatever had the focus. Comes back with what it says. */
export async function pause(page) {
  await page.locator('.bar h1').click();
  await page.keyboard.press(' ');
  return stands(page);
}

/** Sees to it that the clock stands: once the last moment is drawn, it says the same over many frames. Comes back with what it says. */
export async function stands(page) {
  await page.getByRole('button', { name: /^(Play|播放)$/ }).waitFor();
  return until(page, 'the clock to stand', async () => {
    const said = await page.locator('.time').innerText();
    await page.evaluate(
      () =>
        new Promise((done) => {
          let left = 30;
          const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
          next();
        }),
    );
    return (await page.locator('.time').innerText()) === said && said;
  });
}

const SCREEN = '.term .host:not([hidden]) .xterm-rows';

/** What the terminal in front shows. */
export const screen = (page) => page.locator(SCREEN).innerText();

/** Types a line into the terminal in front, and enters it once the terminal shows it. */
export async function type(page, line) {
  const host = page.locator('.term .host:not([hidden])');
  const bare = (text) => text.replace(/\s/g, '');
  await until(page, 'the terminal to take the focus', async () => {
    await host.click();
    return host.evaluate((element) => element.contains(document.activeElement));
  });
  await page.keyboard.type(line);
  await until(page, `the terminal to show ${line}`, async () => bare(await screen(page)).includes(bare(line)));
  await page.keyboard.press('Enter');
}

/** What there is to know of a page that did not do what was awaited. */
async function state(page) {
  // Asks without waiting for anything to appear: the page may be anywhere.
  const text = (selector) =>
    page
      .locator(selector)
      .allInnerTexts()
      .then(
        (all) => all.join('\n'),
        () => '',
      );
  const focus = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200)).catch(() => '');
  return `the clock said ${await text('.time')}; the focus was on ${focus}\nthe terminal said:\n${await text(SCREEN)}\nthe inspector said:\n${await text('.look')}`;
}

/** Waits until the wasm has started and drawn something. */
async function started(page) {
  await page.waitForFunction(
    () => document.body.querySelector(':scope > :not(script):not(noscript):not(.loading)') !== null,
    undefined,
    { timeout: PATIENCE_MS },
  );
}

/** Waits until `check` (run here, it may ask the page) holds; says what was awaited, and what was there, when it never does. */
async function until(page, what, check) {
  const began = Date.now();
  let last;
  for (;;) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() - began > PATIENCE_MS) assert.fail(`waited ${PATIENCE_MS} ms for ${what}; the last answer was ${last}`);
    await page.waitForTimeout(50);
  }
}

/** Fails on every violation of WCAG 2.2 A and AA that axe-core finds. What is on its way in is judged once it is there. */
async function axe(page) {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(
          (a) => a.timeline === document.timeline && a.playState === 'running' && a.effect.getComputedTiming().endTime < Infinity,
        )
        .map((a) => a.finished.catch(() => {})),
    ),
  );
  await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations.map(
      (rule) =>
        `${rule.id} (${rule.impact}): ${rule.help}\n${rule.nodes.map((node) => `    ${node.target.join(' ')}: ${node.failureSummary?.replace(/\s+/g, ' ')}`).join('\n')}`,
    );
  });
  assert.equal(violations.join('\n'), '', 'axe found violations');
}
