import type { Schemas } from '../api/client';
import { mergePatch } from '../ui/merge-patch';
import { durationSeconds, instantOf, localOf } from '../ui/time';

export type Recurrence = Schemas['WindowRecurrence'];
export type Pattern = 'once' | 'weekly' | 'monthly' | 'rule' | 'cron';
export type Day = NonNullable<Recurrence['days']>[number];
export type TargetType = Schemas['WindowTarget']['type'];

/** What the editor of a window holds, as it is typed; times are those of the wall clock in the window's zone. */
export interface WindowDraft {
  name: string;
  kind: Schemas['WindowKind'];
  pattern: Pattern;
  date: string;
  time: string;
  /** Of a single opening, or a freeze over days: when it ends. */
  endDate: string;
  endTime: string;
  hours: string;
  days: Day[];
  interval: string;
  nth: string;
  nthDay: Day;
  rule: string;
  cron: string;
  excluded: string;
  /** Further openings beside those of a rule. */
  added: string;
  /** The hours are so many days of the wall clock. */
  wholeDays: boolean;
  /** On the reader's wall clock, as `validUntil`. */
  validFrom: string;
  validUntil: string;
  /** What they were made of: a field of the browser has no seconds. */
  validWas?: Pick<Schemas['Window'], 'validFrom' | 'validUntil'>;
  zone: string;
  target: TargetType;
  sitePath: string;
  selector: string;
  nodeId: string;
  enabled: boolean;
}

export const DAYS: readonly { value: Day; short: string; rrule: string }[] = [
  { value: 'MONDAY', short: 'Mon', rrule: 'MO' },
  { value: 'TUESDAY', short: 'Tue', rrule: 'TU' },
  { value: 'WEDNESDAY', short: 'Wed', rrule: 'WE' },
  { value: 'THURSDAY', short: 'Thu', rrule: 'TH' },
  { value: 'FRIDAY', short: 'Fri', rrule: 'FR' },
  { value: 'SATURDAY', short: 'Sat', rrule: 'SA' },
  { value: 'SUNDAY', short: 'Sun', rrule: 'SU' },
];

export const NTHS = [
  { value: '1', label: 'first' },
  { value: '2', label: 'second' },
  { value: '3', label: 'third' },
  { value: '4', label: 'fourth' },
  { value: '-1', label: 'last' },
] as const;

export function newDraft(today: string): WindowDraft {
  return {
    name: '',
    kind: 'PERMIT',
    pattern: 'weekly',
    date: today,
    time: '02:00',
    endDate: today,
    endTime: '05:00',
    hours: '3',
    days: ['TUESDAY', 'THURSDAY'],
    interval: '1',
    nth: '-1',
    nthDay: 'SUNDAY',
    rule: 'FREQ=MONTHLY;BYDAY=-1SU',
    cron: '0 2 * * SUN',
    excluded: '',
    added: '',
    wholeDays: false,
    validFrom: '',
    validUntil: '',
    zone: 'NODE_LOCAL',
    target: 'TENANT',
    sitePath: '',
    selector: '',
    nodeId: '',
    enabled: true,
  };
}

export const PRESETS: readonly { name: string; changes: Partial<WindowDraft> }[] = [
  { name: 'Weeknights, 02:00 for 3 h', changes: { pattern: 'weekly', days: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'], time: '02:00', hours: '3', interval: '1' } },
  { name: 'Every Sunday night, 01:00 for 5 h', changes: { pattern: 'weekly', days: ['SUNDAY'], time: '01:00', hours: '5', interval: '1' } },
  { name: 'The last Sunday of the month, 02:00 for 4 h', changes: { pattern: 'monthly', nth: '-1', nthDay: 'SUNDAY', time: '02:00', hours: '4' } },
  { name: 'Every day, all day', changes: { pattern: 'weekly', days: DAYS.map((day) => day.value), time: '00:00', hours: '24', interval: '1' } },
  { name: 'A freeze over some days', changes: { kind: 'FREEZE', pattern: 'once', time: '00:00', endTime: '00:00' } },
];

/** ISO 8601 of hours with fractions: 1.5 is PT1H30M. */
export function hoursToDuration(hours: string): string {
  const minutes = Math.round(Number(hours) * 60);
  if (Number.isNaN(minutes)) {
    return hours;
  }
  const whole = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return `PT${whole > 0 ? `${whole}H` : ''}${rest > 0 || whole === 0 ? `${rest}M` : ''}`;
}

const start = (draft: WindowDraft) => `${draft.date}T${draft.time}:00`;

function times(typed: string, draft: WindowDraft): string[] {
  return typed
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .map((each) => (each.includes('T') ? each : `${each}T${draft.time}:00`));
}

function recurrence(draft: WindowDraft): Recurrence {
  const exdates = times(draft.excluded, draft);
  const rdates = times(draft.added, draft);
  const besides = {
    ...(exdates.length === 0 ? {} : { exdates }),
    ...(rdates.length === 0 ? {} : { rdates }),
    ...(draft.wholeDays ? { wholeDays: true } : {}),
  };
  switch (draft.pattern) {
    case 'once':
      return { type: 'ONE_SHOT', startsAt: start(draft), endsAt: `${draft.endDate}T${draft.endTime}:00` };
    case 'weekly': {
      if (Object.keys(besides).length === 0) {
        return { type: 'WEEKLY', startsAt: start(draft), days: draft.days, interval: Number(draft.interval) };
      }
      // A weekly rule leaves nothing out; the same as a rule of the calendar can.
      const days = DAYS.filter((day) => draft.days.includes(day.value)).map((day) => day.rrule);
      return { type: 'RRULE', startsAt: start(draft), rrule: `FREQ=WEEKLY;INTERVAL=${Number(draft.interval)};BYDAY=${days.join(',')}`, ...besides };
    }
    case 'monthly': {
      const day = DAYS.find((each) => each.value === draft.nthDay)?.rrule ?? 'SU';
      return { type: 'RRULE', startsAt: start(draft), rrule: `FREQ=MONTHLY;BYDAY=${draft.nth}${day}`, ...besides };
    }
    case 'rule':
      return { type: 'RRULE', startsAt: start(draft), rrule: draft.rule.trim(), ...besides };
    case 'cron':
      return { type: 'CRON', cron: draft.cron.trim() };
  }
}

function target(draft: WindowDraft): Schemas['WindowTarget'] {
  switch (draft.target) {
    case 'SITE':
      return { type: 'SITE', sitePath: draft.sitePath.trim() };
    case 'SELECTOR':
      return { type: 'SELECTOR', selector: draft.selector.trim() };
    case 'NODE':
      return { type: 'NODE', nodeId: draft.nodeId.trim() };
    default:
      return { type: draft.target };
  }
}

export function windowRequest(draft: WindowDraft): Schemas['NewWindow'] {
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    recurrence: recurrence(draft),
    ...(draft.pattern === 'once' ? {} : { duration: hoursToDuration(draft.hours) }),
    zone: draft.zone.trim(),
    target: target(draft),
    enabled: draft.enabled,
    ...(draft.validFrom === '' ? {} : { validFrom: instantOf(draft.validFrom, draft.validWas?.validFrom) }),
    ...(draft.validUntil === '' ? {} : { validUntil: instantOf(draft.validUntil, draft.validWas?.validUntil) }),
  };
}

/**
 * What was changed of a window, as a merge patch (RFC 7396): what was not touched stays, to the second, and what another
 * pattern or target does not have goes away.
 */
export function windowPatch(before: WindowDraft, after: WindowDraft): Schemas['NewWindow'] {
  return mergePatch(windowRequest(before), windowRequest(after));
}

const MONTHLY = /^FREQ=MONTHLY;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)$/;

function part(local: string | undefined, from: number, to: number, otherwise: string): string {
  return local === undefined || local.length < to ? otherwise : local.slice(from, to);
}

/** The draft of a window that is there, to be changed. */
export function draftOf(window: Schemas['Window'], today: string): WindowDraft {
  const empty = newDraft(today);
  const { recurrence: rule } = window;
  const monthly = MONTHLY.exec(rule.rrule ?? '');
  const pattern: Pattern =
    rule.type === 'ONE_SHOT' ? 'once' : rule.type === 'WEEKLY' ? 'weekly' : rule.type === 'CRON' ? 'cron' : monthly !== null ? 'monthly' : 'rule';
  const seconds = window.duration === undefined ? undefined : durationSeconds(window.duration);
  return {
    ...empty,
    name: window.name,
    kind: window.kind,
    pattern,
    date: part(rule.startsAt, 0, 10, today),
    time: part(rule.startsAt, 11, 16, empty.time),
    endDate: part(rule.endsAt, 0, 10, today),
    endTime: part(rule.endsAt, 11, 16, empty.endTime),
    hours: seconds === undefined ? empty.hours : String(Math.round((seconds / 3600) * 100) / 100),
    days: rule.days ?? empty.days,
    interval: String(rule.interval ?? 1),
    nth: monthly?.[1] ?? empty.nth,
    nthDay: DAYS.find((day) => day.rrule === monthly?.[2])?.value ?? empty.nthDay,
    rule: rule.rrule ?? empty.rule,
    cron: rule.cron ?? empty.cron,
    excluded: (rule.exdates ?? []).join(', '),
    added: (rule.rdates ?? []).join(', '),
    wholeDays: rule.wholeDays ?? false,
    validFrom: window.validFrom === undefined ? '' : localOf(window.validFrom),
    validUntil: window.validUntil === undefined ? '' : localOf(window.validUntil),
    validWas: window,
    zone: window.zone,
    target: window.target.type,
    sitePath: window.target.sitePath ?? '',
    selector: window.target.selector ?? '',
    nodeId: window.target.nodeId ?? '',
    enabled: window.enabled,
  };
}
