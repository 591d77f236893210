// Orders the functions of a wasm so that those that are alike stand together: where something was seen before is then told in fewer bits,
// which is half of what a compressed page consists of. The set is halved again and again, each half with the functions that share
// the most bytes, as Dhulipala and others do it with the documents of an index ("Compressing Graphs and Indexes with Recursive Graph
// Bisection", 2016).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Functions are compared by pieces of so many bytes, known by so many bits of a hash.
const PIECE_BYTES = 6;
const PIECE_BITS = 24;
// How often the halves exchange functions at most.
const ROUNDS_MAX = 12;

const [IMPORTS, CODE] = [2, 10];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const WASM_OPT = join(root, 'node_modules/binaryen/bin/wasm-opt');

/** The bytes of a number as wasm has it: seven bits in each, the lowest first. */
export function leb(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** How many functions a wasm imports, where the bodies of its own begin and end, and where the section does that has them. */
export function functions(wasm) {
  let at = 8,
    imported = 0;
  const bodies = [];
  let code;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < wasm.length) {
    const start = at,
      section = wasm[at++],
      end = number() + at;
    if (section === IMPORTS) {
      for (let left = number(); left > 0; left--) {
        for (const _ of ['module', 'name']) at = number() + at;
        if (wasm[at++] !== 0) throw new Error('the wasm imports something other than a function');
        number();
        imported++;
      }
    } else if (section === CODE) {
      code = { start, from: at, end };
      for (let left = number(); left > 0; left--) {
        const length = number();
        bodies.push([at, (at += length)]);
      }
    }
    at = end;
  }
  return { imported, bodies, code };
}

/** For each body the pieces that others have too, but not most of them: as numbers from 0, and how many there are in all. */
function shared(wasm, bodies) {
  const seen = new Int32Array(1 << PIECE_BITS).fill(-1),
    numbers = new Int32Array(1 << PIECE_BITS);
  const pieces = (of, each) => {
    const [from, to] = bodies[of];
    for (let at = from; at + PIECE_BYTES <= to; at++) {
      let hash = 0;
      for (let i = 0; i < PIECE_BYTES; i++) hash = Math.imul(hash ^ wasm[at + i], 0x5bd1e995) ^ (hash >>> 13);
      hash >>>= 32 - PIECE_BITS;
      if (seen[hash] === of) continue;
      seen[hash] = of;
      each(hash);
    }
  };
  bodies.forEach((_, of) => pieces(of, (hash) => numbers[hash]++));
  let count = 0;
  for (let hash = 0; hash < numbers.length; hash++)
    numbers[hash] = numbers[hash] >= 2 && numbers[hash] <= bodies.length / 2 ? count++ : -1;
  seen.fill(-1);
  const lists = bodies.map((_, of) => {
    const list = [];
    pieces(of, (hash) => numbers[hash] >= 0 && list.push(numbers[hash]));
    return list;
  });
  return { lists, count };
}

/** The numbers of the functions in their new order. */
function order(wasm, bodies) {
  const { lists, count } = shared(wasm, bodies);
  const [left, right] = [new Int32Array(count), new Int32Array(count)];
  // What it is worth that a half has so many functions with a piece: together they are worth more.
  const worth = Float64Array.from({ length: bodies.length + 2 }, (_, n) => n * Math.log2(n + 1));
  const add = (side, of, n) => {
    for (const piece of lists[of]) side[piece] += n;
  };
  const byGain = (half, from, to) =>
    half
      .map((of) => {
        let gain = 0;
        for (const piece of lists[of]) {
          const [here, there] = [from[piece], to[piece]];
          gain += worth[here - 1] + worth[there + 1] - worth[here] - worth[there];
        }
        return { of, gain };
      })
      .sort((a, b) => b.gain - a.gain || a.of - b.of);
  const halved = (all) => {
    if (all.length < 3) return all;
    let halves = [all.slice(0, all.length >> 1), all.slice(all.length >> 1)];
    halves[0].forEach((of) => add(left, of, 1));
    halves[1].forEach((of) => add(right, of, 1));
    for (let round = 0, moved = true; moved && round < ROUNDS_MAX; round++) {
      const [these, those] = [byGain(halves[0], left, right), byGain(halves[1], right, left)];
      moved = false;
      for (let i = 0; i < these.length && these[i].gain + those[i].gain > 0; i++) {
        (add(left, these[i].of, -1), add(right, these[i].of, 1));
        (add(right, those[i].of, -1), add(left, those[i].of, 1));
        [these[i], those[i]] = [those[i], these[i]];
        moved = true;
      }
      halves = [these, those].map((half) => half.map(({ of }) => of));
    }
    halves[0].forEach((of) => add(left, of, -1));
    halves[1].forEach((of) => add(right, of, -1));
    return halves.flatMap((half) => halved(half.sort((a, b) => a - b)));
  };
  return halved(bodies.map((_, of) => of));
}

/** Orders the functions of a wasm file: gives them names that sort so, and has Binaryen sort them. It optimises once more as Trunk had it do. */
export function orderFunctions(file) {
  const wasm = readFileSync(file),
    { imported, bodies } = functions(wasm);
  const names = [];
  order(wasm, bodies).forEach((of, place) => (names[of] = Buffer.from(String(place).padStart(7, '0'))));
  const entries = names.flatMap((name, of) => [...leb(imported + of), ...leb(name.length), ...name]);
  const list = [...leb(names.length), ...entries];
  const section = [4, ...Buffer.from('name'), 1, ...leb(list.length), ...list];
  writeFileSync(file, Buffer.concat([wasm, Buffer.from([0, ...leb(section.length), ...section])]));
  const [, passes] = /data-wasm-opt-params="([^"]*)"/.exec(readFileSync(join(root, 'index.html'), 'utf8'));
  execFileSync(process.execPath, [WASM_OPT, '-Oz', ...passes.split(' '), '--output', file, file], { stdio: 'inherit' });
}
