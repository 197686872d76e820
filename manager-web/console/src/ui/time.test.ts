import { describe, expect, it } from 'vitest';
import { durationSeconds, formatDuration, formatInstant, formatRelative, formatSeconds, formatShort, readDuration, spellDuration, wallClock } from './time';

describe('a time', () => {
  it('is shown in a zone, and names it', () => {
    expect(formatInstant('2026-03-02T01:30:00Z', 'Europe/Berlin')).toBe('Mon 2 Mar 2026, 02:30 CET');
    expect(formatInstant('2026-07-02T01:30:05Z', 'Europe/Berlin')).toBe('Thu 2 Jul 2026, 03:30:05 CEST');
    expect(formatInstant('2026-03-02T01:30:00Z', 'UTC')).toBe('Mon 2 Mar 2026, 01:30 UTC');
  });

  it('of today is short, of next week has its date', () => {
    const now = new Date('2026-03-02T12:00:00Z');
    expect(formatShort('2026-03-02T20:00:00Z', 'UTC', now)).toBe('20:00 UTC');
    expect(formatShort('2026-03-04T20:00:00Z', 'UTC', now)).toContain('Wed');
    expect(formatShort('2026-04-04T20:00:00Z', 'UTC', now)).toContain('4 Apr 2026');
  });

  it('is said from now in at most two units', () => {
    const now = new Date('2026-03-02T12:00:00Z');
    expect(formatRelative('2026-03-02T12:00:02Z', now)).toBe('just now');
    expect(formatRelative('2026-03-02T11:58:00Z', now)).toBe('2 min ago');
    expect(formatRelative('2026-03-05T15:20:00Z', now)).toBe('in 3 d 3 h');
  });
});

describe('a wall clock elsewhere', () => {
  it('keeps its own time, and says its offset', () => {
    expect(wallClock('2026-11-28T02:00:00+09:00')).toBe('Sat 28 Nov 2026, 02:00 +09:00');
    expect(wallClock('2026-03-01T22:30Z')).toBe('Sun 1 Mar 2026, 22:30 +00:00');
    expect(wallClock('nonsense')).toBe('nonsense');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [3600, '1 h'],
    [3700, '1 h 1 min'],
    [86_400 + 60, '1 d'],
  ])('%d seconds', (seconds, words) => expect(formatSeconds(seconds)).toBe(words));

  it('is read from ISO 8601 and written to it', () => {
    expect(durationSeconds('PT1H30M')).toBe(5400);
    expect(durationSeconds('P1DT2S')).toBe(86_402);
    expect(durationSeconds('P')).toBeUndefined();
    expect(durationSeconds('nonsense')).toBeUndefined();
    expect(formatDuration('PT15M')).toBe('15 min');
    expect(formatDuration('nonsense')).toBe('nonsense');
  });

  it.each([
    ['PT15M', '15 min'],
    ['PT36H', '1 d 12 h'],
    ['PT1H30M15S', '1 h 30 min 15 s'],
    ['PT90M', '1 h 30 min'],
    ['PT0S', '0 s'],
  ])('%s is typed as %s, and nothing of it is lost', (iso, typed) => {
    expect(spellDuration(iso)).toBe(typed);
    expect(durationSeconds(readDuration(typed))).toBe(durationSeconds(iso));
  });

  it('is read however people write it', () => {
    expect(readDuration('90min')).toBe('PT1H30M');
    expect(readDuration(' 1.5 h ')).toBe('PT1H30M');
    expect(readDuration('2 d')).toBe('PT48H');
    expect(readDuration('10m 5 s')).toBe('PT10M5S');
    expect(readDuration('P2DT1H')).toBe('PT49H');
    expect(readDuration('soon')).toBe('soon');
    expect(readDuration('5')).toBe('5');
  });
});
