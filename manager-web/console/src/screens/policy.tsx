import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { Confirm, ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { CAMPAIGN_LOOKS, Status } from '../ui/status';
import { Terms } from '../ui/terms';
import { formatDuration, Time } from '../ui/time';
import { formatNumber } from '../ui/words';
import { AuditTable } from './audit-table';
import { rulesOf } from './campaign-draft';
import { toType } from './campaign-fields';
import { escalationWords, gateWords, ruleWords, shareWords } from './campaign-words';
import { ImageName } from './images';
import { useNodeCount } from './nodes';
import { ChannelName, PolicyNodes, PolicyState } from './policies';

type Policy = Schemas['Policy'];
type Act = 'suspend' | 'resume' | 'delete';

const WORDS: Record<Act, { verb: string; question: string }> = {
  suspend: { verb: 'Suspend', question: 'What is promoted makes no campaign any more. The campaign that it made goes on; pause or abort that one by itself.' },
  resume: { verb: 'Resume', question: 'It follows its channel again. Where that has moved in the meantime, a campaign for it starts at once.' },
  delete: { verb: 'Delete', question: 'Nobody follows the channel by it any more. Its campaigns stay as they are.' },
};

export function usePolicy(id: string) {
  return useQuery({
    queryKey: ['campaigns', 'policies', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/policies/{id}', { params: { path: { id } }, signal })),
    enabled: id !== '',
  });
}

export default function PolicyPage() {
  const { id = '' } = useParams();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<{ act: Act; policy: Policy }>();
  const reason = useReason('campaign.run');
  const query = usePolicy(id);
  const policy = query.data;
  const send = useSend(
    async ({ act, policy: { revision } }: { act: Act; policy: Policy }) => {
      const params = { path: { id }, header: { 'If-Match': etag(revision) } };
      if (act === 'delete') {
        await answer(api.DELETE('/api/v1/policies/{id}', { params }));
      } else {
        await answer(api.PATCH('/api/v1/policies/{id}', { params, body: { enabled: act === 'resume' }, headers: { 'Content-Type': 'application/merge-patch+json' } }));
      }
    },
    {
      topics: ['campaigns', 'audit'],
      onDone: (_, { act }) => {
        setAsking(undefined);
        if (act === 'delete') {
          void navigate('/campaigns?tab=policies');
        }
      },
    },
  );
  const close = () => {
    send.reset();
    setAsking(undefined);
    void query.refetch();
  };
  return (
    <Screen
      title={policy?.name ?? 'Policy'}
      above={[
        { title: 'Campaigns', to: '/campaigns' },
        { title: 'Policies', to: '/campaigns?tab=policies' },
      ]}
      status={policy !== undefined && <PolicyState policy={policy} />}
      actions={
        policy !== undefined && (
          <div className="mm-row">
            <ReasonedButton variant="primary" reason={reason} onClick={() => void navigate(`/campaigns/policies/${id}/change`)}>
              Change
            </ReasonedButton>
            <ReasonedButton variant="secondary" reason={reason} onClick={() => setAsking({ act: policy.enabled ? 'suspend' : 'resume', policy })}>
              {policy.enabled ? 'Suspend' : 'Resume'}
            </ReasonedButton>
            <ReasonedButton variant="secondary" isDanger reason={reason} onClick={() => setAsking({ act: 'delete', policy })}>
              Delete
            </ReasonedButton>
          </div>
        )
      }
    >
      <Asked query={query}>
        {(data) => (
          <div className="mm-stack">
            <div className="mm-two">
              <Card>
                <CardTitle component="h2">Who follows what</CardTitle>
                <CardBody>
                  <Terms
                    rows={[
                      ['Channel', <ChannelName policy={data} />],
                      ['Points to', data.imageId === undefined ? <span className="mm-absent">nothing yet</span> : <ImageName id={data.imageId} />],
                      ['Nodes', <PolicyNodes policy={data} />],
                      ['Made', <Time at={data.createdAt} />],
                      ['Changed', <Time at={data.updatedAt} />],
                    ]}
                  />
                </CardBody>
              </Card>
              <Card>
                <CardTitle component="h2">What its campaigns say</CardTitle>
                <CardBody>
                  <Template template={data.template} />
                </CardBody>
              </Card>
            </div>
            <Card>
              <CardTitle component="h2">Campaigns that it made</CardTitle>
              <CardBody>
                <Made id={data.id} />
              </CardBody>
            </Card>
            <Card>
              <CardTitle component="h2">Events</CardTitle>
              <CardBody>
                <AuditTable filter={`objectId==${data.id}`} />
              </CardBody>
            </Card>
          </div>
        )}
      </Asked>
      {asking !== undefined && <Question asking={asking} send={{ ...send, go: () => send.send(asking) }} onClose={close} />}
    </Screen>
  );
}

/** A policy that is resumed may disturb nodes at once, as a campaign that is started: their number is typed here as well. */
function Question({ asking: { act, policy }, send, onClose }: { asking: { act: Act; policy: Policy }; send: Parameters<typeof Confirm>[0]['send']; onClose: () => void }) {
  const count = useNodeCount(policy.selector ?? '', act === 'resume');
  const typed = act === 'resume' ? toType(count.data) : undefined;
  return (
    <Confirm
      title={`${WORDS[act].verb} ${policy.name}?`}
      action={WORDS[act].verb}
      danger={act !== 'resume'}
      {...(typed === undefined ? {} : { typed })}
      send={send}
      onClose={onClose}
    >
      <p>{WORDS[act].question}</p>
    </Confirm>
  );
}

function Template({ template }: { template: Schemas['NewCampaign'] }) {
  const { prestage, allowDowngrade, joinLater } = rulesOf(template);
  return (
    <Terms
      rows={[
        [
          'Waves',
          <ol className="mm-plain-list">
            {(template.waves ?? []).map((wave) => (
              <li key={wave.name}>
                <strong>{wave.name}</strong>: {shareWords(wave)} <span className="mm-subtle">{gateWords(wave.gate ?? {})}</span>
              </li>
            ))}
          </ol>,
        ],
        ['At a time', template.maxInFlight === undefined ? 'as usual' : `${formatNumber(template.maxInFlight)} at most`],
        ['Failures', template.maxFailures === undefined ? 'no fixed limit' : `pauses itself after ${formatNumber(template.maxFailures)}`],
        ['Longest permit', template.permitLimit === undefined ? 'as usual' : formatDuration(template.permitLimit)],
        ['Needed time', template.neededTime === undefined ? 'what is usual for the hardware' : formatDuration(template.neededTime)],
        ['Boot deadline', template.bootDeadline === undefined ? 'as usual' : formatDuration(template.bootDeadline)],
        ['Before the window', prestage ? 'nodes may write the inactive slot' : 'nodes only download'],
        ['Downgrade', allowDowngrade ? 'allowed' : 'not allowed'],
        ['Later nodes', joinLater ? 'join when they match' : 'do not join'],
        ...ruleWords(template.rules),
        ['Windows are overridden', escalationWords(template.schedule?.escalation)],
      ]}
    />
  );
}

function Made({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['campaigns', 'policies', 'made', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/campaigns', { params: { query: { filter: `policyId==${id}`, sort: '-createdAt', limit: 20 } }, signal })),
  });
  return (
    <Asked query={query} rows={3}>
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <Empty variant="xs" title="None yet">The first starts when an image is promoted to the channel.</Empty>
        ) : (
          <div className="mm-stack">
            <Table aria-label="Campaigns that it made" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Campaign</Th>
                  <Th>State</Th>
                  <Th>Why</Th>
                  <Th>Made</Th>
                </Tr>
              </Thead>
              <Tbody>
                {items.map((campaign) => (
                  <Tr key={campaign.id}>
                    <Td dataLabel="Campaign">
                      <Link to={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
                    </Td>
                    <Td dataLabel="State">
                      <Status look={CAMPAIGN_LOOKS[campaign.state]} code={campaign.state} />
                    </Td>
                    <Td dataLabel="Why">{campaign.stateDetail ?? ''}</Td>
                    <Td dataLabel="Made" className="mm-nowrap">
                      <Time at={campaign.createdAt} />
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
            {nextCursor !== undefined && <Link to={`/campaigns?${new URLSearchParams({ filter: `policyId==${id}` })}`}>All of them</Link>}
          </div>
        )
      }
    </Asked>
  );
}
