import { Alert, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { ChoiceField, FormProblem, TextField } from '../ui/form';
import { FormDialog, Removal, useAsking } from '../ui/form-dialog';
import { Issue } from '../ui/issue';
import { useSend } from '../ui/send';
import { Time } from '../ui/time';
import { plural } from '../ui/words';
import { targetWords } from './window-list';

type Calendar = Schemas['Calendar'];

/** Calendars of others, whose events are windows or freezes: fetched by address, or uploaded. */
export function Calendars() {
  const reason = useReason('window.manage');
  const query = useQuery({
    queryKey: ['tenant', 'calendars'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/calendars', { params: { query: { limit: 200, sort: 'name' } }, signal })),
  });
  const refresh = useSend((id: string) => answer(api.POST('/api/v1/calendars/{id}:refresh', { params: { path: { id } } })), { topics: ['tenant'] });
  const remove = useAsking(
    (calendar: Calendar) =>
      answer(api.DELETE('/api/v1/calendars/{id}', { params: { path: { id: calendar.id }, header: { 'If-Match': etag(calendar.revision) } } })),
    ['tenant'],
  );
  return (
    <div className="mm-stack">
      <FormProblem problem={refresh.problem} />
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty variant="xs" title="No calendar is imported">Holidays and production plans often lie in a calendar already (iCalendar, .ics).</Empty>
          ) : (
            <Table aria-label="Imported calendars" variant="compact" gridBreakPoint="grid-lg">
              <Thead>
                <Tr>
                  <Th>Name</Th>
                  <Th>Kind</Th>
                  <Th>For</Th>
                  <Th>Events</Th>
                  <Th>Looked at</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((calendar) => (
                  <Tr key={calendar.id}>
                    <Td dataLabel="Name">
                      {calendar.name}
                      {calendar.problem !== undefined && (
                        <Alert component="p" isInline isPlain variant="warning" title={calendar.problem} />
                      )}
                    </Td>
                    <Td dataLabel="Kind">{calendar.kind === 'FREEZE' ? 'freezes' : 'windows'}</Td>
                    <Td dataLabel="For">{targetWords(calendar.target)}</Td>
                    <Td dataLabel="Events">{plural(calendar.events, 'event')}</Td>
                    <Td dataLabel="Looked at">
                      <Time at={calendar.checkedAt} />
                    </Td>
                    <Td dataLabel="Actions">
                      <div className="mm-row">
                        {calendar.url !== undefined && (
                          <ReasonedButton variant="link" isInline reason={reason} aria-label={`Fetch now: ${calendar.name}`} onClick={() => refresh.send(calendar.id)}>
                            Fetch now
                          </ReasonedButton>
                        )}
                        <ReasonedButton variant="link" isInline isDanger reason={reason} aria-label={`Delete ${calendar.name}`} onClick={() => remove.ask(calendar)}>
                          Delete
                        </ReasonedButton>
                      </div>
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )
        }
      </Asked>
      <Removal asking={remove} name={({ name }) => name}>
        {({ events }) => <p>Its {plural(events, 'window or freeze', 'windows or freezes')} go with it.</p>}
      </Removal>
    </div>
  );
}

export function CalendarDialog({ onClose }: { onClose: () => void }) {
  const [way, setWay] = useState<'file' | 'address'>('file');
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Schemas['WindowKind']>('FREEZE');
  const [zone, setZone] = useState('NODE_LOCAL');
  const [sitePath, setSitePath] = useState('');
  const [url, setUrl] = useState('');
  const [file, setFile] = useState<File>();
  // The calendar is made before its content is taken; when that is refused, the next try goes on from there.
  const [made, setMade] = useState<string>();
  const fileId = useId();
  const send = useSend(
    async (wanted: { body: Schemas['NewCalendar']; text: string | undefined }, key) => {
      let id = made;
      if (id === undefined) {
        const calendar = (await answer(
          api.POST('/api/v1/calendars', { params: { header: { 'Idempotency-Key': key } }, body: wanted.body }),
        )) as Calendar;
        id = calendar.id;
        setMade(id);
      }
      if (wanted.text !== undefined) {
        await answer(
          api.PUT('/api/v1/calendars/{id}/content', {
            params: { path: { id } },
            body: wanted.text,
            bodySerializer: (text) => text,
            headers: { 'Content-Type': 'text/calendar' },
          }),
        );
      }
    },
    { topics: ['tenant'], onDone: onClose },
  );
  const submit = async () => {
    const body: Schemas['NewCalendar'] = {
      name: name.trim(),
      kind,
      zone: zone.trim(),
      target: sitePath.trim() === '' ? { type: 'TENANT' } : { type: 'SITE', sitePath: sitePath.trim() },
      ...(way === 'address' ? { url: url.trim() } : {}),
    };
    send.send({ body, text: way === 'file' ? await file?.text() : undefined });
  };
  return (
    <FormDialog
      title="Import a calendar"
      description="Each event of an iCalendar file becomes a window or a freeze."
      action="Import"
      incomplete={way === 'file' && file === undefined}
      send={send}
      pointers={['/url', '/name', '/kind', '/zone', '/target/sitePath']}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ToggleGroup aria-label="Where it comes from">
        <ToggleGroupItem text="A file" isSelected={way === 'file'} onChange={() => setWay('file')} />
        <ToggleGroupItem text="An address" isSelected={way === 'address'} onChange={() => setWay('address')} />
      </ToggleGroup>
      {way === 'file' ? (
        <div>
          <label htmlFor={fileId}>File (.ics)</label>
          <div>
            <input id={fileId} type="file" accept=".ics,text/calendar" onChange={(event) => setFile(event.target.files?.[0])} />
          </div>
        </div>
      ) : (
        <TextField label="Address" pointer="/url" type="url" problem={send.problem} value={url} onChange={setUrl} required help="It is fetched again every six hours." />
      )}
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required />
      <ChoiceField
        label="Its events are"
        pointer="/kind"
        problem={send.problem}
        value={kind}
        onChange={setKind}
        choices={[
          { value: 'FREEZE', label: 'freezes' },
          { value: 'PERMIT', label: 'windows' },
        ]}
      />
      <TextField label="Zone" pointer="/zone" problem={send.problem} value={zone} onChange={setZone} help="Of whole days and of times without a zone." />
      <TextField label="Site" pointer="/target/sitePath" problem={send.problem} value={sitePath} onChange={setSitePath} help="Its path; empty: all nodes." />
    </FormDialog>
  );
}

/** Addresses under which a calendar program reads when nodes may be disturbed. Whoever knows one may read it. */
export function Feeds() {
  const reason = useReason('window.manage');
  const query = useQuery({
    queryKey: ['tenant', 'feeds'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/calendar-feeds', { params: { query: { limit: 200 } }, signal })),
  });
  const remove = useAsking((feed: Schemas['CalendarFeed']) => answer(api.DELETE('/api/v1/calendar-feeds/{id}', { params: { path: { id: feed.id } } })), ['tenant']);
  return (
    <div className="mm-stack">
      <Issue
        action="New feed"
        title="The feed's address"
        reason={reason}
        variant="secondary"
        dialog={(onClose, onDone) => <FeedDialog onClose={onClose} onDone={onDone} />}
      />
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty variant="xs" title="There is no feed">
              A feed shows in the calendar of a plant when its nodes may be disturbed.
            </Empty>
          ) : (
            <Table aria-label="Feeds" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Name</Th>
                  <Th>Site</Th>
                  <Th>Made by</Th>
                  <Th>Made</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((feed) => (
                  <Tr key={feed.id}>
                    <Td dataLabel="Name">{feed.name}</Td>
                    <Td dataLabel="Site">{feed.sitePath}</Td>
                    <Td dataLabel="Made by">{feed.createdBy}</Td>
                    <Td dataLabel="Made">
                      <Time at={feed.createdAt} />
                    </Td>
                    <Td dataLabel="Actions">
                      <ReasonedButton variant="link" isInline isDanger reason={reason} aria-label={`Revoke ${feed.name}`} onClick={() => remove.ask(feed)}>
                        Revoke
                      </ReasonedButton>
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )
        }
      </Asked>
      <Removal asking={remove} verb="Revoke" name={({ name }) => name}>
        {() => <p>Calendars that subscribe to it get nothing any more.</p>}
      </Removal>
    </div>
  );
}

function FeedDialog({ onClose, onDone }: { onClose: () => void; onDone: (url: string) => void }) {
  const [name, setName] = useState('');
  const [sitePath, setSitePath] = useState('');
  const send = useSend(
    (body: Schemas['NewCalendarFeed'], key) => answer(api.POST('/api/v1/calendar-feeds', { params: { header: { 'Idempotency-Key': key } }, body })),
    { topics: ['tenant'], onDone: (made) => onDone(new URL(made.url, location.origin).href) },
  );
  return (
    <FormDialog
      title="New feed"
      description="Its address is its own key: whoever knows it may read it."
      action="Make it"
      send={send}
      pointers={['/name', '/sitePath']}
      onSubmit={() => send.send({ name: name.trim(), sitePath: sitePath.trim() })}
      onClose={onClose}
    >
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required help="Calendar programs show it." />
      <TextField label="Site" pointer="/sitePath" problem={send.problem} value={sitePath} onChange={setSitePath} required help="Its path; all below it are in the feed." />
    </FormDialog>
  );
}
