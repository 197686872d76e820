import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { answer, api } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { addUp, AGAINST, count, ENDED, UpdateBar } from '../ui/bar';
import { Empty } from '../ui/faces';
import type { Facet } from '../ui/filter';
import { sortOf } from '../ui/listing';
import { Screen } from '../ui/page';
import { PagedList } from '../ui/paged-list';
import { CAMPAIGN_LOOKS, Status } from '../ui/status';
import { Time } from '../ui/time';
import { formatNumber } from '../ui/words';
import { ImageName } from './images';
import { PolicyList } from './policies';

const FACETS: readonly Facet[] = [
  { field: 'state', title: 'State', choices: Object.entries(CAMPAIGN_LOOKS).map(([value, { text }]) => ({ value, label: text })) },
];
const SORTABLE = ['name', 'state', 'createdAt'] as const;

export default function Campaigns() {
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const manage = useReason('campaign.manage');
  const run = useReason('campaign.run');
  const tab = parameters.get('tab') === 'policies' ? 'policies' : 'campaigns';
  return (
    <Screen
      title="Campaigns"
      actions={
        tab === 'campaigns' ? (
          <ReasonedButton variant="primary" reason={manage} onClick={() => void navigate('/campaigns/new')}>
            New campaign
          </ReasonedButton>
        ) : (
          <ReasonedButton variant="primary" reason={run} onClick={() => void navigate('/campaigns/policies/new')}>
            New policy
          </ReasonedButton>
        )
      }
    >
      <Tabs
        activeKey={tab}
        aria-label="Campaigns and policies"
        mountOnEnter
        unmountOnExit
        onSelect={(_, key) => setParameters(key === 'policies' ? { tab: 'policies' } : {}, { replace: true })}
      >
        <Tab eventKey="campaigns" title={<TabTitleText>Campaigns</TabTitleText>}>
          <CampaignList />
        </Tab>
        <Tab eventKey="policies" title={<TabTitleText>Policies</TabTitleText>}>
          <PolicyList />
        </Tab>
      </Tabs>
    </Screen>
  );
}

function CampaignList() {
  return (
    <PagedList
      queryKey={['campaigns', 'list']}
      load={(query, signal) => answer(api.GET('/api/v1/campaigns', { params: { query }, signal }))}
      sort="-createdAt"
      facets={FACETS}
      example="state==RUNNING"
      none={<Empty title="There is no campaign yet">A campaign brings nodes to an image, in waves, inside their windows.</Empty>}
    >
      {(items, list) => {
        const sort = sortOf(list, SORTABLE, '-createdAt');
        return (
          <Table aria-label="Campaigns" variant="compact" gridBreakPoint="grid-lg">
            <Thead>
              <Tr>
                <Th sort={sort('name')}>Campaign</Th>
                <Th sort={sort('state')}>State</Th>
                <Th>Image</Th>
                <Th width={30}>Progress</Th>
                <Th>At an end</Th>
                <Th sort={sort('createdAt')}>Made</Th>
              </Tr>
            </Thead>
            <Tbody>
              {items.map((campaign) => {
                const updates = addUp(campaign.waves.map((wave) => wave.updates));
                const members = campaign.waves.reduce((sum, wave) => sum + wave.members, 0);
                const against = count(updates, AGAINST);
                return (
                  <Tr key={campaign.id}>
                    <Td dataLabel="Campaign">
                      <Link to={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
                    </Td>
                    <Td dataLabel="State">
                      <Status look={CAMPAIGN_LOOKS[campaign.state]} code={campaign.state} />
                    </Td>
                    <Td dataLabel="Image">
                      <ImageName id={campaign.imageId} />
                    </Td>
                    <Td dataLabel="Progress">
                      <UpdateBar updates={updates} total={members} />
                    </Td>
                    <Td dataLabel="At an end" className="mm-nowrap">
                      {formatNumber(count(updates, ENDED))} of {formatNumber(members)}
                      {against > 0 && <span className="mm-wrong">, {formatNumber(against)} against</span>}
                    </Td>
                    <Td dataLabel="Made" className="mm-nowrap">
                      <Time at={campaign.createdAt} />
                    </Td>
                  </Tr>
                );
              })}
            </Tbody>
          </Table>
        );
      }}
    </PagedList>
  );
}
