// Packs a wasm for the way to the browser, where static/unpack.js puts it together again. Code compresses better where its opcodes
// stand together, and its numbers with others that mean the same: offsets of loads, called functions, locals that are about to be
// added to. Each such kind becomes a stream of its own (as the splits of executable packers do it, and "Code compression", Ernst and
// others, 1997). Opcodes that often follow each other become one.
//
// What comes out begins like any wasm, with a section of our own that holds the code; the other sections follow as they were.
import { readFileSync, writeFileSync } from 'node:fs';
import { DEEP, GROUP_BITS, LAST, SPLIT, TABLE, unpack } from '../static/unpack.js';
import { functions, leb } from './order.mjs';

// An opcode is a byte.
const OPCODES = 256;
// Constants this long are addresses.
const ADDRESS_BYTES = 4;

/**
 * The forms of instructions, by their first and last opcode: how many bytes say which instruction it is, how many numbers follow, how
 * many bytes as they are, and what holds of it. A form is a group, by which streams are told apart.
 */
const FORMS = [
  { from: 0x00, to: 0x01, head: 1 },
  { from: 0x02, to: 0x04, head: 1, lebs: 1 }, // block, loop, if
  { from: 0x05, to: 0x0b, head: 1 },
  { from: 0x0c, to: 0x0d, head: 1, lebs: 1 }, // br, br_if
  { from: 0x0e, to: 0x0e, head: 1, lebs: 1, flags: TABLE },
  { from: 0x0f, to: 0x0f, head: 1 },
  { from: 0x10, to: 0x10, head: 1, lebs: 1 }, // call
  { from: 0x11, to: 0x11, head: 1, lebs: 2 }, // call_indirect
  { from: 0x1a, to: 0x1b, head: 1 },
  { from: 0x20, to: 0x20, head: 1, lebs: 1, flags: SPLIT | DEEP }, // local.get
  { from: 0x21, to: 0x22, head: 1, lebs: 1 }, // local.set, local.tee
  { from: 0x23, to: 0x26, head: 1, lebs: 1 }, // of globals and tables
  { from: 0x28, to: 0x35, head: 2, lebs: 1 }, // loads, with their alignment
  { from: 0x36, to: 0x3e, head: 2, lebs: 1 }, // stores
  { from: 0x3f, to: 0x40, head: 2 }, // memory.size, memory.grow
  { from: 0x41, to: 0x41, head: 1, lebs: 1, flags: SPLIT | DEEP }, // i32.const
  { from: 0x42, to: 0x42, head: 1, lebs: 1 }, // i64.const
  { from: 0x43, to: 0x43, head: 1, raw: 4 },
  { from: 0x44, to: 0x44, head: 1, raw: 8 },
  { from: 0x45, to: 0x66, head: 1 }, // comparisons
  { from: 0x67, to: 0xc4, head: 1, flags: DEEP }, // arithmetic
  { from: 0xd0, to: 0xd0, head: 2 }, // ref.null
  { from: 0xfc00, to: 0xfc07, head: 2 },
  { from: 0xfc0a, to: 0xfc0a, head: 4 }, // memory.copy
  { from: 0xfc0b, to: 0xfc0b, head: 3 }, // memory.fill
  { from: 0xfc0f, to: 0xfc11, head: 2, lebs: 1 }, // of tables
];
const [LOCALS, ADDRESSES] = [0, FORMS.length + 1];

/** The instructions of all functions, each with its head and what follows that, and the declarations of locals. */
function instructions(wasm, bodies) {
  const heads = new Map(),
    all = [],
    locals = [];
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  for (const [from, to] of bodies) {
    at = from;
    for (let left = number(); left > 0; left--) (number(), at++);
    locals.push(wasm.subarray(from, at));
    while (at < to) {
      const start = at,
        opcode = wasm[at] === 0xfc ? 0xfc00 | wasm[at + 1] : wasm[at];
      const form = FORMS.findIndex((form) => opcode >= form.from && opcode <= form.to);
      if (form < 0) throw new Error(`vendor/pack.mjs does not know the instruction 0x${opcode.toString(16)}`);
      const { head, lebs = 0, raw = 0, flags = 0 } = FORMS[form];
      const after = (at += head);
      for (let left = flags & TABLE ? number() + 1 : lebs; left > 0; left--) number();
      at += raw;
      const bytes = wasm.subarray(start, after),
        group = opcode === 0x41 && at - after === ADDRESS_BYTES ? ADDRESSES : form + 1;
      const of = { group, flags: (group === ADDRESSES ? 0 : flags) | (at === to ? LAST : 0), lebs, raw, bytes };
      const key = [group, of.flags, ...bytes].join();
      if (!heads.has(key)) heads.set(key, { ...of, times: 0 });
      heads.get(key).times++;
      all.push({ head: heads.get(key), rest: wasm.subarray(after, at) });
    }
  }
  return { heads: [...heads.values()].sort((a, b) => a.group - b.group || b.times - a.times), all, locals };
}

/** What follows the heads of instructions, by stream. */
function streams(all, locals) {
  const parts = new Map([[LOCALS, locals]]);
  all.forEach(({ head, rest }, i) => {
    if (rest.length === 0) return;
    let stream = head.group;
    if (head.flags & SPLIT) {
      const next = all[i + 1].head;
      stream = (stream << GROUP_BITS) | next.group;
      if (next.flags & DEEP) stream = (stream << GROUP_BITS) | all[i + 2].head.group;
    }
    if (!parts.has(stream)) parts.set(stream, []);
    parts.get(stream).push(rest);
  });
  return [...parts].sort(([a], [b]) => a - b).map(([stream, of]) => [stream, Buffer.concat(of)]);
}

/** Opcodes, with those that are not used yet in place of the pairs that are there most often, one after the other. */
function paired(opcodes, first) {
  const pairs = [];
  for (let pair = first; pair < OPCODES; pair++) {
    const times = new Uint32Array(1 << 16);
    for (let i = 1; i < opcodes.length; i++) times[(opcodes[i - 1] << 8) | opcodes[i]]++;
    const most = times.reduce((most, count, of) => (count > times[most] ? of : most), 0);
    const [one, other] = [most >> 8, most & 255];
    let to = 0;
    for (let i = 0; i < opcodes.length; i++) {
      const both = opcodes[i] === one && opcodes[i + 1] === other;
      opcodes[to++] = both ? pair : opcodes[i];
      if (both) i++;
    }
    opcodes = opcodes.subarray(0, to);
    pairs.push([one, other]);
  }
  return { opcodes, pairs };
}

/** A packed wasm. */
function pack(wasm) {
  const { bodies, code } = functions(wasm),
    { heads, all, locals } = instructions(wasm, bodies);
  if (heads.length > OPCODES) throw new Error('vendor/pack.mjs has no room for so many instructions');
  heads.forEach((head, opcode) => (head.opcode = opcode));
  const { opcodes, pairs } = paired(
    Uint8Array.from(all, ({ head }) => head.opcode),
    heads.length,
  );
  const kept = streams(all, locals);
  const name = Buffer.from('packed');
  const section = Buffer.concat([
    Buffer.from([
      ...[...leb(name.length), ...name, ...leb(wasm.length)],
      ...[...leb(code.start - 8), ...leb(code.end - code.from), ...leb(bodies.length)],
      ...[
        ...leb(heads.length),
        ...heads.flatMap(({ group, flags, lebs, raw, bytes }) => [group, flags, lebs, raw, bytes.length, ...bytes]),
      ],
      ...[...leb(pairs.length), ...pairs.flat(), ...leb(all.length), ...leb(opcodes.length)],
    ]),
    opcodes,
    Buffer.from([...leb(kept.length), ...kept.flatMap(([stream, bytes]) => [...leb(stream), ...leb(bytes.length)])]),
    ...kept.map(([, bytes]) => bytes),
  ]);
  const rest = [wasm.subarray(8, code.start), wasm.subarray(code.end)];
  const packed = Buffer.concat([wasm.subarray(0, 8), Buffer.from([0, ...leb(section.length)]), section, ...rest]);
  if (Buffer.compare(unpack(packed), wasm) !== 0) throw new Error('the packed wasm does not give the wasm back');
  return packed;
}

/** Packs a wasm file. */
export function packFile(file) {
  writeFileSync(file, pack(readFileSync(file)));
}
