import { describe, expect, it } from 'vitest';
import { scales } from './curve';

describe('a curve', () => {
  const points = [
    { at: '2026-03-01T00:00:00Z', low: 0, middle: 0, high: 0 },
    { at: '2026-03-02T00:00:00Z', low: 50, middle: 80, high: 100 },
  ];

  it('lies between its begin and its end, all at the top and none at the bottom', () => {
    const { x, y } = scales(points, [], 100);
    expect(x('2026-03-01T00:00:00Z')).toBeLessThan(x('2026-03-02T00:00:00Z'));
    expect(y(100)).toBeLessThan(y(0));
    expect(y(50)).toBeCloseTo((y(0) + y(100)) / 2);
  });

  it('of a single instant, or of nobody, stays on the drawing', () => {
    const { x, y } = scales(points.slice(0, 1), [], 0);
    expect(Number.isFinite(x('2026-03-01T00:00:00Z'))).toBe(true);
    expect(Number.isFinite(y(0))).toBe(true);
  });
});
