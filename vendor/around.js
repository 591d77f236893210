// The page around this one, where it is embedded. What the two say to each other is in README.md, "In a tutorial".
const around = parent === window ? undefined : parent;

/** Tells the page around something, as JSON. It holds nothing that is anybody's own. */
export function tellAround(json) {
  around?.postMessage(JSON.parse(json), '*');
}

/** Calls `type(command, run)` for each line that the page around wants in the terminal, and tells it that it may begin. */
export function onAround(type) {
  addEventListener('message', ({ source, data }) => {
    const [deed, command] = [data?.['kubarium'], data?.['command']];
    if (source !== around || typeof command !== 'string' || !['type', 'run'].includes(deed)) return;
    type(command.trimEnd(), deed === 'run');
  });
  tellAround('{"kubarium":"ready"}');
}
