// A terminal on xterm.js: bytes in, bytes out, as wide as its place, colours from the page's own tokens.
import { Terminal } from '@xterm/xterm';
import { FitAddon } from '@xterm/addon-fit';
import css from '@xterm/xterm/css/xterm.css';
import { swipe } from './swipe.js';
import { hearTyping } from './typing.js';

let styled = false;

// Of more places that have what is looked for, the first so many are marked.
const FOUND_MAX = 999;
// How many lines the terminal keeps, how much of what it has not come to, and how much it comes to at a time: what it is given in one
// piece it does not put aside for a frame.
const SCROLLBACK = 5000;
const WAITING_BYTES_MAX = 1 << 20;
const PIECE_BYTES = 512;
// On a phone letters are so small that a line has room for so many, as wide as kubectl's table of a Deployment's pods, but not smaller
// than can be read; longer lines are broken as in any terminal.
const PHONE_COLS = 56;
const PHONE_PX = [9, 11];
// How wide a letter of a fixed-width font is, of its size, and how much of the width is not for letters: the padding and the scroll bar.
const LETTER = 0.605;
const BESIDE_PX = 28;
// How long after new output the search looks again, and after a new size the scroll bar is measured, in milliseconds.
const AGAIN_MS = 150;
// How long lines that were pasted are handed on within a frame, in milliseconds, and how many at least.
const PASTE_MS = 8;
const PASTE_LINES = 4;

function theme(element) {
  const style = getComputedStyle(element),
    token = (name) => style.getPropertyValue(name).trim();
  return {
    background: token('--term-back'),
    foreground: token('--term-ink'),
    cursor: token('--accent-solid'),
    cursorAccent: token('--term-back'),
    selectionBackground: token('--term-selection'),
    black: token('--term-black'),
    red: token('--term-red'),
    green: token('--term-green'),
    yellow: token('--term-yellow'),
    blue: token('--term-blue'),
    magenta: token('--term-magenta'),
    cyan: token('--term-cyan'),
    white: token('--term-white'),
    brightBlack: token('--term-grey'),
    brightRed: token('--term-red'),
    brightGreen: token('--term-green'),
    brightYellow: token('--term-yellow'),
    brightBlue: token('--term-blue'),
    brightMagenta: token('--term-magenta'),
    brightCyan: token('--term-cyan'),
    brightWhite: token('--term-white'),
  };
}

/** Hands on what is typed; of what is pasted as many lines at once as leave the page its frames. Ctrl+C drops the rest. */
function paced(onData) {
  let waiting = '';
  const next = () => {
    for (const start = performance.now(); waiting && performance.now() - start < PASTE_MS;) {
      let end = -1;
      for (let lines = 0; lines < PASTE_LINES && end < waiting.length; lines++) {
        const found = waiting.indexOf('\r', end + 1);
        end = found < 0 ? waiting.length : found;
      }
      const piece = waiting.slice(0, end + 1);
      waiting = waiting.slice(end + 1);
      onData(piece);
    }
    if (waiting) requestAnimationFrame(next);
  };
  return (data) => {
    if (data === '\x03') waiting = '';
    const idle = !waiting;
    waiting += data;
    if (idle) next();
  };
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** The end of a text, with as many lines as the terminal keeps, and not too many bytes. */
function lastLines(bytes) {
  let from = bytes.length;
  for (let lines = 0; from > 0 && bytes.length - from < WAITING_BYTES_MAX; from--) {
    if (bytes[from - 1] === 10 && lines++ === SCROLLBACK) break;
  }
  return bytes.subarray(from);
}

class Term {
  constructor(parent, onData, onResize) {
    if (!styled) {
      const sheet = document.createElement('style');
      sheet.textContent = css;
      document.head.append(sheet);
      styled = true;
    }
    this.parent = parent;
    this.term = new Terminal({
      fontFamily: getComputedStyle(parent).getPropertyValue('--mono'),
      fontSize: 13,
      lineHeight: 1.2,
      scrollback: SCROLLBACK,
      cursorBlink: false,
      cursorStyle: 'bar',
      allowProposedApi: true,
      cursorWidth: 2,
      screenReaderMode: true,
      // What is no sequence of a terminal, as in `cat /dev/urandom`, would go to the console byte by byte.
      logLevel: 'off',
      theme: theme(parent),
      minimumContrastRatio: 4.5,
    });
    // Pictures are as wide as they are drawn, and as whoever edits lines counts them (src/base/cells.rs).
    const { _activeProvider: widths } = this.term._core.unicodeService,
      width = widths.wcwidth;
    widths.wcwidth = (letter) => (letter >= 0x1f300 && letter <= 0x1faff ? 2 : width.call(widths, letter));
    this.fit = new FitAddon();
    this.term.loadAddon(this.fit);
    this.term.open(parent);
    this.term.onData(paced(onData));
    // The browser would put what is pasted into a field as well, which takes seconds where it is much.
    parent.addEventListener(
      'paste',
      (event) => {
        event.preventDefault();
        event.stopPropagation();
        this.term.paste(event.clipboardData.getData('text'));
      },
      true,
    );
    hearTyping(this.term, parent);
    this.swipe(parent);
    this.term.onResize(({ cols, rows }) => onResize(cols, rows));
    // Ctrl+Shift+C copies; plain Ctrl+C with a selection copies too, as in most terminals of the web.
    this.term.attachCustomKeyEventHandler((event) => {
      const copy =
        event.type === 'keydown' && event.ctrlKey && event.code === 'KeyC' && (event.shiftKey || this.term.hasSelection());
      if (copy && this.term.hasSelection()) {
        navigator.clipboard?.writeText(this.term.getSelection());
        this.term.clearSelection();
        event.preventDefault();
        return false;
      }
      // Ctrl+V pastes, as everywhere else in a browser.
      if (event.ctrlKey && !event.altKey && event.code === 'KeyV') return false;
      // F6, the way out for the keyboard, and Ctrl+Shift+F are the page's own.
      return event.key !== 'F6' && !(event.ctrlKey && event.shiftKey && event.code === 'KeyF');
    });
    // xterm has what is selected of its text for screen readers selected on the screen too. A selection that is dragged across the
    // terminal begins or ends beside that text, or before a row once something is written, and is none that it could tell the ends of.
    const reader = this.term._core._accessibilityManager.value,
      follow = reader._handleSelectionChange;
    reader._handleSelectionChange = () => {
      const { isCollapsed, anchorNode, focusNode } = getSelection() ?? {};
      const within = (node) => node instanceof Text && reader._rowContainer.contains(node);
      if (isCollapsed || (within(anchorNode) && within(focusNode))) follow.call(reader);
    };
    this.sought = { text: '', found: [], marks: [] };
    this.term.onWriteParsed(() => {
      if (!this.sought.text || this.sought.timer) return;
      this.sought.timer = setTimeout(() => this.find(this.sought.text, 0, this.sought.tell), AGAIN_MS);
    });
    this.observer = new ResizeObserver(() => this.refit());
    this.observer.observe(parent);
    this.refit();
  }
  /** Lets a finger scroll, and mark text as anywhere on a page: by that for screen readers, which lies over what is drawn. */
  swipe(parent) {
    let rest = 0;
    swipe(parent, (px) => {
      const { element, rows, buffer, modes } = this.term;
      rest += px / (element.querySelector('.xterm-screen').clientHeight / rows);
      const lines = Math.trunc(rest);
      rest -= lines;
      // A program that has the whole screen is told by keys, as xterm does for a wheel.
      if (buffer.active.type === 'normal') this.term.scrollLines(lines);
      else if (lines)
        this.term.input(`\x1b${modes.applicationCursorKeysMode ? 'O' : '['}${lines > 0 ? 'B' : 'A'}`.repeat(Math.abs(lines)));
    });
    // xterm would take the text that is marked into its field.
    parent.addEventListener('contextmenu', (event) => event.pointerType === 'touch' && event.stopPropagation(), true);
  }
  refit() {
    if (this.parent.clientWidth <= 40 || this.parent.clientHeight <= 20) return;
    const width = this.parent.clientWidth,
      [least, most] = PHONE_PX;
    const fitting = Math.floor((4 * (width - BESIDE_PX)) / PHONE_COLS / LETTER) / 4;
    this.term.options.fontSize = width < 480 ? Math.max(least, Math.min(most, fitting)) : 13;
    this.fit.fit();
    // The scroll bar is measured before letters of another size are.
    setTimeout(() => this.term._core._viewport?.queueSync(), AGAIN_MS);
  }
  /** Shows more. It waits while xterm is at what came before, and of a flood no more than can be scrolled back to. */
  write(bytes) {
    this.waiting = this.waiting ? lastLines(joined(this.waiting, bytes)) : bytes;
    if (!this.isWriting) this.writeOn();
  }
  writeOn() {
    const bytes = this.waiting;
    this.isWriting = Boolean(bytes);
    if (!bytes) return;
    this.waiting = null;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.term.write(bytes.subarray(at, at + PIECE_BYTES));
    this.term.write('', () => this.writeOn());
  }
  /** Empties it once it has come to what was written before, which `reset` would not wait for. */
  reset() {
    this.write(new TextEncoder().encode('\x1bc'));
  }
  /** The places of a text on the screen and above it: lists of row, column, width, one for each row that it stands on. */
  places(text) {
    const wanted = text.toLowerCase(),
      buffer = this.term.buffer.active,
      found = [];
    for (let row = 0, next; row < buffer.length && found.length < FOUND_MAX; row = next) {
      let line = buffer.getLine(row).translateToString(true);
      for (next = row + 1; buffer.getLine(next)?.isWrapped; next++) line += buffer.getLine(next).translateToString(true);
      if (!line.toLowerCase().includes(wanted)) continue;
      // Which cell each letter stands in: some are wider than one.
      const cells = [];
      line = '';
      for (let y = row; y < next; y++) {
        const of = buffer.getLine(y),
          end = of.translateToString(true).length && of.length;
        for (let x = 0; x < end; x++) {
          const cell = of.getCell(x),
            letters = cell.getChars() || ' ';
          if (cell.getWidth() === 0) continue;
          for (const letter of letters.toLowerCase().split('')) ((line += letter), cells.push([y, x, cell.getWidth()]));
        }
      }
      for (let at = line.indexOf(wanted); at >= 0 && found.length < FOUND_MAX; at = line.indexOf(wanted, at + wanted.length)) {
        const parts = [];
        for (const [y, x, width] of cells.slice(at, at + wanted.length)) {
          const last = parts.at(-1);
          if (last?.[0] === y) last[2] = x + width - last[1];
          else parts.push([y, x, width]);
        }
        found.push(parts);
      }
    }
    return found;
  }
  /**
   * Marks every place of a text, and shows one: the newest first, then with `step` -1 or 1 the one above or below it; with 0 the
   * one shown stays. Nothing is marked for the empty text. Calls `tell(which, of how many)`.
   */
  find(text, step, tell) {
    const before = this.sought,
      buffer = this.term.buffer.active;
    clearTimeout(before.timer);
    before.marks.forEach((mark) => mark.dispose());
    const found = text ? this.places(text) : [];
    let at = found.length - 1;
    if (text === before.text && before.line && !before.line.isDisposed) {
      const y = before.line.line;
      at = found.findIndex((parts) => parts[0][0] === y && parts[0][1] === before.column);
      if (at < 0) at = found.length - 1;
      else if (found.length) at = (at + step + found.length) % found.length;
    }
    const marks = [],
      cursor = buffer.baseY + buffer.cursorY;
    found.forEach((parts, i) =>
      parts.forEach(([y, x, width]) => {
        const marker = this.term.registerMarker(y - cursor);
        const drawn = marker && this.term.registerDecoration({ marker, x, width });
        drawn?.onRender((element) => element.classList.add('found', ...(i === at ? ['on'] : [])));
        if (marker) marks.push(marker);
      }),
    );
    const [here] = found[at] ?? [];
    this.sought = { text, marks, tell, column: here?.[1], line: here && this.term.registerMarker(here[0] - cursor) };
    before.line?.dispose();
    if (here && (step || text !== before.text)) this.term.scrollToLine(Math.max(0, here[0] - (this.term.rows >> 1)));
    if (text) tell(at + 1, found.length);
  }
  /** Says to a screen reader what this is. */
  setLabel(label) {
    this.term.textarea?.setAttribute('aria-label', label);
  }
  setTheme() {
    this.term.options.theme = theme(this.parent);
  }
  focus() {
    this.term.focus();
  }
  /** Takes what the clipboard holds as if it were typed; the browser asks whether it may, and `refused` hears where it may not. */
  paste(refused) {
    navigator.clipboard.readText().then(
      (text) => this.term.paste(text),
      () => refused(),
    );
  }
  cols() {
    return this.term.cols;
  }
  rows() {
    return this.term.rows;
  }
  dispose() {
    clearTimeout(this.sought.timer);
    this.observer.disconnect();
    this.term.dispose();
  }
}

export function createTerminal(parent, onData, onResize) {
  return new Term(parent, onData, onResize);
}
