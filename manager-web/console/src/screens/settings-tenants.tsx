import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, etag, type Schemas } from '../api/client';
import { Confirm, ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { TextField } from '../ui/form';
import { FormDialog, useAsking } from '../ui/form-dialog';
import { Issue } from '../ui/issue';
import { useSend } from '../ui/send';
import { Time } from '../ui/time';
import { formatNumber } from '../ui/words';

type Tenant = Schemas['ManagedTenant'];
type Act = 'suspend' | 'resume' | 'delete' | 'restore';

const ACTS: Record<Act, { verb: string; question: string; danger: boolean; from: Tenant['state'] }> = {
  suspend: { verb: 'Suspend', question: 'Nobody of it gets in, and no node gets a permit, within a second. What is under way comes to its end.', danger: true, from: 'ACTIVE' },
  resume: { verb: 'Resume', question: 'Its people and nodes go on.', danger: false, from: 'SUSPENDED' },
  delete: { verb: 'Delete', question: 'It is suspended at once, and its data is deleted when the delay is over. Until then it can be restored.', danger: true, from: 'SUSPENDED' },
  restore: { verb: 'Restore', question: 'Its data stays. It is suspended until somebody lets it go on.', danger: false, from: 'DELETED' },
};

async function act({ what, tenant }: { what: Act; tenant: Tenant }, key: string): Promise<void> {
  const path = { id: tenant.id };
  switch (what) {
    case 'suspend':
      await answer(api.POST('/api/v1/managed-tenants/{id}:suspend', { params: { path, header: { 'Idempotency-Key': key } }, body: {} }));
      break;
    case 'resume':
      await answer(api.POST('/api/v1/managed-tenants/{id}:resume', { params: { path, header: { 'Idempotency-Key': key } } }));
      break;
    case 'restore':
      await answer(api.POST('/api/v1/managed-tenants/{id}:restore', { params: { path, header: { 'Idempotency-Key': key } } }));
      break;
    case 'delete':
      await answer(api.DELETE('/api/v1/managed-tenants/{id}', { params: { path, header: { 'If-Match': etag(tenant.revision) } } }));
  }
}

const LOOKS = { ACTIVE: 'green', SUSPENDED: 'orange', DELETED: 'red' } as const;

/** For those who run the manager: who shares it. */
export function Tenants() {
  const reason = useReason('tenant.administer');
  const query = useQuery({
    queryKey: ['managed-tenants', 'list'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/managed-tenants', { params: { query: { limit: 200, sort: 'name' } }, signal })),
  });
  const acting = useAsking(act, ['managed-tenants', 'audit']);
  const [limiting, setLimiting] = useState<Tenant>();
  return (
    <div className="mm-stack mm-tab">
      <Issue
        action="New tenant"
        title="The tenant's first API token"
        reason={reason}
        dialog={(onClose, onDone) => <TenantDialog onClose={onClose} onDone={onDone} />}
      />
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no other tenant">A tenant has nodes, people and campaigns of its own, and sees nothing of others.</Empty>
          ) : (
            <Table aria-label="Tenants" variant="compact" gridBreakPoint="grid-lg">
              <Thead>
                <Tr>
                  <Th>Tenant</Th>
                  <Th>State</Th>
                  <Th>Nodes</Th>
                  <Th>Made</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((tenant) => (
                  <Tr key={tenant.id}>
                    <Td dataLabel="Tenant">{tenant.name}</Td>
                    <Td dataLabel="State">
                      <Label isCompact color={LOOKS[tenant.state]}>
                        {tenant.state.toLowerCase()}
                      </Label>{' '}
                      {tenant.reason}
                      {tenant.deleteAt !== undefined && (
                        <div className="mm-subtle">
                          its data goes <Time at={tenant.deleteAt} />
                        </div>
                      )}
                    </Td>
                    <Td dataLabel="Nodes">
                      {formatNumber(tenant.nodes)}
                      {tenant.quotas.maxNodes !== undefined && ` of ${formatNumber(tenant.quotas.maxNodes)}`}
                    </Td>
                    <Td dataLabel="Made">
                      <Time at={tenant.createdAt} />
                    </Td>
                    <Td dataLabel="Actions">
                      <div className="mm-row">
                        <ReasonedButton variant="link" isInline reason={reason} aria-label={`Limits of ${tenant.name}`} onClick={() => setLimiting(tenant)}>
                          Limits
                        </ReasonedButton>
                        {(Object.keys(ACTS) as Act[])
                          .filter((what) => ACTS[what].from === tenant.state)
                          .map((what) => (
                            <ReasonedButton
                              key={what}
                              variant="link"
                              isInline
                              isDanger={ACTS[what].danger}
                              reason={reason}
                              aria-label={`${ACTS[what].verb} ${tenant.name}`}
                              onClick={() => acting.ask({ what, tenant })}
                            >
                              {ACTS[what].verb}
                            </ReasonedButton>
                          ))}
                      </div>
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )
        }
      </Asked>
      {limiting !== undefined && <QuotaDialog tenant={limiting} onClose={() => setLimiting(undefined)} />}
      {acting.about !== undefined && (
        <Confirm
          title={`${ACTS[acting.about.what].verb} ${acting.about.tenant.name}?`}
          action={ACTS[acting.about.what].verb}
          danger={ACTS[acting.about.what].danger}
          {...(acting.about.what === 'delete' ? { typed: acting.about.tenant.name } : {})}
          send={acting.send}
          onClose={acting.close}
        >
          <p>{ACTS[acting.about.what].question}</p>
        </Confirm>
      )}
    </div>
  );
}

const QUOTAS = [
  { field: 'maxNodes', label: 'Nodes, at most', help: 'All but decommissioned ones.' },
  { field: 'maxCampaigns', label: 'Campaigns, at most', help: 'All but those that are over.' },
  { field: 'maxArtifactBytes', label: 'Bytes of uploaded images, at most', help: undefined },
  { field: 'maxPollsPerSecond', label: 'Polls a second, at most', help: 'Of all its nodes together, at each replica.' },
] as const satisfies readonly { field: keyof Schemas['TenantQuotas']; label: string; help: string | undefined }[];

/** How much of the manager a tenant may take. */
function QuotaDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(QUOTAS.map(({ field }) => [field, tenant.quotas[field] === undefined ? '' : String(tenant.quotas[field])])),
  );
  const send = useSend(
    (body: Schemas['TenantQuotas']) =>
      answer(api.PUT('/api/v1/managed-tenants/{id}/quotas', { params: { path: { id: tenant.id }, header: { 'If-Match': etag(tenant.revision) } }, body })),
    { topics: ['managed-tenants', 'audit'], onDone: onClose },
  );
  const submit = () => {
    const said = Object.entries(typed).filter(([, text]) => text.trim() !== '');
    send.send(Object.fromEntries(said.map(([field, text]) => [field, Number(text)])));
  };
  return (
    <FormDialog
      title={`Limits of ${tenant.name}`}
      description="What is empty has no limit. What is there already stays."
      action="Save"
      send={send}
      pointers={QUOTAS.map(({ field }) => `/${field}`)}
      onSubmit={submit}
      onClose={onClose}
    >
      {QUOTAS.map(({ field, label, help }) => (
        <TextField
          key={field}
          label={label}
          pointer={`/${field}`}
          problem={send.problem}
          type="number"
          min={0}
          value={typed[field] ?? ''}
          onChange={(text) => setTyped((before) => ({ ...before, [field]: text }))}
          help={help}
        />
      ))}
    </FormDialog>
  );
}

function TenantDialog({ onClose, onDone }: { onClose: () => void; onDone: (token: string) => void }) {
  const [name, setName] = useState('');
  const [zone, setZone] = useState('');
  const [maxNodes, setMaxNodes] = useState('');
  const send = useSend(
    (body: Schemas['NewTenant'], key) => answer(api.POST('/api/v1/managed-tenants', { params: { header: { 'Idempotency-Key': key } }, body })),
    { topics: ['managed-tenants', 'audit'], onDone: (made) => onDone(made.token.token) },
  );
  return (
    <FormDialog
      title="New tenant"
      action="Make it"
      send={send}
      pointers={['/name', '/zone', '/quotas/maxNodes']}
      onSubmit={() =>
        send.send({
          name: name.trim(),
          ...(zone.trim() === '' ? {} : { zone: zone.trim() }),
          ...(maxNodes.trim() === '' ? {} : { quotas: { maxNodes: Number(maxNodes) } }),
        })
      }
      onClose={onClose}
    >
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required help="Small letters, digits and dashes." />
      <TextField label="Zone" pointer="/zone" problem={send.problem} value={zone} onChange={setZone} help="For what has no site; empty: UTC." />
      <TextField label="Nodes, at most" pointer="/quotas/maxNodes" problem={send.problem} type="number" min={0} value={maxNodes} onChange={setMaxNodes} help="Empty: no limit." />
    </FormDialog>
  );
}
