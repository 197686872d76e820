import { describe, expect, it } from 'vitest';

const sources = import.meta.glob('./**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });

describe('the sources', () => {
  const own = Object.entries(sources).filter(([path]) => !path.includes('.test.') && !path.endsWith('.d.ts'));

  it('are found', () => expect(own.length).toBeGreaterThan(20));

  it.each(own)('%s has no any, no inner HTML, and names no other host', (_, source) => {
    const text = String(source);
    expect(text).not.toMatch(/:\s*any\b|\bas any\b|<any>|@ts-ignore|@ts-nocheck/);
    expect(text).not.toContain('dangerouslySetInnerHTML');
    expect(text).not.toMatch(/https?:\/\/(?!\$|www\.w3\.org)[a-z]/);
  });
});
