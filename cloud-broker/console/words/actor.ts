import type { Words } from './words.ts';

/** Who did something, as a reader knows them: a user by name; a display, the vendor and the service by what they are. */
export function actorName(t: Words['t'], actor: string): string {
  if (actor.startsWith('device:')) return t('actor.display');
  if (actor === 'operator') return t('actor.vendor');
  return actor === 'system' ? t('actor.service') : actor;
}
