import { Button, Dropdown, DropdownItem, DropdownList, Label, LabelGroup, MenuToggle } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { asProblem } from '../api/problem';
import { AskedList, Empty } from '../ui/faces';
import { type Facet, FilterBar } from '../ui/filter';
import { type ListState, Pager, sortOf, useListState } from '../ui/listing';
import { Screen } from '../ui/page';
import { choose, quoted, write, read } from '../ui/rsql';
import { NODE_LOOKS, Status, UPDATE_LOOKS } from '../ui/status';
import { Time, useNow } from '../ui/time';
import { formatCount, nextAction } from '../ui/words';
import { BulkActions } from './nodes-bulk';
import { SavedFilters } from './nodes-saved';

const FACETS: readonly Facet[] = [
  { field: 'state', title: 'State', choices: Object.entries(NODE_LOOKS).map(([value, { text }]) => ({ value, label: text })) },
  {
    field: 'updateState',
    title: 'Update',
    choices: Object.entries(UPDATE_LOOKS)
      .slice(0, 7)
      .map(([value, { text }]) => ({ value, label: text })),
  },
];

// By name alone: for it there is an index, and a million nodes are not sorted for a page.
const SORTABLE = ['name'] as const;
const PAGE = 50;

export function useNodeCount(filter: string, enabled = true) {
  return useQuery({
    queryKey: ['nodes', 'count', filter],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/nodes:count', { params: { query: filter === '' ? {} : { filter } }, signal })),
    enabled,
    placeholderData: keepPreviousData,
  });
}

export default function Nodes() {
  const list = useListState();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const nodes = useQuery({
    queryKey: ['nodes', 'list', list.filter, list.sort, list.cursor],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/nodes', {
          params: {
            query: {
              limit: PAGE,
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
  const count = useNodeCount(list.filter, nodes.isSuccess);
  const problem = nodes.isError ? asProblem(nodes.error) : undefined;
  const badFilter = problem?.status === 400 && list.filter !== '';

  return (
    <Screen
      title="Nodes"
      lead={count.data === undefined ? undefined : `${formatCount(count.data)} ${list.filter === '' ? 'in all' : 'match'}`}
      actions={<Export filter={list.filter} sort={list.sort} />}
    >
      <FilterBar filter={list.filter} onChange={list.setFilter} facets={FACETS} problem={problem} example="site==/eu/*;label.ring==canary" />
      <div className="mm-row mm-tools">
        <SavedFilters filter={list.filter} onChoose={list.setFilter} />
        <BulkActions
          nodes={(nodes.data?.items ?? []).filter((node) => selected.has(node.id))}
          onDone={() => setSelected(new Set())}
        />
      </div>
      {!badFilter && (
        <AskedList
          query={nodes}
          filtered={list.filter !== ''}
          onClear={() => list.setFilter('')}
          none={
            <Empty title="No node has enrolled yet" action={<Link to="/settings/enrollment">Make an enrollment token</Link>}>
              A node enrolls itself with an enrollment token.
            </Empty>
          }
        >
          {(items) => (
            <NodeTable items={items} list={list} selected={selected} onSelect={setSelected} />
          )}
        </AskedList>
      )}
      <Pager list={list} nextCursor={nodes.data?.nextCursor} shown={nodes.data?.items.length ?? 0} />
    </Screen>
  );
}

function NodeTable({
  items,
  list,
  selected,
  onSelect,
}: {
  items: Schemas['Node'][];
  list: ListState;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}) {
  const sort = sortOf(list, SORTABLE, 'name');
  const openings = useOpenings(items);
  const all = items.length > 0 && items.every((node) => selected.has(node.id));
  const toggle = (ids: readonly string[], on: boolean) => {
    const next = new Set(selected);
    ids.forEach((id) => (on ? next.add(id) : next.delete(id)));
    onSelect(next);
  };
  return (
    <Table aria-label="Nodes" variant="compact" gridBreakPoint="grid-lg">
      <Thead>
        <Tr>
          <Th
            aria-label="Select all on this page"
            select={{
              isSelected: all,
              onSelect: (_, on) => toggle(items.map((node) => node.id), on),
            }}
          />
          <Th sort={sort('name')}>Node</Th>
          <Th>State</Th>
          <Th>Site</Th>
          <Th modifier="fitContent">Runs</Th>
          <Th modifier="fitContent">Target</Th>
          <Th>Next</Th>
          <Th>Next window</Th>
          <Th modifier="fitContent">Last seen</Th>
        </Tr>
      </Thead>
      <Tbody>
        {items.map((node, rowIndex) => (
          <Tr key={node.id}>
            <Td
              select={{
                rowIndex,
                isSelected: selected.has(node.id),
                onSelect: (_, on) => toggle([node.id], on),
              }}
            />
            <Td dataLabel="Node">
              <div>
                <Link to={`/nodes/${node.id}`} className="mm-nowrap">
                  {node.name}
                </Link>
                <Labels node={node} list={list} />
              </div>
            </Td>
            <Td dataLabel="State">
              {/* Of a node that works, its update says more. */}
              {node.state === 'ACTIVE' && node.updateState !== undefined ? (
                <Status look={UPDATE_LOOKS[node.updateState]} code={node.updateState} />
              ) : (
                <Status look={NODE_LOOKS[node.state]} code={node.state} />
              )}
            </Td>
            <Td dataLabel="Site" className="mm-nowrap">
              <Button variant="link" isInline onClick={() => list.setFilter(choose(list.filter, 'site', [node.site]))}>
                {node.site}
              </Button>
            </Td>
            <Td dataLabel="Runs" className="mm-nowrap">
              <span>
                {node.imageVersion ?? <span className="mm-absent">unknown</span>}
                <span className="mm-subtle">
                  {node.slots
                    .filter((slot) => slot.state === 'ACTIVE')
                    .map((slot) => ` in ${slot.name}`)
                    .join()}
                </span>
              </span>
            </Td>
            <Td dataLabel="Target" className="mm-nowrap">
              {node.target === undefined ? <span className="mm-absent">none</span> : <Link to={`/images/${node.target.imageId}`}>{node.target.imageVersion}</Link>}
            </Td>
            <Td dataLabel="Next">{nextAction(node)}</Td>
            <Td dataLabel="Next window">
              <NextWindow openings={openings} node={node} />
            </Td>
            <Td dataLabel="Last seen" className="mm-nowrap">
              <Time at={node.lastSeenAt} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

const MONTH = 31 * 86_400_000;

/** The next opening of each node of a page, by its id: one question for all of them. */
function useOpenings(nodes: readonly Schemas['Node'][]) {
  const ids = nodes.map(({ id }) => id);
  return useQuery({
    queryKey: ['tenant', 'openings', ids],
    queryFn: async ({ signal }) => {
      const now = Date.now();
      const { items } = await answer(
        api.GET('/api/v1/windows/openings/nodes', {
          params: { query: { nodes: ids, from: new Date(now).toISOString(), until: new Date(now + MONTH).toISOString() } },
          querySerializer: { array: { style: 'form', explode: false } },
          signal,
        }),
      );
      return new Map(items.map((opening) => [opening.nodeId, opening]));
    },
    enabled: ids.length > 0,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
}

function NextWindow({ openings, node }: { openings: ReturnType<typeof useOpenings>; node: Schemas['Node'] }) {
  const now = useNow();
  const opening = openings.data?.get(node.id);
  if (opening === undefined) {
    const words = openings.isError ? 'unknown' : openings.data === undefined ? '' : node.state === 'DECOMMISSIONED' ? '' : 'none within a month';
    return <span className="mm-absent">{words}</span>;
  }
  return (
    <span title={opening.windowName}>
      {Date.parse(opening.startsAt) <= now.getTime() ? (
        <>
          open, ends <Time at={opening.endsAt} />
        </>
      ) : (
        <Time at={opening.startsAt} />
      )}
    </span>
  );
}

/** A click on a label asks for all nodes that have it. */
function Labels({ node, list }: { node: Schemas['Node']; list: ListState }) {
  const labels = Object.entries({ ...node.nodeLabels, ...node.labels });
  if (labels.length === 0) {
    return null;
  }
  const add = (key: string, value: string) => {
    const conditions = read(list.filter);
    const condition = `label.${key}==${quoted(value)}`;
    if (conditions === undefined) {
      list.setFilter(`(${list.filter});${condition}`);
    } else {
      list.setFilter(write([...conditions.filter(({ field }) => field !== `label.${key}`), { field: `label.${key}`, operator: '==', values: [value] }]));
    }
  };
  return (
    <LabelGroup numLabels={3} isCompact aria-label={`Labels of ${node.name}`}>
      {labels.map(([key, value]) => (
        <Label key={key} isCompact variant="outline" onClick={() => add(key, value)}>
          {`${key}=${value}`}
        </Label>
      ))}
    </LabelGroup>
  );
}

const EXPORT_MOST = 10_000;
const COLUMNS = ['id', 'name', 'site', 'state', 'architecture', 'hardware', 'imageVersion', 'target', 'updateState', 'campaign', 'lastSeenAt'] as const;

export function csvCell(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value);
  // A spreadsheet takes what starts so for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

async function pages(filter: string, sort: string | undefined): Promise<Schemas['Node'][]> {
  const all: Schemas['Node'][] = [];
  let cursor: string | undefined;
  do {
    const page = await answer(
      api.GET('/api/v1/nodes', {
        params: {
          query: {
            limit: 1000,
            sort: sort ?? 'name',
            ...(filter === '' ? {} : { filter }),
            ...(cursor === undefined ? {} : { cursor }),
          },
        },
      }),
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && all.length < EXPORT_MOST);
  return all;
}

export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** What the filter matches, at most 10,000 nodes; automation takes more by the API. */
function Export({ filter, sort }: { filter: string; sort: string | undefined }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = async (format: 'csv' | 'json') => {
    setOpen(false);
    setBusy(true);
    setProblem(undefined);
    try {
      const nodes = await pages(filter, sort);
      if (format === 'json') {
        save('nodes.json', 'application/json', JSON.stringify(nodes, null, 2));
      } else {
        const lines = [COLUMNS.join(','), ...nodes.map((node) => COLUMNS.map((column) => csvCell(column === 'target' ? node.target?.imageVersion : node[column])).join(','))];
        save('nodes.csv', 'text/csv', `${lines.join('\r\n')}\r\n`);
      }
    } catch (error) {
      setProblem(asProblem(error).title);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem !== undefined && <span role="alert" className="mm-wrong">{problem} </span>}
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        popperProps={{ position: 'right' }}
        toggle={(ref) => (
          <MenuToggle ref={ref} isExpanded={open} isDisabled={busy} onClick={() => setOpen(!open)}>
            {busy ? 'Exporting' : 'Export'}
          </MenuToggle>
        )}
      >
        <DropdownList>
          <DropdownItem onClick={() => void run('csv')} description="The first 10,000 that match">
            CSV
          </DropdownItem>
          <DropdownItem onClick={() => void run('json')} description="The first 10,000 that match">
            JSON
          </DropdownItem>
        </DropdownList>
      </Dropdown>
    </>
  );
}
