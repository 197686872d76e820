import {
  Button,
  Card,
  CardBody,
  CardTitle,
  CodeBlock,
  CodeBlockCode,
  Label,
  LabelGroup,
  Tab,
  Tabs,
  TabTitleText,
} from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import CircleIcon from '@patternfly/react-icons/dist/esm/icons/circle-icon';
import PauseCircleIcon from '@patternfly/react-icons/dist/esm/icons/pause-circle-icon';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { Confirm, ReasonedButton, useMay, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { useAsking } from '../ui/form-dialog';
import { Screen } from '../ui/page';
import { NODE_LOOKS, Status, UPDATE_LOOKS } from '../ui/status';
import { Terms } from '../ui/terms';
import { formatInstant, formatSeconds, Time, useClock, wallClock } from '../ui/time';
import { ClientCard, ClientTokens } from './node-client';
import { ChangeNode, Credentials, LabelEditor } from './node-edit';
import { Way } from './update-path';
import { DECISIONS, type Decision, DecisionDialog, whyNot } from './nodes-bulk';

type Node = Schemas['Node'];

const TABS = ['now', 'windows', 'history', 'credentials', 'raw'] as const;

export default function NodePage() {
  const { id = '' } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const [decision, setDecision] = useState<Decision>();
  const may = useMay();
  const tab = TABS.find((each) => each === parameters.get('tab')) ?? 'now';
  const query = useQuery({
    queryKey: ['nodes', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{id}', { params: { path: { id } }, signal })),
  });
  const node = query.data;
  return (
    <Screen
      title={node?.name ?? 'Node'}
      above={[{ title: 'Nodes', to: '/nodes' }]}
      status={node !== undefined && <Status look={NODE_LOOKS[node.state]} code={node.state} />}
      actions={
        node !== undefined && (
          <div className="mm-row">
            {(Object.keys(DECISIONS) as Decision[])
              .filter((each) => DECISIONS[each].from.includes(node.state))
              .map((each) => (
                <ReasonedButton
                  key={each}
                  variant={DECISIONS[each].danger ? 'secondary' : 'primary'}
                  {...(each === 'decommission' ? { isDanger: true } : {})}
                  reason={whyNot(each, [node.state], may)}
                  onClick={() => setDecision(each)}
                >
                  {DECISIONS[each].verb}
                </ReasonedButton>
              ))}
          </div>
        )
      }
    >
      <Asked query={query}>
        {(data) => (
          <>
            <Tabs
              activeKey={tab}
              onSelect={(_, key) => setParameters(key === 'now' ? {} : { tab: String(key) }, { replace: true })}
              aria-label="Parts of the node"
              mountOnEnter
              unmountOnExit
            >
              <Tab eventKey="now" title={<TabTitleText>Now</TabTitleText>}>
                <Now node={data} />
              </Tab>
              <Tab eventKey="windows" title={<TabTitleText>Windows</TabTitleText>}>
                <Windows id={data.id} />
              </Tab>
              <Tab eventKey="history" title={<TabTitleText>History</TabTitleText>}>
                <History id={data.id} />
              </Tab>
              <Tab eventKey="credentials" title={<TabTitleText>Credentials</TabTitleText>}>
                <Credentials node={data} />
                <ClientTokens node={data} />
              </Tab>
              <Tab eventKey="raw" title={<TabTitleText>Raw</TabTitleText>}>
                <Card isPlain>
                  <CardBody>
                    <CodeBlock className="mm-raw">
                      <CodeBlockCode>{JSON.stringify(data, null, 2)}</CodeBlockCode>
                    </CodeBlock>
                  </CardBody>
                </Card>
              </Tab>
            </Tabs>
            {decision !== undefined && (
              <DecisionDialog nodes={[data]} decision={decision} onClose={() => setDecision(undefined)} onDone={() => undefined} />
            )}
          </>
        )}
      </Asked>
    </Screen>
  );
}

function Now({ node }: { node: Node }) {
  return (
    <div className="mm-two mm-tab">
      <div className="mm-stack">
        <Card>
          <CardTitle component="h2">Why</CardTitle>
          <CardBody>
            <Explanation id={node.id} />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Slots</CardTitle>
          <CardBody>
            <Slots slots={node.slots} />
          </CardBody>
        </Card>
      </div>
      <div className="mm-stack">
        {node.updateId !== undefined && (
          <Card>
            <CardTitle component="h2">This update</CardTitle>
            <CardBody>
              <Timeline updateId={node.updateId} />
            </CardBody>
          </Card>
        )}
        <Card>
          <CardTitle component="h2">About</CardTitle>
          <CardBody>
            <Facts node={node} />
          </CardBody>
        </Card>
        <ClientCard id={node.id} />
        <Blocks node={node} />
      </div>
    </div>
  );
}

const SLOT_WORDS: Record<Schemas['SlotState'], string> = {
  ACTIVE: 'Runs now',
  INACTIVE: 'Stands by',
  STAGED: 'Written, waits for the reboot',
  TRIAL: 'Runs on trial',
  BAD: 'Did not boot',
};

function Slots({ slots }: { slots: readonly Schemas['NodeSlot'][] }) {
  if (slots.length === 0) {
    return <p className="mm-absent">The node has not described its slots yet.</p>;
  }
  return (
    <div className="mm-slots">
      {slots.map((slot) => (
        <section key={slot.name} className={`mm-slot mm-slot-${slot.state.toLowerCase()}`} aria-label={`Slot ${slot.name}`}>
          <div className="mm-row">
            <span className="mm-slot-name">{slot.name}</span>
            <span className="mm-row-end">{SLOT_WORDS[slot.state]}</span>
          </div>
          <span className="mm-slot-version">{slot.imageVersion ?? 'empty'}</span>
          {slot.imageSha256 !== undefined && (
            <span className="mm-mono mm-subtle" title={slot.imageSha256}>
              {slot.imageSha256.slice(0, 16)}…
            </span>
          )}
        </section>
      ))}
    </div>
  );
}

const GATE_ICONS: Record<Schemas['GateVerdict']['verdict'], ReactNode> = {
  OPEN: <CheckCircleIcon className="mm-gate-open" aria-label="Open" />,
  CLOSED: <PauseCircleIcon className="mm-gate-closed" aria-label="Closed" />,
  NOT_ASKED: <CircleIcon className="mm-gate-not-asked" aria-label="Not asked" />,
};

/** The sentence first; the gates in the order in which the manager asks them. */
function Explanation({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['nodes', 'one', id, 'explanation'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{id}/explanation', { params: { path: { id } }, signal })),
    refetchInterval: 15_000,
  });
  const [all, setAll] = useState(false);
  return (
    <Asked query={query} rows={3}>
      {(explanation) => (
        <div className="mm-stack">
          <p className="mm-sentence">{explanation.sentence}</p>
          {explanation.path.length > 1 && (
            <div>
              It still installs <Way steps={explanation.path} label="What it still installs, in order" />
              <div className="mm-subtle">One after the other, each with a permit and a window of its own.</div>
            </div>
          )}
          {explanation.policyId !== undefined && (
            <p className="mm-subtle">
              A <Link to={`/campaigns/policies/${explanation.policyId}`}>policy</Link> made the campaign.
            </p>
          )}
          {explanation.gates.length > 0 && (
            <>
              <ol className="mm-gates" aria-label="What was asked, in order">
                {explanation.gates
                  .filter((gate) => all || gate.verdict === 'CLOSED')
                  .map((gate) => (
                    <li key={gate.gate} className="mm-gate">
                      {GATE_ICONS[gate.verdict]}
                      <div>
                        <div>{gate.sentence}</div>
                        {gate.remedy !== '' && <div className="mm-subtle">{gate.remedy}</div>}
                        {gate.until !== undefined && (
                          <div className="mm-subtle">
                            Opens by itself <Time at={gate.until} />
                          </div>
                        )}
                      </div>
                    </li>
                  ))}
              </ol>
              <Button variant="link" isInline onClick={() => setAll(!all)}>
                {all ? 'Only what is closed' : `All ${explanation.gates.length} gates, in order`}
              </Button>
            </>
          )}
          <p className="mm-subtle">
            As of <Time at={explanation.at} />, by the same decision that answers the node.
          </p>
        </div>
      )}
    </Asked>
  );
}

function Facts({ node }: { node: Node }) {
  const [changing, setChanging] = useState(false);
  const reason = useReason('node.manage');
  const rows: [string, ReactNode][] = [
    ['Site', <Link to={`/nodes?${new URLSearchParams({ filter: `site==${node.site}` })}`}>{node.site}</Link>],
    ['Runs', node.imageVersion ?? 'unknown'],
    ['Target', node.target === undefined ? 'none' : <Link to={`/images/${node.target.imageId}`}>{node.target.imageVersion}</Link>],
    ['Campaign', node.campaignId === undefined ? 'none' : <Link to={`/campaigns/${node.campaignId}`}>{node.campaign}</Link>],
    ['Last seen', <Time at={node.lastSeenAt} />],
    ['Enrolled', <Time at={node.enrolledAt} />],
    ['Architecture', node.architecture],
    ['Hardware', node.hardware ?? 'not said'],
    ['Zone', node.zone ?? 'that of its site'],
    ['Client', node.client ?? 'not said'],
    ...(node.stateReason === undefined ? [] : [['Reason', node.stateReason] as [string, ReactNode]]),
  ];
  return (
    <div className="mm-stack">
      <Terms rows={rows} />
      <div>
        <ReasonedButton variant="secondary" reason={reason} aria-label="Change name, site and zone" onClick={() => setChanging(true)}>
          Change
        </ReasonedButton>
      </div>
      {changing && <ChangeNode node={node} onClose={() => setChanging(false)} />}
      <LabelEditor node={node} />
      {Object.keys(node.nodeLabels).length > 0 && (
        <div>
          <div className="mm-subtle">Set by the node itself</div>
          <LabelGroup numLabels={20}>
            {Object.entries(node.nodeLabels).map(([key, value]) => (
              <Label key={key} variant="outline">{`${key}=${value}`}</Label>
            ))}
          </LabelGroup>
        </div>
      )}
    </div>
  );
}

function Blocks({ node }: { node: Node }) {
  const reason = useReason('node.operate');
  const clear = useAsking(({ id }: Node) => answer(api.DELETE('/api/v1/nodes/{id}/blocks', { params: { path: { id } } })), ['nodes']);
  const query = useQuery({
    queryKey: ['nodes', 'one', node.id, 'blocks'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{id}/blocks', { params: { path: { id: node.id } }, signal })),
  });
  if (query.data === undefined || query.data.items.length === 0) {
    return null;
  }
  return (
    <Card>
      <CardTitle component="h2">Images that rolled back here</CardTitle>
      <CardBody>
        <ul>
          {query.data.items.map((block) => (
            <li key={block.imageId}>
              {block.family} {block.imageVersion}: {block.reason} (<Time at={block.createdAt} />)
            </li>
          ))}
        </ul>
        <div className="mm-stack">
          <p className="mm-subtle">They are not offered to this node again until an operator clears the blocks.</p>
          <div>
            <ReasonedButton variant="secondary" reason={reason} onClick={() => clear.ask(node)}>
              Clear the blocks
            </ReasonedButton>
          </div>
        </div>
        {clear.about !== undefined && (
          <Confirm title={`Clear the blocks of ${node.name}?`} action="Clear" send={clear.send} onClose={clear.close}>
            <p>Campaigns may bring these images to it again. Do so when what made them roll back is mended.</p>
          </Confirm>
        )}
      </CardBody>
    </Card>
  );
}

/** The manager notes which report of the node brought a step; that says nothing to a reader. */
const NUMBERED = /^report \d+$/;

function Timeline({ updateId }: { updateId: string }) {
  const query = useQuery({
    queryKey: ['nodes', 'transitions', updateId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/transitions', {
          params: { query: { filter: `updateId==${updateId}`, sort: 'id', limit: 100 } },
          signal,
        }),
      ),
  });
  return (
    <Asked query={query} rows={3}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="mm-absent">Offered; the node has not begun yet.</p>
        ) : (
          <ol className="mm-timeline">
            {items.map((step, index) => {
              const next = items[index + 1];
              const seconds = next === undefined ? undefined : (Date.parse(next.at) - Date.parse(step.at)) / 1000;
              return (
                <li key={step.id}>
                  <div className="mm-row">
                    <Status look={UPDATE_LOOKS[step.to]} code={step.to} />
                    <Time at={step.at} />
                    {seconds !== undefined && <span className="mm-subtle">for {formatSeconds(seconds)}</span>}
                  </div>
                  {step.detail !== undefined && !NUMBERED.test(step.detail) && <div className="mm-subtle">{step.detail}</div>}
                </li>
              );
            })}
          </ol>
        )
      }
    </Asked>
  );
}

const STATE_WORDS: Record<Schemas['NodeWindows']['state'], string> = {
  OPEN: 'It may be disturbed now.',
  CLOSED: 'No window is open now.',
  FROZEN: 'A freeze holds now.',
  NO_WINDOW: 'No window applies to this node: it will never be updated.',
  NEVER_OPENS: 'Its windows do not open within a year.',
};

const HALF_YEAR = 183 * 86_400_000;


function Windows({ id }: { id: string }) {
  const [from] = useState(() => new Date());
  const query = useQuery({
    queryKey: ['tenant', 'node-windows', id],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/nodes/{id}/windows', {
          params: {
            path: { id },
            query: { from: from.toISOString(), until: new Date(from.getTime() + HALF_YEAR).toISOString() },
          },
          signal,
        }),
      ),
  });
  return (
    <Asked query={query}>
      {(windows) => (
        <div className="mm-stack mm-tab">
          <Card>
            <CardTitle component="h2">The next openings</CardTitle>
            <CardBody>
              <p>
                {STATE_WORDS[windows.state]} Times are those of {windows.zone}, the zone of the{' '}
                {windows.zoneOf === 'NODE' ? 'node' : 'site'}.
              </p>
              {windows.openings.length === 0 ? (
                <Empty variant="xs" title="No opening in the next half year">Freezes are taken away already.</Empty>
              ) : (
                <Table variant="compact" aria-label="The next openings" gridBreakPoint="grid-md">
                  <Thead>
                    <Tr>
                      <Th>Opens</Th>
                      <Th>Closes</Th>
                      <Th>Window</Th>
                      <Th>From now</Th>
                    </Tr>
                  </Thead>
                  <Tbody>
                    {windows.openings.slice(0, 10).map((opening) => (
                      <Tr key={opening.startsAt}>
                        <Td dataLabel="Opens" className="mm-nowrap">
                          {wallClock(opening.localStartsAt)}
                        </Td>
                        <Td dataLabel="Closes" className="mm-nowrap">
                          {wallClock(opening.localEndsAt)}
                        </Td>
                        <Td dataLabel="Window">{opening.windowName}</Td>
                        <Td dataLabel="From now">
                          <Time at={opening.startsAt} />
                        </Td>
                      </Tr>
                    ))}
                  </Tbody>
                </Table>
              )}
            </CardBody>
          </Card>
          <Missed id={id} />
          <Card>
            <CardTitle component="h2">Windows and freezes that apply</CardTitle>
            <CardBody>
              {windows.windows.length === 0 ? (
                <Empty variant="xs" title="None" action={<Link to="/calendar">Open the calendar</Link>} />
              ) : (
                <ul className="mm-plain-list">
                  {windows.windows.map((window) => (
                    <li key={window.id}>
                      <Label isCompact color={window.kind === 'FREEZE' ? 'purple' : 'green'}>
                        {window.kind === 'FREEZE' ? 'Freeze' : 'Window'}
                      </Label>{' '}
                      <strong>{window.name}</strong>
                      <div className="mm-subtle">
                        {window.text} ({window.zone})
                      </div>
                    </li>
                  ))}
                </ul>
              )}
            </CardBody>
          </Card>
        </div>
      )}
    </Asked>
  );
}

const WEEK = 7 * 86_400_000;

/** Openings that went by while an update waited, each with why it was not made use of. */
function Missed({ id }: { id: string }) {
  const { zone } = useClock();
  const [until] = useState(() => new Date());
  const query = useQuery({
    queryKey: ['nodes', 'one', id, 'missed'],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/nodes/{id}/missed-windows', {
          params: { path: { id }, query: { from: new Date(until.getTime() - 4 * WEEK).toISOString(), until: until.toISOString() } },
          signal,
        }),
      ),
  });
  return (
    <Card>
      <CardTitle component="h2">Windows that it missed in four weeks</CardTitle>
      <CardBody>
        <Asked query={query} rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="mm-absent">None: no window went by while an update waited here.</p>
            ) : (
              <Table variant="compact" aria-label="Missed windows" gridBreakPoint="grid-md">
                <Thead>
                  <Tr>
                    <Th>Opened</Th>
                    <Th>Window</Th>
                    <Th>Why it was missed</Th>
                  </Tr>
                </Thead>
                <Tbody>
                  {items.map((missed) => (
                    <Tr key={`${missed.window}/${missed.start}`}>
                      <Td dataLabel="Opened" className="mm-nowrap">
                        {formatInstant(missed.start, zone)}, {formatSeconds((Date.parse(missed.end) - Date.parse(missed.start)) / 1000)}
                      </Td>
                      <Td dataLabel="Window">{missed.window}</Td>
                      <Td dataLabel="Why it was missed">{missed.sentence}</Td>
                    </Tr>
                  ))}
                </Tbody>
              </Table>
            )
          }
        </Asked>
      </CardBody>
    </Card>
  );
}

function History({ id }: { id: string }) {
  const [shown, setShown] = useState<string>();
  const query = useQuery({
    queryKey: ['nodes', 'history', id],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/node-updates', {
          params: { query: { filter: `nodeId==${id}`, sort: '-createdAt', limit: 50 } },
          signal,
        }),
      ),
  });
  return (
    <Card isPlain className="mm-tab">
      <CardBody>
        <Asked query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty variant="xs" title="It had no update yet" />
            ) : (
              <Table variant="compact" aria-label="Updates of the node" gridBreakPoint="grid-md">
                <Thead>
                  <Tr>
                    <Th>Image</Th>
                    <Th>Campaign</Th>
                    <Th>State</Th>
                    <Th>Since</Th>
                    <Th>What happened</Th>
                    <Th screenReaderText="Steps" />
                  </Tr>
                </Thead>
                {items.map((update) => (
                  <Tbody key={update.id}>
                    <Tr>
                      <Td dataLabel="Image">{update.imageVersion}</Td>
                      <Td dataLabel="Campaign">
                        <Link to={`/campaigns/${update.campaignId}`}>{update.campaign}</Link>
                      </Td>
                      <Td dataLabel="State">
                        <Status look={UPDATE_LOOKS[update.state]} code={update.state} />
                      </Td>
                      <Td dataLabel="Since">
                        <Time at={update.stateSince} />
                      </Td>
                      <Td dataLabel="What happened">{update.detail ?? update.code ?? ''}</Td>
                      <Td dataLabel="Steps">
                        <Button
                          variant="link"
                          isInline
                          aria-expanded={shown === update.id}
                          onClick={() => setShown(shown === update.id ? undefined : update.id)}
                        >
                          Steps
                        </Button>
                      </Td>
                    </Tr>
                    {shown === update.id && (
                      <Tr>
                        <Td colSpan={6}>
                          <Timeline updateId={update.id} />
                        </Td>
                      </Tr>
                    )}
                  </Tbody>
                ))}
              </Table>
            )
          }
        </Asked>
      </CardBody>
    </Card>
  );
}
