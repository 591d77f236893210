// What is typed without keys of its own: by input methods, by the keyboards of screens, which tell no keys and put right what was typed
// before, by voices and pickers. Such a change is seen in the field alone that has the focus.

// The key that stands for whatever an input method makes of it.
const NO_KEY = 229;

/** What makes of one text another one, as keys: so many times Backspace, then letters. What stands behind the cursor stays. */
function keys(before, after, behind) {
  const [old, now] = [before, after].map((text) => [...text.slice(0, Math.max(0, text.length - behind))]);
  let same = 0;
  while (same < old.length && old[same] === now[same]) same++;
  return '\x7f'.repeat(old.length - same) + now.slice(same).join('').replace(/\r?\n/g, '\r');
}

/** Hands on what happens to a terminal's field and is no key, which xterm knows only in part. */
export function hearTyping(term, place) {
  const { textarea: field, _core: core } = term,
    helper = core._compositionHelper,
    hear = (type, listener) => place.addEventListener(type, listener, true);
  // What the field said when all of it was handed on; whether what happens to it comes of a key, which xterm hands on; and whether an
  // input method is at it.
  let before = '',
    isKey = false,
    isComposing = false;
  const note = () => isComposing || (before = field.value);
  const settle = () => {
    const typed = keys(before, field.value, field.value.length - field.selectionEnd);
    // With the line's end the line is done.
    if (typed.includes('\r')) field.value = '';
    before = field.value;
    if (typed) term.input(typed);
  };
  hear('keydown', ({ keyCode, key }) => {
    isKey = keyCode !== NO_KEY && key !== 'Unidentified';
    if (isKey && isComposing) settle();
    else note();
  });
  hear('keyup', () => (isKey = false));
  hear('beforeinput', note);
  hear('input', () => isComposing || (isKey ? note() : settle()));
  hear('compositionstart', () => (note(), (isComposing = true)));
  hear('compositionend', () => ((isComposing = false), settle()));
  hear('focusout', () => ((isKey = isComposing = false), (before = '')));
  // xterm has emptied the field with the key that ends a line.
  term.onData(note);
  helper._handleAnyTextareaChanges = () => {};
  helper._finalizeComposition = () => {
    helper._isComposing = false;
    helper._compositionView.classList.remove('active');
  };
  // What an input method is at stays in sight where it begins at the right edge.
  hear('compositionupdate', () =>
    requestAnimationFrame(() => {
      const view = helper._compositionView;
      view.style.translate = '';
      const over = view.getBoundingClientRect().right - place.getBoundingClientRect().right;
      if (over > 0) view.style.translate = `${-over}px`;
    }),
  );
  // A keyboard of a screen that may put right what it knows nothing of would make other words of commands.
  field.autocomplete = 'off';
}

// Enter, Escape and arrows that are for an input method are not for the page.
addEventListener(
  'keydown',
  (event) => {
    const isForMethod = event.isComposing || event.keyCode === NO_KEY;
    if (isForMethod && event.target instanceof HTMLInputElement) event.stopImmediatePropagation();
  },
  true,
);

// Where a keyboard comes over the page instead of taking its room, as on iOS, the page is as high as what is seen of it.
const root = document.documentElement;
const KEYBOARD_PX_MIN = 120;
const LOW_PX = 440;
globalThis.visualViewport?.addEventListener('resize', ({ target: { height, scale } }) => {
  const seen = Math.round(height * scale),
    isCovered = root.clientHeight > LOW_PX && root.clientHeight - seen > KEYBOARD_PX_MIN;
  root.style.setProperty('--seen', isCovered ? `${seen}px` : '100dvh');
  if (isCovered) scrollTo(0, 0);
});
