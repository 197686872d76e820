import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { Empty } from '../ui/faces';
import type { Facet } from '../ui/filter';
import { sortOf } from '../ui/listing';
import { PagedList } from '../ui/paged-list';
import { POLICY_LOOKS, Status } from '../ui/status';
import { Time } from '../ui/time';
import { ImageName } from './images';

const FACETS: readonly Facet[] = [
  {
    field: 'enabled',
    title: 'State',
    choices: [
      { value: 'true', label: 'Follows' },
      { value: 'false', label: 'Suspended' },
    ],
  },
];
const SORTABLE = ['name', 'channel', 'updatedAt'] as const;

/** Which nodes follow which channel. */
export function PolicyList() {
  return (
    <PagedList
      queryKey={['campaigns', 'policies', 'list']}
      load={(query, signal) => answer(api.GET('/api/v1/policies', { params: { query }, signal }))}
      sort="name"
      facets={FACETS}
      example="family==edge-base"
      none={<Empty title="There is no policy yet">A policy says which nodes follow a channel: what is promoted to it becomes a campaign.</Empty>}
    >
      {(items, list) => {
        const sort = sortOf(list, SORTABLE, 'name');
        return (
          <Table aria-label="Policies" variant="compact" gridBreakPoint="grid-lg">
            <Thead>
              <Tr>
                <Th sort={sort('name')}>Policy</Th>
                <Th>State</Th>
                <Th sort={sort('channel')}>Follows</Th>
                <Th>Points to</Th>
                <Th>Nodes</Th>
                <Th>Latest campaign</Th>
                <Th sort={sort('updatedAt')}>Changed</Th>
              </Tr>
            </Thead>
            <Tbody>
              {items.map((policy) => (
                <Tr key={policy.id}>
                  <Td dataLabel="Policy">
                    <Link to={`/campaigns/policies/${policy.id}`}>{policy.name}</Link>
                  </Td>
                  <Td dataLabel="State">
                    <PolicyState policy={policy} />
                  </Td>
                  <Td dataLabel="Follows">
                    <ChannelName policy={policy} />
                  </Td>
                  <Td dataLabel="Points to">{policy.imageId === undefined ? <span className="mm-absent">nothing yet</span> : <ImageName id={policy.imageId} />}</Td>
                  <Td dataLabel="Nodes">
                    <PolicyNodes policy={policy} />
                  </Td>
                  <Td dataLabel="Latest campaign">
                    {policy.campaignId === undefined ? <span className="mm-absent">none yet</span> : <Link to={`/campaigns/${policy.campaignId}`}>Open it</Link>}
                  </Td>
                  <Td dataLabel="Changed" className="mm-nowrap">
                    <Time at={policy.updatedAt} />
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        );
      }}
    </PagedList>
  );
}

type Policy = Schemas['Policy'];

export function PolicyState({ policy }: { policy: Policy }) {
  return <Status look={POLICY_LOOKS[policy.enabled ? 'FOLLOWS' : 'SUSPENDED']} />;
}

export function ChannelName({ policy }: { policy: Policy }) {
  return (
    <>
      {policy.family}{' '}
      <Label color="blue" isCompact>
        {policy.channel}
      </Label>
    </>
  );
}

export function PolicyNodes({ policy }: { policy: Policy }) {
  return policy.allNodes ? (
    <Link to="/nodes">all of the tenant</Link>
  ) : (
    <Link to={`/nodes?${new URLSearchParams({ filter: policy.selector ?? '' })}`} className="mm-mono">
      {policy.selector}
    </Link>
  );
}
