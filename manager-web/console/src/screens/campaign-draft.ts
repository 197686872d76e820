import type { Schemas } from '../api/client';
import { minutesToDuration } from '../ui/time';

/** What the wizard gathers, as it is typed. */
export interface Draft {
  imageId: string;
  name: string;
  everyone: boolean;
  selector: string;
  waves: WaveDraft[];
  maxInFlight: string;
  maxFailures: string;
  permitMinutes: string;
  prestage: boolean;
  allowDowngrade: boolean;
  startsAt: string;
  deadline: string;
  endsAt: string;
  joinLater: boolean;
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
}

export const NO_GATE = { soakHours: '', notBefore: '', approval: false } as const;

export const FIRST_DRAFT: Draft = {
  imageId: '',
  name: '',
  everyone: false,
  selector: '',
  waves: [
    { key: 1, name: 'canary', kind: 'percent', value: '5', minConfirmedPercent: '100', ...NO_GATE },
    { key: 2, name: 'rest', kind: 'rest', value: '', minConfirmedPercent: '95', ...NO_GATE },
  ],
  maxInFlight: '100',
  maxFailures: '',
  permitMinutes: '60',
  prestage: false,
  allowDowngrade: false,
  startsAt: '',
  deadline: '',
  endsAt: '',
  joinLater: true,
};

/** A share in percent, without the noise of binary fractions. */
function share(percent: string): number | undefined {
  const value = Number(percent);
  return percent.trim() === '' || Number.isNaN(value) ? undefined : Math.round(value * 100) / 10_000;
}

/** A field of the browser has the reader's wall clock, the API instants. */
const instant = (local: string) => new Date(local).toISOString();

function gateOf({ soakHours, notBefore, approval }: WaveDraft): Schemas['WaveGate'] {
  const hours = Number(soakHours);
  return {
    // What is no number is sent as it is: the manager says what it wants there.
    ...(soakHours.trim() === '' ? {} : { soakTime: Number.isFinite(hours) ? minutesToDuration(Math.round(hours * 60)) : soakHours.trim() }),
    ...(notBefore === '' ? {} : { notBefore: instant(notBefore) }),
    ...(approval ? { approval } : {}),
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

/** The request that the draft stands for: the same that automation would send. */
export function request(draft: Draft): Schemas['NewCampaign'] {
  const number = (text: string) => (text.trim() === '' ? undefined : Number(text));
  const maxInFlight = number(draft.maxInFlight);
  const maxFailures = number(draft.maxFailures);
  const permitMinutes = number(draft.permitMinutes);
  const schedule = scheduleOf(draft);
  return {
    name: draft.name.trim(),
    imageId: draft.imageId,
    ...(draft.everyone ? { allNodes: true } : { selector: draft.selector.trim() }),
    waves: draft.waves.map(wave),
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
    ...(permitMinutes === undefined ? {} : { permitLimit: `PT${permitMinutes}M` }),
    ...(draft.prestage ? { prestage: true } : {}),
    ...(draft.allowDowngrade ? { allowDowngrade: true } : {}),
    ...(draft.startsAt === '' ? {} : { startsAt: instant(draft.startsAt) }),
    ...(Object.keys(schedule).length === 0 ? {} : { schedule }),
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
