// Minifies the scripts and styles of a page that Trunk just built to be published, orders its wasm, and makes one file of the styles,
// which weighs less; Trunk calls this before `dist/` is replaced, and only where the build succeeded, of which `cargo xtask serve` wants
// to know. (Trunk's own minifier cannot read what wasm-bindgen writes. gen/vendor.js is minified when it is bundled.)
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { minify } from 'terser';
import { orderFunctions } from './order.mjs';

const { TRUNK_PROFILE, TRUNK_STAGING_DIR, KUBARIUM_BUILT } = process.env;
const at = (file) => join(TRUNK_STAGING_DIR, file);
const read = (file) => readFileSync(at(file), 'utf8');

if (TRUNK_PROFILE === 'release') {
  for (const file of readdirSync(TRUNK_STAGING_DIR)) {
    if (extname(file) === '.js') writeFileSync(at(file), (await minify(read(file), { ecma: 2020, module: true })).code);
    if (extname(file) === '.wasm') orderFunctions(at(file));
  }
  const html = read('index.html'),
    links = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"[^>]*>\s*/g)];
  const styles = transformSync(links.map(([, file]) => read(file)).join('\n'), { loader: 'css', minify: true }).code;
  const name = `styles-${createHash('sha256').update(styles).digest('hex').slice(0, 16)}.css`;
  writeFileSync(at(name), styles);
  for (const [, file] of links) unlinkSync(at(file));
  const one = `<link rel="stylesheet" href="./${name}">\n`;
  writeFileSync(
    at('index.html'),
    links.reduce((rest, [link], i) => rest.replace(link, i ? '' : one), html),
  );
}
if (KUBARIUM_BUILT) writeFileSync(KUBARIUM_BUILT, '');
