import { describe, expect, it } from 'vitest';
import { browserName, formatBytes, formatCount, plural } from './words';

describe('words', () => {
  it('of a count say where counting stopped', () => {
    expect(formatCount({ count: 10_000, capped: true })).toBe('over 10,000');
    expect(formatCount({ count: 1200, capped: false })).toBe('1,200');
    expect(plural(1, 'node')).toBe('1 node');
    expect(plural(2000, 'node')).toBe('2,000 nodes');
  });

  it('of bytes have decimal units', () => {
    expect(formatBytes(undefined)).toBe('unknown');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(3_200_000)).toBe('3.2 MB');
  });

  it('of a browser are as short as people say them', () => {
    expect(browserName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36')).toBe('Chrome 156, Linux');
    expect(browserName('Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15')).toBe('Safari 19, Mac OS X');
    expect(browserName('curl/8')).toBe('curl/8');
    expect(browserName(undefined)).toBe('not said');
  });
});
