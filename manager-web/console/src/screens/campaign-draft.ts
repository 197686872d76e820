import type { Schemas } from '../api/client';
import { durationSeconds, minutesToDuration } from '../ui/time';

/** What campaigns and the templates of policies say alike, as it is typed. */
export interface RulesDraft {
  waves: WaveDraft[];
  maxInFlight: string;
  maxFailures: string;
  permitMinutes: string;
  prestage: boolean;
  allowDowngrade: boolean;
  joinLater: boolean;
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
  soakHours: string;
  notBefore: string;
  approval: boolean;
  /** How long after its opening it passes, where none of its nodes can be reached. */
  unheardHours: string;
}

export const NO_GATE = { soakHours: '', notBefore: '', approval: false, unheardHours: '' } as const;

export const FIRST_RULES: RulesDraft = {
  waves: [
    { key: 1, name: 'canary', kind: 'percent', value: '5', minConfirmedPercent: '100', ...NO_GATE },
    { key: 2, name: 'rest', kind: 'rest', value: '', minConfirmedPercent: '95', ...NO_GATE },
  ],
  maxInFlight: '100',
  maxFailures: '',
  permitMinutes: '60',
  prestage: false,
  allowDowngrade: false,
  joinLater: true,
};

export const FIRST_DRAFT: Draft = { ...FIRST_RULES, imageId: '', name: '', everyone: false, selector: '', startsAt: '', deadline: '', endsAt: '' };

/** A share in percent, without the noise of binary fractions. */
function share(percent: string): number | undefined {
  const value = Number(percent);
  return percent.trim() === '' || Number.isNaN(value) ? undefined : Math.round(value * 100) / 10_000;
}

/** A field of the browser has the reader's wall clock, the API instants. */
const instant = (local: string) => new Date(local).toISOString();

/** What is no number is sent as it is: the manager says what it wants there. */
function ofHours(typed: string): string {
  const hours = Number(typed);
  return Number.isFinite(hours) ? minutesToDuration(Math.round(hours * 60)) : typed.trim();
}

const inHours = (duration: string | undefined) => {
  const seconds = duration === undefined ? 0 : durationSeconds(duration);
  return seconds === 0 || duration === undefined ? '' : seconds === undefined ? duration : String(seconds / 3600);
};

/** As a field of the browser wants it: the reader's wall clock. */
function local(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function gateOf({ soakHours, notBefore, approval, unheardHours }: WaveDraft): Schemas['WaveGate'] {
  return {
    ...(soakHours.trim() === '' ? {} : { soakTime: ofHours(soakHours) }),
    ...(notBefore === '' ? {} : { notBefore: instant(notBefore) }),
    ...(approval ? { approval } : {}),
    ...(unheardHours.trim() === '' ? {} : { unheardAfter: ofHours(unheardHours) }),
  };
}

function scheduleOf({ deadline, endsAt, joinLater }: Draft): Schemas['CampaignSchedule'] {
  return {
    ...(joinLater ? {} : { joinLater }),
    ...(deadline === '' ? {} : { deadline: instant(deadline) }),
    ...(endsAt === '' ? {} : { endsAt: instant(endsAt) }),
  };
}

function wave(draft: WaveDraft): Schemas['NewWave'] {
  const minConfirmedShare = share(draft.minConfirmedPercent);
  const gate = gateOf(draft);
  const common = {
    name: draft.name.trim(),
    ...(minConfirmedShare === undefined ? {} : { minConfirmedShare }),
    ...(Object.keys(gate).length === 0 ? {} : { gate }),
  };
  switch (draft.kind) {
    case 'percent':
      return { ...common, percent: Number(draft.value) };
    case 'count':
      return { ...common, count: Number(draft.value) };
    case 'selector':
      return { ...common, selector: draft.value.trim() };
    case 'rest':
      return { ...common, rest: true };
  }
}

function limitsOf(draft: RulesDraft): Partial<Schemas['NewCampaign']> {
  const number = (text: string) => (text.trim() === '' ? undefined : Number(text));
  const maxInFlight = number(draft.maxInFlight);
  const maxFailures = number(draft.maxFailures);
  const permitMinutes = number(draft.permitMinutes);
  return {
    waves: draft.waves.map(wave),
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
    ...(permitMinutes === undefined ? {} : { permitLimit: `PT${permitMinutes}M` }),
  };
}

/** The request that the draft stands for: the same that automation would send. */
export function request(draft: Draft): Schemas['NewCampaign'] {
  const schedule = scheduleOf(draft);
  return {
    name: draft.name.trim(),
    imageId: draft.imageId,
    ...(draft.everyone ? { allNodes: true } : { selector: draft.selector.trim() }),
    ...limitsOf(draft),
    ...(draft.prestage ? { prestage: true } : {}),
    ...(draft.allowDowngrade ? { allowDowngrade: true } : {}),
    ...(draft.startsAt === '' ? {} : { startsAt: instant(draft.startsAt) }),
    ...(Object.keys(schedule).length === 0 ? {} : { schedule }),
  };
}

/**
 * The template of a policy, as a merge patch on the one that it has: all that the form shows is said, what it does not show
 * stays. Null takes away, which the schema of the whole does not know.
 */
export function templateOf(draft: RulesDraft): Schemas['NewCampaign'] {
  const patch: { [field in keyof Schemas['NewCampaign']]?: Schemas['NewCampaign'][field] | null } = {
    maxInFlight: null,
    maxFailures: null,
    permitLimit: null,
    ...limitsOf(draft),
    prestage: draft.prestage,
    allowDowngrade: draft.allowDowngrade,
    schedule: { joinLater: draft.joinLater },
  };
  return patch as Schemas['NewCampaign'];
}

/** The template of a policy, as the form has it. */
export function rulesOf(template: Schemas['NewCampaign']): RulesDraft {
  const text = (value: number | undefined) => (value === undefined ? '' : String(value));
  const permit = template.permitLimit === undefined ? undefined : durationSeconds(template.permitLimit);
  return {
    waves: (template.waves ?? []).map((each, index) => {
      const { gate = {} } = each;
      return {
        key: index + 1,
        name: each.name,
        ...(each.percent !== undefined
          ? { kind: 'percent' as const, value: String(each.percent) }
          : each.count !== undefined
            ? { kind: 'count' as const, value: String(each.count) }
            : each.selector !== undefined
              ? { kind: 'selector' as const, value: each.selector }
              : { kind: 'rest' as const, value: '' }),
        minConfirmedPercent: text(each.minConfirmedShare === undefined ? undefined : Math.round(each.minConfirmedShare * 10_000) / 100),
        soakHours: inHours(gate.soakTime),
        notBefore: gate.notBefore === undefined ? '' : local(gate.notBefore),
        approval: gate.approval ?? false,
        unheardHours: inHours(gate.unheardAfter),
      };
    }),
    maxInFlight: text(template.maxInFlight),
    maxFailures: text(template.maxFailures),
    permitMinutes: text(permit === undefined ? undefined : permit / 60),
    prestage: template.prestage ?? false,
    allowDowngrade: template.allowDowngrade ?? false,
    joinLater: template.schedule?.joinLater ?? true,
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
