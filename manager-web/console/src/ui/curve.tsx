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
const HEIGHT = 200;
const LEFT = 48;
const RIGHT = 12;
const BOTTOM = 28;
const TOP = 18;
const TICKS = 3;

/** Where values lie on the drawing. */
export function scales(points: readonly Point[], actual: readonly Actual[], most: number, deadline?: string) {
  const times = [...points, ...actual, ...(deadline === undefined ? [] : [{ at: deadline }])].map(({ at }) => Date.parse(at));
  const first = Math.min(...times);
  const last = Math.max(...times, first + 1);
  return {
    first,
    last,
    x: (at: string | number) => LEFT + (((typeof at === 'number' ? at : Date.parse(at)) - first) / (last - first)) * (WIDTH - LEFT - RIGHT),
    y: (value: number) => TOP + (1 - (most === 0 ? 0 : value / most)) * (HEIGHT - TOP - BOTTOM),
  };
}

/** Without the part behind the last change, in which nothing happens any more: a week of it would hide the night before. */
export function moving(points: readonly Point[]): readonly Point[] {
  const end = points.at(-1);
  if (end === undefined) {
    return points;
  }
  const still = points.findLastIndex((point) => point.low !== end.low || point.middle !== end.middle || point.high !== end.high);
  return points.slice(0, still + 2);
}

/** The middle of the forecast at an instant: between its points in a straight line, outside of them as at their ends. */
export function middleAt(points: readonly { at: string; middle: number }[], at: number): number | undefined {
  const after = points.findIndex((point) => Date.parse(point.at) >= at);
  const next = after < 0 ? points.at(-1) : points[after];
  const before = after > 0 ? points[after - 1] : undefined;
  if (next === undefined || before === undefined || after < 0) {
    return next?.middle;
  }
  const [from, until] = [Date.parse(before.at), Date.parse(next.at)];
  return before.middle + ((next.middle - before.middle) * (at - from)) / (until - from);
}

/** The same as nodes that are left: they go down to nothing. */
export function leftOver(points: readonly Point[], actual: readonly Actual[], most: number): { points: Point[]; actual: Actual[] } {
  return {
    points: points.map(({ at, low, middle, high }) => ({ at, low: most - high, middle: most - middle, high: most - low })),
    actual: actual.map(({ at, value }) => ({ at, value: most - value })),
  };
}

const line = (pairs: readonly (readonly [number, number])[]) => pairs.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');

/**
 * How many nodes are at an end by when, or with a deadline how many are left: nine of ten cases lie in the band; what came of it so
 * far is the solid line.
 */
export function Curve({
  points: all,
  actual: before,
  most,
  zone,
  now,
  deadline,
}: {
  points: readonly Point[];
  actual: readonly Actual[];
  most: number;
  zone: string;
  now: Date;
  deadline?: string;
}) {
  const ahead = moving(all);
  if (ahead.length + before.length < 2) {
    return null;
  }
  const { points, actual } = deadline === undefined ? { points: ahead, actual: before } : leftOver(ahead, before, most);
  const { first, last, x, y } = scales(points, actual, most, deadline);
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
  const what = deadline === undefined ? 'at an end' : 'left';
  const due = deadline === undefined ? undefined : Date.parse(deadline);
  return (
    <figure className="mm-curve">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${latest === undefined ? 'Nothing yet' : `${formatNumber(latest.value)} of ${formatNumber(most)} ${what} so far`}; ${end === undefined ? 'no forecast' : `probably ${formatNumber(end.middle)} by ${formatShort(end.at, zone, now)}`}${deadline === undefined ? '' : `; due ${formatShort(deadline, zone, now)}`}`}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line className="mm-curve-grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(most * share)} y2={y(most * share)} />
            <text className="mm-curve-text" x={LEFT - 6} y={y(most * share) + 4} textAnchor="end">
              {formatNumber(Math.round(most * share))}
            </text>
          </g>
        ))}
        {Array.from({ length: TICKS }, (_, tick) => first + ((last - first) * tick) / (TICKS - 1)).map((at, tick) => (
          <text key={at} className="mm-curve-text" x={x(at)} y={HEIGHT - 8} textAnchor={tick === 0 ? 'start' : tick === TICKS - 1 ? 'end' : 'middle'}>
            {formatShort(new Date(at).toISOString(), zone, now)}
          </text>
        ))}
        {band !== '' && <path className="mm-curve-band" d={band} />}
        {due !== undefined && due > first && <path className="mm-curve-ideal" d={line([[x(first), y(most)], [x(due), y(0)]])} />}
        <path className="mm-curve-forecast" d={line(points.map((point) => [x(point.at), y(point.middle)]))} />
        <path className="mm-curve-actual" d={line(actual.map((each) => [x(each.at), y(each.value)]))} />
        {here > first && here < last && (
          <>
            <line className="mm-curve-now" x1={x(here)} x2={x(here)} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text className="mm-curve-text" x={x(here)} y={TOP - 6} textAnchor={x(here) < WIDTH / 2 ? 'start' : 'end'}>
              now
            </text>
          </>
        )}
        {due !== undefined && (
          <>
            <line className="mm-curve-due" x1={x(due)} x2={x(due)} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text className="mm-curve-text" x={x(due)} y={TOP - 6} textAnchor={x(due) < WIDTH / 2 ? 'start' : 'end'}>
              deadline
            </text>
          </>
        )}
      </svg>
      <figcaption className="mm-legend mm-subtle">
        <span>Nodes {what}:</span>
        {actual.length > 0 && (
          <span>
            <span className="mm-swatch mm-curve-key-actual" aria-hidden="true" /> so far
          </span>
        )}
        <span>
          <span className="mm-swatch mm-curve-key-forecast" aria-hidden="true" /> forecast, with nine of ten cases
        </span>
        {due !== undefined && (
          <span>
            <span className="mm-swatch mm-curve-key-ideal" aria-hidden="true" /> at an even pace
          </span>
        )}
      </figcaption>
    </figure>
  );
}
