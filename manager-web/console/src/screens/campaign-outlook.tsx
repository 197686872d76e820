import { Alert, Label } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../api/client';
import { Asked } from '../ui/faces';
import { Curve } from '../ui/curve';
import { Terms } from '../ui/terms';
import { formatDuration, formatInstant, Time, useClock, useNow } from '../ui/time';
import { formatNumber, plural } from '../ui/words';

/** A kind that this console does not know yet is shown by its code. */
const RISKS: Readonly<Record<string, string>> = {
  GUARD: 'the guard stops it',
  NOT_WITHIN_A_YEAR: 'it does not end within a year',
  MAX_FAILURES: 'too many failures pause it',
  WAVE_GATE: 'a wave does not reach its share',
  CALLED_OFF: 'nodes are called off at its end',
  AFTER_DEADLINE: 'it ends after its deadline',
};

/** What a curve draws of a forecast. */
export const pointsOf = (outlook: Schemas['CampaignOutlook']) => outlook.curve.map((point) => ({ at: point.at, low: point.p10, middle: point.p50, high: point.p90 }));
export const actualOf = (actual: readonly Schemas['ForecastActual'][]) => actual.map((point) => ({ at: point.at, value: point.confirmed + point.failed }));

/** When it will probably end, what takes the time, and what may go wrong. */
export function Outlook({ outlook, actual = [] }: { outlook: Schemas['CampaignOutlook']; actual?: readonly Schemas['ForecastActual'][] }) {
  const { zone } = useClock();
  const now = useNow();
  const { end } = outlook;
  return (
    <div className="mm-stack">
      <Terms
        rows={[
          [
            'Probably ends',
            end.p50 === undefined ? (
              'not by itself within a year'
            ) : (
              <>
                {formatInstant(end.p50, zone)} (<Time at={end.p50} />)
              </>
            ),
          ],
          ['In nine of ten cases by', end.p90 === undefined ? 'not within a year' : formatInstant(end.p90, zone)],
          ...outlook.waves
            .filter((wave) => wave.opens.p50 !== undefined)
            .map((wave) => [`Wave ${wave.name} ${Date.parse(wave.opens.p50 ?? '') <= now.getTime() ? 'opened' : 'opens'}`, <Time at={wave.opens.p50} />] as const),
        ]}
      />
      <Curve
        points={pointsOf(outlook)}
        actual={actualOf(actual)}
        most={outlook.members}
        zone={zone}
        now={now}
      />
      {outlook.stranded > 0 && (
        <Alert component="p" isInline variant="warning" title={`${plural(outlook.stranded, 'node')} will wait for good: no window is long enough for them`} />
      )}
      {outlook.silent > 0 && <p className="mm-subtle">The end does not wait for {plural(outlook.silent, 'silent node')}.</p>}
      {outlook.causes.length > 0 && (
        <div>
          <strong>What takes the time</strong>
          <ul>
            {outlook.causes.map((cause) => (
              <li key={`${cause.kind}-${cause.sentence}`}>
                {cause.sentence} <span className="mm-subtle">({formatDuration(cause.adds)})</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {outlook.risks.length > 0 && (
        <div>
          <strong>What may happen</strong>
          <ul>
            {outlook.risks.map((risk) => (
              <li key={risk.kind}>
                In {formatNumber(Math.round(risk.share * 100))} of 100 cases {RISKS[risk.kind] ?? risk.kind}.
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** As a query's options, so that several can be asked for at once. The manager makes it anew each minute at most. */
export const forecastOf = (id: string) => ({
  queryKey: ['forecasts', id],
  queryFn: ({ signal }: { signal: AbortSignal }) => answer(api.GET('/api/v1/campaigns/{id}/forecast', { params: { path: { id } }, signal })),
  refetchInterval: 60_000,
});

/** Whether it will be done in time, in words. */
export function Due({ deadline, end }: { deadline: string; end: Schemas['ForecastSpan'] | undefined }) {
  const due = Date.parse(deadline);
  const before = (at: string | undefined) => at !== undefined && Date.parse(at) <= due;
  const [color, words] =
    end === undefined
      ? (['grey', 'no forecast yet'] as const)
      : before(end.p90)
        ? (['green', 'in time'] as const)
        : before(end.p50)
          ? (['orange', 'probably in time'] as const)
          : (['red', 'probably too late'] as const);
  return (
    <span>
      Due <Time at={deadline} />{' '}
      <Label isCompact color={color}>
        {words}
      </Label>
    </span>
  );
}

/** How many nodes are left until the deadline, against an even pace. */
export function BurnDown({ deadline, forecast }: { deadline: string; forecast: Schemas['CampaignForecast'] }) {
  const { zone } = useClock();
  const now = useNow();
  return (
    <Curve points={pointsOf(forecast.forecast)} actual={actualOf(forecast.actual)} most={forecast.forecast.members} zone={zone} now={now} deadline={deadline} />
  );
}

export function Forecast({ campaign }: { campaign: Schemas['Campaign'] }) {
  const query = useQuery(forecastOf(campaign.id));
  const { deadline } = campaign.schedule;
  return (
    <Asked query={query} rows={4}>
      {(forecast) => (
        <div className="mm-stack">
          {forecast.comparison.sentence !== '' && <p>{forecast.comparison.sentence}</p>}
          <Outlook outlook={forecast.forecast} actual={forecast.actual} />
          {deadline !== undefined && (
            <section aria-label="Until the deadline" className="mm-stack">
              <div>
                <Due deadline={deadline} end={forecast.forecast.end} />
              </div>
              <BurnDown deadline={deadline} forecast={forecast} />
            </section>
          )}
          <Assumptions assumptions={forecast.assumptions} />
        </div>
      )}
    </Asked>
  );
}

export function Assumptions({ assumptions }: { assumptions: readonly string[] }) {
  return assumptions.length === 0 ? null : (
    <details>
      <summary>What this takes for true</summary>
      <ul>
        {assumptions.map((assumption) => (
          <li key={assumption}>{assumption}</li>
        ))}
      </ul>
    </details>
  );
}
