/** The display's own clock, moved by so many milliseconds. */
export const clockMoved = (byMs: number): Record<string, string> => {
  const script = `const real = Date.now; const Moved = class extends Date { constructor(...given) { super(...(given.length === 0 ? [Moved.now()] : given)); } static now() { return real() + ${byMs}; } }; globalThis.Date = Moved;`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` };
};
