import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import { AskedList } from './faces';
import { type Facet, FilterBar } from './filter';
import { type ListState, Pager, useListState } from './listing';

/** What a list asks the manager for. */
export interface PageQuery {
  limit: number;
  sort: string;
  filter?: string;
  cursor?: string;
}

/** A list as most are: filter above, pages below, and in between its faces. What it shows is in the address. */
export function PagedList<T>({
  queryKey,
  load,
  sort,
  limit = 50,
  facets = [],
  example,
  none,
  children,
}: {
  /** Begins with the topic that tells of changes. */
  queryKey: readonly string[];
  load: (query: PageQuery, signal: AbortSignal) => Promise<{ items: T[]; nextCursor?: string }>;
  /** The order when nobody asks for another. */
  sort: string;
  limit?: number;
  facets?: readonly Facet[];
  example: string;
  none: ReactNode;
  children: (items: T[], list: ListState) => ReactNode;
}) {
  const list = useListState();
  const query = useQuery({
    queryKey: [...queryKey, list.filter, list.sort, list.cursor],
    queryFn: ({ signal }) =>
      load(
        {
          limit,
          sort: list.sort ?? sort,
          ...(list.filter === '' ? {} : { filter: list.filter }),
          ...(list.cursor === undefined ? {} : { cursor: list.cursor }),
        },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  const problem = query.isError ? asProblem(query.error) : undefined;
  const badFilter = problem?.status === 400 && list.filter !== '';
  return (
    <div className="mm-tab">
      <FilterBar filter={list.filter} onChange={list.setFilter} facets={facets} problem={problem} example={example} />
      {!badFilter && (
        <AskedList query={query} filtered={list.filter !== ''} onClear={() => list.setFilter('')} none={none}>
          {(items) => children(items, list)}
        </AskedList>
      )}
      <Pager list={list} nextCursor={query.data?.nextCursor} shown={query.data?.items.length ?? 0} />
    </div>
  );
}
