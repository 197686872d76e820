import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { answer, api, BASE } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked } from '../ui/faces';
import { FilterBar } from '../ui/filter';
import { TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { useListState } from '../ui/listing';
import { Screen } from '../ui/page';
import { READERS_ZONE } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { AuditTable } from './audit-table';
import { UpdateTable } from './campaign';
import { NightReport } from './night-report';

const TABS = ['audit', 'updates', 'night'] as const;

export default function Activity() {
  const [parameters, setParameters] = useSearchParams();
  const [open, setOpen] = useState<'verify' | 'export'>();
  const reason = useReason('audit.read');
  const tab = TABS.find((each) => each === parameters.get('tab')) ?? 'audit';
  return (
    <Screen
      title="Activity"
      actions={
        tab === 'audit' && (
          <div className="mm-row">
            <ReasonedButton variant="secondary" reason={reason} onClick={() => setOpen('verify')}>
              Verify the chain
            </ReasonedButton>
            <ReasonedButton variant="secondary" reason={reason} onClick={() => setOpen('export')}>
              Export
            </ReasonedButton>
          </div>
        )
      }
    >
      {open === 'verify' && <Verify onClose={() => setOpen(undefined)} />}
      {open === 'export' && <Export onClose={() => setOpen(undefined)} />}
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
    <div className="mm-tab">
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
  );
}

/** Checks the chain of hashes from its begin to its end. */
function Verify({ onClose }: { onClose: () => void }) {
  const query = useQuery({
    queryKey: ['own', 'verification'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/audit:verify', { signal })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Modal isOpen variant="medium" aria-labelledby="verify" onClose={onClose}>
      <ModalHeader title="Is the audit as it was written?" labelId="verify" description="Each event holds the hash of the one before; signed checkpoints fix them." />
      <ModalBody>
        <Asked query={query} rows={2}>
          {(found) => (
            <Alert
              component="p"
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
                Signed through number {formatNumber(found.signedThrough)} of {formatNumber(found.lastSeq)} by {plural(found.checkpoints, 'checkpoint')};{' '}
                {formatNumber(found.waiting)} not chained yet.
              </p>
            </Alert>
          )}
        </Asked>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** A period as a file that others can verify without this manager. */
function Export({ onClose }: { onClose: () => void }) {
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const submit = () => {
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
    onClose();
  };
  return (
    <FormDialog
      title="Export the audit"
      description="As NDJSON, which others can verify without this manager."
      action="Export"
      send={{ sending: false, problem: undefined }}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label={`From (${READERS_ZONE})`} pointer="/from" problem={undefined} type="datetime-local" value={from} onChange={setFrom} help="Empty: from the first event." />
      <TextField label={`Until (${READERS_ZONE})`} pointer="/until" problem={undefined} type="datetime-local" value={until} onChange={setUntil} help="Empty: to the last one." />
    </FormDialog>
  );
}
