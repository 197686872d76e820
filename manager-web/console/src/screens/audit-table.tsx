import { Button, CodeBlock, CodeBlockCode } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { AskedList, Empty } from '../ui/faces';
import { Pager, useListState } from '../ui/listing';
import { Time } from '../ui/time';

/** Who changed what, the latest first. */
export function AuditTable({ filter, filtered = false, onClear = () => undefined }: { filter: string; filtered?: boolean; onClear?: () => void }) {
  const list = useListState();
  const [shown, setShown] = useState<string>();
  const query = useQuery({
    queryKey: ['audit', 'list', filter, list.cursor],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/audit-events', {
          params: {
            query: { limit: 50, ...(filter === '' ? {} : { filter }), ...(list.cursor === undefined ? {} : { cursor: list.cursor }) },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: list.cursor === undefined ? 15_000 : false,
  });
  return (
    <>
      <AskedList query={query} filtered={filtered} onClear={onClear} none={<Empty title="Nothing has been changed yet" />}>
        {(items) => (
          <Table aria-label="Audit" variant="compact" gridBreakPoint="grid-lg">
            <Thead>
              <Tr>
                <Th>When</Th>
                <Th>Who</Th>
                <Th>What</Th>
                <Th>Of</Th>
                <Th screenReaderText="More" />
              </Tr>
            </Thead>
            {items.map((event) => (
              <Tbody key={event.id}>
                <Tr>
                  <Td dataLabel="When" className="mm-nowrap">
                    <Time at={event.at} />
                  </Td>
                  <Td dataLabel="Who">
                    <span title={event.actor}>{event.actor.replace(NUMBERED, '')}</span>
                  </Td>
                  <Td dataLabel="What">{event.action}</Td>
                  <Td dataLabel="Of">
                    <Subject event={event} />
                  </Td>
                  <Td dataLabel="More" className="mm-nowrap">
                    <Button variant="link" isInline aria-expanded={shown === event.id} onClick={() => setShown(shown === event.id ? undefined : event.id)}>
                      Before and after
                    </Button>
                  </Td>
                </Tr>
                {shown === event.id && (
                  <Tr>
                    <Td colSpan={5}>
                      <div className="mm-two">
                        <Side title="Before" value={event.before} />
                        <Side title="After" value={event.after} />
                      </div>
                      {event.requestId !== undefined && <p className="mm-subtle">Request {event.requestId}</p>}
                    </Td>
                  </Tr>
                )}
              </Tbody>
            ))}
          </Table>
        )}
      </AskedList>
      <Pager list={list} nextCursor={query.data?.nextCursor} shown={query.data?.items.length ?? 0} />
    </>
  );
}

/** A token's actor carries its id behind the name. */
const NUMBERED = / \([0-9a-f-]{36}\)$/;

/** Where the things that have a page of their own are found. */
const PAGES: Readonly<Record<string, string>> = { node: '/nodes', campaign: '/campaigns', image: '/images' };

function Subject({ event }: { event: Schemas['AuditEvent'] }) {
  const page = PAGES[event.objectKind];
  return page === undefined ? nameOf(event) : <Link to={`${page}/${event.objectId}`}>{nameOf(event)}</Link>;
}

function nameOf(event: Schemas['AuditEvent']): string {
  const object: Record<string, unknown> = event.after ?? event.before ?? {};
  const name = object['name'] ?? object['path'] ?? object['version'];
  return typeof name === 'string' ? `${event.objectKind} ${name}` : `${event.objectKind} …${event.objectId.slice(-12)}`;
}

function Side({ title, value }: { title: string; value: object | undefined }) {
  return (
    <section aria-label={title}>
      <strong>{title}</strong>
      {value === undefined ? (
        <p className="mm-absent">nothing</p>
      ) : (
        <CodeBlock>
          <CodeBlockCode>{JSON.stringify(value, null, 2)}</CodeBlockCode>
        </CodeBlock>
      )}
    </section>
  );
}
