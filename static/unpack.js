// Puts the page's wasm together again, which comes packed where the page is published: vendor/pack.mjs says why and how.

// What holds of an instruction besides its numbers: it ends its function; its numbers are kept by the instruction that follows; of
// what follows, the next but one matters, too; its first number says how many come after it; its numbers are kept by what there is on
// the stack where its address is; its number is a local's; it is an address.
export const [LAST, SPLIT, DEEP, TABLE, BASE, LOCAL, ADDRESS] = [1, 2, 4, 8, 16, 32, 64];
// Streams are known by the groups of up to three instructions, each in so many bits, and what is on the stack.
const GROUP_BITS = 5;
// What a value on a function's stack is known to be: its frame, an address, or nothing of these (0), in so many bits.
const VALUE_BITS = 2;
const [THE_FRAME, AN_ADDRESS] = [1, 2];
/** Of so many values on the stack it is known what they are. An instruction that takes as many takes all. */
export const VALUES = 14;
/** Before a function's frame is in a local. */
export const NO_FRAME = -1;
/** An address that is so close to the one before it is known by that, in the order of all: first the next, then the one before that. */
export const NEAR = 32;

/** Which stream has the numbers of an instruction, by those that follow and what is on the stack before it. */
export function streamOf({ group, flags, pops }, next, afterNext, stack) {
  let stream = group;
  if (flags & SPLIT) stream |= next.group << GROUP_BITS;
  if (flags & SPLIT && next.flags & DEEP) stream |= afterNext.group << (2 * GROUP_BITS);
  if (flags & BASE) stream |= ((stack >> ((pops >> 1) * VALUE_BITS)) & ((1 << VALUE_BITS) - 1)) << (3 * GROUP_BITS);
  return stream;
}

/** What is on the stack after an instruction: its number is that of a local, if any, and the frame is in another or the same. */
export function stackAfter(stack, { flags, pops, pushes }, number, frame) {
  const value = flags & ADDRESS ? AN_ADDRESS : flags & LOCAL && number === frame ? THE_FRAME : 0;
  const rest = pops < VALUES ? stack >> (pops * VALUE_BITS) : 0;
  return pushes ? ((rest << VALUE_BITS) | value) & ((1 << (VALUES * VALUE_BITS)) - 1) : rest;
}

/** The wasm that a packed one holds. */
export function unpack(packed) {
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = packed[at++];
      value |= (byte & 127) << shift;
      if (!(byte > 127)) return value >>> 0;
    }
  };
  const take = (length) => packed.subarray(at, (at += length));
  if (packed[0] !== 0 || number() !== 0) throw new Error('this is no packed wasm');
  const end = number() + at;
  take(number());
  const wasm = new Uint8Array(number());
  const [before, code, functions] = [number(), number(), number()];
  const heads = Array.from({ length: number() }, () => {
    const [group, flags, lebs, raw, pops, pushes, length] = take(7);
    return { group, flags, lebs, raw, pops, pushes, bytes: take(length) };
  });
  // Which instructions a word stands for: one, or those of two words before it.
  const words = heads.map((_, opcode) => [opcode]);
  for (let left = number(); left > 0; left--) words.push([...take(2)].flatMap((word) => words[word]));
  // Which word an opcode of the stream is.
  const wordOf = take(words.length);
  const instructions = new Uint8Array(number());
  const opcodes = take(number());
  // Each address is a byte: one of those that are there often, or one near the last; or, in the order of all others, its place by
  // the 256, which another stream tells exactly.
  const ordered = () => {
    let last = 0;
    return Array.from({ length: number() }, () => (last += number()));
  };
  const [often, others, lows] = [ordered(), ordered(), number()];
  // Where each stream is read next.
  const places = new Uint32Array(1 << (3 * GROUP_BITS + VALUE_BITS));
  for (let left = number(), from = 0; left > 0; left--) {
    places[number()] = from;
    from += number();
  }
  const streams = packed.subarray(at, end);

  let count = 0;
  for (const opcode of opcodes) for (const instruction of words[wordOf[opcode]]) instructions[count++] = instruction;

  let out = 0;
  const put = (bytes) => {
    wasm.set(bytes, out);
    out += bytes.length;
  };
  const putNumber = (value) => {
    for (; value > 127; value >>>= 7) wasm[out++] = (value & 127) | 128;
    wasm[out++] = value;
  };
  const copy = (stream, lebs, raw) => {
    let from = places[stream];
    for (; lebs > 0; lebs--) {
      while (streams[from] > 127) wasm[out++] = streams[from++];
      wasm[out++] = streams[from++];
    }
    for (; raw > 0; raw--) wasm[out++] = streams[from++];
    places[stream] = from;
  };
  const local = (stream, frame) => {
    let value = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = streams[places[stream]++];
      value |= (byte & 127) << shift;
    }
    // The frame is 0, and those before it are one more.
    if (value <= frame) value = value ? value - 1 : frame;
    putNumber(value);
    return value;
  };
  let place = -1;
  const address = (stream) => {
    const byte = streams[places[stream]++],
      near = byte - often.length;
    let value = often[byte];
    if (near >= 0) {
      if (near >= NEAR) place = ((near - NEAR) << 8) | streams[places[lows]++];
      else place += 1 + (near & 1 ? -(near + 1) / 2 : near / 2);
      value = others[place];
    }
    for (let shift = 0; shift < 28; shift += 7) wasm[out++] = ((value >> shift) & 127) | (shift < 21 ? 128 : 0);
  };
  put(packed.subarray(0, 8));
  put(packed.subarray(end, end + before));
  wasm[out++] = 10;
  putNumber(code);
  putNumber(functions);
  count = 0;
  for (let left = functions; left > 0; left--) {
    // How long it is stands before it, and is known behind it: room for that is left first.
    const start = (out += 5);
    for (let locals = streams[places[0]], _ = copy(0, 1, 0); locals > 0; locals--) copy(0, 1, 1);
    let stack = 0,
      frame = NO_FRAME;
    for (let last = false; !last;) {
      const head = heads[instructions[count++]],
        { flags, lebs, raw, bytes } = head;
      for (let i = 0; i < bytes.length; i++) wasm[out++] = bytes[i];
      last = flags & LAST;
      let of;
      if (lebs + raw > 0) {
        const stream = streamOf(head, heads[instructions[count]], heads[instructions[count + 1]], stack);
        if (flags & LOCAL) of = local(stream, frame);
        else if (flags & ADDRESS) address(stream);
        else copy(stream, flags & TABLE ? streams[places[stream]] + 2 : lebs, raw);
      }
      // The local that is set first has the frame.
      if (flags & LOCAL && head.pops && frame === NO_FRAME) frame = of;
      stack = stackAfter(stack, head, of, frame);
    }
    const length = out - start;
    out = start - 5;
    putNumber(length);
    wasm.copyWithin(out, start, start + length);
    out += length;
  }
  put(packed.subarray(end + before));
  return wasm;
}

/** Has what wasm-bindgen starts the page with take a packed wasm. */
export const unpacking = (start) => async (what) => {
  const response = await what.module_or_path;
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return start({ module_or_path: unpack(new Uint8Array(await response.arrayBuffer())) });
};
