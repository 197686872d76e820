import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge-patch';

describe('a merge patch', () => {
  it('is empty where nothing changed', () => {
    expect(mergePatch({ name: 'a', rules: { limit: 1, list: [1] } }, { name: 'a', rules: { limit: 1, list: [1] } })).toEqual({});
  });

  it('says what is new or different, and nothing else', () => {
    expect(mergePatch<object>({ name: 'a', rules: { limit: 1, other: 2 } }, { name: 'b', rules: { limit: 3, other: 2 }, more: { deep: true } })).toEqual({
      name: 'b',
      rules: { limit: 3 },
      more: { deep: true },
    });
  });

  it('takes away with null, whatever it was', () => {
    expect(mergePatch<object>({ name: 'a', rules: { limit: 1 }, was: undefined }, { name: undefined, is: undefined })).toEqual({ name: null, rules: null });
    expect(mergePatch<object>({ rules: { limit: 1, other: 2 } }, { rules: { other: 2 } })).toEqual({ rules: { limit: null } });
  });

  it('replaces lists as a whole', () => {
    expect(mergePatch({ waves: [{ a: 1 }, { b: 2 }] }, { waves: [{ a: 1 }, { b: 3 }] })).toEqual({ waves: [{ a: 1 }, { b: 3 }] });
  });
});
