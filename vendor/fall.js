// How a pod comes to its node: as a drop that falls from the scheduler's queue, in which the cell opens.
const FALL_MS = 640;
// Where more come at once they only appear.
const DROPS_MAX = 12;

let falling = 0;

/** Lets a drop fall from the queue to where a cell is; the cell opens when it is there. */
export function fall(cell) {
  const queue = document.querySelector(".tank .queue")?.getBoundingClientRect(), to = cell.getBoundingClientRect();
  if (!queue?.width || !to.width || falling >= DROPS_MAX || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const drop = document.createElement("i");
  drop.className = "drop";
  drop.setAttribute("aria-hidden", "true");
  const style = getComputedStyle(cell);
  drop.style.cssText = `left:${to.left}px;top:${to.top}px;width:${to.width}px;height:${to.height}px;border-radius:${style.borderRadius};--tone:${style.borderTopColor}`;
  document.body.append(drop);
  falling++;
  const x = Math.min(Math.max(to.left, queue.left), queue.right - to.width) - to.left, y = queue.top + queue.height / 2 - (to.top + to.height / 2);
  const ease = { duration: FALL_MS, easing: "cubic-bezier(.5, 0, .75, 1)" };
  drop.animate([{ transform: `translate(${x}px, ${y}px) scale(.28)`, opacity: 0.9 }, { transform: "none", opacity: 0.9 }], ease).finished.finally(() => {
    drop.remove();
    falling--;
  });
  cell.animate([{ opacity: 0 }, { opacity: 0, offset: 0.85 }, { opacity: 1 }], FALL_MS);
}
