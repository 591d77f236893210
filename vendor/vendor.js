// The parts of the page that are not Rust: what `gen/vendor.js` exports is what `src/ui/vendor.rs` imports.
import './wheel.js';
export { onAround, tellAround } from './around.js';
export { createEditor } from './editor.js';
export { carry, fall } from './fall.js';
export { createTerminal } from './terminal.js';
export { pack, onLink, onFiles, pickFile, saveFile, copyText, fetchPage } from './share.js';
