import { Alert, Card, CardBody, CardTitle, Label, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty, Loading } from '../ui/faces';
import { Screen } from '../ui/page';
import { Removal, useAsking } from '../ui/form-dialog';
import { Time } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { CalendarDialog, Calendars } from './calendars';
import { WindowEditor } from './window-editor';
import { WindowList } from './window-list';

type Window = Schemas['Window'];

const CalendarGrid = lazy(() => import('./calendar-grid'));

const TABS = ['calendar', 'windows', 'coverage', 'imports'] as const;

export default function CalendarPage() {
  const [parameters, setParameters] = useSearchParams();
  const [editing, setEditing] = useState<{ window: Window | undefined; day?: string }>();
  const [importing, setImporting] = useState(false);
  const reason = useReason('window.manage');
  const tab = TABS.find((each) => each === parameters.get('tab')) ?? 'calendar';
  const remove = useAsking((window: Window) => answer(api.DELETE('/api/v1/windows/{id}', { params: { path: { id: window.id }, header: { 'If-Match': etag(window.revision) } } })), ['tenant']);
  const open = async (id: string) => {
    const window = await answer(api.GET('/api/v1/windows/{id}', { params: { path: { id } } }));
    setEditing({ window });
  };
  return (
    <Screen
      title="Calendar"
      actions={
        <div className="mm-row">
          <ReasonedButton variant="primary" reason={reason} onClick={() => setEditing({ window: undefined })}>
            New window or freeze
          </ReasonedButton>
          <ReasonedButton variant="secondary" reason={reason} onClick={() => setImporting(true)}>
            Import a calendar
          </ReasonedButton>
        </div>
      }
    >
      <Tabs
        activeKey={tab}
        aria-label="Calendar"
        mountOnEnter
        unmountOnExit
        onSelect={(_, key) => setParameters(key === 'calendar' ? {} : { tab: String(key) }, { replace: true })}
      >
        <Tab eventKey="calendar" title={<TabTitleText>Calendar</TabTitleText>}>
          <Suspense fallback={<Loading rows={8} />}>
            <CalendarGrid
              onOpen={(id) => void open(id)}
              onDay={(day) => {
                if (reason === undefined) {
                  setEditing({ window: undefined, day });
                }
              }}
            />
          </Suspense>
        </Tab>
        <Tab eventKey="windows" title={<TabTitleText>Windows and freezes</TabTitleText>}>
          <WindowList
            action={(window) => {
              const why = reason ?? (window.calendarId === undefined ? undefined : 'It comes from an imported calendar, and changes with that alone.');
              return (
                <div className="mm-row">
                  <ReasonedButton variant="link" isInline reason={why} aria-label={`Change ${window.name}`} onClick={() => setEditing({ window })}>
                    Change
                  </ReasonedButton>
                  <ReasonedButton variant="link" isInline isDanger reason={why} aria-label={`Delete ${window.name}`} onClick={() => remove.ask(window)}>
                    Delete
                  </ReasonedButton>
                </div>
              );
            }}
          />
        </Tab>
        <Tab eventKey="coverage" title={<TabTitleText>Coverage</TabTitleText>}>
          <Coverage />
        </Tab>
        <Tab eventKey="imports" title={<TabTitleText>Imported calendars</TabTitleText>}>
          <Calendars />
        </Tab>
      </Tabs>
      {editing !== undefined && (
        <WindowEditor window={editing.window} {...(editing.day === undefined ? {} : { day: editing.day })} onClose={() => setEditing(undefined)} />
      )}
      {importing && <CalendarDialog onClose={() => setImporting(false)} />}
      <Removal asking={remove} name={({ name }) => name}>
        {(window) => <WhatDeletionDoes window={window} />}
      </Removal>
    </Screen>
  );
}

/** Whom it would leave without a window. */
function WhatDeletionDoes({ window }: { window: Window }) {
  const lint = useQuery({
    queryKey: ['tenant', 'lint', window.id, 'off'],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/windows:lint', { params: { query: { id: window.id } }, body: { enabled: false }, signal })),
  });
  return (
    <Asked query={lint} rows={1}>
      {({ impact }) => (
        <p>
          {impact.nodes === 0
            ? 'It changes nothing for any node.'
            : `It changes the windows of ${plural(impact.nodes, 'node')}; ${impact.lastWindow === 0 ? 'all keep another one.' : `${plural(impact.lastWindow, 'node')} would have none, and never be updated.`}`}
        </p>
      )}
    </Asked>
  );
}

function Coverage() {
  const query = useQuery({
    queryKey: ['tenant', 'coverage'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/windows/coverage', { signal })),
  });
  return (
    <div className="mm-tab">
      <Asked query={query}>
        {(coverage) => (
          <div className="mm-stack">
            {coverage.withoutWindow + coverage.neverOpen === 0 ? (
              <Alert component="h2" isInline variant="success" title={`All ${formatNumber(coverage.nodes)} nodes have a window that opens`} />
            ) : (
              <Alert component="h2" isInline variant="warning" title={`${plural(coverage.withoutWindow + coverage.neverOpen, 'node')} of ${formatNumber(coverage.nodes)} will never be updated`}>
                {formatNumber(coverage.withoutWindow)} without any window, {formatNumber(coverage.neverOpen)} whose windows do not open within a year.
              </Alert>
            )}
            <div className="mm-two">
              <Card>
                <CardTitle component="h2">Sites with gaps</CardTitle>
                <CardBody>
                  {coverage.sites.length === 0 ? (
                    <Empty variant="xs" title="None" />
                  ) : (
                    <Table variant="compact" aria-label="Sites with gaps" gridBreakPoint="grid-md">
                      <Thead>
                        <Tr>
                          <Th>Site</Th>
                          <Th>Nodes</Th>
                          <Th>Without a window</Th>
                          <Th>Never open</Th>
                        </Tr>
                      </Thead>
                      <Tbody>
                        {coverage.sites.map((site) => (
                          <Tr key={site.sitePath}>
                            <Td dataLabel="Site">
                              <Link to={`/nodes?${new URLSearchParams({ filter: `site==${site.sitePath}` })}`}>{site.sitePath}</Link>
                            </Td>
                            <Td dataLabel="Nodes">{formatNumber(site.nodes)}</Td>
                            <Td dataLabel="Without a window">{formatNumber(site.withoutWindow)}</Td>
                            <Td dataLabel="Never open">{formatNumber(site.neverOpen)}</Td>
                          </Tr>
                        ))}
                      </Tbody>
                    </Table>
                  )}
                </CardBody>
              </Card>
              <Card>
                <CardTitle component="h2">What each window does</CardTitle>
                <CardBody>
                  <ul className="mm-plain-list">
                    {coverage.windows.map((window) => (
                      <li key={window.id} className="mm-row">
                        <Label isCompact color={window.state === 'USED' ? 'green' : 'orange'}>
                          {window.state.toLowerCase()}
                        </Label>
                        <span>{window.name}</span>
                        <span className="mm-row-end mm-subtle">
                          {plural(window.nodes, 'node')}
                          {window.nextStartsAt !== undefined && (
                            <>
                              , next <Time at={window.nextStartsAt} />
                            </>
                          )}
                        </span>
                      </li>
                    ))}
                  </ul>
                </CardBody>
              </Card>
            </div>
          </div>
        )}
      </Asked>
    </div>
  );
}

