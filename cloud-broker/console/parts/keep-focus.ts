/**
 * The keyboard's place is never lost: whatever has the focus and is taken out of the page, by its own action or by an event, hands it on to what
 * stands there now, to what comes next, or to what had it before. One mechanism for the whole console, so that no part has to think of it.
 */

const TABBABLE = ':is(a[href], button, input, select, textarea, summary, [tabindex]):not([tabindex="-1"], :disabled)';
/** Not to be tabbed to, but made to take over the focus: what says what became of it, say. */
const LANDING = '[data-landing]';
/** Beyond these one would land anywhere. */
const PAGE = 'main, main > *, [role="dialog"], body';
const PLACES_KEPT = 8;
/** Disabled while its own action is under way: it comes back, or goes. */
const BUSY = '[data-loading]';

interface Place {
  element: HTMLElement;
  /** From its parent up to the body, each with the index of the child that it was in. */
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

/** What in this part takes the focus. */
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

/** What stands in the place now, or comes after it, or what holds it, or comes before it; on the page itself only what comes after. */
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

/** Keeps the focus in the page; the function returned ends it. */
export function keepFocus(): () => void {
  let places: Place[] = [];
  let isBusy = false;
  // A key that is held down belongs to what had the focus when it was pressed.
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
      // The browser takes the focus from it with the next frame.
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
  // Who points at what takes no focus has left of their own will.
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
