// The two parts of the page that are not written in Rust: the editor (CodeMirror) and the terminal (xterm).
// Bundled into gen/vendor.js; Rust imports the functions below and nothing else.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, defaultHighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

/**
 * An editor for YAML inside `parent`.
 * options: { text, label, onChange(text), onApply() }
 */
export function createEditor(parent, options) {
  const apply = () => {
    options.onApply?.();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text ?? '',
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
        yaml(),
        lintGutter(),
        keymap.of([{ key: 'Mod-Enter', run: apply }, ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ 'aria-label': options.label ?? 'YAML' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange?.(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    /** problems: [{ line, column, message, severity }], both counted from 1 */
    setProblems(problems) {
      const { doc } = view.state;
      const diagnostics = problems.map(({ line, column, message, severity }) => {
        const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
        const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
        return { from, to: Math.max(from, at.to), message, severity: severity ?? 'error' };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/**
 * A terminal inside `parent`.
 * options: { onData(text), onResize(columns, rows) }
 */
export function createTerminal(parent, options) {
  const terminal = new Terminal({ convertEol: true, cursorBlink: false, fontFamily: 'monospace', fontSize: 13, scrollback: 5000 });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(parent);
  terminal.onData((text) => options.onData?.(text));
  terminal.onResize(({ cols, rows }) => options.onResize?.(cols, rows));
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(parent);
  return {
    write: (text) => terminal.write(text),
    clear: () => terminal.reset(),
    focus: () => terminal.focus(),
    fit: () => fit.fit(),
    destroy() {
      observer.disconnect();
      terminal.dispose();
    },
  };
}
