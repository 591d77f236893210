// A YAML editor on CodeMirror 6: one document, marks at line and column, colours from the page's own tokens.
import { EditorState, Compartment, Text } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  keymap,
  lineNumbers,
  highlightActiveLine,
  highlightActiveLineGutter,
  drawSelection,
  highlightSpecialChars,
} from '@codemirror/view';
import { defaultKeymap, history, historyKeymap, indentMore, indentLess } from '@codemirror/commands';
import { HighlightStyle, syntaxHighlighting, indentUnit, bracketMatching, foldGutter, foldKeymap } from '@codemirror/language';
import { setDiagnostics, lintGutter, lintKeymap } from '@codemirror/lint';
import { yaml } from '@codemirror/lang-yaml';
import { tags } from '@lezer/highlight';

// A document longer than this is shown without highlighting, and without wrapping where a line is longer than that: a huge
// paste must not stall the page.
const HIGHLIGHT_CHARS_MAX = 400_000;
const WRAP_CHARS_MAX = 50_000;

// What the editor says of folding, in the order of the page's own text for it.
const FOLDING = ['Fold line', 'Unfold line', 'folded code', 'unfold', 'Folded lines', 'Unfolded lines', 'to'];

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.keyword], color: 'var(--code-atom)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace, tags.meta], color: 'var(--ink-3)' },
  { tag: [tags.labelName, tags.typeName, tags.tagName], color: 'var(--code-tag)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink-1)', backgroundColor: 'transparent', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--accent)', paddingBlock: '8px' },
  '.cm-line': { paddingLeft: 'calc(6px + var(--n) * 1ch)', textIndent: 'calc(var(--n) * -1ch)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink-1)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    overflow: 'hidden',
  },
  '.cm-diagnostic': { fontFamily: 'var(--sans)', fontSize: '12.5px', padding: '6px 10px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--hover)', border: 'none', color: 'var(--ink-2)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
});

const unbroken = Decoration.mark({ attributes: { style: 'white-space:pre' } });
// What goes on in the next line stays within its own depth, as where the past is looked at.
const hung = (view) => {
  const lines = [];
  for (const { from, to } of view.visibleRanges)
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      const depth = /^[ -]*/.exec(line.text)[0].length;
      lines.push(Decoration.line({ attributes: { style: `--n:${depth + 2}` } }).range(line.from));
      // A word that is longer than a line begins where it stands.
      if (depth) lines.push(unbroken.range(line.from, line.from + depth));
      at = line.to + 1;
    }
  return Decoration.set(lines, true);
};
const hang = ViewPlugin.define(
  (view) => ({
    lines: hung(view),
    update(update) {
      if (update.docChanged || update.viewportChanged) this.lines = hung(update.view);
    },
  }),
  { decorations: (plugin) => plugin.lines },
);

const language = yaml(),
  nothing = [];
const highlighting = (doc) => (doc.length > HIGHLIGHT_CHARS_MAX ? nothing : language);
const wrapping = (doc) => {
  if (doc.length > WRAP_CHARS_MAX) for (const line of doc.iterLines()) if (line.length > WRAP_CHARS_MAX) return nothing;
  return EditorView.lineWrapping;
};
// Highlights and wraps as far as the document's size allows, whoever changes it.
const bySize = () => {
  const parts = [highlighting, wrapping].map((choose) => ({ choose, part: new Compartment() }));
  return [
    parts.map(({ choose, part }) => part.of(choose(Text.empty))),
    EditorState.transactionExtender.of((change) => {
      if (!change.docChanged) return null;
      const chosen = parts.map(({ choose, part }) => [part, choose(change.newDoc)]);
      const effects = chosen
        .filter(([part, now]) => part.get(change.startState) !== now)
        .map(([part, now]) => part.reconfigure(now));
      return { effects };
    }),
  ];
};

class Editor {
  constructor(parent, options) {
    this.attributes = new Compartment();
    this.past = new Compartment();
    this.quiet = false;
    const run = (callback) => () => (callback(), true);
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightSpecialChars(),
          this.past.of(history()),
          foldGutter(),
          drawSelection(),
          bracketMatching(),
          highlightActiveLine(),
          lintGutter(),
          hang,
          indentUnit.of('  '),
          EditorState.tabSize.of(2),
          syntaxHighlighting(colours),
          look,
          bySize(),
          this.attributes.of(EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' })),
          keymap.of([
            { key: 'Mod-Enter', run: run(options.onApply), preventDefault: true },
            // Tab indents only where text is selected; otherwise it inserts two spaces. Escape then Tab leaves the editor.
            {
              key: 'Tab',
              run: (view) =>
                view.state.selection.main.empty ? (view.dispatch(view.state.replaceSelection('  ')), true) : indentMore(view),
              shift: indentLess,
            },
            ...defaultKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...lintKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.quiet) options.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    this.setText(options.text);
  }
  /** Shows another document; its history of edits starts afresh. */
  setText(text) {
    if (text === this.view.state.doc.toString()) return;
    this.quiet = true;
    // Without its history what came before is forgotten: nothing of one file is undone in another.
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      effects: this.past.reconfigure([]),
      selection: { anchor: 0 },
      scrollIntoView: true,
    });
    this.view.dispatch({ effects: this.past.reconfigure(history()) });
    this.quiet = false;
  }
  /** Says what this is to a screen reader, and has the editor's own words (FOLDING) in the page's language. */
  setWords(label, folding) {
    const phrases = Object.fromEntries(FOLDING.map((phrase, i) => [phrase, folding.split('|')[i]]));
    const words = [EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }), EditorState.phrases.of(phrases)];
    this.view.dispatch({ effects: this.attributes.reconfigure(words) });
  }
  /** Marks problems: `[line, column, message, line, column, message, ...]`, both counted from 1. */
  setProblems(flat) {
    const doc = this.view.state.doc,
      marks = [];
    for (let i = 0; i + 2 < flat.length; i += 3) {
      const line = doc.line(Math.min(Math.max(1, flat[i]), doc.lines));
      const from = Math.min(line.from + Math.max(0, flat[i + 1] - 1), line.to);
      const word = /^[^\s:]+/.exec(doc.sliceString(from, line.to));
      marks.push({ from, to: Math.min(line.to, from + (word ? word[0].length : 1)), severity: 'error', message: flat[i + 2] });
    }
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }
  /** Puts the cursor at a line and column and takes the focus. */
  goTo(lineNumber, column) {
    const doc = this.view.state.doc,
      line = doc.line(Math.min(Math.max(1, lineNumber), doc.lines));
    const at = Math.min(line.from + Math.max(0, column - 1), line.to);
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    this.view.focus();
  }
  focus() {
    this.view.focus();
  }
  dispose() {
    this.view.destroy();
  }
}

export function createEditor(parent, text, label, onChange, onApply) {
  return new Editor(parent, { text, label, onChange, onApply });
}
