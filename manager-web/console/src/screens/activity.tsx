import { Alert, Card, CardBody, CardTitle, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'react-router';
import { answer, api, BASE, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { FilterBar } from '../ui/filter';
import { FormProblem, TextField } from '../ui/form';
import { useListState } from '../ui/listing';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { READERS_ZONE } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { AuditTable } from './audit-table';
import { UpdateTable } from './campaign';
import { NightReport } from './night-report';

const TABS = ['audit', 'updates', 'night'] as const;

export default function Activity() {
  const [parameters, setParameters] = useSearchParams();
  const tab = TABS.find((each) => each === parameters.get('tab')) ?? 'audit';
  return (
    <Screen title="Activity">
      <Tabs
        activeKey={tab}
        aria-label="Activity"
        mountOnEnter
        unmountOnExit
        onSelect={(_, key) => setParameters(key === 'audit' ? {} : { tab: String(key) }, { replace: true })}
      >
        <Tab eventKey="audit" title={<TabTitleText>Audit</TabTitleText>}>
          <Audit />
        </Tab>
        <Tab eventKey="updates" title={<TabTitleText>Updates of nodes</TabTitleText>}>
          <UpdateTable />
        </Tab>
        <Tab eventKey="night" title={<TabTitleText>Night report</TabTitleText>}>
          <NightReport />
        </Tab>
      </Tabs>
    </Screen>
  );
}

function Audit() {
  const list = useListState();
  return (
    <div className="mm-stack mm-tab">
      <div className="mm-two">
        <Verify />
        <Export />
      </div>
      <div>
        <FilterBar
          filter={list.filter}
          onChange={list.setFilter}
          example="objectKind==campaign;action==campaign.paused"
          facets={[
            {
              field: 'actorKind',
              title: 'By',
              choices: [
                { value: 'API_TOKEN', label: 'API tokens' },
                { value: 'NODE', label: 'Nodes' },
                { value: 'SYSTEM', label: 'The manager' },
              ],
            },
          ]}
        />
        <AuditTable filter={list.filter} filtered={list.filter !== ''} onClear={() => list.setFilter('')} />
      </div>
    </div>
  );
}

/** Checks the chain of hashes from its begin to its end. */
function Verify() {
  const reason = useReason('audit.read');
  const send = useSend<Record<string, never>, Schemas['AuditVerification']>(() => answer(api.GET('/api/v1/audit:verify')));
  const found = send.result;
  return (
    <Card>
      <CardTitle component="h2">Was it tampered with?</CardTitle>
      <CardBody>
        <div className="mm-stack">
          <p>Each event holds the hash of the one before; signed checkpoints fix them.</p>
          <div>
            <ReasonedButton variant="secondary" reason={reason} isLoading={send.sending} onClick={() => send.send({})}>
              Verify the chain
            </ReasonedButton>
          </div>
          <FormProblem problem={send.problem} />
          {found !== undefined && (
            <Alert component="p"
              isInline
              role="status"
              variant={found.intact ? 'success' : 'danger'}
              title={found.intact ? `Intact: ${plural(found.events, 'event')} in a row` : 'Not intact'}
            >
              {found.flaw !== undefined && (
                <p>
                  At number {formatNumber(found.flaw.seq)}: {found.flaw.detail}
                </p>
              )}
              <p>
                Signed through number {formatNumber(found.signedThrough)} of {formatNumber(found.lastSeq)} by {plural(found.checkpoints, 'checkpoint')}; {formatNumber(found.waiting)} not chained yet.
              </p>
            </Alert>
          )}
        </div>
      </CardBody>
    </Card>
  );
}

/** A period as a file that others can verify without this manager. */
function Export() {
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const reason = useReason('audit.read');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason !== undefined) {
      return;
    }
    const query = new URLSearchParams();
    if (from !== '') {
      query.set('from', new Date(from).toISOString());
    }
    if (until !== '') {
      query.set('until', new Date(until).toISOString());
    }
    // The browser keeps the stream as a file, however large.
    const link = document.createElement('a');
    link.href = `${BASE}/api/v1/audit/export?${query.toString()}`;
    link.download = 'audit.ndjson';
    link.click();
  };
  return (
    <Card>
      <CardTitle component="h2">Export</CardTitle>
      <CardBody>
        <form className="mm-stack" onSubmit={submit} aria-label="Export">
          <div className="mm-two">
            <TextField label={`From (${READERS_ZONE})`} pointer="/from" problem={undefined} type="datetime-local" value={from} onChange={setFrom} />
            <TextField label={`Until (${READERS_ZONE})`} pointer="/until" problem={undefined} type="datetime-local" value={until} onChange={setUntil} />
          </div>
          <div>
            <ReasonedButton type="submit" variant="secondary" reason={reason}>
              Export as NDJSON
            </ReasonedButton>
          </div>
        </form>
      </CardBody>
    </Card>
  );
}

