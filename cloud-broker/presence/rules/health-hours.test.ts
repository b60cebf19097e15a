import { describe, expect, test } from 'vitest';
import { HealthHours } from './health-hours.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 5, 12);
const always = (): boolean => true;
const at = (hours: number): number => START + hours * HOUR_MS;

describe('[P1] what a device says of its health, by the hour', () => {
  test('is the mean of what came, rounded, and says nothing of what did not', () => {
    const hours = new HealthHours(START, always);
    hours.note('a', at(0), { cpuPercent: 10, temperatureC: -12.4, screen: 'on' });
    hours.note('a', at(0.5), { cpuPercent: 25, temperatureC: -13 });
    hours.note('a', at(1), { cpuPercent: 0 });
    const told = hours.of('a', at(1.9));
    expect(told).toHaveLength(24);
    expect(told.map((hour) => hour.at)).toEqual(Array.from({ length: 24 }, (_, n) => at(n - 22)));
    expect(told.slice(-2)).toEqual([
      { at: at(0), heartbeats: 2, cpuPercent: 18, memoryPercent: null, diskPercent: null, temperatureC: -13 },
      { at: at(1), heartbeats: 1, cpuPercent: 0, memoryPercent: null, diskPercent: null, temperatureC: null },
    ]);
    expect(told.slice(0, -2).every((hour) => hour.heartbeats === 0 && hour.cpuPercent === null)).toBe(true);
    expect(hours.of('b', at(1)).every((hour) => hour.heartbeats === 0)).toBe(true);
  });

  test('counts one heartbeat once, however often it is told', () => {
    const hours = new HealthHours(START, always);
    for (const cpuPercent of [10, 90]) hours.note('a', at(0), { cpuPercent });
    expect(hours.of('a', at(0)).at(-1)).toMatchObject({ heartbeats: 1, cpuPercent: 10 });
  });

  test('is of what was heard since the service began only', () => {
    const hours = new HealthHours(at(1), always);
    hours.note('a', at(1) - 1, { cpuPercent: 10 });
    expect([hours.size, hours.of('a', at(1)).every((hour) => hour.heartbeats === 0)]).toEqual([0, true]);
    hours.note('a', at(1), { cpuPercent: 10 });
    expect(hours.of('a', at(1)).at(-1)?.heartbeats).toBe(1);
  });

  test('goes after a day, and what was not heard between is empty', () => {
    const hours = new HealthHours(START, always);
    for (const hour of [0, 1, 2, 5]) hours.note('a', at(hour), { diskPercent: hour });
    const disk = (now: number) => hours.of('a', now).map((hour) => hour.diskPercent);
    expect(disk(at(5)).slice(-6)).toEqual([0, 1, 2, null, null, 5]);
    expect(disk(at(24)).slice(0, 6)).toEqual([1, 2, null, null, 5, null]);
    // The slots of hours 0 to 2 are taken again, by nothing.
    hours.note('a', at(27), { diskPercent: 27 });
    expect(disk(at(27))).toEqual([null, 5, ...Array.from({ length: 21 }, () => null), 27]);
    hours.note('a', at(100), { diskPercent: 3 });
    expect(disk(at(100)).filter((value) => value !== null)).toEqual([3]);
    expect(disk(at(130)).every((value) => value === null)).toBe(true);
  });

  test('of a clock that went back, begins anew', () => {
    const hours = new HealthHours(START, always);
    const disk = () => hours.of('a', at(2)).flatMap((hour) => hour.diskPercent ?? []);
    hours.note('a', at(5), { diskPercent: 5 });
    expect(disk()).toEqual([]);
    hours.note('a', at(2), { diskPercent: 2 });
    expect(disk()).toEqual([2]);
  });

  test('keeps no more than who is enrolled, and a new device nothing of who was there before', () => {
    const there = new Set<string>();
    const hours = new HealthHours(START, (deviceId) => there.has(deviceId));
    for (let round = 0; round < 5; round += 1) {
      there.clear();
      for (let n = 0; n < 1024; n += 1) {
        there.add(`${round}-${n}`);
        hours.note(`${round}-${n}`, at(0), { cpuPercent: round });
      }
      expect(hours.size).toBeLessThanOrEqual(2 * 1024);
      for (const deviceId of there) expect(hours.of(deviceId, at(0)).at(-1)).toMatchObject({ heartbeats: 1, cpuPercent: round });
    }
  });

  test('is held to what a byte says', () => {
    const hours = new HealthHours(START, always);
    hours.note('a', at(0), { temperatureC: 250, cpuPercent: 100 });
    hours.note('b', at(0), { temperatureC: -100 });
    expect(hours.of('a', at(0)).at(-1)).toMatchObject({ temperatureC: 214, cpuPercent: 100 });
    expect(hours.of('b', at(0)).at(-1)?.temperatureC).toBe(-40);
  });
});
