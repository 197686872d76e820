import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked } from '../ui/faces';
import { TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { useSend } from '../ui/send';
import { Time } from '../ui/time';
import { formatNumber, plural } from '../ui/words';

type Cohort = Schemas['GuardCohort'];

/** How full the meter is: evidence multiplies, so the meter is logarithmic. 1 says nothing, `needed` stops. */
export function fill(evidence: number, needed: number): number {
  if (evidence <= 1) {
    return 0;
  }
  return Math.min(Math.log(evidence) / Math.log(Math.max(needed, Math.E)), 1);
}

const round = (value: number) => (value >= 100 ? formatNumber(Math.round(value)) : formatNumber(Math.round(value * 10) / 10));

/** What speaks against the image, and how close that is to stopping the campaign. */
export function Guard({ campaign }: { campaign: Schemas['Campaign'] }) {
  const [deciding, setDeciding] = useState<Cohort>();
  const reason = useReason('campaign.run', campaign.state === 'RUNNING' || campaign.state === 'PAUSED' ? undefined : `This is ${campaign.state}.`);
  const query = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'guard'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/campaigns/{id}/guard', { params: { path: { id: campaign.id } }, signal })),
    refetchInterval: campaign.state === 'RUNNING' ? 5000 : false,
  });
  return (
    <Asked query={query} rows={2}>
      {(guard) => {
        if (!guard.enabled) {
          return <p>It is off: only the fixed number of failures pauses this campaign.</p>;
        }
        const share = fill(guard.evidence, guard.needed);
        const meaning = share >= 1 ? 'bad' : share >= 0.5 ? 'attention' : 'good';
        return (
          <div className="mm-stack">
            <div className="mm-meter">
              <div className="mm-row">
                <span>
                  Evidence <strong>{round(guard.evidence)}</strong> of {round(guard.needed)} needed to stop it
                </span>
                <span className="mm-row-end mm-subtle">
                  {formatNumber(guard.failures)} of {plural(guard.finished, 'node')} failed; {round(guard.baseline * 100)} % are accepted
                </span>
              </div>
              <div
                className="mm-bar"
                role="meter"
                aria-label="Evidence against the image"
                aria-valuemin={0}
                aria-valuemax={100}
                aria-valuenow={Math.round(share * 100)}
                aria-valuetext={`${round(guard.evidence)} of ${round(guard.needed)}`}
              >
                <span className={`mm-fill-${meaning}`} style={{ width: `${share * 100}%` }} />
              </div>
            </div>
            {guard.downloadFailures > 0 && <p className="mm-subtle">{plural(guard.downloadFailures, 'download')} failed; that says nothing about the image.</p>}
            {guard.cohorts.length > 0 && (
              <Table variant="compact" aria-label="Nodes that have something in common" gridBreakPoint="grid-md">
                <Thead>
                  <Tr>
                    <Th>Nodes with</Th>
                    <Th>Failed</Th>
                    <Th>Evidence</Th>
                    <Th screenReaderText="Actions" />
                  </Tr>
                </Thead>
                <Tbody>
                  {guard.cohorts.slice(0, 8).map((cohort) => (
                    <Tr key={`${cohort.kind}/${cohort.name}`}>
                      <Td dataLabel="Nodes with">
                        <span className="mm-subtle">{cohort.kind.toLowerCase()}</span> {cohort.label}{' '}
                        {cohort.held !== undefined && (
                          <Label isCompact color="orange">
                            held
                          </Label>
                        )}
                        {cohort.held !== undefined && (
                          <div className="mm-subtle">
                            {cohort.held.reason} By {cohort.held.by}, <Time at={cohort.held.since} />.
                          </div>
                        )}
                      </Td>
                      <Td dataLabel="Failed">
                        {formatNumber(cohort.failures)} of {formatNumber(cohort.finished)}
                      </Td>
                      <Td dataLabel="Evidence">{round(cohort.evidence)}</Td>
                      <Td dataLabel="Actions">
                        <ReasonedButton
                          variant="link"
                          isInline
                          reason={reason}
                          aria-label={`${cohort.held === undefined ? 'Hold' : 'Release'} ${cohort.label}`}
                          onClick={() => setDeciding(cohort)}
                        >
                          {cohort.held === undefined ? 'Hold' : 'Release'}
                        </ReasonedButton>
                      </Td>
                    </Tr>
                  ))}
                </Tbody>
              </Table>
            )}
            {deciding !== undefined && <CohortDialog campaign={campaign} cohort={deciding} onClose={() => setDeciding(undefined)} />}
          </div>
        );
      }}
    </Asked>
  );
}

function CohortDialog({ campaign, cohort, onClose }: { campaign: Schemas['Campaign']; cohort: Cohort; onClose: () => void }) {
  const [text, setText] = useState('');
  const holds = cohort.held === undefined;
  const send = useSend(
    async (body: Schemas['NewCohortHold'], key) => {
      const params = { path: { id: campaign.id }, header: { 'Idempotency-Key': key } };
      return holds
        ? await answer(api.POST('/api/v1/campaigns/{id}:hold-cohort', { params, body }))
        : await answer(api.POST('/api/v1/campaigns/{id}:release-cohort', { params, body }));
    },
    { topics: ['campaigns'], onDone: onClose },
  );
  const submit = () => {
    send.send({ kind: cohort.kind, name: cohort.name, ...(text.trim() === '' ? {} : { reason: text.trim() }) });
  };
  return (
    <FormDialog
      title={`${holds ? 'Hold' : 'Release'} ${cohort.label}?`}
      action={holds ? 'Hold' : 'Release'}
      incomplete={holds && text.trim() === ''}
      send={send}
      pointers={['/reason']}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{holds ? 'These nodes get no permits; all others go on.' : 'These nodes go on; what they did before does not count any more.'}</p>
      {holds && <TextField label="Reason" pointer="/reason" problem={send.problem} value={text} onChange={setText} required />}
    </FormDialog>
  );
}

