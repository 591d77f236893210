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
