// Puts the page's wasm together again, which comes packed where the page is published: vendor/pack.mjs says why and how.

// What holds of an instruction besides its numbers: it ends its function; its numbers are kept by the instruction that follows; of
// what follows, the next but one matters, too; its first number says how many come after it.
export const [LAST, SPLIT, DEEP, TABLE] = [1, 2, 4, 8];
// Streams are known by the groups of up to three instructions, each in so many bits.
export const GROUP_BITS = 5;

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
    const [group, flags, lebs, raw, length] = take(5);
    return { group, flags, lebs, raw, bytes: take(length) };
  });
  // Which instructions an opcode of the stream stands for: one, or those of two opcodes before it.
  const words = heads.map((_, opcode) => [opcode]);
  for (let left = number(); left > 0; left--) words.push([...take(2)].flatMap((opcode) => words[opcode]));
  const instructions = new Uint8Array(number());
  const opcodes = take(number());
  // Where each stream is read next.
  const places = new Uint32Array(1 << (3 * GROUP_BITS));
  for (let left = number(), from = 0; left > 0; left--) {
    places[number()] = from;
    from += number();
  }
  const streams = packed.subarray(at, end);

  let count = 0;
  for (const opcode of opcodes) for (const instruction of words[opcode]) instructions[count++] = instruction;

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
    for (let last = false; !last;) {
      const { group, flags, lebs, raw, bytes } = heads[instructions[count++]];
      for (let i = 0; i < bytes.length; i++) wasm[out++] = bytes[i];
      last = flags & LAST;
      if (lebs + raw === 0) continue;
      let stream = group;
      if (flags & SPLIT) {
        const next = heads[instructions[count]];
        stream = (stream << GROUP_BITS) | next.group;
        if (next.flags & DEEP) stream = (stream << GROUP_BITS) | heads[instructions[count + 1]].group;
      }
      copy(stream, flags & TABLE ? streams[places[stream]] + 2 : lebs, raw);
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
