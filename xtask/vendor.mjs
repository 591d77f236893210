// Bundles vendor/index.js (the editor and the terminal) into gen/vendor.js and gen/vendor.css.
// Does nothing while neither the sources nor the installed packages changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [source, out] = [join(root, 'vendor'), join(root, 'gen')];
const stamp = join(out, '.inputs');

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
const current = ['vendor.js', 'vendor.css'].every((name) => existsSync(join(out, name))) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
if (!current) {
  const esbuild = await import(pathToFileURL(join(root, 'node_modules/esbuild/lib/main.js')).href).catch(() => {
    console.error('esbuild is missing: run `npm ci`, or `cargo xtask setup`');
    process.exit(1);
  });
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [join(source, 'index.js')],
    outfile: join(out, 'vendor.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    loader: { '.svg': 'dataurl' },
    write: false,
  });
  mkdirSync(out, { recursive: true });
  const written = new Map([['vendor.css', new Uint8Array()], ...outputFiles.map((file) => [file.path.endsWith('.css') ? 'vendor.css' : 'vendor.js', file.contents])]);
  for (const [name, contents] of written) {
    // Renamed into place, so that a build that reads at the same moment never sees half a file.
    writeFileSync(join(out, `${name}.part`), contents);
    renameSync(join(out, `${name}.part`), join(out, name));
  }
  writeFileSync(stamp, wanted);
  console.log(`bundled ${[...written].map(([name, contents]) => `gen/${name} (${Math.round(contents.length / 1000)} kB)`).join(', ')}`);
}
