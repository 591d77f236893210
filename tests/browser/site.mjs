// The built page on a port of its own, and how Chromium is started: for the journeys and for the measurements.
import assert from 'node:assert/strict';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = normalize(process.env.KUBARIUM_DIST ?? join(root, 'dist'));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** Serves the built page below `/somewhere/`, so that a path which is not relative is found out. */
export async function serve(headers = { 'cache-control': 'no-store' }) {
  assert.ok(existsSync(join(dist, 'index.html')), `${dist} has no page: run \`cargo xtask build\``);
  const missing = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = normalize(join(dist, path.replace(/^\/somewhere/, ''), path.endsWith('/') ? 'index.html' : ''));
    if (!path.startsWith('/somewhere/') || !file.startsWith(dist + sep) || !existsSync(file) || !statSync(file).isFile()) {
      if (path !== '/favicon.ico') missing.push(path);
      response.writeHead(404).end('not found');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/somewhere/`, missing, close: () => server.close() };
}

/** How Chromium is started, at home in a folder of its own. */
export const launching = (home) => ({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  env: { ...process.env, HOME: home },
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
  ],
});
