// A terminal on xterm.js: bytes in, bytes out, as wide as its place, colours from the page's own tokens.
import { Terminal } from "@xterm/xterm";
import { FitAddon } from "@xterm/addon-fit";
import css from "@xterm/xterm/css/xterm.css";

let styled = false;

function theme(element) {
  const style = getComputedStyle(element), token = (name) => style.getPropertyValue(name).trim();
  return {
    background: token("--term-back"), foreground: token("--term-ink"), cursor: token("--accent-solid"), cursorAccent: token("--term-back"),
    selectionBackground: token("--term-selection"),
    black: token("--term-black"), red: token("--term-red"), green: token("--term-green"), yellow: token("--term-yellow"), blue: token("--term-blue"),
    magenta: token("--term-magenta"), cyan: token("--term-cyan"), white: token("--term-white"),
    brightBlack: token("--term-grey"), brightRed: token("--term-red"), brightGreen: token("--term-green"), brightYellow: token("--term-yellow"),
    brightBlue: token("--term-blue"), brightMagenta: token("--term-magenta"), brightCyan: token("--term-cyan"), brightWhite: token("--term-white"),
  };
}

class Term {
  constructor(parent, onData, onResize) {
    if (!styled) {
      const sheet = document.createElement("style");
      sheet.textContent = css;
      document.head.append(sheet);
      styled = true;
    }
    this.parent = parent;
    this.term = new Terminal({
      fontFamily: getComputedStyle(parent).getPropertyValue("--mono"), fontSize: 13, lineHeight: 1.2, scrollback: 5000, cursorBlink: false,
      cursorStyle: "bar", cursorWidth: 2, screenReaderMode: true, theme: theme(parent), minimumContrastRatio: 4.5,
    });
    this.fit = new FitAddon();
    this.term.loadAddon(this.fit);
    this.term.open(parent);
    this.term.onData(onData);
    this.term.onResize(({ cols, rows }) => onResize(cols, rows));
    // Ctrl+Shift+C copies; plain Ctrl+C with a selection copies too, as in most terminals of the web.
    this.term.attachCustomKeyEventHandler((event) => {
      const copy = event.type === "keydown" && event.ctrlKey && event.code === "KeyC" && (event.shiftKey || this.term.hasSelection());
      if (copy && this.term.hasSelection()) {
        navigator.clipboard?.writeText(this.term.getSelection());
        this.term.clearSelection();
        event.preventDefault();
        return false;
      }
      // Ctrl+V pastes, as everywhere else in a browser.
      if (event.ctrlKey && !event.altKey && event.code === "KeyV") return false;
      // The way out for the keyboard: Ctrl+Shift+arrow or F6 are the page's own.
      return event.key !== "F6";
    });
    this.observer = new ResizeObserver(() => this.refit());
    this.observer.observe(parent);
    this.refit();
  }
  refit() {
    if (this.parent.clientWidth > 40 && this.parent.clientHeight > 20) this.fit.fit();
  }
  write(bytes) { this.term.write(bytes); }
  reset() { this.term.reset(); }
  /** Says to a screen reader what this is. */
  setLabel(label) { this.term.textarea?.setAttribute("aria-label", label); }
  setTheme() { this.term.options.theme = theme(this.parent); }
  focus() { this.term.focus(); }
  cols() { return this.term.cols; }
  rows() { return this.term.rows; }
  dispose() { this.observer.disconnect(); this.term.dispose(); }
}

export function createTerminal(parent, onData, onResize) {
  return new Term(parent, onData, onResize);
}
