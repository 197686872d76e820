import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

/** The zone that times are shown in: the reader's own, or UTC. Every absolute time names it. */
export interface Clock {
  zone: string;
  setZone: (zone: string) => void;
}

export const READERS_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const Context = createContext<Clock>({ zone: READERS_ZONE, setZone: () => undefined });

export function ClockProvider({ children }: { children: ReactNode }) {
  const [zone, setZoneState] = useState(() => localStorage.getItem('zone') ?? READERS_ZONE);
  const clock = useMemo<Clock>(
    () => ({
      zone,
      setZone: (next) => {
        localStorage.setItem('zone', next);
        setZoneState(next);
      },
    }),
    [zone],
  );
  return <Context value={clock}>{children}</Context>;
}

export function useClock(): Clock {
  return useContext(Context);
}

/** `Tue 2 Mar 2026, 02:30 CET`: with its zone, since nobody shall have to guess. */
export function formatInstant(at: string | Date, zone: string): string {
  const date = typeof at === 'string' ? new Date(at) : at;
  if (Number.isNaN(date.getTime())) {
    return String(at);
  }
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: date.getTime() % 60_000 === 0 ? undefined : '2-digit',
    timeZoneName: 'short',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value;
  const seconds = part('second');
  return (
    `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}, ` +
    `${part('hour')}:${part('minute')}${seconds === undefined ? '' : `:${seconds}`} ${part('timeZoneName')}`
  );
}

/** `02:30 CET` on the same day, `Wed 02:30 CET` within a week, else with the date. */
export function formatShort(at: string, zone: string, now: Date = new Date()): string {
  const date = new Date(at);
  const day = (value: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(value);
  const sameDay = day(date) === day(now);
  const near = Math.abs(date.getTime() - now.getTime()) < 6 * 86_400_000;
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    ...(sameDay ? {} : near ? { weekday: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(date);
}

/** `Sat 28 Nov 2026, 02:00 +09:00`: a time on a wall clock elsewhere, as the manager says it; its zone stands beside it. */
export function wallClock(local: string): string {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?/.exec(local);
  if (found === null) {
    return local;
  }
  const day = formatInstant(`${found[1]}T00:00:00Z`, 'UTC').replace(/,.*/, '');
  return `${day}, ${found[2]} ${found[3] === 'Z' ? '+00:00' : (found[3] ?? '')}`.trim();
}

const STEPS: readonly [number, string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** `3 d 4 h`, `12 min`, `8 s`: at most two units. */
export function formatSeconds(seconds: number): string {
  let rest = Math.round(Math.abs(seconds));
  const words: string[] = [];
  for (const [size, unit] of STEPS) {
    const count = Math.floor(rest / size);
    if (count > 0) {
      words.push(`${count} ${unit}`);
      rest -= count * size;
    }
    // Beside the largest unit, only the next smaller one says anything.
    if (words.length === 2 || (words.length === 1 && count === 0)) {
      break;
    }
  }
  return words.length === 0 ? '0 s' : words.join(' ');
}

export function formatRelative(at: string, now: Date): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 5) {
    return 'just now';
  }
  return seconds > 0 ? `in ${formatSeconds(seconds)}` : `${formatSeconds(seconds)} ago`;
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Seconds of an ISO 8601 duration of days and less. */
export function durationSeconds(iso: string): number | undefined {
  const found = DURATION.exec(iso);
  if (found === null || iso === 'P' || iso.endsWith('T')) {
    return undefined;
  }
  const number = (group: number) => Number(found[group] ?? 0);
  return number(1) * 86_400 + number(2) * 3600 + number(3) * 60 + number(4);
}

export function formatDuration(iso: string): string {
  const seconds = durationSeconds(iso);
  return seconds === undefined ? iso : formatSeconds(seconds);
}

/** An ISO 8601 duration as people type it, whole and exact: `1 d 12 h`, `90 s` as `1 min 30 s`. What is none stays as it is. */
export function spellDuration(iso: string): string {
  let rest = durationSeconds(iso);
  if (rest === undefined) {
    return iso;
  }
  const words: string[] = [];
  for (const [size, unit] of STEPS) {
    const count = size === 1 ? Math.round(rest * 1000) / 1000 : Math.floor(rest / size);
    if (count > 0) {
      words.push(`${count} ${unit}`);
      rest -= count * size;
    }
  }
  return words.length === 0 ? '0 s' : words.join(' ');
}

const SPELLED = /^(?:\d+(?:\.\d+)?\s*(?:d|h|min|m|s)\s*)+$/i;

/**
 * ISO 8601 of what people type: `15 min`, `2 h 30 min`, `1.5 d`, or ISO 8601 itself. What is none is passed on as it is, for
 * the manager to say what it wants there.
 */
export function readDuration(typed: string): string {
  const text = typed.trim();
  const iso = durationSeconds(text.toUpperCase());
  if (iso === undefined && !SPELLED.test(text)) {
    return text;
  }
  const spelled = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(d|h|m|s)/gi)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (STEPS.find(([, name]) => name.startsWith((unit ?? '').toLowerCase()))?.[0] ?? 0),
    0,
  );
  const seconds = Math.round((iso ?? spelled) * 1000) / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = Math.round((seconds % 60) * 1000) / 1000;
  const parts = `${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${rest === 0 ? '' : `${rest}S`}`;
  return parts === '' ? 'PT0S' : `PT${parts}`;
}

/** As a field of the browser wants it: the reader's wall clock, to the minute. */
export function localOf(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/**
 * The instant of a field of the browser. Where that says still the same, it is the instant `was` that the field was made of:
 * the field has no seconds, and an hour may come twice.
 */
export function instantOf(local: string, was?: string): string {
  return was !== undefined && localOf(was) === local ? was : new Date(local).toISOString();
}

/** That many days from now, in whole minutes, so that a repetition within them says the same. */
export function inDays(days: number): string {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000 + days * 86_400_000).toISOString();
}

const SECOND = 1000;
const tickers = new Set<() => void>();
let ticks = 0;

// One timer for all times on the page.
setInterval(() => {
  ticks += 1;
  tickers.forEach((ticker) => ticker());
}, 5 * SECOND);

function subscribe(ticker: () => void): () => void {
  tickers.add(ticker);
  return () => tickers.delete(ticker);
}

export function useNow(): Date {
  const tick = useSyncExternalStore(subscribe, () => ticks);
  const [now, setNow] = useState(() => new Date());
  useEffect(() => setNow(new Date()), [tick]);
  return now;
}

/** How long ago or until, with the absolute time on hover and for screen readers. A title, not a tooltip: lists have hundreds. */
export function Time({ at, absolute = false }: { at: string | undefined; absolute?: boolean }) {
  const { zone } = useClock();
  const now = useNow();
  if (at === undefined) {
    return <span className="mm-absent">never</span>;
  }
  const full = formatInstant(at, zone);
  return (
    <time dateTime={at} title={full} aria-label={absolute ? undefined : `${formatRelative(at, now)}, ${full}`}>
      {absolute ? full : formatRelative(at, now)}
    </time>
  );
}
