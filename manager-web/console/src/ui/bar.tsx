import type { ReactNode } from 'react';
import type { Schemas } from '../api/client';
import { UPDATE_LOOKS } from './status';
import { formatNumber } from './words';

type Updates = Readonly<Record<string, number>>;

/** From the end to the begin: what is confirmed stands on the left, and grows to the right. */
const ORDER: readonly Schemas['UpdateState'][] = [
  'CONFIRMED',
  'TRIAL',
  'REBOOTING',
  'INSTALLING',
  'STAGED',
  'DOWNLOADED',
  'DOWNLOADING',
  'OFFERED',
  'SKIPPED',
  'SUPERSEDED',
  'CANCELED',
  'FAILED',
  'ROLLED_BACK',
  'LOST',
];

export function addUp(all: readonly Updates[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const each of all) {
    for (const [state, count] of Object.entries(each)) {
      sum[state] = (sum[state] ?? 0) + count;
    }
  }
  return sum;
}

const percent = (value: number, total: number) => (total === 0 ? '0 %' : `${((value / total) * 100).toFixed(value === total ? 0 : 1)} %`);

/** How the updates of a wave or campaign stand, as one bar and in words. */
export function UpdateBar({ updates, total, legend = false }: { updates: Updates; total?: number; legend?: boolean }) {
  const counted = ORDER.filter((state) => (updates[state] ?? 0) > 0);
  const sum = counted.reduce((before, state) => before + (updates[state] ?? 0), 0);
  const whole = Math.max(total ?? 0, sum);
  const words = counted.map((state) => `${UPDATE_LOOKS[state].text} ${formatNumber(updates[state] ?? 0)}`).join(', ');
  return (
    <div>
      <div className="mm-bar" role="img" aria-label={words === '' ? 'No updates yet' : words}>
        {counted.map((state) => (
          <span
            key={state}
            className={`mm-fill-${UPDATE_LOOKS[state].meaning}`}
            style={{ width: percent(updates[state] ?? 0, whole).replace(' ', ''), opacity: state === 'OFFERED' ? 0.5 : 1 }}
          />
        ))}
      </div>
      {legend && (
        <ul className="mm-legend">
          {counted.map((state) => (
            <li key={state}>
              <span className={`mm-swatch mm-fill-${UPDATE_LOOKS[state].meaning}`} aria-hidden="true" style={{ opacity: state === 'OFFERED' ? 0.5 : 1 }} />
              {UPDATE_LOOKS[state].text} <strong>{formatNumber(updates[state] ?? 0)}</strong>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export const ENDED: readonly Schemas['UpdateState'][] = ['CONFIRMED', 'FAILED', 'ROLLED_BACK', 'LOST', 'CANCELED', 'SUPERSEDED', 'SKIPPED'];
export const AGAINST: readonly Schemas['UpdateState'][] = ['FAILED', 'ROLLED_BACK', 'LOST'];

export function count(updates: Updates, states: readonly string[]): number {
  return states.reduce((sum, state) => sum + (updates[state] ?? 0), 0);
}

export interface HistogramRow {
  key: string;
  text: string;
  value: number;
  /** The value with its unit. */
  words: string;
  note?: ReactNode;
}

/** How often what was the case, the longest bar full. */
export function Histogram({ rows, most }: { rows: readonly HistogramRow[]; most: number }) {
  return (
    <ol className="mm-plain-list mm-histogram">
      {rows.map(({ key, text, value, words, note }) => (
        <li key={key}>
          <div className="mm-histogram-head">
            <span>{text}</span>
            <strong className="mm-nowrap">{words}</strong>
          </div>
          <div className="mm-histogram-bar mm-fill-waiting" style={{ inlineSize: `${(value / most) * 100}%` }} aria-hidden="true" />
          {note !== undefined && <div className="mm-subtle">{note}</div>}
        </li>
      ))}
    </ol>
  );
}
