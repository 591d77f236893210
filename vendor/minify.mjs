// Minifies the scripts and styles of a page that Trunk just built to be published, orders and packs its wasm, and makes one file of the
// styles, which weighs less; Trunk calls this before `dist/` is replaced, and only where the build succeeded, of which `cargo xtask serve` wants
// to know. (Trunk's own minifier cannot read what wasm-bindgen writes. gen/vendor.js is minified when it is bundled.)
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { minify } from 'terser';
import { orderFunctions } from './order.mjs';
import { packFile } from './pack.mjs';

const { TRUNK_PROFILE, TRUNK_STAGING_DIR, KUBARIUM_BUILT } = process.env;
const at = (file) => join(TRUNK_STAGING_DIR, file);
const read = (file) => readFileSync(at(file), 'utf8');
const UNPACK = join(dirname(fileURLToPath(import.meta.url)), '../static/unpack.js');

/** A text with something in place of what must be there. */
function replaced(text, what, by) {
  if (text.search(what) < 0) throw new Error(`no ${what} is left in what Trunk built`);
  return text.replace(what, by);
}

if (TRUNK_PROFILE === 'release') {
  let html = read('index.html');
  for (const file of readdirSync(TRUNK_STAGING_DIR)) {
    if (extname(file) === '.js') {
      let script = read(file);
      if (html.includes(`import init, * as bindings from './${file}'`)) {
        // What starts the wasm has it unpacked before.
        const start = replaced(script, /export \{ initSync, __wbg_init as default \};/, 'export default unpacking(__wbg_init);');
        script = readFileSync(UNPACK, 'utf8').replaceAll(/^export /gm, '') + start;
      }
      writeFileSync(at(file), (await minify(script, { ecma: 2020, module: true })).code);
    }
    if (extname(file) === '.wasm') {
      orderFunctions(at(file));
      packFile(at(file));
      // Trunk tells how long it was before all that, by which the page shows how much of it has come.
      html = replaced(html, /(?<=_bg\.wasm', )\d+/, statSync(at(file)).size);
    }
  }
  const links = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"[^>]*>\s*/g)];
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
