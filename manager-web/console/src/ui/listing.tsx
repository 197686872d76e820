import { Button, Flex, FlexItem } from '@patternfly/react-core';
import AngleLeftIcon from '@patternfly/react-icons/dist/esm/icons/angle-left-icon';
import AngleRightIcon from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';

export interface ListState {
  filter: string;
  sort: string | undefined;
  cursor: string | undefined;
  setFilter: (filter: string) => void;
  setSort: (sort: string) => void;
  next: (cursor: string) => void;
  previous: () => void;
  first: () => void;
  /** How many pages lie before this one, as far as this tab has seen; undefined behind a link into the middle. */
  depth: number;
}

/** What a list shows is in the address: reload, back, and a colleague's link show the same. */
export function useListState(): ListState {
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const { state } = useLocation();
  const depth = typeof state === 'object' && state !== null && 'depth' in state ? Number(state.depth) : 0;

  const change = useCallback(
    (changes: Record<string, string | undefined>, nextDepth: number) => {
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined || value === '') {
              after.delete(name);
            } else {
              after.set(name, value);
            }
          }
          return after;
        },
        { state: { depth: nextDepth } },
      );
    },
    [setParameters],
  );

  return useMemo(
    () => ({
      filter: parameters.get('filter') ?? '',
      sort: parameters.get('sort') ?? undefined,
      cursor: parameters.get('cursor') ?? undefined,
      depth,
      setFilter: (filter) => change({ filter, cursor: undefined }, 0),
      setSort: (sort) => change({ sort, cursor: undefined }, 0),
      next: (cursor) => change({ cursor }, depth + 1),
      previous: () => void navigate(-1),
      first: () => change({ cursor: undefined }, 0),
    }),
    [parameters, depth, change, navigate],
  );
}

/** Pages by cursor: forward, back, and to the begin. There is no page number, since counting millions helps nobody. */
export function Pager({ list, nextCursor, shown }: { list: ListState; nextCursor: string | undefined; shown: number }) {
  if (list.cursor === undefined && nextCursor === undefined) {
    return null;
  }
  return (
    <Flex className="mm-pager" justifyContent={{ default: 'justifyContentFlexEnd' }} role="navigation" aria-label="Pages">
      <FlexItem>{shown} on this page</FlexItem>
      <FlexItem>
        <Button variant="link" isDisabled={list.cursor === undefined} onClick={list.first}>
          First page
        </Button>
        <Button variant="plain" aria-label="Previous page" icon={<AngleLeftIcon />} isDisabled={list.depth === 0} onClick={list.previous} />
        <Button
          variant="plain"
          aria-label="Next page"
          icon={<AngleRightIcon />}
          isDisabled={nextCursor === undefined}
          onClick={() => nextCursor !== undefined && list.next(nextCursor)}
        />
      </FlexItem>
    </Flex>
  );
}

/** Sorting by a column's head, as the table component wants it: `-lastSeenAt` is descending. */
export function sortOf(list: ListState, columns: readonly string[], fallback: string) {
  const sort = list.sort ?? fallback;
  const descending = sort.startsWith('-');
  const active = columns.indexOf(descending ? sort.slice(1) : sort);
  return (column: string) => ({
    sortBy: {
      ...(active >= 0 ? { index: active } : {}),
      direction: descending ? ('desc' as const) : ('asc' as const),
    },
    onSort: (_: unknown, index: number, direction: 'asc' | 'desc') => {
      const name = columns[index];
      if (name !== undefined) {
        list.setSort(direction === 'desc' ? `-${name}` : name);
      }
    },
    columnIndex: columns.indexOf(column),
  });
}
