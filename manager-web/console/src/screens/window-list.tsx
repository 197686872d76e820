import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../api/client';
import { asProblem } from '../api/problem';
import { AskedList, Empty } from '../ui/faces';
import { FilterBar } from '../ui/filter';
import { Pager, sortOf, useListState } from '../ui/listing';

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

const SORTABLE = ['name', 'kind'] as const;

export function WindowList({ action }: { action?: (window: Window) => React.ReactNode }) {
  const list = useListState();
  const query = useQuery({
    queryKey: ['tenant', 'windows', list.filter, list.sort, list.cursor],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/windows', {
          params: {
            query: {
              limit: 100,
              sort: list.sort ?? 'name',
              ...(list.filter === '' ? {} : { filter: list.filter }),
              ...(list.cursor === undefined ? {} : { cursor: list.cursor }),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const sort = sortOf(list, SORTABLE, 'name');
  const problem = query.isError ? asProblem(query.error) : undefined;
  return (
    <div className="mm-tab">
      <FilterBar
        filter={list.filter}
        onChange={list.setFilter}
        problem={problem}
        example="kind==FREEZE"
        facets={[
          {
            field: 'kind',
            title: 'Kind',
            choices: [
              { value: 'PERMIT', label: 'Windows' },
              { value: 'FREEZE', label: 'Freezes' },
            ],
          },
        ]}
      />
      {!(problem?.status === 400 && list.filter !== '') && (
        <AskedList
          query={query}
          filtered={list.filter !== ''}
          onClear={() => list.setFilter('')}
          none={<Empty title="There is no window yet">Without a window, no node is ever updated.</Empty>}
        >
          {(items) => (
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
          )}
        </AskedList>
      )}
      <Pager list={list} nextCursor={query.data?.nextCursor} shown={query.data?.items.length ?? 0} />
    </div>
  );
}
