const KEY = 'rollcall.shortcuts';

/** Whether keys of one letter do something on this computer (WCAG 2.1.4): a voice that is typed as letters should not set them off. */
export const areShortcutsOn = (): boolean => window.localStorage.getItem(KEY) !== 'off';

export function setShortcuts(on: boolean): void {
  if (on) window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, 'off');
}
