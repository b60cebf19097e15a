type Child = Node | string | null;

/** An element with attributes and children; strings become text, never markup. */
export function el(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  for (const child of children) if (child !== null) node.append(child);
  return node;
}

export function button(text: string, press: () => void, attributes: Record<string, string> = {}): HTMLElement {
  const node = el('button', { type: 'button', ...attributes }, text);
  node.addEventListener('click', press);
  return node;
}

/** An on-screen keyboard: a display in a corridor has no keys, and its system's keyboard may be locked away. */
export function keyboard(input: HTMLInputElement, keys: string, erase: string): HTMLElement {
  const press = (change: (text: string) => string) => () => {
    input.value = change(input.value).slice(0, input.maxLength);
    input.dispatchEvent(new Event('input'));
    input.focus();
  };
  const letters = Array.from(keys).map((key) =>
    button(
      key,
      press((text) => text + key),
    ),
  );
  const last = button(
    '⌫',
    press((text) => text.slice(0, -1)),
    { 'aria-label': erase, class: 'wide' },
  );
  return el('div', { class: 'keyboard' }, ...letters, last);
}

const MARKS = {
  done: 'M4 12.5l5 5L20 6.5',
  now: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16',
  ahead: 'M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6',
} as const;

/** A step's mark: shape shows its state as well as colour. */
export function mark(state: keyof typeof MARKS): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  for (const [key, value] of Object.entries({ d: MARKS[state], fill: 'none', stroke: 'currentColor', 'stroke-width': '3' }))
    path.setAttribute(key, value);
  svg.append(path);
  return svg;
}
