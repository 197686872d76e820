import type { Schemas } from '../api/client';
import { mergePatch } from '../ui/merge-patch';
import { durationSeconds, instantOf, localOf, readDuration, spellDuration } from '../ui/time';

/** What campaigns and the templates of policies say alike, as it is typed. Durations are as `spellDuration` writes them; empty is not said. */
export interface RulesDraft {
  waves: WaveDraft[];
  maxInFlight: string;
  maxFailures: string;
  permitLimit: string;
  neededTime: string;
  bootDeadline: string;
  prestage: boolean;
  allowDowngrade: boolean;
  joinLater: boolean;
  priority: string;
  guard: GuardDraft;
  retries: Readonly<Record<RetriedPhase, RetryDraft>>;
  phaseLimits: Readonly<Record<LimitedPhase, string>>;
  escalation: EscalationDraft;
}

export interface GuardDraft {
  enabled: boolean;
  cohorts: boolean;
  baselinePercent: string;
  alphaPercent: string;
  maxFailurePercent: string;
  percentFrom: string;
}

/** As the API names them, in the order of an update. */
export const RETRIED_PHASES = ['download', 'verify', 'install', 'reboot', 'trial', 'lost'] as const satisfies readonly (keyof Schemas['RetryRules'])[];
export type RetriedPhase = (typeof RETRIED_PHASES)[number];
export const LIMITED_PHASES = ['download', 'install', 'reboot', 'trial'] as const satisfies readonly (keyof Schemas['PhaseLimits'])[];
export type LimitedPhase = (typeof LIMITED_PHASES)[number];

export interface RetryDraft {
  limit: string;
  backoff: string;
}

export interface EscalationDraft {
  after: string;
  lasts: string;
  reason: string;
  /** Ids; empty: all of them. */
  windows: readonly string[];
  /** Ids; empty: none of them. */
  freezes: readonly string[];
}

/** What the wizard gathers, as it is typed. */
export interface Draft extends RulesDraft {
  imageId: string;
  name: string;
  everyone: boolean;
  selector: string;
  startsAt: string;
  deadline: string;
  endsAt: string;
  /** The instants that those three were made of: a field of the browser has no seconds. */
  was?: Pick<Schemas['Campaign'], 'startsAt'> & Pick<Schemas['CampaignSchedule'], 'deadline' | 'endsAt'>;
}

export type WaveKind = 'percent' | 'count' | 'selector' | 'rest';

export interface WaveDraft {
  /** Of this form only, so that a row keeps its place when another goes. */
  key: number;
  name: string;
  kind: WaveKind;
  value: string;
  minConfirmedPercent: string;
  /** How long its share must hold before the next wave opens. */
  soakTime: string;
  notBefore: string;
  /** The instant that `notBefore` was made of: a field of the browser has no seconds, and an hour may come twice. */
  notBeforeWas?: string | undefined;
  approval: boolean;
  /** How long after its opening it passes, where none of its nodes can be reached. */
  unheardAfter: string;
}

export const NO_GATE = { soakTime: '', notBefore: '', approval: false, unheardAfter: '' } as const;

const NO_RETRY: RetryDraft = { limit: '', backoff: '' };

/** Nothing is said: what the manager does then is usual. */
const NOTHING: RulesDraft = {
  waves: [],
  maxInFlight: '',
  maxFailures: '',
  permitLimit: '',
  neededTime: '',
  bootDeadline: '',
  prestage: false,
  allowDowngrade: false,
  joinLater: true,
  priority: '',
  guard: { enabled: true, cohorts: true, baselinePercent: '', alphaPercent: '', maxFailurePercent: '', percentFrom: '' },
  retries: { download: NO_RETRY, verify: NO_RETRY, install: NO_RETRY, reboot: NO_RETRY, trial: NO_RETRY, lost: NO_RETRY },
  phaseLimits: { download: '', install: '', reboot: '', trial: '' },
  escalation: { after: '', lasts: '', reason: '', windows: [], freezes: [] },
};

export const FIRST_RULES: RulesDraft = {
  ...NOTHING,
  waves: [
    { key: 1, name: 'canary', kind: 'percent', value: '5', minConfirmedPercent: '100', ...NO_GATE },
    { key: 2, name: 'rest', kind: 'rest', value: '', minConfirmedPercent: '95', ...NO_GATE },
  ],
  maxInFlight: '100',
  permitLimit: '1 h',
};

export const FIRST_DRAFT: Draft = { ...FIRST_RULES, imageId: '', name: '', everyone: false, selector: '', startsAt: '', deadline: '', endsAt: '' };

/** What is no number is sent as it is: the manager says what it wants there. */
function number(typed: string): number | undefined {
  const value = Number(typed);
  return typed.trim() === '' ? undefined : Number.isFinite(value) ? value : (typed.trim() as unknown as number);
}

/** Without the noise of binary fractions. */
const exact = (value: number) => Number(value.toPrecision(12));

/** A share in percent, as the API wants it: 0 to 1. */
function share(percent: string): number | undefined {
  const value = number(percent);
  return typeof value === 'number' ? exact(value / 100) : value;
}

const inPercent = (of: number | undefined) => (of === undefined ? '' : String(exact(of * 100)));
const numberText = (of: number | undefined) => (of === undefined ? '' : String(of));

const duration = (typed: string) => (typed.trim() === '' ? undefined : readDuration(typed));
const durationText = (iso: string | undefined) => (iso === undefined ? '' : spellDuration(iso));

/** Without what is not said; undefined where that is all. */
function saying<T extends object>(fields: T): T | undefined {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : (Object.fromEntries(said) as T);
}

function gateOf({ soakTime, notBefore, notBeforeWas, approval, unheardAfter }: WaveDraft): Schemas['WaveGate'] | undefined {
  return saying({
    soakTime: duration(soakTime),
    notBefore: notBefore === '' ? undefined : instantOf(notBefore, notBeforeWas),
    approval: approval ? true : undefined,
    unheardAfter: duration(unheardAfter),
  });
}

function shareOf({ kind, value }: WaveDraft): Pick<Schemas['NewWave'], WaveKind> {
  switch (kind) {
    case 'percent':
      return { percent: number(value) ?? 0 };
    case 'count':
      return { count: number(value) ?? 0 };
    case 'selector':
      return { selector: value.trim() };
    case 'rest':
      return { rest: true };
  }
}

function waveOf(draft: WaveDraft): Schemas['NewWave'] {
  const said = { name: draft.name.trim(), ...shareOf(draft), minConfirmedShare: share(draft.minConfirmedPercent), gate: gateOf(draft) };
  return saying(said) ?? said;
}

/** What of a campaign a policy can say in advance. */
export type Template = Omit<Schemas['NewCampaign'], 'name' | 'imageId' | 'selector' | 'allNodes' | 'startsAt'>;

function escalationOf({ after, lasts, reason, windows, freezes }: EscalationDraft): Schemas['CampaignEscalation'] | undefined {
  const said = saying({
    after: duration(after),
    lasts: duration(lasts),
    reason: reason.trim() === '' ? undefined : reason.trim(),
    windows: windows.length === 0 ? undefined : [...windows],
    freezes: freezes.length === 0 ? undefined : [...freezes],
  });
  // What it lacks, the manager asks for.
  return said as Schemas['CampaignEscalation'] | undefined;
}

function retryOf({ limit, backoff }: RetryDraft): Schemas['RetryRule'] | undefined {
  return saying({ limit: number(limit), backoff: duration(backoff) });
}

/** All that the draft says, what is usual included where it is a yes or no. */
function allOf(draft: RulesDraft): Template {
  const { guard, retries, phaseLimits } = draft;
  return {
    waves: draft.waves.map(waveOf),
    maxInFlight: number(draft.maxInFlight),
    maxFailures: number(draft.maxFailures),
    prestage: draft.prestage,
    allowDowngrade: draft.allowDowngrade,
    permitLimit: duration(draft.permitLimit),
    neededTime: duration(draft.neededTime),
    bootDeadline: duration(draft.bootDeadline),
    schedule: { joinLater: draft.joinLater, escalation: escalationOf(draft.escalation) },
    rules: {
      priority: number(draft.priority),
      guard: {
        enabled: guard.enabled,
        baseline: share(guard.baselinePercent),
        alpha: share(guard.alphaPercent),
        cohorts: guard.cohorts,
        maxFailurePercent: number(guard.maxFailurePercent),
        percentFrom: number(guard.percentFrom),
      },
      retries: saying({
        download: retryOf(retries.download),
        verify: retryOf(retries.verify),
        install: retryOf(retries.install),
        reboot: retryOf(retries.reboot),
        trial: retryOf(retries.trial),
        lost: retryOf(retries.lost),
      }),
      phaseLimits: saying({
        download: duration(phaseLimits.download),
        install: duration(phaseLimits.install),
        reboot: duration(phaseLimits.reboot),
        trial: duration(phaseLimits.trial),
      }),
    },
  };
}

/** The template of a new policy: what differs from what is usual. */
export function templateOf(draft: RulesDraft): Template {
  return mergePatch(allOf(NOTHING), allOf(draft));
}

/** What of a policy's template was changed, as a merge patch (RFC 7396): all else stays as it is. */
export function templatePatch(known: Template, draft: RulesDraft): object {
  return mergePatch(allOf(rulesOf(known)), allOf(draft));
}

/** When a campaign begins and ends, which no template says. */
function seasonsOf({ startsAt, deadline, endsAt, was = {} }: Draft): { startsAt: string | undefined; schedule: Schemas['CampaignSchedule'] | undefined } {
  return {
    startsAt: startsAt === '' ? undefined : instantOf(startsAt, was.startsAt),
    schedule: saying({
      deadline: deadline === '' ? undefined : instantOf(deadline, was.deadline),
      endsAt: endsAt === '' ? undefined : instantOf(endsAt, was.endsAt),
    }),
  };
}

/** The request that the draft stands for: the same that automation would send. */
export function request(draft: Draft): Schemas['NewCampaign'] {
  const { schedule, ...rules } = templateOf(draft);
  const { startsAt, schedule: seasons } = seasonsOf(draft);
  return {
    name: draft.name.trim(),
    imageId: draft.imageId,
    ...(draft.everyone ? { allNodes: true } : { selector: draft.selector.trim() }),
    ...rules,
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(schedule === undefined && seasons === undefined ? {} : { schedule: { ...schedule, ...seasons } }),
  };
}

/** A campaign that is there, to be changed. */
export function draftOf(campaign: Schemas['Campaign']): Draft {
  const { startsAt, schedule } = campaign;
  const text = (at: string | undefined) => (at === undefined ? '' : localOf(at));
  return {
    ...rulesOf(campaign),
    imageId: campaign.imageId,
    name: campaign.name,
    everyone: campaign.allNodes,
    selector: campaign.selector ?? '',
    startsAt: text(startsAt),
    deadline: text(schedule.deadline),
    endsAt: text(schedule.endsAt),
    was: { startsAt, deadline: schedule.deadline, endsAt: schedule.endsAt },
  };
}

/** What was changed of a campaign, as a merge patch (RFC 7396): all else stays as it is. */
export function campaignPatch(known: Schemas['Campaign'], draft: Draft): Partial<Schemas['NewCampaign']> {
  const whole = (each: Draft): Partial<Schemas['NewCampaign']> => {
    const { schedule, ...rules } = allOf(each);
    const { startsAt, schedule: seasons } = seasonsOf(each);
    return {
      ...rules,
      name: each.name.trim(),
      allNodes: each.everyone,
      selector: each.everyone ? undefined : each.selector.trim(),
      startsAt,
      schedule: { ...schedule, ...seasons },
    };
  };
  return mergePatch(whole(draftOf(known)), whole(draft));
}

function kindOf({ percent, count, selector }: Schemas['NewWave']): Pick<WaveDraft, 'kind' | 'value'> {
  if (percent !== undefined) {
    return { kind: 'percent', value: String(percent) };
  }
  if (count !== undefined) {
    return { kind: 'count', value: String(count) };
  }
  return selector === undefined ? { kind: 'rest', value: '' } : { kind: 'selector', value: selector };
}

/** The template of a policy, as the form has it. */
export function rulesOf(template: Template): RulesDraft {
  const { schedule = {}, rules = {} } = template;
  const { guard = {}, retries = {}, phaseLimits = {} } = rules;
  const { escalation } = schedule;
  const retry = (phase: RetriedPhase): RetryDraft => ({ limit: numberText(retries[phase]?.limit), backoff: durationText(retries[phase]?.backoff) });
  return {
    waves: (template.waves ?? []).map((wave, index) => {
      const { gate = {} } = wave;
      return {
        key: index + 1,
        name: wave.name,
        ...kindOf(wave),
        minConfirmedPercent: inPercent(wave.minConfirmedShare),
        soakTime: gate.soakTime === undefined || durationSeconds(gate.soakTime) === 0 ? '' : spellDuration(gate.soakTime),
        notBefore: gate.notBefore === undefined ? '' : localOf(gate.notBefore),
        notBeforeWas: gate.notBefore,
        approval: gate.approval ?? false,
        unheardAfter: durationText(gate.unheardAfter),
      };
    }),
    maxInFlight: numberText(template.maxInFlight),
    maxFailures: numberText(template.maxFailures),
    permitLimit: durationText(template.permitLimit),
    neededTime: durationText(template.neededTime),
    bootDeadline: durationText(template.bootDeadline),
    prestage: template.prestage ?? false,
    allowDowngrade: template.allowDowngrade ?? false,
    joinLater: schedule.joinLater ?? true,
    priority: numberText(rules.priority),
    guard: {
      enabled: guard.enabled ?? true,
      cohorts: guard.cohorts ?? true,
      baselinePercent: inPercent(guard.baseline),
      alphaPercent: inPercent(guard.alpha),
      maxFailurePercent: numberText(guard.maxFailurePercent),
      percentFrom: numberText(guard.percentFrom),
    },
    retries: {
      download: retry('download'),
      verify: retry('verify'),
      install: retry('install'),
      reboot: retry('reboot'),
      trial: retry('trial'),
      lost: retry('lost'),
    },
    phaseLimits: {
      download: durationText(phaseLimits.download),
      install: durationText(phaseLimits.install),
      reboot: durationText(phaseLimits.reboot),
      trial: durationText(phaseLimits.trial),
    },
    escalation: {
      after: durationText(escalation?.after),
      lasts: durationText(escalation?.lasts),
      reason: escalation?.reason ?? '',
      windows: escalation?.windows ?? [],
      freezes: escalation?.freezes ?? [],
    },
  };
}

/** A text that YAML would take for something else, or not for one, is written as JSON writes it, which YAML reads as well. */
const PLAIN_YAML = /^(?!(?:true|false|null|yes|no|on|off|y|n|~)$)[A-Za-z/][\w./-]*$/i;

/** The request as YAML, for those who keep their campaigns in files. */
export function yaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : value.map((each) => `${indent}- ${yaml(each, `${indent}  `).trimStart()}`).join('\n');
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? '{}'
      : entries
          .map(([key, each]) => {
            const nested = typeof each === 'object' && each !== null && Object.keys(each).length > 0;
            return `${indent}${key}:${nested ? `\n${yaml(each, `${indent}  `)}` : ` ${yaml(each)}`}`;
          })
          .join('\n');
  }
  return typeof value === 'string' && PLAIN_YAML.test(value) ? value : JSON.stringify(value);
}

/** For a shell: a single quote ends the text, stands for itself, and begins it again. */
export function curl(origin: string, path: string, body: unknown): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return `curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\\n  ${origin}${path} -d '${json}'`;
}

/** On which step of the wizard a field that the manager names is. */
export function stepOf(pointer: string): 'image' | 'nodes' | 'waves' {
  if (/^\/(imageId|allowDowngrade)/.test(pointer)) {
    return 'image';
  }
  return /^\/(selector|allNodes|name)/.test(pointer) ? 'nodes' : 'waves';
}
