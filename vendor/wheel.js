// A mouse has a wheel that turns up and down: over a row that goes on to the side and has no room below, it turns that.
const ROWS = '.chips, .tabs, .queue';

addEventListener(
  'wheel',
  ({ target, deltaX, deltaY, ctrlKey }) => {
    const row = !deltaX && !ctrlKey && target.closest(ROWS);
    if (row) row.scrollLeft += deltaY;
  },
  { passive: true },
);
