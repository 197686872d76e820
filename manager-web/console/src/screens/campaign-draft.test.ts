import { describe, expect, it } from 'vitest';
import { curl, FIRST_DRAFT, FIRST_RULES, request, rulesOf, stepOf, templateOf, yaml } from './campaign-draft';

describe('a campaign in the making', () => {
  it('becomes the request that automation would send', () => {
    const body = request({ ...FIRST_DRAFT, name: ' spring ', imageId: 'x', selector: 'site==/eu/*', maxFailures: '3' });
    expect(body).toEqual({
      name: 'spring',
      imageId: 'x',
      selector: 'site==/eu/*',
      waves: [
        { name: 'canary', percent: 5, minConfirmedShare: 1 },
        { name: 'rest', rest: true, minConfirmedShare: 0.95 },
      ],
      maxInFlight: 100,
      maxFailures: 3,
      permitLimit: 'PT60M',
    });
  });

  it('for everyone has no selector', () => {
    expect(request({ ...FIRST_DRAFT, everyone: true, selector: 'left over' })).not.toHaveProperty('selector');
  });

  it('says a share as typed, not as binary fractions have it', () => {
    const [wave] = FIRST_DRAFT.waves;
    if (wave === undefined) {
      throw new Error('expected a wave');
    }
    const body = request({ ...FIRST_DRAFT, waves: [{ ...wave, minConfirmedPercent: '99.9' }] });
    expect(body.waves?.[0]?.minConfirmedShare).toBe(0.999);
  });

  it('says what holds its waves and when it shall be done', () => {
    const [wave] = FIRST_DRAFT.waves;
    if (wave === undefined) {
      throw new Error('expected a wave');
    }
    const body = request({
      ...FIRST_DRAFT,
      waves: [{ ...wave, soakHours: '1.5', notBefore: '2026-03-02T08:00', approval: true }],
      deadline: '2026-03-09T08:00',
      joinLater: false,
    });
    expect(body.waves?.[0]?.gate).toEqual({ soakTime: 'PT1H30M', notBefore: new Date('2026-03-02T08:00').toISOString(), approval: true });
    expect(body.schedule).toEqual({ deadline: new Date('2026-03-09T08:00').toISOString(), joinLater: false });
    expect(request(FIRST_DRAFT)).not.toHaveProperty('schedule');
  });

  it('is shown as YAML that means the same', () => {
    expect(yaml({ name: 'spring', selector: 'site==/eu/*', on: 'yes', waves: [{ name: 'a b', percent: 5 }, { rest: true }], none: [], zone: 'Europe/Berlin' })).toBe(
      'name: spring\nselector: "site==/eu/*"\non: "yes"\nwaves:\n  - name: "a b"\n    percent: 5\n  - rest: true\nnone: []\nzone: Europe/Berlin',
    );
  });

  it('is shown as a command that a shell reads right', () => {
    expect(curl('http://h', '/p', { name: "it's" })).toContain(`"name": "it'\\''s"`);
  });

  it('that the manager refuses is shown at the step of the field', () => {
    expect(stepOf('/imageId')).toBe('image');
    expect(stepOf('/selector')).toBe('nodes');
    expect(stepOf('/waves/1/percent')).toBe('waves');
  });
});

describe("a policy's template", () => {
  it('comes back from the form as it went in', () => {
    const template = {
      waves: [
        { name: 'canary', count: 3, minConfirmedShare: 0.999, gate: { soakTime: 'PT24H', approval: true, unheardAfter: 'PT36H' } },
        { name: 'north', selector: 'site==/eu/no/*', minConfirmedShare: 0.5 },
        { name: 'rest', rest: true, minConfirmedShare: 0 },
      ],
      maxInFlight: 20,
      permitLimit: 'PT90M',
      prestage: true,
      allowDowngrade: false,
      schedule: { joinLater: false },
    };
    expect(templateOf(rulesOf({ name: '', imageId: '', ...template }))).toEqual({ ...template, maxFailures: null });
  });

  it('takes away what was emptied, and leaves alone what the form does not show', () => {
    const patch = templateOf({ ...FIRST_RULES, maxInFlight: '', permitMinutes: '' });
    expect(patch).toMatchObject({ maxInFlight: null, maxFailures: null, permitLimit: null });
    expect(patch).not.toHaveProperty('rules');
    expect(patch).not.toHaveProperty('neededTime');
  });
});
