// A finger instead of a mouse, and what is typed without keys: by the keyboards of screens, and by input methods.
import assert from 'node:assert/strict';
import { journey, screen } from './harness.mjs';

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

