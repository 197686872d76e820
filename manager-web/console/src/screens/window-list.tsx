import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { answer, api, type Schemas } from '../api/client';
import { Empty } from '../ui/faces';
import type { Facet } from '../ui/filter';
import { sortOf } from '../ui/listing';
import { PagedList } from '../ui/paged-list';

type Window = Schemas['Window'];

export function targetWords(target: Schemas['WindowTarget']): string {
  switch (target.type) {
    case 'TENANT':
      return 'all nodes';
    case 'DEFAULT':
      return 'nodes without another window';
    case 'SITE':
      return `${target.sitePath ?? ''} and below`;
    case 'SELECTOR':
      return target.selector ?? '';
    case 'NODE':
      return 'one node';
  }
}

const FACETS: readonly Facet[] = [
  {
    field: 'kind',
    title: 'Kind',
    choices: [
      { value: 'PERMIT', label: 'Windows' },
      { value: 'FREEZE', label: 'Freezes' },
    ],
  },
];
const SORTABLE = ['name', 'kind'] as const;

export function WindowList({ action }: { action?: (window: Window) => React.ReactNode }) {
  return (
    <PagedList
      queryKey={['tenant', 'windows']}
      load={(query, signal) => answer(api.GET('/api/v1/windows', { params: { query }, signal }))}
      sort="name"
      limit={100}
      facets={FACETS}
      example="kind==FREEZE"
      none={<Empty title="There is no window yet">Without a window, no node is ever updated.</Empty>}
    >
      {(items, list) => {
        const sort = sortOf(list, SORTABLE, 'name');
        return (
          <Table aria-label="Windows and freezes" variant="compact" gridBreakPoint="grid-lg">
            <Thead>
              <Tr>
                <Th sort={sort('name')}>Name</Th>
                <Th sort={sort('kind')}>Kind</Th>
                <Th>Opens</Th>
                <Th>Zone</Th>
                <Th>For</Th>
                {action !== undefined && <Th screenReaderText="Actions" />}
              </Tr>
            </Thead>
            <Tbody>
              {items.map((window) => (
                <Tr key={window.id}>
                  <Td dataLabel="Name">
                    {window.name} {!window.enabled && <Label isCompact>off</Label>}
                  </Td>
                  <Td dataLabel="Kind">
                    <Label isCompact color={window.kind === 'FREEZE' ? 'purple' : 'green'}>
                      {window.kind === 'FREEZE' ? 'Freeze' : 'Window'}
                    </Label>
                  </Td>
                  <Td dataLabel="Opens">{window.text}</Td>
                  <Td dataLabel="Zone">{window.zone === 'NODE_LOCAL' ? "each node's own" : window.zone}</Td>
                  <Td dataLabel="For">{targetWords(window.target)}</Td>
                  {action !== undefined && <Td dataLabel="Actions">{action(window)}</Td>}
                </Tr>
              ))}
            </Tbody>
          </Table>
        );
      }}
    </PagedList>
  );
}
