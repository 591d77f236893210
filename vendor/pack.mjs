// Packs a wasm for the way to the browser, where static/unpack.js puts it together again. Code compresses better where its opcodes
// stand together, and its numbers with others that mean the same: offsets of loads, called functions, locals that are about to be
// added to, what is in the function's frame and what is elsewhere. Each such kind becomes a stream of its own (as the splits of
// executable packers do it, and "Code compression", Ernst and others, 1997). Offsets in the frame are kept by how far they are from the
// last. Opcodes that often follow each other become one, and those that are followed by the same ones get numbers that Brotli takes for
// one. Where it is known from the opcodes before which local an instruction gets, or many have the same number, that is in its opcode,
// too: of what came before an opcode, Brotli sees much.
//
// What comes out begins like any wasm, with a section of our own that holds the code; the other sections follow as they were.
import { readFileSync, writeFileSync } from 'node:fs';
import { ADDRESS, BASE, DEEP, KNOWN, Known, LAST, LOCAL, NEAR, SPLIT, TABLE, VALUES, unpack } from '../static/unpack.js';
import { functions, leb } from './order.mjs';

// An opcode is a byte.
const OPCODES = 256;
// Which bytes before a byte Brotli holds to be one: so many, and so many after these (RFC 7932, 7.1, "Signed").
const ALIKE = [1, 15, 48, 64, 64, 48, 15, 1];
// Constants this long are addresses.
const ADDRESS_BYTES = 4;
// So many instructions that are there most often with the same number are instructions of their own.
const OFTEN = 40;
// Instructions that are there less often have one word in common.
const SELDOM = 200;

/**
 * The forms of instructions, by their first and last opcode: how many bytes say which instruction it is, how many numbers follow, how
 * many bytes as they are, and what holds of it. A form is a group, by which streams are told apart.
 */
const FORMS = [
  { from: 0x00, to: 0x01, head: 1 },
  { from: 0x02, to: 0x04, head: 1, lebs: 1 }, // block, loop, if
  { from: 0x05, to: 0x0b, head: 1 },
  { from: 0x0c, to: 0x0c, head: 1, lebs: 1 }, // br
  { from: 0x0d, to: 0x0d, head: 1, lebs: 1 }, // br_if
  { from: 0x0e, to: 0x0e, head: 1, lebs: 1, flags: TABLE },
  { from: 0x0f, to: 0x0f, head: 1 },
  { from: 0x10, to: 0x10, head: 1, lebs: 1 }, // call
  { from: 0x11, to: 0x11, head: 1, lebs: 2 }, // call_indirect
  { from: 0x1a, to: 0x1b, head: 1 },
  { from: 0x20, to: 0x20, head: 1, lebs: 1, flags: SPLIT | DEEP | LOCAL }, // local.get
  { from: 0x21, to: 0x22, head: 1, lebs: 1, flags: LOCAL }, // local.set, local.tee
  { from: 0x23, to: 0x26, head: 1, lebs: 1 }, // of globals and tables
  { from: 0x28, to: 0x35, head: 2, lebs: 1, flags: BASE }, // loads, with their alignment
  { from: 0x36, to: 0x3e, head: 2, lebs: 1, flags: BASE }, // stores
  { from: 0x3f, to: 0x40, head: 2 }, // memory.size, memory.grow
  { from: 0x41, to: 0x41, head: 1, lebs: 1, flags: SPLIT | DEEP | BASE }, // i32.const
  { from: 0x42, to: 0x42, head: 1, lebs: 1, flags: SPLIT }, // i64.const
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
const [LOCALS, ADDRESSES, LOWS] = [0, FORMS.length + 1, FORMS.length + 2];

/** How many values instructions take from the stack and put there, from these opcodes on. Of calls and blocks that is not known. */
const EFFECTS = [
  ...[[0x00], [0x04, 1, 0], [0x05], [0x0d, 1, 0], [0x0e], [0x1a, 1, 0], [0x1b, 3, 1], [0x20, 0, 1], [0x21, 1, 0], [0x22, 1, 1]],
  ...[[0x23, 0, 1], [0x24, 1, 0], [0x25], [0x28, 1, 1], [0x36, 2, 0], [0x3f, 0, 1], [0x40, 1, 1], [0x41, 0, 1], [0x45, 1, 1]],
  ...[
    [0x46, 2, 1],
    [0x50, 1, 1],
    [0x51, 2, 1],
    [0x67, 1, 1],
    [0x6a, 2, 1],
    [0x79, 1, 1],
    [0x7c, 2, 1],
    [0x8b, 1, 1],
    [0x92, 2, 1],
  ],
  ...[[0x99, 1, 1], [0xa0, 2, 1], [0xa7, 1, 1], [0xd0, 0, 1], [0xfc00, 1, 1], [0xfc0a, 3, 0], [0xfc0f]],
];

const ofLeb = (bytes) => bytes.reduceRight((value, byte) => (value << 7) | (byte & 127), 0) >>> 0;
const unsigned = (value) => (value < 0 ? -value * 2 - 1 : value * 2);

/** The instructions of all functions, each with its head and what follows that, and the declarations of locals. */
function instructions(wasm, bodies) {
  const all = [],
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
      const isAddress = opcode === 0x41 && at - after === ADDRESS_BYTES;
      const [, pops = VALUES, pushes = 0] = EFFECTS.findLast(([from]) => opcode >= from);
      const of = {
        ...{ group: isAddress ? ADDRESSES : form + 1, flags: (isAddress ? ADDRESS : flags) | (at === to ? LAST : 0) },
        ...{ lebs, raw, pops, pushes, bytes: wasm.subarray(start, after) },
      };
      const rest = wasm.subarray(after, at);
      all.push({ head: of, rest, number: ofLeb(rest) });
    }
  }
  return { all, locals };
}

/** Gives instructions whose number is known, or is there often, a head that tells it; returns all heads. */
function heads(all) {
  const heads = new Map(),
    times = new Map();
  const isNumbered = ({ flags, lebs }) => lebs === 1 && !(flags & (LOCAL | ADDRESS | TABLE));
  const withNumber = ({ head, rest }) => [...head.bytes, ...rest].join();
  for (const one of all) if (isNumbered(one.head)) times.set(withNumber(one), (times.get(withNumber(one)) ?? 0) + 1);
  const enough = [...times.values()].sort((a, b) => b - a)[OFTEN];
  const known = new Known();
  all.forEach((one, i) => {
    const { head, rest, number } = one,
      { flags, bytes } = head;
    let its = head;
    if (flags & LOCAL && !head.pops && known.locals.includes(number)) {
      its = { ...head, flags: flags | KNOWN, lebs: 0, raw: known.locals.indexOf(number) };
    } else if (isNumbered(head) && !known.isOffset(head) && times.get(withNumber(one)) > enough) {
      its = { ...head, flags: flags & ~BASE, lebs: 0, bytes: [...bytes, ...rest] };
    }
    if (its !== head) one.rest = [];
    const key = [its.group, its.flags, its.raw, ...its.bytes].join();
    if (!heads.has(key)) heads.set(key, { ...its, times: 0 });
    one.head = heads.get(key);
    one.head.times++;
    known.pass(its, all[i + 1]?.head, number);
    if (flags & LAST) known.begin();
  });
  return [...heads.values()].sort((a, b) => (a.times < SELDOM) - (b.times < SELDOM) || a.group - b.group || b.times - a.times);
}

/** The addresses of all instructions: those that are there most often, as many as there are bytes left for, and all others, in order. */
function addresses(all) {
  const times = new Map();
  for (const { head, rest } of all) if (head.flags & ADDRESS) times.set(ofLeb(rest), (times.get(ofLeb(rest)) ?? 0) + 1);
  const count = OPCODES - NEAR - Math.ceil(times.size / 256);
  if (count < 0) throw new Error('vendor/pack.mjs has no room for so many addresses');
  const byTimes = [...times].sort(([a, of], [b, other]) => other - of || a - b).map(([address]) => address);
  return [byTimes.slice(0, count), byTimes.slice(count)].map((part) => part.sort((a, b) => a - b));
}

/** What follows the heads of instructions, by stream. */
function streams(all, locals, [often, others]) {
  const parts = new Map([
    [LOCALS, locals],
    [LOWS, []],
  ]);
  const codes = new Map(often.map((address, code) => [address, code])),
    order = new Map(others.map((address, place) => [address, place]));
  let last = -1;
  const address = (value) => {
    if (codes.has(value)) return codes.get(value);
    const place = order.get(value),
      near = unsigned(place - last - 1);
    last = place;
    if (near < NEAR) return often.length + near;
    parts.get(LOWS).push(Uint8Array.of(place & 255));
    return often.length + NEAR + (place >> 8);
  };
  const known = new Known();
  all.forEach(({ head, rest, number: of }, i) => {
    const { flags } = head,
      next = all[i + 1]?.head;
    if (rest.length > 0) {
      const stream = known.stream(head, next, all[i + 2]?.head);
      if (!parts.has(stream)) parts.set(stream, []);
      const frame = known.locals[0];
      if (flags & ADDRESS) rest = Uint8Array.of(address(of));
      else if (flags & LOCAL) rest = Uint8Array.from(leb(of > frame ? of : of === frame ? 0 : of + 1));
      else if (known.isOffset(head)) rest = Uint8Array.from(leb(unsigned(of - known.offset(head))));
      parts.get(stream).push(rest);
    }
    known.pass(head, next, of);
    if (flags & LAST) known.begin();
  });
  return [...parts].sort(([a], [b]) => a - b).map(([stream, of]) => [stream, Buffer.concat(of)]);
}

/**
 * The words in an order of which Brotli holds those for one (ALIKE) after which the same words come: two are exchanged as long as that
 * leaves less to be told.
 */
function alike(opcodes) {
  const follow = Array.from({ length: OPCODES }, () => new Uint32Array(OPCODES));
  for (let i = 1; i < opcodes.length; i++) follow[opcodes[i - 1]][opcodes[i]]++;
  const times = follow.map((counts) => counts.reduce((sum, count) => sum + count, 0)),
    bits = Float64Array.from({ length: opcodes.length + 1 }, (_, n) => n && n * Math.log2(n)),
    order = follow.map((_, opcode) => opcode),
    setOf = ALIKE.flatMap((size, set) => Array(size).fill(set));
  const sets = ALIKE.map(() => ({ sum: 0, counts: new Int32Array(OPCODES) }));
  const none = new Uint32Array(OPCODES);
  const cost = ({ sum, counts }, less, more) => {
    const [a, b] = [follow[less] ?? none, follow[more] ?? none];
    let cost = bits[sum + (times[more] ?? 0) - (times[less] ?? 0)];
    for (let i = 0; i < OPCODES; i++) cost -= bits[counts[i] + b[i] - a[i]];
    return cost;
  };
  const put = (set, less, more) => {
    set.sum += times[more] - (times[less] ?? 0);
    for (let i = 0; i < OPCODES; i++) set.counts[i] += follow[more][i] - (follow[less]?.[i] ?? 0);
    set.cost = cost(set);
  };
  order.forEach((opcode, place) => put(sets[setOf[place]], undefined, opcode));
  for (let gain = Infinity; gain > 1000;) {
    gain = 0;
    for (let i = 0; i < OPCODES; i++) {
      for (let k = i + 1; k < OPCODES; k++) {
        const [one, other] = [sets[setOf[i]], sets[setOf[k]]];
        if (one === other) continue;
        const less = one.cost + other.cost - cost(one, order[i], order[k]) - cost(other, order[k], order[i]);
        if (less < 1) continue;
        (put(one, order[i], order[k]), put(other, order[k], order[i]));
        [order[i], order[k]] = [order[k], order[i]];
        gain += less;
      }
    }
  }
  return order;
}

/**
 * Opcodes, with those that are not used yet in place of pairs, one after the other: of those that are there most often, and all the more
 * if one of them seldom is without the other.
 */
function paired(opcodes, first) {
  const pairs = [];
  for (let pair = first; pair < OPCODES; pair++) {
    const times = new Uint32Array(1 << 16),
      alone = new Uint32Array(OPCODES);
    opcodes.forEach((opcode, i) => (alone[opcode]++, i && times[(opcodes[i - 1] << 8) | opcode]++));
    const worth = (of) => {
      const together = (times[of] * opcodes.length) / (alone[of >> 8] * alone[of & 255]);
      return times[of] * (1 + Math.max(0, Math.log2(together)));
    };
    let most = 0;
    times.forEach((count, of) => count > 0 && worth(of) > worth(most) && (most = of));
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
    { all, locals } = instructions(wasm, bodies),
    known = addresses(all),
    sorts = heads(all);
  if (sorts.length >= OPCODES) throw new Error('vendor/pack.mjs has no room for so many instructions');
  const seldom = sorts.filter(({ times }) => times >= SELDOM).length;
  sorts.forEach((head, i) => (head.opcode = i < seldom ? i : i + 1));
  const { opcodes, pairs } = paired(
    Uint8Array.from(all, ({ head }) => Math.min(head.opcode, seldom)),
    seldom + 1,
  );
  const order = alike(opcodes),
    places = [];
  order.forEach((word, opcode) => (places[word] = opcode));
  const kept = streams(all, locals, known),
    rare = all.map(({ head }) => head.opcode).filter((opcode) => opcode > seldom);
  const name = Buffer.from('packed');
  const section = Buffer.concat([
    Buffer.from([
      ...[...leb(name.length), ...name, ...leb(wasm.length)],
      ...[...leb(code.start - 8), ...leb(code.end - code.from), ...leb(bodies.length)],
      ...[
        ...leb(sorts.length),
        ...sorts.flatMap(({ group, flags, lebs, raw, pops, pushes, bytes }) => [
          ...[group, flags, lebs, raw, pops, pushes, bytes.length],
          ...bytes,
        ]),
      ],
      ...[...leb(seldom), ...leb(pairs.length), ...pairs.flat(), ...order, ...leb(all.length), ...leb(opcodes.length)],
    ]),
    opcodes.map((word) => places[word]),
    Buffer.from([...leb(rare.length), ...rare]),
    Buffer.from(known.flatMap((part) => [...leb(part.length), ...part.flatMap((of, i) => leb(of - (part[i - 1] ?? 0)))])),
    Buffer.from([
      ...leb(LOWS),
      ...leb(kept.length),
      ...kept.flatMap(([stream, bytes]) => [...leb(stream), ...leb(bytes.length)]),
    ]),
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
