import { Card, CardBody, Label, LabelGroup, TextInput } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { FormProblem, TextField } from '../ui/form';
import { FormDialog, Removal, useAsking } from '../ui/form-dialog';
import { Issue } from '../ui/issue';
import { mergePatch } from '../ui/merge-patch';
import { useSend } from '../ui/send';
import { inDays, Time } from '../ui/time';
import { ZONES } from './zones';

type Node = Schemas['Node'];

/** Labels that operators set. Two who change them at once are told: the second sees what the first did. */
export function LabelEditor({ node }: { node: Node }) {
  const [text, setText] = useState('');
  const reason = useReason('node.manage');
  const send = useSend(
    ({ labels, revision }: { labels: Record<string, string | null>; revision: number }) =>
      answer(
        api.PATCH('/api/v1/nodes/{id}', {
          params: { path: { id: node.id }, header: { 'If-Match': etag(revision) } },
          // A merge patch takes a label away by null, which the schema of the whole does not know.
          body: { labels: labels as Record<string, string> },
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['nodes'], onDone: () => setText('') },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [key = '', ...value] = text.split('=');
    send.send({ labels: { [key.trim()]: value.join('=').trim() }, revision: node.revision });
  };
  return (
    <div className="mm-stack">
      <LabelGroup categoryName="Labels" numLabels={30}>
        {Object.entries(node.labels).map(([key, value]) => (
          <Label
            key={key}
            variant="outline"
            {...(reason === undefined
              ? { onClose: () => send.send({ labels: { [key]: null }, revision: node.revision }), closeBtnAriaLabel: `Take away ${key}` }
              : {})}
          >{`${key}=${value}`}</Label>
        ))}
      </LabelGroup>
      <form className="mm-row" onSubmit={submit} aria-label="Add a label">
        <TextInput className="mm-grow" aria-label="Label, as key=value" placeholder="key=value" value={text} onChange={(_, value) => setText(value)} />
        <ReasonedButton type="submit" variant="secondary" reason={reason} isLoading={send.sending} isDisabled={reason === undefined && !text.includes('=')}>
          Add label
        </ReasonedButton>
      </form>
      <FormProblem problem={send.problem} />
    </div>
  );
}

/** What operators say of a node, beside its labels. */
export function ChangeNode({ node: latest, onClose }: { node: Node; onClose: () => void }) {
  // What the stream brings meanwhile is not what was looked at.
  const [node] = useState(latest);
  const [name, setName] = useState(node.name);
  const [site, setSite] = useState(node.site);
  const [zone, setZone] = useState(node.zone ?? '');
  const send = useSend(
    (wanted: Schemas['NodeChange']) =>
      answer(
        api.PATCH('/api/v1/nodes/{id}', {
          params: { path: { id: node.id }, header: { 'If-Match': etag(node.revision) } },
          body: mergePatch<Schemas['NodeChange']>({ name: node.name, site: node.site, zone: node.zone }, wanted),
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['nodes'], onDone: onClose },
  );
  return (
    <FormDialog
      title={`Change ${node.name}`}
      action="Save"
      send={send}
      pointers={['/name', '/site', '/zone']}
      onSubmit={() => send.send({ name: name.trim(), site: site.trim(), ...(zone.trim() === '' ? {} : { zone: zone.trim() }) })}
      onClose={onClose}
    >
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required />
      <TextField label="Site" pointer="/site" problem={send.problem} value={site} onChange={setSite} required help="Its path. Windows, budgets and roles there hold for it from then on." />
      <TextField label="Zone" pointer="/zone" problem={send.problem} value={zone} onChange={setZone} list="node-zones" help="Empty: that of its site." />
      <datalist id="node-zones">
        {ZONES.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </FormDialog>
  );
}

export function Credentials({ node }: { node: Node }) {
  const manage = useReason('credential.manage');
  const reason = useReason('credential.manage', node.state === 'DECOMMISSIONED' ? 'A decommissioned node gets no credential.' : undefined);
  const query = useQuery({
    queryKey: ['nodes', 'one', node.id, 'credentials'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{node}/credentials', { params: { path: { node: node.id } }, signal })),
  });
  const revoke = useAsking(
    (id: string) =>
      answer(api.DELETE('/api/v1/nodes/{node}/credentials/{id}', { params: { path: { node: node.id, id } } })),
    ['nodes'],
  );
  return (
    <Card isPlain className="mm-tab">
      <CardBody>
        <div className="mm-stack">
          <Issue
            action="Issue a node token"
            title="The node's new token"
            reason={reason}
            variant="secondary"
            dialog={(onClose, onDone) => <TokenDialog node={node.id} onClose={onClose} onDone={onDone} />}
          />
          <Asked query={query}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty title="It has no credential" />
              ) : (
                <Table variant="compact" aria-label="Credentials" gridBreakPoint="grid-md">
                  <Thead>
                    <Tr>
                      <Th>Kind</Th>
                      <Th>Id</Th>
                      <Th>Made</Th>
                      <Th>Ends</Th>
                      <Th>In use</Th>
                      <Th screenReaderText="Revoke" />
                    </Tr>
                  </Thead>
                  <Tbody>
                    {items.map((credential) => (
                      <Tr key={credential.id}>
                        <Td dataLabel="Kind">{KINDS[credential.kind]}</Td>
                        <Td dataLabel="Id" className="mm-mono">
                          <div>
                            {credential.id}
                            {credential.fingerprint !== undefined && (
                              <div className="mm-subtle" title={credential.fingerprint}>
                                SHA-256 {credential.fingerprint.slice(0, 16)}…
                              </div>
                            )}
                          </div>
                        </Td>
                        <Td dataLabel="Made">
                          <Time at={credential.createdAt} />
                        </Td>
                        <Td dataLabel="Ends">
                          <Time at={credential.expiresAt} />
                        </Td>
                        <Td dataLabel="In use">
                          <UseOf credential={credential} />
                        </Td>
                        <Td dataLabel="Revoke">
                          {credential.revokedAt === undefined && (
                            <ReasonedButton variant="link" isInline isDanger aria-label={`Revoke ${credential.id}`} reason={manage} onClick={() => revoke.ask(credential.id)}>
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
        </div>
      </CardBody>
      <Removal asking={revoke} verb="Revoke" name={() => 'this credential'}>
        {() => <p>The node cannot call the manager with it any more, from now on.</p>}
      </Removal>
    </Card>
  );
}

const KINDS: Record<Schemas['Credential']['kind'], string> = { NODE_TOKEN: 'Token', CERTIFICATE: 'Certificate' };

/** Whether a credential is good, and what it takes the place of: one that the node renewed ends the one before with its first use. */
function UseOf({ credential }: { credential: Schemas['Credential'] }) {
  if (credential.revokedAt !== undefined) {
    return (
      <>
        revoked <Time at={credential.revokedAt} />
      </>
    );
  }
  if (credential.expiresAt !== undefined && Date.parse(credential.expiresAt) < Date.now()) {
    return <>ended</>;
  }
  if (credential.replaces === undefined) {
    return <>good</>;
  }
  return credential.firstUsedAt === undefined ? (
    <>takes the place of {credential.replaces.slice(0, 8)}… when the node uses it</>
  ) : (
    <>
      good, in place of {credential.replaces.slice(0, 8)}… since <Time at={credential.firstUsedAt} />
    </>
  );
}

function TokenDialog({ node, onClose, onDone }: { node: string; onClose: () => void; onDone: (token: string) => void }) {
  const [days, setDays] = useState('');
  const send = useSend(
    ({ lasts }: { lasts: string }, key) =>
      answer(
        api.POST('/api/v1/nodes/{node}/credentials', {
          params: { path: { node }, header: { 'Idempotency-Key': key } },
          body: lasts === '' ? {} : { expiresAt: inDays(Number(lasts)) },
        }),
      ),
    { topics: ['nodes'], onDone: (result) => onDone(result.token) },
  );
  return (
    <FormDialog
      title="A token for the node"
      description="To rotate: issue one, give it to the node, then revoke the one before."
      action="Issue"
      send={send}
      pointers={['/expiresAt']}
      onSubmit={() => send.send({ lasts: days.trim() })}
      onClose={onClose}
    >
      <TextField label="Good for, in days" pointer="/expiresAt" problem={send.problem} type="number" min={1} value={days} onChange={setDays} help="Empty: until it is revoked." />
    </FormDialog>
  );
}
