// Bundles vendor/vendor.js (the editor and the terminal) into gen/vendor.js: `node vendor/build.mjs`.
// Does nothing while neither the sources nor the installed packages changed; Trunk calls it before every build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [source, out] = [join(root, 'vendor'), join(root, 'gen')];
const [bundle, stamp] = [join(out, 'vendor.js'), join(out, '.inputs')];

function inputs() {
  const hash = createHash('sha256');
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const file of [...files, join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const wanted = inputs();
if (!existsSync(bundle) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const needed = ['esbuild', 'terser', './trim.mjs'].map((name) => import(name));
  const [esbuild, terser, { trim }] = await Promise.all(needed).catch(() => {
    console.error('esbuild, terser or acorn is missing: run `npm ci`, or `cargo xtask setup`');
    process.exit(1);
  });
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [join(source, 'vendor.js')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // What xterm keeps to itself begins so, and no package here asks for it by a text.
    mangleProps: /^_[a-z]/i,
    legalComments: 'none',
    logLevel: 'warning',
    loader: { '.css': 'text' },
    write: false,
  });
  // Compressed, this is smaller by a twentieth than what esbuild's own minifier makes of it.
  const scripts = readdirSync(source).filter((file) => file.endsWith('.js'));
  const { bundle: trimmed, regex } = trim(
    outputFiles[0].text,
    scripts.map((file) => join(source, file)),
  );
  const mangle = { properties: { regex, keep_quoted: true } };
  const { code } = await terser.minify(trimmed, { ecma: 2020, module: true, compress: { passes: 2, inline: 1 }, mangle });
  mkdirSync(out, { recursive: true });
  // Renamed into place, so that a build that reads at the same moment never sees half a file.
  writeFileSync(`${bundle}.part`, code);
  renameSync(`${bundle}.part`, bundle);
  writeFileSync(stamp, wanted);
  console.log(`bundled gen/vendor.js (${Math.round(code.length / 1000)} kB)`);
}
