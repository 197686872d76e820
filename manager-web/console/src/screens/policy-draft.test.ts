import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client';
import { FIRST_RULES, rulesOf, type Template, templateOf } from './campaign-draft';
import { newPolicy, policyPatch, wantedOf } from './policy-draft';

type Whole<T> = T extends readonly (infer E)[] ? E[] : T extends object ? { [K in keyof T]-?: Whole<NonNullable<T[K]>> } : T;

// A field that the contract gets and this lacks fails the check of types: the form may not lose it. That a wave says only one
// share, and that no policy can say an end or a deadline, the schema does not know.
type WholeTemplate = Omit<Whole<Template>, 'waves' | 'schedule'> & {
  waves: (Schemas['NewWave'] & { gate: Required<Schemas['WaveGate']>; minConfirmedShare: number })[];
  schedule: Omit<Whole<Schemas['CampaignSchedule']>, 'endsAt' | 'deadline'>;
};

const gate = { soakTime: 'PT24H30S', notBefore: '2026-03-02T08:00:30.5Z', approval: true, unheardAfter: 'PT36H' };

const TEMPLATE: WholeTemplate = {
  waves: [
    { name: 'canary', count: 3, minConfirmedShare: 0.9999, gate },
    { name: 'some', percent: 7.125, minConfirmedShare: 0.57, gate: { ...gate, notBefore: '2026-10-25T01:30:00Z' } },
    { name: 'north', selector: 'site==/eu/no/*', minConfirmedShare: 0, gate },
    { name: 'rest', rest: true, minConfirmedShare: 0.5, gate },
  ],
  maxInFlight: 20,
  maxFailures: 3,
  prestage: true,
  allowDowngrade: true,
  permitLimit: 'PT1H30M10S',
  neededTime: 'PT12M',
  bootDeadline: 'PT7M5S',
  rules: {
    priority: -5,
    guard: { enabled: false, baseline: 0.0123, alpha: 0.0029, cohorts: false, maxFailurePercent: 12.5, percentFrom: 40 },
    retries: {
      download: { limit: 5, backoff: 'PT1M' },
      verify: { limit: 1, backoff: 'PT2M' },
      install: { limit: 0, backoff: 'PT3M' },
      reboot: { limit: 2, backoff: 'PT4H' },
      trial: { limit: 3, backoff: 'PT168H' },
      lost: { limit: 4, backoff: 'PT6H30M' },
    },
    phaseLimits: { download: 'PT48H', install: 'PT20M', reboot: 'PT1M30S', trial: 'PT720H' },
  },
  schedule: {
    joinLater: false,
    escalation: { after: 'PT240H', lasts: 'PT72H', reason: 'CVE-2026-1234 is being exploited', windows: ['w1', 'w2'], freezes: ['f1'] },
  },
};

const POLICY: Schemas['Policy'] = {
  id: 'p',
  name: 'gateways',
  channelId: 'c',
  channel: 'stable',
  family: 'edge-base',
  selector: 'label.role==gateway',
  allNodes: false,
  enabled: true,
  // A template lacks what a campaign must have, which the schema of both does not know.
  template: TEMPLATE as unknown as Schemas['NewCampaign'],
  createdAt: '2026-03-01T02:00:00Z',
  updatedAt: '2026-03-01T02:00:00Z',
  revision: 1,
};

describe('a policy with all that can be said', () => {
  it('comes back from the form as it went in', () => {
    expect(templateOf(rulesOf(TEMPLATE))).toEqual(TEMPLATE);
  });

  it('that is saved untouched says nothing', () => {
    expect(policyPatch(POLICY, wantedOf(POLICY))).toEqual({});
  });

  it('says only what was changed, and takes away what was emptied', () => {
    const wanted = wantedOf(POLICY);
    const { rules } = wanted;
    expect(
      policyPatch(POLICY, {
        ...wanted,
        everyone: true,
        rules: {
          ...rules,
          maxFailures: '',
          guard: { ...rules.guard, enabled: true, baselinePercent: '' },
          retries: { ...rules.retries, verify: { limit: '2', backoff: '2 min' }, lost: { limit: '', backoff: '' } },
          phaseLimits: { ...rules.phaseLimits, install: '25 min' },
          escalation: { ...rules.escalation, freezes: [] },
        },
      }),
    ).toEqual({
      allNodes: true,
      selector: null,
      template: {
        maxFailures: null,
        rules: {
          guard: { enabled: true, baseline: null },
          retries: { verify: { limit: 2 }, lost: null },
          phaseLimits: { install: 'PT25M' },
        },
        schedule: { escalation: { freezes: null } },
      },
    });
  });

  it('keeps what it says of its other waves when one is changed', () => {
    const wanted = wantedOf(POLICY);
    const { rules } = wanted;
    const waves = rules.waves.map((wave, index) => (index === 0 ? { ...wave, value: '4' } : wave));
    expect(policyPatch(POLICY, { ...wanted, rules: { ...rules, waves } })).toEqual({
      template: { waves: [{ ...TEMPLATE.waves[0], count: 4 }, ...TEMPLATE.waves.slice(1)] },
    });
  });
});

describe('a new policy', () => {
  it('says what is not usual, and nothing that is absent', () => {
    const made = newPolicy({ name: ' all ', channelId: 'c', everyone: true, selector: 'left over', rules: { ...FIRST_RULES, prestage: true } });
    expect(JSON.parse(JSON.stringify(made))).toEqual({
      name: 'all',
      channelId: 'c',
      allNodes: true,
      template: {
        waves: [
          { name: 'canary', percent: 5, minConfirmedShare: 1 },
          { name: 'rest', rest: true, minConfirmedShare: 0.95 },
        ],
        maxInFlight: 100,
        permitLimit: 'PT1H',
        prestage: true,
      },
    });
  });
});
