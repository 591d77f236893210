// Puts the page's wasm together again, which comes packed where the page is published: vendor/pack.mjs says why and how.

// What holds of an instruction besides its numbers: it ends its function; its numbers are kept by the instruction that follows; of
// what follows, the next but one matters, too; its first number says how many come after it; its numbers are kept by what there is on
// the stack where its address is; its number is a local's; it is an address; it is a local that is known by when it was set.
export const [LAST, SPLIT, DEEP, TABLE, BASE, LOCAL, ADDRESS, KNOWN] = [1, 2, 4, 8, 16, 32, 64, 128];
// Streams are known by the groups of up to three instructions, each in so many bits, and what is on the stack.
const GROUP_BITS = 5;
// What a value on a function's stack is known to be: its frame, an address, or nothing of these (0), in so many bits.
const VALUE_BITS = 2;
const [THE_FRAME, AN_ADDRESS] = [1, 2];
/** Of so many values on the stack it is known what they are. An instruction that takes as many takes all. */
export const VALUES = 14;
/** An address that is so close to the one before it is known by that, in the order of all: first the next, then the one before that. */
export const NEAR = 32;

/** What is known of a function where one of its instructions is about to come. */
export class Known {
  constructor() {
    // The local that has the frame, which is the first that is set, the one set last, and another before that.
    this.locals = new Int32Array(3);
    // Where in the frame something was loaded or its address taken, and where something was stored.
    this.offsets = new Int32Array(2);
    this.begin();
  }
  /** Another function begins. */
  begin() {
    // The values on the stack, the last one lowest.
    this.stack = 0;
    this.locals.fill(-1);
    this.offsets.fill(0);
  }
  base({ pops }) {
    return (this.stack >> ((pops >> 1) * VALUE_BITS)) & ((1 << VALUE_BITS) - 1);
  }
  /** Which stream has the numbers of an instruction, which others follow. */
  stream(head, next, afterNext) {
    const { group, flags } = head;
    let stream = group;
    if (flags & SPLIT) stream |= next.group << GROUP_BITS;
    if (flags & SPLIT && next.flags & DEEP) stream |= afterNext.group << (2 * GROUP_BITS);
    if (flags & BASE) stream |= this.base(head) << (3 * GROUP_BITS);
    return stream;
  }
  /** Whether an instruction's number is an offset in the frame, and is kept by how far it is from the last. */
  isOffset(head) {
    return head.flags & BASE && head.pops > 0 && this.base(head) === THE_FRAME;
  }
  /** Where the last one was. */
  offset({ pops }) {
    return this.offsets[pops >> 1];
  }
  /** An instruction is over, with its number. */
  pass(head, next, number) {
    const { flags, pops, pushes } = head;
    let value = 0;
    if (flags & (BASE | LOCAL | ADDRESS)) {
      if (flags & BASE && this.base(head) === THE_FRAME && (pops || next.flags & DEEP)) this.offsets[pops >> 1] = number;
      if (flags & LOCAL && pops) {
        const { locals } = this;
        if (locals[0] < 0) locals[0] = number;
        if (locals[1] !== number) locals[2] = locals[1];
        locals[1] = number;
      }
      value = flags & ADDRESS ? AN_ADDRESS : flags & LOCAL && number === this.locals[0] ? THE_FRAME : 0;
    }
    const rest = pops < VALUES ? this.stack >> (pops * VALUE_BITS) : 0;
    this.stack = pushes ? ((rest << VALUE_BITS) | value) & ((1 << (VALUES * VALUE_BITS)) - 1) : rest;
  }
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
    return { group, flags, lebs, raw, pops, pushes, bytes: [...take(length)] };
  });
  // Which instructions a word stands for: one, or those of two words before it. Those that are seldom there have a word in common.
  const seldom = number();
  heads.splice(seldom, 0, null);
  const words = Array.from({ length: seldom + 1 }, (_, word) => [word]);
  for (let left = number(); left > 0; left--) words.push([...take(2)].flatMap((word) => words[word]));
  // Which word an opcode of the stream is.
  const wordOf = take(words.length);
  const instructions = new Uint8Array(number() + 2);
  const opcodes = take(number());
  const these = take(number());
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

  let count = 0,
    rare = 0;
  for (const opcode of opcodes) {
    for (const instruction of words[wordOf[opcode]]) instructions[count++] = instruction === seldom ? these[rare++] : instruction;
  }

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
  const read = (stream) => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = streams[places[stream]++];
      value |= (byte & 127) << shift;
      if (!(byte > 127)) return value;
    }
  };
  const signed = (value) => (value >>> 1) ^ -(value & 1);
  let place = -1;
  const address = (stream) => {
    const byte = streams[places[stream]++],
      near = byte - often.length;
    let value = often[byte];
    if (near >= 0) {
      if (near >= NEAR) place = ((near - NEAR) << 8) | streams[places[lows]++];
      else place += 1 + signed(near);
      value = others[place];
    }
    for (let shift = 0; shift < 28; shift += 7) wasm[out++] = ((value >> shift) & 127) | (shift < 21 ? 128 : 0);
  };
  const known = new Known();
  // Writes the next instruction, and tells whether it is the last of its function.
  const instruction = () => {
    const head = heads[instructions[count++]],
      next = heads[instructions[count]],
      { flags, lebs, raw, bytes } = head;
    for (let i = 0; i < bytes.length; i++) wasm[out++] = bytes[i];
    let of = 0;
    if (flags & KNOWN) putNumber((of = known.locals[raw]));
    else if (lebs + raw > 0) {
      const stream = known.stream(head, next, heads[instructions[count + 1]]);
      if (flags & ADDRESS) address(stream);
      else if (flags & LOCAL) {
        of = read(stream);
        // The frame is 0, and those before it are one more.
        const frame = known.locals[0];
        if (of <= frame) of = of ? of - 1 : frame;
        putNumber(of);
      } else if (known.isOffset(head)) {
        of = known.offset(head) + signed(read(stream));
        putNumber(of);
      } else {
        // It may be where in the frame an address is.
        const from = places[stream];
        if (flags & BASE) of = read(stream);
        places[stream] = from;
        copy(stream, flags & TABLE ? streams[from] + 2 : lebs, raw);
      }
    }
    known.pass(head, next, of);
    return flags & LAST;
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
    known.begin();
    while (!instruction());
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
