import { describe, expect, it } from 'vitest';
import { leftOver, middleAt, moving, scales } from './curve';

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

  it('ends where nothing changes any more', () => {
    const last = { at: '2026-03-09T00:00:00Z', low: 50, middle: 80, high: 100 };
    expect(moving([...points, last]).map((point) => point.at)).toEqual(['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z']);
    expect(moving([])).toEqual([]);
  });

  it('is read between its points, and outside of them as at its ends', () => {
    expect(middleAt(points, Date.parse('2026-03-01T12:00:00Z'))).toBeCloseTo(40);
    expect(middleAt(points, Date.parse('2026-02-01T00:00:00Z'))).toBe(0);
    expect(middleAt(points, Date.parse('2026-04-01T00:00:00Z'))).toBe(80);
    expect(middleAt([], 0)).toBeUndefined();
  });

  it('turned around says how many are left: the most optimistic case is the lowest', () => {
    const left = leftOver(points, [{ at: '2026-03-01T00:00:00Z', value: 10 }], 100);
    expect(left.points[1]).toEqual({ at: '2026-03-02T00:00:00Z', low: 0, middle: 20, high: 50 });
    expect(left.actual).toEqual([{ at: '2026-03-01T00:00:00Z', value: 90 }]);
  });

  it('shows its deadline, however far', () => {
    const { x, last } = scales(points, [], 100, '2026-03-20T00:00:00Z');
    expect(last).toBe(Date.parse('2026-03-20T00:00:00Z'));
    expect(x('2026-03-20T00:00:00Z')).toBeGreaterThan(x('2026-03-02T00:00:00Z'));
  });
});
