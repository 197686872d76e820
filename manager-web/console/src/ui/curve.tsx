import { formatNumber } from './words';
import { formatShort } from './time';

export interface Point {
  at: string;
  low: number;
  middle: number;
  high: number;
}

export interface Actual {
  at: string;
  value: number;
}

const WIDTH = 600;
const HEIGHT = 180;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;

/** Where values lie on the drawing. */
export function scales(points: readonly Point[], actual: readonly Actual[], most: number) {
  const times = [...points.map((point) => Date.parse(point.at)), ...actual.map((each) => Date.parse(each.at))];
  const first = Math.min(...times);
  const last = Math.max(...times, first + 1);
  return {
    first,
    last,
    x: (at: string | number) => LEFT + (((typeof at === 'number' ? at : Date.parse(at)) - first) / (last - first)) * (WIDTH - LEFT - 8),
    y: (value: number) => TOP + (1 - (most === 0 ? 0 : value / most)) * (HEIGHT - TOP - BOTTOM),
  };
}

const line = (pairs: readonly (readonly [number, number])[]) => pairs.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');

/** How many nodes are at an end by then: nine of ten cases lie in the band; what came of it so far is the solid line. */
export function Curve({ points, actual, most, zone, now }: { points: readonly Point[]; actual: readonly Actual[]; most: number; zone: string; now: Date }) {
  if (points.length + actual.length < 2) {
    return null;
  }
  const { first, last, x, y } = scales(points, actual, most);
  const band =
    points.length === 0
      ? ''
      : `${line(points.map((point) => [x(point.at), y(point.high)]))} ${points
          .toReversed()
          .map((point) => `L${x(point.at).toFixed(1)} ${y(point.low).toFixed(1)}`)
          .join(' ')} Z`;
  const here = now.getTime();
  const latest = actual.at(-1);
  const end = points.at(-1);
  return (
    <figure className="mm-curve">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${latest === undefined ? 'Nothing yet' : `${formatNumber(latest.value)} of ${formatNumber(most)} so far`}; ${end === undefined ? 'no forecast' : `probably ${formatNumber(end.middle)} by ${formatShort(end.at, zone, now)}`}`}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line className="mm-curve-grid" x1={LEFT} x2={WIDTH - 8} y1={y(most * share)} y2={y(most * share)} />
            <text className="mm-curve-text" x={LEFT - 6} y={y(most * share) + 4} textAnchor="end">
              {formatNumber(Math.round(most * share))}
            </text>
          </g>
        ))}
        {band !== '' && <path className="mm-curve-band" d={band} />}
        <path className="mm-curve-forecast" d={line(points.map((point) => [x(point.at), y(point.middle)]))} />
        <path className="mm-curve-actual" d={line(actual.map((each) => [x(each.at), y(each.value)]))} />
        {here > first && here < last && <line className="mm-curve-now" x1={x(here)} x2={x(here)} y1={TOP} y2={HEIGHT - BOTTOM} />}
        <text className="mm-curve-text" x={LEFT} y={HEIGHT - 6}>
          {formatShort(new Date(first).toISOString(), zone, now)}
        </text>
        <text className="mm-curve-text" x={WIDTH - 8} y={HEIGHT - 6} textAnchor="end">
          {formatShort(new Date(last).toISOString(), zone, now)}
        </text>
      </svg>
      <figcaption className="mm-legend">
        <span>
          <span className="mm-swatch mm-curve-key-actual" aria-hidden="true" /> so far
        </span>
        <span>
          <span className="mm-swatch mm-curve-key-forecast" aria-hidden="true" /> forecast, with nine of ten cases
        </span>
      </figcaption>
    </figure>
  );
}
