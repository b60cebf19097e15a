import type { Words } from './words.ts';

/** The actor as readers know it: users by name; displays, the vendor and the service by kind. */
export function actorName(t: Words['t'], actor: string): string {
  if (actor.startsWith('device:')) return t('actor.display');
  if (actor === 'operator') return t('actor.vendor');
  return actor === 'system' ? t('actor.service') : actor;
}
