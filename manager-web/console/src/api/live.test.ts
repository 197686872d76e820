import { describe, expect, it } from 'vitest';
import { isStale } from './live';

describe('a change', () => {
  it('makes the lists of its topic stale', () => {
    expect(isStale(['nodes', 'list', ''], { topics: ['nodes'], nodes: ['a'] })).toBe(true);
    expect(isStale(['campaigns', 'list'], { topics: ['nodes'] })).toBe(false);
    expect(isStale([], { topics: ['nodes'] })).toBe(false);
  });

  it('that names nodes leaves the pages of others alone', () => {
    expect(isStale(['nodes', 'one', 'a'], { topics: ['nodes'], nodes: ['a'] })).toBe(true);
    expect(isStale(['nodes', 'one', 'b', 'explanation'], { topics: ['nodes'], nodes: ['a'] })).toBe(false);
  });

  it('of many nodes is one of all', () => {
    expect(isStale(['nodes', 'one', 'b'], { topics: ['nodes'] })).toBe(true);
  });
});
