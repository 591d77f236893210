// How a pod comes to its node: as a drop that falls from the scheduler's queue, in which the cell opens.
const FALL_MS = 640;
// How large a drop is as it leaves, beside the cell that it becomes.
const SMALL = 0.28;
// Where more come at once they only appear.
const DROPS_MAX = 12;

let falling = 0;

let landing = [];

/** Lets a drop fall from the queue to where a cell is; the cell opens when it is there. */
export function fall(cell) {
  if (falling >= DROPS_MAX || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  // All that come with it are looked for first: the page is laid out once, not after each drop.
  if (landing.push(cell) === 1) queueMicrotask(fallTogether);
}

function fallTogether() {
  const cells = landing;
  landing = [];
  const queue = document.querySelector('.tank .queue')?.getBoundingClientRect();
  if (!queue?.width) return;
  const drops = [];
  for (const cell of cells) {
    if (falling + drops.length >= DROPS_MAX) break;
    const to = cell.getBoundingClientRect();
    // Nothing falls to where nobody sees it arrive.
    const end = cell.closest('.rack')?.getBoundingClientRect().bottom;
    if (!to.width || to.bottom > end + 8 || to.bottom < queue.bottom) continue;
    const { borderRadius, borderTopColor } = getComputedStyle(cell);
    drops.push([cell, to, `border-radius:${borderRadius};--tone:${borderTopColor}`]);
  }
  for (const [cell, to, look] of drops) {
    const drop = document.createElement('i');
    drop.className = 'drop';
    drop.setAttribute('aria-hidden', 'true');
    drop.style.cssText = `left:${to.left}px;top:${to.top}px;width:${to.width}px;height:${to.height}px;${look}`;
    document.body.append(drop);
    falling++;
    // From its lower edge: what stands in it is not drawn over.
    const x = Math.min(Math.max(to.left, queue.left), queue.right - to.width) - to.left,
      y = queue.bottom + (SMALL / 2) * to.height - (to.top + to.height / 2);
    const ease = { duration: FALL_MS, easing: 'cubic-bezier(.5, 0, .75, 1)' };
    drop
      .animate(
        [
          { transform: `translate(${x}px, ${y}px) scale(${SMALL})`, opacity: 0.9 },
          { transform: 'none', opacity: 0.9 },
        ],
        ease,
      )
      .finished.finally(() => {
        drop.remove();
        falling--;
      });
    cell.animate([{ opacity: 0 }, { opacity: 0, offset: 0.85 }, { opacity: 1 }], FALL_MS);
  }
}

const CARRY_MS = 1500;

/** Carries a sheet from where its source is drawn to a pod's copy, with a stop at the node, whose kubelet brings it. */
export function carry(pod, source) {
  const find = (selector) => document.querySelector(selector);
  const cut = find('.cut'),
    from = find(`${cut ? '.cut' : '.chips'} [data-uid="${source}"]`);
  const copy = find(cut ? `.cut .sign[data-from="${source}"]` : `.rack [data-uid="${pod}"] .sign`);
  if (
    !from ||
    !copy ||
    (cut && cut.dataset.uid !== pod) ||
    falling >= DROPS_MAX ||
    matchMedia('(prefers-reduced-motion: reduce)').matches
  )
    return;
  const [edge, sight] = [from.parentElement, find('.rack, .cut')].map((e) => e.getBoundingClientRect());
  const stops = [from, copy.closest('.node')?.querySelector('header') ?? find('.cut .host'), copy].map((stop) => {
    const box = stop?.getBoundingClientRect();
    const x = box && box.left + box.width / 2;
    const y = box && box.top + box.height / 2;
    // What is scrolled out of sight comes from the edge, or goes there.
    return (
      box?.width &&
      (stop === from ? [Math.min(Math.max(x, edge.left), edge.right), y] : [x, Math.min(Math.max(y, sight.top), sight.bottom)])
    );
  });
  if (!stops[0] || !stops[2]) return;
  const sheet = document.createElement('i');
  sheet.className = 'carried';
  sheet.setAttribute('aria-hidden', 'true');
  document.body.append(sheet);
  falling++;
  const at = ([x, y], offset, scale) => ({
    transform: `translate(${x - 9}px, ${y - 11}px) scale(${scale})`,
    offset,
    easing: 'ease-in-out',
  });
  const way = [
    at(stops[0], 0, 0.8),
    ...(stops[1] ? [at(stops[1], 0.4, 1.15), at(stops[1], 0.55, 1.15)] : []),
    at(stops[2], 1, 0.7),
  ];
  sheet.animate(way, CARRY_MS).finished.finally(() => {
    sheet.remove();
    falling--;
  });
  copy.animate([{ opacity: 0.25 }, { opacity: 0.25, offset: 0.9 }, { opacity: 1 }], CARRY_MS);
}
