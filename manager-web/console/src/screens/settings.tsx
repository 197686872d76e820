import { Card, CardBody, CardTitle, Checkbox, Form, Label, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useMay, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { ChoiceField, FormProblem, TextField } from '../ui/form';
import { FormDialog, Removal, useAsking } from '../ui/form-dialog';
import { Issue } from '../ui/issue';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { inDays, Time } from '../ui/time';
import { formatNumber } from '../ui/words';
import { Approvals, LogIn } from './settings-access';
import { GrantFields, People, saidGrants } from './settings-people';
import { Tenants } from './settings-tenants';
import { type Decision, DecisionDialog, whyNot } from './nodes-bulk';

const SECTIONS = [
  { key: 'pending', title: 'Pending nodes', Shown: PendingNodes },
  { key: 'enrollment', title: 'Enrollment tokens', Shown: EnrollmentTokens },
  { key: 'tokens', title: 'API tokens', Shown: ApiTokens },
  { key: 'people', title: 'People', Shown: People },
  { key: 'approvals', title: 'Approvals', Shown: Approvals },
  { key: 'log-in', title: 'Log-in', Shown: LogIn },
  { key: 'tenant', title: 'Tenant', Shown: TenantSettings },
  { key: 'tenants', title: 'All tenants', Shown: Tenants, needs: 'tenant.administer' },
] as const;

export default function Settings() {
  const { section } = useParams();
  const navigate = useNavigate();
  const may = useMay();
  const shown = SECTIONS.filter((each) => !('needs' in each) || may(each.needs));
  const active = shown.find((each) => each.key === section)?.key ?? 'pending';
  return (
    <Screen title="Settings">
      <Tabs activeKey={active} aria-label="Settings" mountOnEnter unmountOnExit onSelect={(_, key) => void navigate(`/settings/${key}`, { replace: true })}>
        {shown.map(({ key, title, Shown }) => (
          <Tab key={key} eventKey={key} title={<TabTitleText>{title}</TabTitleText>}>
            <Shown />
          </Tab>
        ))}
      </Tabs>
    </Screen>
  );
}

/** Nodes that enrolled by a token that wants an approval. */
function PendingNodes() {
  const [deciding, setDeciding] = useState<{ node: Schemas['Node']; decision: Decision }>();
  const may = useMay();
  const query = useQuery({
    queryKey: ['nodes', 'list', 'pending'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes', { params: { query: { filter: 'state==PENDING', sort: 'createdAt', limit: 200 } }, signal })),
  });
  return (
    <div className="mm-tab">
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody waits to be let in" />
          ) : (
            <Table aria-label="Pending nodes" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Node</Th>
                  <Th>Site</Th>
                  <Th>Hardware</Th>
                  <Th>Enrolled</Th>
                  <Th screenReaderText="Decide" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((node) => (
                  <Tr key={node.id}>
                    <Td dataLabel="Node">{node.name}</Td>
                    <Td dataLabel="Site">{node.site}</Td>
                    <Td dataLabel="Hardware">
                      {node.hardware ?? 'not said'} {node.architecture}
                      {Object.entries(node.hardwareIds).map(([kind, value]) => (
                        <div key={kind} className="mm-subtle">
                          {kind} {value}
                        </div>
                      ))}
                    </Td>
                    <Td dataLabel="Enrolled">
                      <Time at={node.enrolledAt ?? node.createdAt} />
                    </Td>
                    <Td dataLabel="Decide">
                      <div className="mm-row">
                        <ReasonedButton variant="secondary" size="sm" aria-label={`Approve ${node.name}`} reason={whyNot('approve', [node.state], may)} onClick={() => setDeciding({ node, decision: 'approve' })}>
                          Approve
                        </ReasonedButton>
                        <ReasonedButton variant="link" isDanger aria-label={`Refuse ${node.name}`} reason={whyNot('decommission', [node.state], may)} onClick={() => setDeciding({ node, decision: 'decommission' })}>
                          Refuse
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
      {deciding !== undefined && (
        <DecisionDialog nodes={[deciding.node]} decision={deciding.decision} onClose={() => setDeciding(undefined)} onDone={() => undefined} />
      )}
    </div>
  );
}

function validity(token: { expiresAt: string; revokedAt?: string }) {
  if (token.revokedAt !== undefined) {
    return (
      <>
        revoked <Time at={token.revokedAt} />
      </>
    );
  }
  return Date.parse(token.expiresAt) < Date.now() ? (
    <>
      ended <Time at={token.expiresAt} />
    </>
  ) : (
    <>
      ends <Time at={token.expiresAt} />
    </>
  );
}

const usable = (token: { expiresAt: string; revokedAt?: string }) => token.revokedAt === undefined && Date.parse(token.expiresAt) > Date.now();

function EnrollmentTokens() {
  const reason = useReason('credential.manage');
  const query = useQuery({
    queryKey: ['nodes', 'enrollment-tokens'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/enrollment-tokens', { params: { query: { limit: 200, sort: '-createdAt' } }, signal })),
  });
  const revoke = useAsking(({ id }: { id: string; name: string }) => answer(api.DELETE('/api/v1/enrollment-tokens/{id}', { params: { path: { id } } })), ['nodes']);
  return (
    <div className="mm-stack mm-tab">
      <Issue
        action="New enrollment token"
        title="The new enrollment token"
        reason={reason}
        dialog={(onClose, onDone) => <EnrollmentDialog onClose={onClose} onDone={onDone} />}
      />
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no enrollment token yet">A node turns one into an identity of its own.</Empty>
          ) : (
            <Table aria-label="Enrollment tokens" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Name</Th>
                  <Th>Site</Th>
                  <Th>Uses</Th>
                  <Th>Approval</Th>
                  <Th>Valid</Th>
                  <Th screenReaderText="Revoke" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((token) => (
                  <Tr key={token.id}>
                    <Td dataLabel="Name">{token.name}</Td>
                    <Td dataLabel="Site">{token.site}</Td>
                    <Td dataLabel="Uses">
                      {formatNumber(token.uses)} of {formatNumber(token.maxUses)}
                    </Td>
                    <Td dataLabel="Approval">{token.approval === 'MANUAL' ? 'by an operator' : 'none'}</Td>
                    <Td dataLabel="Valid">{validity(token)}</Td>
                    <Td dataLabel="Revoke">
                      {usable(token) && (
                        <ReasonedButton variant="link" isInline isDanger aria-label={`Revoke ${token.name}`} reason={reason} onClick={() => revoke.ask(token)}>
                          Revoke
                        </ReasonedButton>
                      )}
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )
        }
      </Asked>
      <Removal asking={revoke} verb="Revoke" name={({ name }) => name}>
        {() => <p>No node can enroll with it any more. Nodes that did stay.</p>}
      </Removal>
    </div>
  );
}

function secretOf(answered: unknown): string {
  if (typeof answered === 'object' && answered !== null && 'token' in answered && typeof answered.token === 'string') {
    return answered.token;
  }
  throw new Error('expected a token in the answer');
}

function EnrollmentDialog({ onClose, onDone }: { onClose: () => void; onDone: (secret: string) => void }) {
  const [name, setName] = useState('');
  const [site, setSite] = useState('');
  const [uses, setUses] = useState('1');
  const [hours, setHours] = useState('24');
  const [approval, setApproval] = useState<'AUTO' | 'MANUAL'>('AUTO');
  const [hardware, setHardware] = useState('');
  const send = useSend(
    (body: Schemas['NewEnrollmentToken'], key) => answer(api.POST('/api/v1/enrollment-tokens', { params: { header: { 'Idempotency-Key': key } }, body })),
    { topics: ['nodes'], onDone: (made) => onDone(secretOf(made)) },
  );
  const submit = () => {
    const ids = hardware.split(/[\n,]+/).filter((each) => each.trim() !== '');
    send.send({
      name: name.trim(),
      site: site.trim(),
      approval,
      maxUses: Number(uses),
      validFor: `PT${Number(hours)}H`,
      ...(ids.length === 0
        ? {}
        : {
            hardwareIds: Object.fromEntries(
              ids.map((each) => {
                const [key = '', ...value] = each.split('=');
                return [key.trim(), value.join('=').trim()];
              }),
            ),
          }),
    });
  };
  return (
    <FormDialog
      title="New enrollment token"
      action="Make it"
      send={send}
      pointers={['/name', '/site', '/maxUses', '/validFor', '/approval', '/hardwareIds']}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required />
      <TextField label="Site" pointer="/site" problem={send.problem} value={site} onChange={setSite} required help="Its path; nodes that enroll belong to it." />
      <TextField label="Nodes that may use it" pointer="/maxUses" problem={send.problem} type="number" min={1} value={uses} onChange={setUses} />
      <TextField label="Valid for, in hours" pointer="/validFor" problem={send.problem} type="number" min={1} value={hours} onChange={setHours} />
      <ChoiceField
        label="Approval"
        pointer="/approval"
        problem={send.problem}
        value={approval}
        onChange={setApproval}
        choices={[
          { value: 'AUTO', label: 'Nodes are in at once' },
          { value: 'MANUAL', label: 'An operator lets each node in' },
        ]}
      />
      <TextField
        label="Only machines whose hardware says"
        pointer="/hardwareIds"
        problem={send.problem}
        value={hardware}
        onChange={setHardware}
        help="Such as serial=4711, several by comma. Empty: whatever it is."
      />
    </FormDialog>
  );
}

function ApiTokens() {
  const reason = useReason('api-token.manage');
  const query = useQuery({
    queryKey: ['api-tokens', 'list'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/api-tokens', { params: { query: { limit: 200, sort: '-createdAt' } }, signal })),
  });
  const revoke = useAsking(({ id }: { id: string; name: string }) => answer(api.DELETE('/api/v1/api-tokens/{id}', { params: { path: { id } } })), ['api-tokens']);
  return (
    <div className="mm-stack mm-tab">
      <Issue
        action="New API token"
        title="The new API token"
        reason={reason}
        dialog={(onClose, onDone) => <ApiTokenDialog onClose={onClose} onDone={onDone} />}
      />
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no API token yet" />
          ) : (
            <Table aria-label="API tokens" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Name</Th>
                  <Th>May</Th>
                  <Th>Used</Th>
                  <Th>Valid</Th>
                  <Th screenReaderText="Revoke" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((token) => (
                  <Tr key={token.id}>
                    <Td dataLabel="Name">{token.name}</Td>
                    <Td dataLabel="May">
                      {token.scopes.map((scope) => (
                        <Label key={scope} isCompact variant="outline">
                          {scope}
                        </Label>
                      ))}
                    </Td>
                    <Td dataLabel="Used">
                      <Time at={token.lastUsedAt} />
                    </Td>
                    <Td dataLabel="Valid">{validity(token)}</Td>
                    <Td dataLabel="Revoke">
                      {usable(token) && (
                        <ReasonedButton variant="link" isInline isDanger aria-label={`Revoke ${token.name}`} reason={reason} onClick={() => revoke.ask(token)}>
                          Revoke
                        </ReasonedButton>
                      )}
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )
        }
      </Asked>
      <Removal asking={revoke} verb="Revoke" name={({ name }) => name}>
        {() => <p>Whatever calls with it is refused within a second.</p>}
      </Removal>
    </div>
  );
}

function ApiTokenDialog({ onClose, onDone }: { onClose: () => void; onDone: (secret: string) => void }) {
  const [name, setName] = useState('');
  const [write, setWrite] = useState(false);
  const [days, setDays] = useState('90');
  const [grants, setGrants] = useState<readonly Schemas['AccessGrant'][]>([]);
  const [networks, setNetworks] = useState('');
  const send = useSend(
    (wanted: { name: string; write: boolean; days: number; grants: Schemas['AccessGrant'][]; networks: string[] }, key) =>
      answer(
        api.POST('/api/v1/api-tokens', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            name: wanted.name,
            scopes: wanted.write ? ['read', 'write'] : ['read'],
            expiresAt: inDays(wanted.days),
            ...(wanted.grants.length === 0 ? {} : { grants: wanted.grants }),
            ...(wanted.networks.length === 0 ? {} : { networks: wanted.networks }),
          },
        }),
      ),
    { topics: ['api-tokens'], onDone: (made) => onDone(secretOf(made)) },
  );
  const submit = () => {
    send.send({ name: name.trim(), write, days: Number(days), grants: saidGrants(grants), networks: networks.split(/[\s,]+/).filter((each) => each !== '') });
  };
  return (
    <FormDialog
      title="New API token"
      action="Make it"
      send={send}
      pointers={['/name', '/expiresAt', '/networks', '/grants']}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required help="What calls with it." />
      <Checkbox id="token-write" label="May change things, not only read" isChecked={write} onChange={(_, on) => setWrite(on)} />
      <TextField label="Valid for, in days" pointer="/expiresAt" problem={send.problem} type="number" min={1} value={days} onChange={setDays} />
      <TextField
        label="Only from these addresses"
        pointer="/networks"
        problem={send.problem}
        value={networks}
        onChange={setNetworks}
        help="Ranges by comma, such as 192.0.2.0/24. Empty: from everywhere."
      />
      <fieldset className="mm-stack mm-wave-list">
        <legend>Roles</legend>
        {grants.length === 0 && <p className="mm-subtle">None: it may do everything that reading, or changing, allows.</p>}
        <GrantFields grants={grants} onChange={setGrants} problem={send.problem} />
      </fieldset>
    </FormDialog>
  );
}

function TenantSettings() {
  const query = useQuery({
    queryKey: ['tenant', 'own'],
    queryFn: async ({ signal }) => {
      const { items } = await answer(api.GET('/api/v1/tenants', { signal }));
      return items[0];
    },
  });
  return (
    <div className="mm-tab">
      <Asked query={query}>
        {(tenant) => (tenant === undefined ? <Empty title="There is no tenant to see" /> : <TenantForm key={tenant.revision} tenant={tenant} onReload={() => void query.refetch()} />)}
      </Asked>
    </div>
  );
}

function TenantForm({ tenant, onReload }: { tenant: Schemas['Tenant']; onReload: () => void }) {
  const [zone, setZone] = useState(tenant.zone);
  const [max, setMax] = useState(tenant.maxInFlight === undefined ? '' : String(tenant.maxInFlight));
  const reason = useReason('tenant.manage');
  const send = useSend(
    (wanted: { zone: string; max: string }) =>
      answer(
        api.PATCH('/api/v1/tenants/{id}', {
          params: { path: { id: tenant.id }, header: { 'If-Match': etag(tenant.revision) } },
          // A merge patch removes by null, which the schema of the whole does not know.
          body: { zone: wanted.zone, maxInFlight: (wanted.max === '' ? null : Number(wanted.max)) as number },
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['tenant'] },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.send({ zone: zone.trim(), max: max.trim() });
  };
  return (
    <Card>
      <CardTitle component="h2">{tenant.name}</CardTitle>
      <CardBody>
        <Form onSubmit={submit} isWidthLimited>
          <TextField label="Zone" pointer="/zone" problem={send.problem} value={zone} onChange={setZone} help="For what has no site." />
          <TextField
            label="Nodes disturbed at once, at most"
            pointer="/maxInFlight"
            problem={send.problem}
            type="number"
            min={0}
            value={max}
            onChange={setMax}
            help={`In the whole tenant; empty: no cap. Now ${formatNumber(tenant.inFlight)}.`}
          />
          <FormProblem problem={send.problem} pointers={['/zone', '/maxInFlight']} onReload={onReload} />
          <div>
            <ReasonedButton type="submit" variant="primary" reason={reason} isLoading={send.sending}>
              Save
            </ReasonedButton>
          </div>
        </Form>
      </CardBody>
    </Card>
  );
}
