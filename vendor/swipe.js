// What a finger does in the terminal, which knows only of wheels: it scrolls, and what was pushed goes on for a while.

// How much of its speed that keeps from one millisecond to the next, and when it stands, in pixels a millisecond.
const KEPT = 0.997;
const SLOWEST = 0.05;
// A finger that rested so long before it was lifted pushes nothing, in milliseconds.
const REST_MS = 60;

/** Calls `by` with how far to go down, in pixels, while one finger is dragged over a place. */
export function swipe(place, by) {
  let finger = null,
    y = 0,
    at = 0,
    speed = 0,
    frame = 0;
  const coast = (before) => (now) => {
    const ms = Math.max(0, now - before);
    by(speed * ms);
    speed *= KEPT ** ms;
    frame = Math.abs(speed) > SLOWEST ? requestAnimationFrame(coast(now)) : 0;
  };
  const hear = (type, listener) => place.addEventListener(type, listener, { passive: true, capture: true });
  hear('touchstart', ({ touches, timeStamp }) => {
    cancelAnimationFrame(frame);
    finger = touches.length === 1 ? touches[0].identifier : null;
    [y, at, speed] = [touches[0].clientY, timeStamp, 0];
  });
  hear('touchmove', ({ touches: [touch], timeStamp }) => {
    if (touch.identifier !== finger) return;
    const [far, ms] = [y - touch.clientY, Math.max(1, timeStamp - at)];
    by(far);
    [y, at, speed] = [touch.clientY, timeStamp, speed * 0.4 + (far / ms) * 0.6];
  });
  hear('touchend', ({ timeStamp }) => {
    if (finger !== null && timeStamp - at < REST_MS && Math.abs(speed) > SLOWEST)
      frame = requestAnimationFrame(coast(performance.now()));
    finger = null;
  });
  // A finger that is held marks text.
  const stop = () => (finger = null);
  hear('touchcancel', stop);
  hear('contextmenu', stop);
}
