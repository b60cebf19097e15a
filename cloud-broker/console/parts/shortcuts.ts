const KEY = 'rollcall.shortcuts';

/** Whether single-letter shortcuts are active on this computer (WCAG 2.1.4): speech input that types letters should not trigger them. */
export const areShortcutsOn = (): boolean => window.localStorage.getItem(KEY) !== 'off';

export function setShortcuts(on: boolean): void {
  if (on) window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, 'off');
}
