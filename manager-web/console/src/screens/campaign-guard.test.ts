import { describe, expect, it } from 'vitest';
import { fill } from './campaign-guard';

describe('the meter of the guard', () => {
  it('is empty while nothing speaks against the image, and full when the campaign stops', () => {
    expect(fill(0.2, 100)).toBe(0);
    expect(fill(1, 100)).toBe(0);
    expect(fill(10, 100)).toBeCloseTo(0.5);
    expect(fill(100, 100)).toBe(1);
    expect(fill(1e9, 100)).toBe(1);
  });
});
