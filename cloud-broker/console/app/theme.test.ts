import { describe, expect, test } from 'vitest';
import { statusColours, surfaces } from './theme.ts';

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
}

/** WCAG contrast ratio of two colours, 1 to 21. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

describe('status colours', () => {
  test('contrast is computed as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  test('are readable (4.5 : 1) on every surface, light and dark', () => {
    const weak = (['light', 'dark'] as const).flatMap((scheme) =>
      Object.entries(statusColours).flatMap(([name, colour]) =>
        Object.entries(surfaces[scheme])
          .filter(([, surface]) => contrast(colour[scheme], surface) < 4.5)
          .map(([surface]) => `${name} on ${surface}, ${scheme}`),
      ),
    );
    expect(weak).toEqual([]);
  });
});
