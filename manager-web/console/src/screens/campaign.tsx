import { Alert, Card, CardBody, CardTitle, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { asProblem } from '../api/problem';
import { ReasonedButton, useReason } from '../ui/act';
import { addUp, AGAINST, count, ENDED, Histogram, UpdateBar } from '../ui/bar';
import { Asked, AskedList, Empty } from '../ui/faces';
import { FilterBar } from '../ui/filter';
import { TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { Pager, useListState } from '../ui/listing';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { CAMPAIGN_LOOKS, Status, UPDATE_LOOKS } from '../ui/status';
import { Terms } from '../ui/terms';
import { formatDuration, Time } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { AuditTable } from './audit-table';
import { AnsweredApprovals, Approvals, CampaignActions } from './campaign-actions';
import { Guard } from './campaign-guard';
import { Forecast } from './campaign-outlook';
import { escalationWords, gateWords, ruleWords } from './campaign-words';
import { ImageName } from './images';

type Campaign = Schemas['Campaign'];

export function useCampaign(id: string) {
  return useQuery({
    queryKey: ['campaigns', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/campaigns/{id}', { params: { path: { id } }, signal })),
    // Counters of waves move with the nodes' reports; the stream tells of the nodes.
    refetchInterval: (running) => (running.state.data?.state === 'RUNNING' ? 5000 : false),
  });
}

export default function CampaignPage() {
  const { id = '' } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const query = useCampaign(id);
  const campaign = query.data;
  const tab = parameters.get('tab') ?? 'progress';
  return (
    <Screen
      title={campaign?.name ?? 'Campaign'}
      above={[{ title: 'Campaigns', to: '/campaigns' }]}
      status={campaign !== undefined && <Status look={CAMPAIGN_LOOKS[campaign.state]} code={campaign.state} />}
      actions={campaign !== undefined && <CampaignActions campaign={campaign} />}
    >
      <Asked query={query}>
        {(data) => (
          <div className="mm-stack">
            {data.stateDetail !== undefined && (
              <Alert isInline component="h2" variant={data.state === 'PAUSED' ? 'warning' : 'info'} title={data.stateDetail} />
            )}
            <Approvals campaign={data} />
            {data.life.deadlineMissedAt !== undefined && (
              <Alert isInline component="h2" variant="warning" title="It was not done by its deadline">
                <Time at={data.life.deadlineMissedAt} absolute />. It goes on all the same.
              </Alert>
            )}
            {data.windowOverride !== undefined && Date.parse(data.windowOverride.until) > Date.now() && (
              <Alert isInline component="h2" variant="warning" title="Its nodes may be disturbed outside of their windows">
                {data.windowOverride.reason} By {data.windowOverride.by}, until <Time at={data.windowOverride.until} absolute />.
              </Alert>
            )}
            <Tabs
              activeKey={tab}
              aria-label="Parts of the campaign"
              mountOnEnter
              unmountOnExit
              onSelect={(_, key) => setParameters(key === 'progress' ? {} : { tab: String(key) }, { replace: true })}
            >
              <Tab eventKey="progress" title={<TabTitleText>Progress</TabTitleText>}>
                <Progress campaign={data} />
              </Tab>
              <Tab eventKey="nodes" title={<TabTitleText>Nodes</TabTitleText>}>
                <UpdateTable campaign={data} />
              </Tab>
              <Tab eventKey="events" title={<TabTitleText>Events</TabTitleText>}>
                <div className="mm-tab">
                  <AuditTable filter={`objectId==${data.id}`} />
                </div>
              </Tab>
            </Tabs>
          </div>
        )}
      </Asked>
    </Screen>
  );
}

function Progress({ campaign }: { campaign: Campaign }) {
  const updates = addUp(campaign.waves.map((wave) => wave.updates));
  const members = campaign.waves.reduce((sum, wave) => sum + wave.members, 0);
  const ended = count(updates, ENDED);
  const against = count(updates, AGAINST);
  return (
    <div className="mm-stack mm-tab">
      <Card>
        <CardTitle component="h2">
          {formatNumber(ended)} of {plural(members, 'node')} at an end
          {against > 0 && <span className="mm-wrong">, {formatNumber(against)} against the image</span>}
        </CardTitle>
        <CardBody>
          <UpdateBar updates={updates} total={members} legend />
        </CardBody>
      </Card>
      <div className="mm-two">
        <div className="mm-stack">
        <Card>
          <CardTitle component="h2">Waves</CardTitle>
          <CardBody>
            <ol className="mm-plain-list">
              {campaign.waves.map((wave) => (
                <Wave key={wave.ordinal} wave={wave} />
              ))}
            </ol>
          </CardBody>
        </Card>
        {campaign.startedAt !== undefined && campaign.endedAt === undefined && (
          <Card>
            <CardTitle component="h2">Forecast against actual</CardTitle>
            <CardBody>
              <Forecast campaign={campaign} />
            </CardBody>
          </Card>
        )}
        </div>
        <div className="mm-stack">
          {campaign.startedAt !== undefined && (
            <Card>
              <CardTitle component="h2">Guard</CardTitle>
              <CardBody>
                <Guard campaign={campaign} />
              </CardBody>
            </Card>
          )}
          <Card>
            <CardTitle component="h2">Why nodes wait</CardTitle>
            <CardBody>
              <Reasons campaign={campaign} />
            </CardBody>
          </Card>
          <Card>
            <CardTitle component="h2">Rules</CardTitle>
            <CardBody>
              <Rules campaign={campaign} />
              <AnsweredApprovals campaign={campaign} />
            </CardBody>
          </Card>
        </div>
      </div>
    </div>
  );
}

function Wave({ wave }: { wave: Schemas['CampaignWave'] }) {
  const reachable = wave.members - wave.unreachable;
  const confirmed = wave.updates['CONFIRMED'] ?? 0;
  const needed = Math.ceil(reachable * wave.minConfirmedShare);
  const state = wave.passedAt !== undefined ? 'passed' : wave.openedAt !== undefined ? 'open' : 'not open yet';
  return (
    <li className="mm-campaign-line">
      <div className="mm-row">
        <strong>{wave.name}</strong>
        <span className="mm-subtle">
          {state}
          {wave.passedAt !== undefined ? (
            <>
              {' '}
              <Time at={wave.passedAt} />
            </>
          ) : (
            wave.openedAt !== undefined && (
              <>
                {' '}
                since <Time at={wave.openedAt} />
              </>
            )
          )}
        </span>
        <span className="mm-row-end mm-subtle">{plural(wave.members, 'node')}</span>
      </div>
      <UpdateBar updates={wave.updates} total={wave.members} />
      <div className="mm-subtle">
        {formatNumber(confirmed)} confirmed; {wave.minConfirmedShare === 0 ? 'none needed' : `${formatNumber(needed)} needed`} for the next wave
        {wave.unreachable > 0 && `; ${plural(wave.unreachable, 'node')} unreachable`}
        {wave.late > 0 && `; ${plural(wave.late, 'late joiner')}`}
      </div>
      <Gate wave={wave} />
    </li>
  );
}

/** What its gate wants besides the share, and since when that runs. */
function Gate({ wave }: { wave: Schemas['CampaignWave'] }) {
  const { notBefore } = wave.gate;
  return (
    <div className="mm-subtle">
      {gateWords(wave.gate)}{' '}
      {wave.reachedAt !== undefined && wave.passedAt === undefined && (
        <>
          Its share is reached since <Time at={wave.reachedAt} />.{' '}
        </>
      )}
      {notBefore !== undefined && (
        <>
          The next wave opens <Time at={notBefore} /> at the earliest.{' '}
        </>
      )}
      {wave.promotedAt !== undefined && (
        <>
          An operator opened the next wave <Time at={wave.promotedAt} />.{' '}
        </>
      )}
      {wave.skippedAt !== undefined && (
        <>
          Left out <Time at={wave.skippedAt} />.
        </>
      )}
    </div>
  );
}

function Reasons({ campaign }: { campaign: Campaign }) {
  const query = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'reasons'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/campaigns/{id}/reasons', { params: { path: { id: campaign.id } }, signal })),
    refetchInterval: campaign.state === 'RUNNING' || campaign.state === 'PAUSED' ? 10_000 : false,
  });
  return (
    <Asked query={query} rows={3}>
      {(reasons) => {
        if (reasons.waiting.length === 0) {
          return <p>{reasons.proceeding > 0 ? `None waits; ${plural(reasons.proceeding, 'node')} under way.` : 'None waits.'}</p>;
        }
        return (
          <div className="mm-stack">
            <Histogram
              rows={reasons.waiting.map((reason) => ({
                key: `${reason.gate}-${reason.code}`,
                text: reason.example,
                value: reason.nodes,
                words: plural(reason.nodes, 'node'),
                note: reason.firstUntil === undefined ? undefined : (
                  <>
                    The first goes on by itself <Time at={reason.firstUntil} />
                  </>
                ),
              }))}
              most={Math.max(...reasons.waiting.map((reason) => reason.nodes))}
            />
            <p className="mm-subtle">
              {plural(reasons.proceeding, 'node')} under way. Counted <Time at={reasons.at} />.
            </p>
          </div>
        );
      }}
    </Asked>
  );
}

function Rules({ campaign }: { campaign: Campaign }) {
  const rows: [string, ReactNode][] = [
    ['Image', <ImageName id={campaign.imageId} />],
    ...(campaign.life.policyId === undefined ? [] : [['Made by', <Link to={`/campaigns/policies/${campaign.life.policyId}`}>its policy</Link>] as [string, ReactNode]]),
    [
      'Nodes',
      campaign.allNodes ? (
        'all of the tenant'
      ) : (
        <Link to={`/nodes?${new URLSearchParams({ filter: campaign.selector ?? '' })}`} className="mm-mono">
          {campaign.selector}
        </Link>
      ),
    ],
    ['At a time', `${formatNumber(campaign.maxInFlight)} at most, ${formatNumber(campaign.inFlight)} now`],
    ['Failures', campaign.maxFailures === undefined ? `${formatNumber(campaign.failures)}, no fixed limit` : `${formatNumber(campaign.failures)} of ${formatNumber(campaign.maxFailures)}`],
    ['Longest permit', formatDuration(campaign.permitLimit)],
    ['Needed time', campaign.neededTime === undefined ? 'what is usual for the hardware' : formatDuration(campaign.neededTime)],
    ['Boot deadline', formatDuration(campaign.bootDeadline)],
    ['Before the window', campaign.prestage ? 'nodes may write the inactive slot' : 'nodes only download'],
    ['Downgrade', campaign.allowDowngrade ? 'allowed' : 'not allowed'],
    ['Later nodes', campaign.schedule.joinLater === false ? 'do not join' : 'join when they match'],
    ...ruleWords(campaign.rules),
    ['Windows are overridden', escalationWords(campaign.schedule.escalation)],
    ...(campaign.schedule.deadline === undefined ? [] : [['Deadline', <Time at={campaign.schedule.deadline} absolute />] as [string, ReactNode]]),
    ...(campaign.schedule.endsAt === undefined ? [] : [['Ends at the latest', <Time at={campaign.schedule.endsAt} absolute />] as [string, ReactNode]]),
    ['Started', <Time at={campaign.startedAt} />],
    ['Ended', campaign.endedAt === undefined ? 'not yet' : <Time at={campaign.endedAt} />],
  ];
  return (
    <Terms rows={rows} />
  );
}

/** With `campaign`, those of its updates, which can be chosen to be left out. */
export function UpdateTable({ campaign }: { campaign?: Campaign }) {
  const base = campaign === undefined ? undefined : `campaignId==${campaign.id}`;
  const list = useListState();
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [excluding, setExcluding] = useState(false);
  const reason = useReason('campaign.run', campaign === undefined ? undefined : exclusionReason(campaign, chosen.size));
  const filter = [base, list.filter].filter((each) => each !== undefined && each !== '').map((each) => `(${each})`).join(';');
  const query = useQuery({
    queryKey: ['nodes', 'updates', filter, list.cursor],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/node-updates', {
          params: {
            // By id, the youngest first: for it there is an index, however many there are.
            query: { limit: 50, sort: '-id', ...(filter === '' ? {} : { filter }), ...(list.cursor === undefined ? {} : { cursor: list.cursor }) },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const problem = query.isError ? asProblem(query.error) : undefined;
  return (
    <div className="mm-tab">
      <FilterBar
        filter={list.filter}
        onChange={list.setFilter}
        problem={problem}
        example="state==ROLLED_BACK"
        facets={[{ field: 'state', title: 'State', choices: Object.entries(UPDATE_LOOKS).map(([value, { text }]) => ({ value, label: text })) }]}
      />
      {campaign !== undefined && (
        <div className="mm-row mm-tools">
          <ReasonedButton variant="secondary" reason={reason} onClick={() => setExcluding(true)}>
            {chosen.size === 0 ? 'Leave out the chosen' : `Leave out ${plural(chosen.size, 'node')}`}
          </ReasonedButton>
        </div>
      )}
      {!(problem?.status === 400 && list.filter !== '') && (
        <AskedList query={query} filtered={list.filter !== ''} onClear={() => list.setFilter('')} none={<Empty title="There is no update yet" />}>
          {(items) => (
            <Table aria-label="Updates" variant="compact" gridBreakPoint="grid-lg">
              <Thead>
                <Tr>
                  {campaign !== undefined && <Th screenReaderText="Choose" />}
                  <Th>Node</Th>
                  <Th>State</Th>
                  <Th>{base === undefined ? 'Campaign' : 'Wave'}</Th>
                  <Th>Since</Th>
                  <Th>What happened</Th>
                </Tr>
              </Thead>
              <Tbody>
                {items.map((update, rowIndex) => (
                  <Tr key={update.id}>
                    {campaign !== undefined && (
                      <Td
                        select={{
                          rowIndex,
                          isSelected: chosen.has(update.nodeId),
                          isDisabled: ENDED.includes(update.state),
                          onSelect: (_, on) => {
                            const next = new Map(chosen);
                            if (on) {
                              next.set(update.nodeId, update.node);
                            } else {
                              next.delete(update.nodeId);
                            }
                            setChosen(next);
                          },
                        }}
                      />
                    )}
                    <Td dataLabel="Node">
                      <Link to={`/nodes/${update.nodeId}`}>{update.node}</Link>
                    </Td>
                    <Td dataLabel="State">
                      <Status look={UPDATE_LOOKS[update.state]} code={update.state} />
                    </Td>
                    <Td dataLabel={base === undefined ? 'Campaign' : 'Wave'}>
                      {base === undefined ? <Link to={`/campaigns/${update.campaignId}`}>{update.campaign}</Link> : (campaign?.waves.find(({ ordinal }) => ordinal === update.wave)?.name ?? update.wave)}
                    </Td>
                    <Td dataLabel="Since" className="mm-nowrap">
                      <Time at={update.stateSince} />
                    </Td>
                    <Td dataLabel="What happened">{update.detail ?? update.code ?? ''}</Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )}
        </AskedList>
      )}
      <Pager list={list} nextCursor={query.data?.nextCursor} shown={query.data?.items.length ?? 0} />
      {excluding && campaign !== undefined && chosen.size > 0 && (
        <ExclusionDialog
          campaign={campaign}
          nodes={chosen}
          onClose={() => setExcluding(false)}
          onDone={() => {
            setExcluding(false);
            setChosen(new Map());
          }}
        />
      )}
    </div>
  );
}

function exclusionReason(campaign: Campaign, chosen: number): string | undefined {
  const said = campaign.actions.find((each) => each.name === 'exclude');
  if (said?.allowed === false) {
    return said.reason ?? 'Not possible now.';
  }
  return chosen === 0 ? 'Choose nodes in the list first.' : undefined;
}

function ExclusionDialog({ campaign, nodes, onClose, onDone }: { campaign: Campaign; nodes: ReadonlyMap<string, string>; onClose: () => void; onDone: () => void }) {
  const [text, setText] = useState('');
  const send = useSend(
    (body: Schemas['NodeExclusion'], key) =>
      answer(api.POST('/api/v1/campaigns/{id}:exclude', { params: { path: { id: campaign.id }, header: { 'Idempotency-Key': key } }, body })),
    { topics: ['campaigns', 'nodes', 'audit'], onDone },
  );
  const names = [...nodes.values()];
  return (
    <FormDialog
      title={`Leave out ${plural(nodes.size, 'node')}?`}
      action="Leave out"
      danger
      incomplete={text.trim() === ''}
      send={send}
      pointers={['/reason']}
      onSubmit={() => send.send({ nodes: [...nodes.keys()], reason: text.trim() })}
      onClose={onClose}
    >
      <p>
        {names.slice(0, 5).join(', ')}
        {names.length > 5 && ` and ${formatNumber(names.length - 5)} more`}: this campaign leaves them alone from now on, and they do not join it again. A node that
        holds a permit finishes.
      </p>
      <TextField label="Reason" pointer="/reason" problem={send.problem} value={text} onChange={setText} required help="For the audit, and for whoever asks later." />
    </FormDialog>
  );
}

