import { describe, expect, it } from 'vitest';
import { choose, chosen, quoted, read, write } from './rsql';

describe('a filter', () => {
  it.each([
    'state==ACTIVE',
    'state=in=(ACTIVE,PENDING)',
    'site==/eu/*;label.ring==canary',
    'name=="a \\"b\\" c";state!=PENDING',
  ])('is read and written again: %s', (filter) => {
    const conditions = read(filter);
    expect(conditions).toBeDefined();
    expect(write(conditions ?? [])).toBe(filter);
  });

  it.each(['state==ACTIVE,state==PENDING', '(state==ACTIVE)', 'state', 'state==', 'state==ACTIVE;', 'a==b c'])(
    'that is more than conditions joined by and is left as text: %s',
    (filter) => expect(read(filter)).toBeUndefined(),
  );

  it('without conditions is empty', () => expect(read('')).toEqual([]));

  it('takes the chosen values of a field in place of those before', () => {
    expect(choose('site==/eu/*;state==ACTIVE', 'state', ['PENDING', 'ACTIVE'])).toBe('site==/eu/*;state=in=(PENDING,ACTIVE)');
    expect(choose('state==ACTIVE', 'state', [])).toBe('');
    expect(chosen('state=in=(A,B);x==y', 'state')).toEqual(['A', 'B']);
    expect(chosen('state!=A', 'state')).toEqual([]);
  });

  it('quotes what would mean something else', () => {
    expect(quoted('/eu/*')).toBe('/eu/*');
    expect(quoted('a b')).toBe('"a b"');
    expect(quoted('a"\\')).toBe('"a\\"\\\\"');
    expect(quoted('')).toBe('""');
  });
});
