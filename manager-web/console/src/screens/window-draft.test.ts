import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client';
import { draftOf, hoursToDuration, newDraft, windowPatch, windowRequest } from './window-draft';

const TODAY = '2026-03-01';

/** Of a window that is there, only what the editor looks at. */
function kept(request: Schemas['NewWindow']): Schemas['Window'] {
  const looked: Partial<Schemas['Window']> = request;
  return looked as Schemas['Window'];
}

describe('a window in the editor', () => {
  const draft = { ...newDraft(TODAY), name: 'nights' };

  it.each([
    ['weekly', draft],
    ['once', { ...draft, kind: 'FREEZE' as const, pattern: 'once' as const, endDate: '2026-03-05' }],
    ['monthly', { ...draft, pattern: 'monthly' as const, nth: '2', nthDay: 'TUESDAY' as const }],
    ['cron', { ...draft, pattern: 'cron' as const }],
    ['of a site', { ...draft, target: 'SITE' as const, sitePath: '/eu/de' }],
    ['with exclusions', { ...draft, pattern: 'monthly' as const, excluded: '2026-04-05T02:00:00' }],
  ])('%s is sent, and opened again the same', (_, each) => {
    const request = windowRequest(each);
    expect(windowRequest(draftOf(kept(request), TODAY))).toEqual(request);
  });

  describe('that is there already', () => {
    const said: Schemas['NewWindow'] = {
      name: 'holidays',
      kind: 'FREEZE',
      recurrence: {
        type: 'RRULE',
        startsAt: '2026-03-01T00:00:10',
        rrule: 'FREQ=YEARLY',
        exdates: ['2027-03-01T00:00:10'],
        rdates: ['2026-12-24T00:00:10'],
        wholeDays: true,
      },
      duration: 'PT24H0M7S',
      zone: 'Europe/Berlin',
      target: { type: 'SELECTOR', selector: 'label.a==b' },
      enabled: false,
      validFrom: '2026-03-01T00:00:30.5Z',
      validUntil: '2026-10-25T01:30:00Z',
    };
    const opened = draftOf(kept(said), TODAY);

    it('and saved untouched says nothing', () => expect(windowPatch(opened, { ...opened })).toEqual({}));

    it('keeps what was not touched', () => {
      expect(windowPatch(opened, { ...opened, added: '' })).toEqual({ recurrence: { rdates: null } });
      expect(windowPatch(opened, { ...opened, validUntil: '' })).toEqual({ validUntil: null });
      const { validFrom } = windowRequest({ ...opened, name: 'other' });
      expect(validFrom).toBe(said.validFrom);
    });

    it('leaves behind what another pattern and target do not have', () => {
      const patch = windowPatch(opened, { ...opened, pattern: 'cron', target: 'SITE', sitePath: '/eu' });
      expect(patch).toEqual({
        recurrence: { type: 'CRON', startsAt: null, rrule: null, exdates: null, rdates: null, wholeDays: null, cron: '0 2 * * SUN' },
        target: { type: 'SITE', selector: null, sitePath: '/eu' },
      });
    });

    it('weekly leaves its days behind when it opens by a rule', () => {
      const weekly = { ...draft, wholeDays: false };
      expect(windowPatch(weekly, { ...weekly, pattern: 'monthly' }).recurrence).toEqual({
        type: 'RRULE',
        rrule: 'FREQ=MONTHLY;BYDAY=-1SU',
        days: null,
        interval: null,
      });
    });
  });

  it('on the nth weekday is a rule of the calendar', () => {
    expect(windowRequest({ ...draft, pattern: 'monthly' }).recurrence).toEqual({
      type: 'RRULE',
      startsAt: '2026-03-01T02:00:00',
      rrule: 'FREQ=MONTHLY;BYDAY=-1SU',
    });
  });

  it('weekly with exclusions becomes a rule, since a weekly one leaves nothing out', () => {
    expect(windowRequest({ ...draft, excluded: '2026-03-03' }).recurrence).toEqual({
      type: 'RRULE',
      startsAt: '2026-03-01T02:00:00',
      rrule: 'FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,TH',
      exdates: ['2026-03-03T02:00:00'],
    });
  });

  it('lasts hours with fractions', () => {
    expect(hoursToDuration('3')).toBe('PT3H');
    expect(hoursToDuration('1.5')).toBe('PT1H30M');
    expect(hoursToDuration('0.25')).toBe('PT15M');
    expect(hoursToDuration('many')).toBe('many');
  });
});
