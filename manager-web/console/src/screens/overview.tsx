import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { addUp, AGAINST, count, ENDED, UpdateBar } from '../ui/bar';
import { Donut, type Slice, slicesOf } from '../ui/donut';
import { middleAt } from '../ui/curve';
import { Asked, Empty } from '../ui/faces';
import { Screen } from '../ui/page';
import { quoted } from '../ui/rsql';
import { CAMPAIGN_LOOKS, NODE_LOOKS, Status, UPDATE_LOOKS } from '../ui/status';
import { formatShort, Time, useClock, useNow } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { BurnDown, Due, forecastOf, pointsOf } from './campaign-outlook';

const nodesWith = (filter: string) => `/nodes?${new URLSearchParams({ filter }).toString()}`;

export function useOverview() {
  return useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/overview', { signal })),
    // Counted again behind the answer: ask soon, then now and then.
    refetchInterval: (query) => (query.state.data?.refreshing === true ? 2000 : 10_000),
  });
}

/** Campaigns that nodes are updated by or will be, each with its forecast once it is there. */
interface Outlooks {
  query: UseQueryResult<Schemas['CampaignPage']>;
  forecasts: ReadonlyMap<string, Schemas['CampaignForecast']>;
}

function useOutlooks(): Outlooks {
  const query = useQuery({
    queryKey: ['campaigns', 'running'],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/campaigns', {
          params: { query: { filter: 'state=in=(SCHEDULED,RUNNING,PAUSED)', sort: '-createdAt', limit: 8 } },
          signal,
        }),
      ),
  });
  const started = (query.data?.items ?? []).filter((campaign) => campaign.startedAt !== undefined);
  const found = useQueries({ queries: started.map((campaign) => forecastOf(campaign.id)) });
  return { query, forecasts: new Map(found.flatMap(({ data }) => (data === undefined ? [] : [[data.campaignId, data] as const]))) };
}

export default function OverviewPage() {
  const overview = useOverview();
  const outlooks = useOutlooks();
  return (
    <Screen title="Overview">
      <div className="mm-stack">
        <Attention overview={overview.data} />
        <Asked query={overview} rows={4}>
          {({ counts, at }) => (
            <>
              <div className="mm-grid">
                <Card>
                  <CardTitle component="h2">Nodes</CardTitle>
                  <CardBody>
                    {Object.keys(counts.nodes).length === 0 ? (
                      <Empty variant="xs" title="No node has enrolled yet" action={<Link to="/settings/enrollment">Make an enrollment token</Link>} />
                    ) : (
                      <Donut word="nodes" slices={slicesOf(counts.nodes, NODE_LOOKS, (state) => nodesWith(`state==${state}`))} />
                    )}
                  </CardBody>
                </Card>
                <Card>
                  <CardTitle component="h2">What they run</CardTitle>
                  <CardBody>
                    {counts.versions.length === 0 ? (
                      <Empty variant="xs" title="No node has said what it runs" />
                    ) : (
                      <Donut word="active slots" slices={versionSlices(counts.versions)} />
                    )}
                  </CardBody>
                </Card>
                <Card>
                  <CardTitle component="h2">Updates under way</CardTitle>
                  <CardBody>
                    {Object.keys(counts.updates).length === 0 ? (
                      <Empty variant="xs" title="No update is under way">
                        {counts.ended['CONFIRMED'] !== undefined && `${plural(counts.ended['CONFIRMED'], 'update')} confirmed within a day.`}
                      </Empty>
                    ) : (
                      <Donut word="updates" slices={slicesOf(counts.updates, UPDATE_LOOKS, (state) => nodesWith(`updateState==${state}`))} />
                    )}
                  </CardBody>
                </Card>
              </div>
              <p className="mm-subtle">
                Counted <Time at={at} />.
              </p>
            </>
          )}
        </Asked>
        <div className="mm-two">
          <RunningCampaigns {...outlooks} />
          <Tonight {...outlooks} />
        </div>
        <Deadlines {...outlooks} />
      </div>
    </Screen>
  );
}

function versionSlices(versions: readonly Schemas['VersionCount'][]): Slice[] {
  const meanings = ['busy', 'good', 'waiting', 'attention', 'quiet'] as const;
  return versions.map(({ imageVersion, nodes }, index) => ({
    key: imageVersion ?? '',
    text: imageVersion ?? 'all others',
    meaning: imageVersion === undefined ? 'quiet' : (meanings[index % meanings.length] ?? 'quiet'),
    shade: 1 - Math.min(Math.floor(index / meanings.length), 2) * 0.3,
    value: nodes,
    to: nodesWith(imageVersion === undefined ? '' : `imageVersion==${quoted(imageVersion)}`),
  }));
}

interface Item {
  key: string;
  number: number;
  text: string;
  to: string;
}

/** What somebody should look at; nothing is the best that it can say. */
function Attention({ overview }: { overview: Schemas['Overview'] | undefined }) {
  const paused = useQuery({
    queryKey: ['campaigns', 'attention'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/campaigns', { params: { query: { filter: 'state=in=(PAUSED,AWAITING_APPROVAL)', limit: 20 } }, signal })),
  });
  const coverage = useQuery({
    queryKey: ['tenant', 'coverage'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/windows/coverage', { signal })),
    staleTime: 60_000,
  });
  const counts = overview?.counts;
  const campaigns = paused.data?.items ?? [];
  const items: Item[] = [
    ...campaigns.map((campaign) => ({
      key: campaign.id,
      number: 1,
      text: `${campaign.name}: ${campaign.state === 'PAUSED' ? (campaign.stateDetail ?? 'paused') : 'waits for an approval'}`,
      to: `/campaigns/${campaign.id}`,
    })),
    { key: 'rolled', number: counts?.ended['ROLLED_BACK'] ?? 0, text: 'rolled back within a day', to: '/activity?tab=updates&filter=state%3D%3DROLLED_BACK' },
    { key: 'lost', number: counts?.ended['LOST'] ?? 0, text: 'lost within a day', to: '/activity?tab=updates&filter=state%3D%3DLOST' },
    { key: 'failed', number: counts?.ended['FAILED'] ?? 0, text: 'failed within a day', to: '/activity?tab=updates&filter=state%3D%3DFAILED' },
    { key: 'pending', number: counts?.nodes['PENDING'] ?? 0, text: 'waiting to be let in', to: nodesWith('state==PENDING') },
    { key: 'quarantined', number: counts?.nodes['QUARANTINED'] ?? 0, text: 'quarantined', to: nodesWith('state==QUARANTINED') },
    { key: 'silent', number: counts?.silent ?? 0, text: 'silent for an hour', to: `${nodesWith('state==ACTIVE')}&sort=name` },
    { key: 'windowless', number: coverage.data?.withoutWindow ?? 0, text: 'without any window', to: '/calendar?tab=coverage' },
    { key: 'never', number: coverage.data?.neverOpen ?? 0, text: 'whose windows never open', to: '/calendar?tab=coverage' },
  ].filter((item) => item.number > 0);
  return (
    <Card>
      <CardTitle component="h2">Needs attention</CardTitle>
      <CardBody>
        {items.length === 0 ? (
          <p className="mm-row">
            <CheckCircleIcon className="mm-gate-open" /> {overview === undefined ? 'Looking' : 'Nothing does.'}
          </p>
        ) : (
          <ul className="mm-attention">
            {items.map((item) => (
              <li key={item.key}>
                <Link to={item.to}>
                  {!campaigns.some((campaign) => campaign.id === item.key) && <strong>{plural(item.number, 'node')} </strong>}
                  {item.text}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}

function RunningCampaigns({ query, forecasts }: Outlooks) {
  return (
    <Card>
      <CardTitle component="h2">Campaigns</CardTitle>
      <CardBody>
        <Asked query={query} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty variant="xs" title="No campaign is running" action={<Link to="/campaigns">All campaigns</Link>} />
            ) : (
              <ul className="mm-plain-list">
                {items.map((campaign) => (
                  <li key={campaign.id}>
                    <CampaignLine campaign={campaign} forecast={forecasts.get(campaign.id)} />
                  </li>
                ))}
              </ul>
            )
          }
        </Asked>
      </CardBody>
    </Card>
  );
}

function CampaignLine({ campaign, forecast }: { campaign: Schemas['Campaign']; forecast: Schemas['CampaignForecast'] | undefined }) {
  const updates = addUp(campaign.waves.map((wave) => wave.updates));
  const members = campaign.waves.reduce((sum, wave) => sum + wave.members, 0);
  const against = count(updates, AGAINST);
  return (
    <div className="mm-campaign-line">
      <div className="mm-row">
        <Link to={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
        <Status look={CAMPAIGN_LOOKS[campaign.state]} code={campaign.state} />
        <span className="mm-row-end mm-subtle">
          {formatNumber(count(updates, ENDED))} of {formatNumber(members)} at an end
          {against > 0 && `, ${formatNumber(against)} against it`}
        </span>
      </div>
      <UpdateBar updates={updates} total={members} />
      {forecast !== undefined && (
        <span className="mm-subtle">
          {forecast.forecast.end.p50 === undefined ? (
            'Does not end by itself within a year.'
          ) : (
            <>
              Probably ends <Time at={forecast.forecast.end.p50} />.
            </>
          )}
        </span>
      )}
    </div>
  );
}

/** Those that have to be done by an instant, the nearest first. */
function Deadlines({ query, forecasts }: Outlooks) {
  const due = (query.data?.items ?? [])
    .flatMap((campaign) => {
      const forecast = forecasts.get(campaign.id);
      const { deadline } = campaign.schedule;
      return deadline === undefined || forecast === undefined ? [] : [{ campaign, deadline, forecast }];
    })
    .toSorted((one, other) => Date.parse(one.deadline) - Date.parse(other.deadline));
  if (due.length === 0) {
    return null;
  }
  return (
    <Card>
      <CardTitle component="h2">Until the deadline</CardTitle>
      <CardBody>
        <div className="mm-two">
          {due.map(({ campaign, deadline, forecast }) => (
            <section key={campaign.id} className="mm-figure" aria-label={campaign.name}>
              <div className="mm-row">
                <Link to={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
                <span className="mm-row-end mm-subtle">
                  <Due deadline={deadline} end={forecast.forecast.end} />
                </span>
              </div>
              <BurnDown deadline={deadline} forecast={forecast} />
            </section>
          ))}
        </div>
      </CardBody>
    </Card>
  );
}

/** Nodes that probably come to the end of an update until then: each restarts at least once. */
function restarts(forecasts: Iterable<Schemas['CampaignForecast']>, until: number): number {
  let sum = 0;
  for (const { forecast } of forecasts) {
    sum += Math.max((middleAt(pointsOf(forecast), until) ?? 0) - forecast.confirmed - forecast.failed, 0);
  }
  return Math.round(sum);
}

const DAY = 86_400_000;

/** The windows of the next 24 hours, as a strip: when they open, for how many nodes. */
function Tonight({ forecasts }: Outlooks) {
  const now = useNow();
  const { zone } = useClock();
  const query = useQuery({
    queryKey: ['tenant', 'tonight'],
    queryFn: ({ signal }) => {
      const from = new Date();
      return answer(
        api.GET('/api/v1/windows/openings', {
          params: { query: { from: from.toISOString(), until: new Date(from.getTime() + DAY).toISOString() } },
          signal,
        }),
      );
    },
    refetchInterval: 60_000,
  });
  return (
    <Card>
      <CardTitle component="h2">The next 24 hours</CardTitle>
      <CardBody>
        <Asked query={query} rows={3}>
          {({ openings, nodes, from, truncated }) => {
            if (openings.length === 0) {
              return <Empty variant="xs" title="No window opens within 24 hours" action={<Link to="/calendar">Open the calendar</Link>} />;
            }
            const start = Date.parse(from);
            const place = (at: string) => Math.min(Math.max((Date.parse(at) - start) / DAY, 0), 1) * 100;
            return (
              <div className="mm-stack">
                <p>
                  {plural(nodes, 'node')} may be disturbed in this time
                  {forecasts.size > 0 && `; about ${plural(restarts(forecasts.values(), start + DAY), 'of them restarts', 'of them restart')} for an update`}.
                </p>
                <ol className="mm-strip">
                  {openings.slice(0, 8).map((opening, index) => {
                    const open = Date.parse(opening.startsAt) <= now.getTime() && now.getTime() < Date.parse(opening.endsAt);
                    const left = place(opening.startsAt);
                    return (
                      <li key={`${opening.windowId}-${opening.startsAt}-${index}`}>
                        <div className="mm-row">
                          <span>{opening.windowName}</span>
                          <span className="mm-row-end mm-subtle">
                            {open ? 'open until ' : `${formatShort(opening.startsAt, zone)} to `}
                            {formatShort(opening.endsAt, zone)}, {plural(opening.nodes, 'node')}
                          </span>
                        </div>
                        <div className="mm-strip-ground" aria-hidden="true">
                          <div
                            className={open ? 'mm-strip-bar mm-fill-good' : 'mm-strip-bar mm-fill-waiting'}
                            style={{ marginInlineStart: `${left}%`, inlineSize: `${Math.max(place(opening.endsAt) - left, 0.7)}%` }}
                          />
                        </div>
                      </li>
                    );
                  })}
                </ol>
                {(openings.length > 8 || truncated) && <Link to="/calendar">{openings.length - 8} more in the calendar</Link>}
              </div>
            );
          }}
        </Asked>
      </CardBody>
    </Card>
  );
}
