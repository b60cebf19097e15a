import { expect, test } from 'vitest';
import { dispatchEffects, type Effect, type EffectHandlers } from './effects.ts';

test('each handler gets the effects of its kind that one commit had, at once and in their order; one without any is not called', () => {
  const told: unknown[] = [];
  const tell =
    (who: string) =>
    (effects: Effect[]): void =>
      void told.push([who, ...effects.map((effect) => ('deviceId' in effect ? effect.deviceId : effect.kind))]);
  const registered: EffectHandlers[] = [
    { revoked: tell('gateway'), mail: tell('mailer'), warned: tell('operator') },
    { revoked: tell('log') },
  ];
  const effects: Effect[] = [
    { kind: 'mail', id: 1 },
    { kind: 'revoked', deviceId: 'd-1' },
    { kind: 'commanded', deviceId: 'd-3' },
    { kind: 'mail', id: 2 },
    { kind: 'revoked', deviceId: 'd-2' },
  ];
  dispatchEffects(effects, registered);
  dispatchEffects([], registered);
  expect(told).toEqual([
    ['mailer', 'mail', 'mail'],
    ['gateway', 'd-1', 'd-2'],
    ['log', 'd-1', 'd-2'],
  ]);
});
