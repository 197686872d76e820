import type { Schemas } from '../api/client';

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
}

export type WaveKind = 'percent' | 'count' | 'selector' | 'rest';

export interface WaveDraft {
  /** Of this form only, so that a row keeps its place when another goes. */
  key: number;
  name: string;
  kind: WaveKind;
  value: string;
  minConfirmedPercent: string;
}

export const FIRST_DRAFT: Draft = {
  imageId: '',
  name: '',
  everyone: false,
  selector: '',
  waves: [
    { key: 1, name: 'canary', kind: 'percent', value: '5', minConfirmedPercent: '100' },
    { key: 2, name: 'rest', kind: 'rest', value: '', minConfirmedPercent: '95' },
  ],
  maxInFlight: '100',
  maxFailures: '',
  permitMinutes: '60',
  prestage: false,
  allowDowngrade: false,
  startsAt: '',
};

/** A share in percent, without the noise of binary fractions. */
function share(percent: string): number | undefined {
  const value = Number(percent);
  return percent.trim() === '' || Number.isNaN(value) ? undefined : Math.round(value * 100) / 10_000;
}

function wave(draft: WaveDraft): Schemas['NewWave'] {
  const minConfirmedShare = share(draft.minConfirmedPercent);
  const common = { name: draft.name.trim(), ...(minConfirmedShare === undefined ? {} : { minConfirmedShare }) };
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
    ...(draft.startsAt === '' ? {} : { startsAt: new Date(draft.startsAt).toISOString() }),
  };
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
