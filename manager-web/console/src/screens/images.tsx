import { Card, CardBody, CardTitle, Label, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import type { Facet } from '../ui/filter';
import { sortOf } from '../ui/listing';
import { Screen } from '../ui/page';
import { PagedList } from '../ui/paged-list';
import { IMAGE_LOOKS, SEVERITY_LOOKS, Status } from '../ui/status';
import { Time } from '../ui/time';
import { formatBytes } from '../ui/words';
import { NewChannelDialog, Promote } from './channels';
import { AddImage } from './image-add';
import { PathMarks } from './update-path';

const FACETS: readonly Facet[] = [
  { field: 'state', title: 'State', choices: Object.entries(IMAGE_LOOKS).map(([value, { text }]) => ({ value, label: text })) },
  { field: 'severity', title: 'Severity', choices: Object.entries(SEVERITY_LOOKS).map(([value, { text }]) => ({ value, label: text })) },
];

const SORTABLE = ['family', 'version', 'releaseCounter', 'state', 'createdAt'] as const;

export default function Images() {
  const [parameters, setParameters] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const [channel, setChannel] = useState(false);
  const navigate = useNavigate();
  const reason = useReason('image.manage');
  const tab = parameters.get('tab') === 'channels' ? 'channels' : 'releases';
  return (
    <Screen
      title="Images"
      actions={
        tab === 'releases' ? (
          <ReasonedButton variant="primary" reason={reason} onClick={() => setAdding(true)}>
            Add an image
          </ReasonedButton>
        ) : (
          <ReasonedButton variant="primary" reason={reason} onClick={() => setChannel(true)}>
            Add a channel
          </ReasonedButton>
        )
      }
    >
      <Tabs
        activeKey={tab}
        aria-label="Images"
        mountOnEnter
        unmountOnExit
        onSelect={(_, key) => setParameters(key === 'channels' ? { tab: 'channels' } : {}, { replace: true })}
      >
        <Tab eventKey="releases" title={<TabTitleText>Releases</TabTitleText>}>
          <Releases />
        </Tab>
        <Tab eventKey="channels" title={<TabTitleText>Channels</TabTitleText>}>
          <Channels />
        </Tab>
      </Tabs>
      {adding && <AddImage onClose={() => setAdding(false)} onDone={(image) => void navigate(`/images/${image.id}`)} />}
      {channel && <NewChannelDialog onClose={() => setChannel(false)} />}
    </Screen>
  );
}

function Releases() {
  return (
    <PagedList
      queryKey={['campaigns', 'images', 'list']}
      load={(query, signal) => answer(api.GET('/api/v1/images', { params: { query }, signal }))}
      sort="-createdAt"
      facets={FACETS}
      example="family==edge-base"
      none={<Empty title="There is no image yet">Add the first one: upload its bytes, or say where nodes find it.</Empty>}
    >
      {(items, list) => {
        const sort = sortOf(list, SORTABLE, '-createdAt');
        return (
          <Table aria-label="Images" variant="compact" gridBreakPoint="grid-lg">
            <Thead>
              <Tr>
                <Th sort={sort('family')}>Family</Th>
                <Th sort={sort('version')}>Version</Th>
                <Th sort={sort('state')}>State</Th>
                <Th>Severity</Th>
                <Th>Signature</Th>
                <Th>Architecture</Th>
                <Th>Size</Th>
                <Th sort={sort('createdAt')}>Added</Th>
              </Tr>
            </Thead>
            <Tbody>
              {items.map((image) => (
                <Tr key={image.id}>
                  <Td dataLabel="Family">{image.family}</Td>
                  <Td dataLabel="Version">
                    <div>
                      <Link to={`/images/${image.id}`}>{image.version}</Link> <span className="mm-subtle">release {image.releaseCounter}</span> <PathMarks path={image.path} />
                    </div>
                  </Td>
                  <Td dataLabel="State">
                    <Status look={IMAGE_LOOKS[image.state]} code={image.state} />
                  </Td>
                  <Td dataLabel="Severity">
                    <Status look={SEVERITY_LOOKS[image.severity]} code={image.severity} />
                  </Td>
                  <Td dataLabel="Signature">{image.signatureEnvelope === undefined ? 'none' : 'there'}</Td>
                  <Td dataLabel="Architecture">{image.architecture}</Td>
                  <Td dataLabel="Size" className="mm-nowrap">{formatBytes(image.sizeBytes)}</Td>
                  <Td dataLabel="Added" className="mm-nowrap">
                    <Time at={image.createdAt} />
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

/** Families, each with the channels that point into it. */
function Channels() {
  const query = useQuery({
    queryKey: ['campaigns', 'channels'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/channels', { params: { query: { limit: 1000, sort: 'family,name' } }, signal })),
  });
  const [promoting, setPromoting] = useState<Schemas['Channel']>();
  const reason = useReason('image.manage');
  return (
    <div className="mm-tab">
      <Asked query={query}>
        {({ items }) => {
          if (items.length === 0) {
            return <Empty title="There is no channel yet">A channel is a name, such as stable, that points to one image of a family.</Empty>;
          }
          const families = [...new Set(items.map((channel) => channel.family))];
          return (
            <div className="mm-grid">
              {families.map((family) => (
                <Card key={family} isCompact>
                  <CardTitle component="h2">
                    <Link to={`/images?${new URLSearchParams({ filter: `family==${family}` })}`}>{family}</Link>
                  </CardTitle>
                  <CardBody>
                    <ul className="mm-plain-list">
                      {items
                        .filter((channel) => channel.family === family)
                        .map((channel) => (
                          <li key={channel.id} className="mm-row">
                            <Label color="blue" isCompact>
                              {channel.name}
                            </Label>
                            {channel.imageId === undefined ? <span className="mm-absent">points nowhere yet</span> : <ImageName id={channel.imageId} />}
                            <span className="mm-row-end">
                              <ReasonedButton variant="link" isInline reason={reason} onClick={() => setPromoting(channel)}>
                                Promote
                              </ReasonedButton>
                            </span>
                          </li>
                        ))}
                    </ul>
                  </CardBody>
                </Card>
              ))}
            </div>
          );
        }}
      </Asked>
      {promoting !== undefined && <Promote channel={promoting} onClose={() => setPromoting(undefined)} />}
    </div>
  );
}

export function ImageName({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['campaigns', 'images', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/images/{id}', { params: { path: { id } }, signal })),
  });
  return <Link to={`/images/${id}`}>{query.data === undefined ? `${id.slice(0, 8)}…` : `${query.data.family} ${query.data.version}`}</Link>;
}

