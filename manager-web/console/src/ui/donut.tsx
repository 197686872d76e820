import { Link } from 'react-router';
import type { Look, Meaning } from './status';
import { formatNumber } from './words';

export interface Slice {
  key: string;
  text: string;
  meaning: Meaning;
  /** Tells slices of one meaning apart, 1 is full. */
  shade?: number;
  value: number;
  to: string;
}

const RADIUS = 40;
const CIRCUMFERENCE = 2 * Math.PI * RADIUS;

/** Shares of a whole. The legend says the same in words and numbers, and its entries open the list behind them. */
export function Donut({ slices, word }: { slices: readonly Slice[]; word: string }) {
  const shown = slices.filter((slice) => slice.value > 0);
  const total = shown.reduce((sum, slice) => sum + slice.value, 0);
  let before = 0;
  return (
    <div className="mm-donut">
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r={RADIUS} fill="none" strokeWidth="14" className="mm-donut-ground" />
        {shown.map((slice) => {
          const length = (slice.value / total) * CIRCUMFERENCE;
          const offset = before;
          before += length;
          // A hairline between slices, unless there is but one.
          const gap = shown.length > 1 ? Math.min(1.5, length / 2) : 0;
          return (
            <circle
              key={slice.key}
              cx="50"
              cy="50"
              r={RADIUS}
              fill="none"
              strokeWidth="14"
              className={`mm-stroke-${slice.meaning}`}
              opacity={slice.shade ?? 1}
              strokeDasharray={`${length - gap} ${CIRCUMFERENCE - length + gap}`}
              strokeDashoffset={-offset}
              transform="rotate(-90 50 50)"
            />
          );
        })}
        <text x="50" y="50" className="mm-donut-total">
          {formatNumber(total)}
        </text>
        <text x="50" y="62" className="mm-donut-word">
          {word}
        </text>
      </svg>
      <ul className="mm-donut-legend">
        {shown.map((slice) => (
          <li key={slice.key}>
            <span className={`mm-swatch mm-fill-${slice.meaning}`} style={{ opacity: slice.shade ?? 1 }} aria-hidden="true" />
            <Link to={slice.to}>{slice.text}</Link>
            <span className="mm-number">{formatNumber(slice.value)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Slices of counters by state, in the order of the looks. */
export function slicesOf(
  counts: Readonly<Record<string, number>>,
  looks: Readonly<Record<string, Look>>,
  to: (state: string) => string,
): Slice[] {
  const seen = new Map<Meaning, number>();
  return Object.entries(looks)
    .filter(([state]) => (counts[state] ?? 0) > 0)
    .map(([state, look]) => {
      const nth = seen.get(look.meaning) ?? 0;
      seen.set(look.meaning, nth + 1);
      return { key: state, text: look.text, meaning: look.meaning, shade: 1 - Math.min(nth, 3) * 0.22, value: counts[state] ?? 0, to: to(state) };
    });
}
