/**
 * Keyboard focus is never lost: if the focused element is removed, by its own action or by an event, focus passes to what is there now, to what comes
 * next, or to what had it before. One mechanism serves the whole console, so no component has to handle it.
 */

const TABBABLE = ':is(a[href], button, input, select, textarea, summary, [tabindex]):not([tabindex="-1"], :disabled)';
/** Not in the tab order, but meant to receive the focus, for example a text that reports the outcome. */
const LANDING = '[data-landing]';
/** Beyond these, focus would land anywhere. */
const PAGE = 'main, main > *, [role="dialog"], body';
const PLACES_KEPT = 8;
/** Disabled while its own action runs: it is enabled again or removed afterwards. */
const BUSY = '[data-loading]';

interface Place {
  element: HTMLElement;
  /** The ancestors from parent to body, each with the index of the child on the path. */
  way: { parent: Element; index: number }[];
}

const indexOf = (child: Element): number => [...(child.parentElement?.children ?? [])].indexOf(child);

function placeOf(element: HTMLElement): Place {
  const way: Place['way'] = [];
  for (let child: Element = element; child.parentElement !== null; child = child.parentElement)
    way.push({ parent: child.parentElement, index: indexOf(child) });
  return { element, way };
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(':disabled') && element.getClientRects().length > 0;
}

/** What in this part takes over the focus. */
function targetIn(part: Element): HTMLElement | undefined {
  const all = (selector: string): HTMLElement[] =>
    [part, ...part.querySelectorAll(selector)].filter(
      (one): one is HTMLElement => one instanceof HTMLElement && one.matches(selector) && isThere(one),
    );
  return all(LANDING)[0] ?? all(TABBABLE)[0];
}

function firstTarget(parts: readonly Element[]): HTMLElement | undefined {
  for (const part of parts) {
    const target = targetIn(part);
    if (target !== undefined) return target;
  }
  return undefined;
}

/** What is in the place now, else what follows, what contains it, or what precedes it; on the page itself only what follows. */
function successorOf({ way }: Place): HTMLElement | undefined {
  for (const { parent, index } of way) {
    if (!parent.isConnected) continue;
    if (parent === document.body) return undefined;
    const parts = [...parent.children];
    const next = firstTarget(parts.slice(index));
    if (next !== undefined || parent.matches(PAGE)) return next;
    const holds = parent instanceof HTMLElement && parent.matches(LANDING) ? parent : undefined;
    const previous = holds ?? firstTarget(parts.slice(0, index).toReversed());
    if (previous !== undefined) return previous;
  }
  return undefined;
}

function land(): HTMLElement | null {
  const area = [...document.querySelectorAll<HTMLElement>('[role="dialog"], main')].findLast(isThere) ?? null;
  area?.setAttribute('tabindex', '-1');
  return area;
}

/** Keeps the focus in the page; returns a function that stops it. */
export function keepFocus(): () => void {
  let places: Place[] = [];
  let isBusy = false;
  // A key held down belongs to the element that had the focus when it was pressed.
  let isHanded = false;

  const isLost = (): boolean => document.activeElement === document.body || document.activeElement === null;
  const handOn = (): void => {
    const [latest] = places;
    if (latest === undefined || !isLost()) return;
    const before = places.slice(1).find(({ element }) => isThere(element))?.element;
    const earlier = (): HTMLElement | undefined =>
      places
        .slice(1)
        .map(successorOf)
        .find((one) => one !== undefined);
    isHanded = true;
    (successorOf(latest) ?? before ?? earlier() ?? land())?.focus({ preventScroll: true });
  };
  const look = (isLast: boolean): void => {
    const element = places[0]?.element;
    if (element === undefined) return;
    const isDisabled = element.isConnected && element.matches(':disabled');
    if (!isLost()) {
      if (!isDisabled || isLast) return;
      isBusy = element.matches(BUSY);
      // The browser removes the focus in the next frame.
      requestAnimationFrame(() => setTimeout(() => look(true)));
    } else if (!element.isConnected) handOn();
    else if (isDisabled) {
      isBusy = element.matches(BUSY);
      if (!isBusy) handOn();
    } else if (isBusy) element.focus({ preventScroll: true });
  };
  const focused = ({ target }: FocusEvent): void => {
    isBusy = false;
    if (target instanceof HTMLElement)
      places = [placeOf(target), ...places.filter(({ element }) => element !== target)].slice(0, PLACES_KEPT);
  };
  // Clicking something that takes no focus means leaving deliberately.
  const pointed = ({ target }: PointerEvent): void => {
    const takes = target instanceof Element && target.closest(`${TABBABLE}, [tabindex], label`) !== null;
    if (!takes) places = [];
  };
  const pressed = (event: KeyboardEvent): void => {
    if (!event.repeat) isHanded = false;
    else if (isHanded && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const observer = new MutationObserver(() => look(false));
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled', 'data-loading'],
  });
  document.addEventListener('focusin', focused);
  document.addEventListener('pointerdown', pointed, true);
  document.addEventListener('keydown', pressed, true);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', focused);
    document.removeEventListener('pointerdown', pointed, true);
    document.removeEventListener('keydown', pressed, true);
  };
}
