import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client';
import { campaignPatch, curl, draftOf, FIRST_DRAFT, request, stepOf, yaml } from './campaign-draft';

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
      permitLimit: 'PT1H',
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
      waves: [{ ...wave, soakTime: '1.5 h', notBefore: '2026-03-02T08:00', approval: true }],
      deadline: '2026-03-09T08:00',
      joinLater: false,
    });
    expect(body.waves?.[0]?.gate).toEqual({ soakTime: 'PT1H30M', notBefore: new Date('2026-03-02T08:00').toISOString(), approval: true });
    expect(body.schedule).toEqual({ deadline: new Date('2026-03-09T08:00').toISOString(), joinLater: false });
    expect(request(FIRST_DRAFT)).not.toHaveProperty('schedule');
  });

  it('says of its rules what was said, and no more', () => {
    expect(request(FIRST_DRAFT)).not.toHaveProperty('rules');
    const { rules, schedule } = request({
      ...FIRST_DRAFT,
      guard: { ...FIRST_DRAFT.guard, cohorts: false, baselinePercent: '2.5' },
      retries: { ...FIRST_DRAFT.retries, lost: { limit: '1', backoff: '6 h' } },
      phaseLimits: { ...FIRST_DRAFT.phaseLimits, install: '20 min' },
      escalation: { ...FIRST_DRAFT.escalation, after: '10 d' },
    });
    expect(rules).toEqual({ guard: { cohorts: false, baseline: 0.025 }, retries: { lost: { limit: 1, backoff: 'PT6H' } }, phaseLimits: { install: 'PT20M' } });
    expect(schedule).toEqual({ escalation: { after: 'PT240H' } });
  });

  it('passes on what is no number and no duration, for the manager to name', () => {
    const body = request({ ...FIRST_DRAFT, maxInFlight: 'many', permitLimit: 'long' });
    expect(body).toMatchObject({ maxInFlight: 'many', permitLimit: 'long' });
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

describe('a campaign that is there', () => {
  const known: Pick<Schemas['Campaign'], keyof Schemas['Campaign'] & keyof Schemas['NewCampaign']> = {
    name: 'spring',
    imageId: 'x',
    selector: 'site==/eu/*',
    allNodes: false,
    waves: [
      {
        ordinal: 0,
        name: 'canary',
        percent: 5,
        minConfirmedShare: 0.95,
        gate: { soakTime: 'PT0S', approval: false },
        members: 1,
        unreachable: 0,
        late: 0,
        updates: {},
        openedAt: '2026-03-01T02:00:00Z',
      },
    ],
    maxInFlight: 100,
    prestage: false,
    allowDowngrade: false,
    permitLimit: 'PT1H',
    bootDeadline: 'PT15M',
    startsAt: '2026-03-01T02:00:07Z',
    rules: { priority: 0, guard: { enabled: true, alpha: 0.01, cohorts: true, percentFrom: 20 }, retries: { download: { limit: 3, backoff: 'PT15M' } } },
    schedule: { joinLater: true, deadline: '2026-03-15T02:00:07Z', endsAt: '2026-03-16T02:00:07Z' },
  };
  const campaign = known as Schemas['Campaign'];

  it('and saved untouched says nothing', () => expect(campaignPatch(campaign, draftOf(campaign))).toEqual({}));

  it('says only what was changed', () => {
    const draft = draftOf(campaign);
    const waves = draft.waves.map((wave) => ({ ...wave, approval: true }));
    expect(campaignPatch(campaign, { ...draft, waves, deadline: '', maxInFlight: '9', phaseLimits: { ...draft.phaseLimits, reboot: '5 min' } })).toEqual({
      waves: [{ name: 'canary', percent: 5, minConfirmedShare: 0.95, gate: { approval: true } }],
      maxInFlight: 9,
      rules: { phaseLimits: { reboot: 'PT5M' } },
      schedule: { deadline: null },
    });
  });
});
