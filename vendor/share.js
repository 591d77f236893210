// What the browser does for sessions that travel: packing them into a link, files that are dropped, saved and picked.
const TEXT_MAX = 16_000_000;

/** All of a stream's bytes; throws where they are more than a session can be. */
async function bytesOf(stream) {
  const chunks = [],
    reader = stream.getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > TEXT_MAX) {
      // The rest need not be made. Whether it could have been is no matter any more.
      reader.cancel().catch(() => {});
      throw new RangeError('too long');
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Bytes as a stream of small pieces: all that a piece unpacks to is made at once, a thousand times as much at worst. */
function inPieces(bytes) {
  let at = 0;
  return new ReadableStream({
    pull(stream) {
      stream.enqueue(bytes.subarray(at, (at += 4096)));
      if (at >= bytes.length) stream.close();
    },
  });
}

/** A text, compressed, in the letters that a link may have. */
export async function pack(text, done) {
  const bytes = await bytesOf(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw')));
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  done(btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''));
}

/** What `pack` made, as text again; the empty text where it cannot be read. */
async function unpack(packed) {
  try {
    const binary = atob(packed.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    return new TextDecoder().decode(await bytesOf(inPieces(bytes).pipeThrough(new DecompressionStream('deflate-raw'))));
  } catch {
    return '';
  }
}

/** Calls `open(version, text)` for the link that the page was opened with, and for any that follows. */
export function onLink(open) {
  const look = async () => {
    const link = /^#k(\d+)\.(.*)$/.exec(location.hash);
    if (!link) return;
    history.replaceState(null, '', location.pathname + location.search);
    open(Number(link[1]), await unpack(link[2]));
  };
  addEventListener('hashchange', look);
  look();
}

let take;

/** Calls `open(name, text)` for each file that is dropped onto the page, or chosen; the text of one that cannot be opened has a zero in it. */
export function onFiles(open) {
  take = open;
  const carries = (event) => event.dataTransfer?.types.includes('Files');
  // The page has a frame while it would take what is dragged over it.
  const frame = (is) => document.body.classList.toggle('takes', is);
  addEventListener('dragover', (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    frame(true);
  });
  addEventListener('dragleave', (event) => event.relatedTarget || frame(false));
  addEventListener('drop', (event) => {
    frame(false);
    if (!carries(event)) return;
    event.preventDefault();
    read(event.dataTransfer.files);
  });
}

async function read(files) {
  // What is too long is no text, like what has other bytes than a text's.
  for (const file of files) take(file.name, file.size <= TEXT_MAX ? await file.text() : '\0');
}

/** Lets the visitor choose files. */
export function pickFile() {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.onchange = () => read(input.files);
  input.click();
}

/** Saves a text as a file. */
export function saveFile(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Puts a text on the clipboard, and tells whether the browser let that happen. */
export function copyText(text, told) {
  const written = navigator.clipboard?.writeText(text) ?? Promise.reject();
  written.then(
    () => told(true),
    () => told(copySelected(text)),
  );
}

/** The way that is left where a page is not served safely: a text can be copied that is selected. */
function copySelected(text) {
  const [field, focused] = [document.createElement('textarea'), document.activeElement];
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return copied;
}

// Where the pages are that others only lead to, which a page may not follow.
const MOVED = [
  [
    /^https:\/\/(k8s|kubernetes)\.io\/examples\//,
    'https://raw.githubusercontent.com/kubernetes/website/main/content/en/examples/',
  ],
];

/** Fetches a page of the web, which only the visitor asks for; calls `done(text, "")`, or `done("", why)`. */
export async function fetchPage(url, done) {
  try {
    const at = MOVED.reduce((at, [from, to]) => at.replace(from, to), url);
    const response = await fetch(at, { credentials: 'omit', referrerPolicy: 'no-referrer' });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    done(new TextDecoder().decode(await bytesOf(response.body)), '');
  } catch (error) {
    done('', error.message);
  }
}
