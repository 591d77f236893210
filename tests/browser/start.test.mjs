// The page opens, in every look that a visitor may have, without a word on the console.
import assert from 'node:assert/strict';
import { journey } from './harness.mjs';

for (const [theme, language, size] of [
  ['light', 'en-US', 'desktop'],
  ['dark', 'en-US', 'desktop'],
  ['light', 'zh-CN', 'phone'],
]) {
  journey(`opens ${theme} ${language} ${size}`, { theme, language, size }, async ({ page }) => {
    assert.match(await page.title(), /^Kubarium/);
    assert.equal(await page.locator('h1').count(), 1, 'a page has one first heading');
  });
}

journey('keeps the keyboard within a dialog, and gives the focus back', { theme: 'dark' }, async ({ page, until, axe, screenshot }) => {
  // The first stop leads past everything, and is seen.
  await page.keyboard.press('Tab');
  const skip = page.locator('a[href="#tank"]');
  assert.ok((await skip.boundingBox()).height > 20 && (await skip.evaluate((link) => link === document.activeElement)));
  await screenshot('skip');
  for (const name of ['Keys and signs', 'Share']) {
    const button = page.locator('.bar').getByRole('button', { name });
    await button.press('Enter');
    const dialog = page.getByRole('dialog', { name });
    await dialog.waitFor();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('[role=dialog]') !== null), 'nothing behind it');
    }
    await axe();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await until('the focus to be back', () => button.evaluate((element) => element === document.activeElement));
  }
});
