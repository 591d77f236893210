// Minifies the scripts and styles of a page that Trunk just built to be published; Trunk calls this before `dist/` is replaced, and
// only where the build succeeded, of which `cargo xtask serve` wants to know.
// (Trunk's own minifier cannot read what wasm-bindgen writes. gen/vendor.js is minified when it is bundled.)
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { transformSync } from 'esbuild';

const { TRUNK_PROFILE, TRUNK_STAGING_DIR, KUBARIUM_BUILT } = process.env;
const files = TRUNK_PROFILE === 'release' ? readdirSync(TRUNK_STAGING_DIR) : [];
for (const file of files.filter((file) => ['.js', '.css'].includes(extname(file)))) {
  const path = join(TRUNK_STAGING_DIR, file);
  writeFileSync(path, transformSync(readFileSync(path, 'utf8'), { loader: extname(file).slice(1), minify: true }).code);
}
if (KUBARIUM_BUILT) writeFileSync(KUBARIUM_BUILT, '');
