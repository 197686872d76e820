import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked } from '../ui/faces';
import { ChoiceField, TextField } from '../ui/form';
import { FormDialog, Removal, useAsking } from '../ui/form-dialog';
import { Issue } from '../ui/issue';
import { mergePatch } from '../ui/merge-patch';
import { useSend } from '../ui/send';
import { Terms } from '../ui/terms';
import { Time } from '../ui/time';

type Program = Schemas['NodeProgram'];

const FAMILIES: Record<Program['family'], string> = {
  OWN: 'A client of the node API',
  SWUPDATE: 'SWUpdate',
  RAUC: 'RAUC hawkBit updater',
  DDI_OTHER: 'A client of the device API',
  EMF: 'Edge Microvisor Toolkit agent',
};

function useProgram(id: string) {
  return useQuery({
    queryKey: ['nodes', 'one', id, 'client'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{node}/client', { params: { path: { node: id } }, signal })),
  });
}

/** Which program speaks for the node, and what it cannot do: the manager goes by that. */
export function ClientCard({ id }: { id: string }) {
  const query = useProgram(id);
  const [changing, setChanging] = useState<Program>();
  const reason = useReason('node.manage');
  return (
    <Card>
      <CardTitle component="h2">Client</CardTitle>
      <CardBody>
        <Asked query={query}>
          {(program) => (
            <div className="mm-stack">
              <About program={program} />
              <div>
                <ReasonedButton variant="secondary" reason={reason} onClick={() => setChanging(program)}>
                  Say what it is
                </ReasonedButton>
              </div>
            </div>
          )}
        </Asked>
      </CardBody>
      {changing !== undefined && <ChangeDialog program={changing} onClose={() => setChanging(undefined)} />}
    </Card>
  );
}

/** What the manager takes the program for, and under which names it comes. */
function ChangeDialog({ program, onClose }: { program: Program; onClose: () => void }) {
  const [family, setFamily] = useState<Program['family'] | ''>(program.familyOverride ?? '');
  const [controllerId, setControllerId] = useState(program.controllerId ?? '');
  const [hostGuid, setHostGuid] = useState(program.hostGuid ?? '');
  const send = useSend(
    (body: Schemas['NodeProgramChange']) =>
      answer(
        api.PATCH('/api/v1/nodes/{node}/client', {
          params: { path: { node: program.nodeId } },
          body,
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['nodes'], onDone: onClose },
  );
  const submit = () => {
    const said = (text: string) => (text.trim() === '' ? undefined : text.trim());
    const wanted = { familyOverride: family === '' ? undefined : family, controllerId: said(controllerId), hostGuid: said(hostGuid) };
    send.send(mergePatch<Schemas['NodeProgramChange']>({ familyOverride: program.familyOverride, controllerId: program.controllerId, hostGuid: program.hostGuid }, wanted));
  };
  return (
    <FormDialog
      title="What speaks for this node"
      action="Save"
      send={send}
      pointers={['/familyOverride', '/controllerId', '/hostGuid']}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChoiceField
        label="Program"
        pointer="/familyOverride"
        problem={send.problem}
        value={family}
        onChange={setFamily}
        choices={[
          { value: '', label: program.recognized === undefined ? 'As it will be recognized' : `As recognized: ${FAMILIES[program.recognized]}` },
          ...(Object.keys(FAMILIES) as Program['family'][]).map((value) => ({ value, label: FAMILIES[value] })),
        ]}
      />
      <TextField label="Controller id" pointer="/controllerId" problem={send.problem} value={controllerId} onChange={setControllerId} help="Its name in the device API of hawkBit, for SWUpdate and RAUC." />
      <TextField label="Host" pointer="/hostGuid" problem={send.problem} value={hostGuid} onChange={setHostGuid} help="Its GUID as an Edge Microvisor Toolkit agent." />
    </FormDialog>
  );
}

/** Tokens of a client that speaks the device API: two at most, so that one can be changed for another. */
export function ClientTokens({ node }: { node: Schemas['Node'] }) {
  const program = useProgram(node.id);
  const query = useQuery({
    queryKey: ['nodes', 'one', node.id, 'client-tokens'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{node}/client/tokens', { params: { path: { node: node.id } }, signal })),
  });
  const manage = useReason('credential.manage');
  const many = query.data?.items.length ?? 0;
  const reason =
    manage ??
    (node.state === 'DECOMMISSIONED'
      ? 'A decommissioned node gets no token.'
      : program.data !== undefined && program.data.controllerId === undefined
        ? 'Say its controller id first: under Now, Client.'
        : many >= 2
          ? 'There are two already: revoke one.'
          : undefined);
  const revoke = useAsking(
    (id: string) => answer(api.DELETE('/api/v1/nodes/{node}/client/tokens/{id}', { params: { path: { node: node.id, id } } })),
    ['nodes'],
  );
  return (
    <Card isPlain>
      <CardTitle component="h2">Tokens of the device API</CardTitle>
      <CardBody>
        <div className="mm-stack">
          <Issue
            action={many === 0 ? 'Issue a device token' : 'Rotate the device token'}
            title="The client's new token"
            reason={reason}
            variant="secondary"
            dialog={(onClose, onDone) => <TokenDialog node={node.id} onClose={onClose} onDone={onDone} />}
          />
          <Asked query={query} rows={2}>
            {({ items }) =>
              items.length === 0 ? (
                <p className="mm-absent">None. SWUpdate and RAUC clients need one, unless a gateway speaks for them.</p>
              ) : (
                <Table variant="compact" aria-label="Tokens of the device API" gridBreakPoint="grid-md">
                  <Thead>
                    <Tr>
                      <Th>Id</Th>
                      <Th>Made</Th>
                      <Th screenReaderText="Revoke" />
                    </Tr>
                  </Thead>
                  <Tbody>
                    {items.map((token) => (
                      <Tr key={token.id}>
                        <Td dataLabel="Id" className="mm-mono">
                          {token.id}
                        </Td>
                        <Td dataLabel="Made">
                          <Time at={token.createdAt} />
                        </Td>
                        <Td dataLabel="Revoke">
                          <ReasonedButton variant="link" isInline isDanger aria-label={`Revoke ${token.id}`} reason={manage} onClick={() => revoke.ask(token.id)}>
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
        </div>
      </CardBody>
      <Removal asking={revoke} verb="Revoke" name={() => 'this token'}>
        {() => <p>The client cannot call the manager with it any more, from now on.</p>}
      </Removal>
    </Card>
  );
}

function TokenDialog({ node, onClose, onDone }: { node: string; onClose: () => void; onDone: (token: string) => void }) {
  const [token, setToken] = useState('');
  const send = useSend(
    (body: Schemas['NewClientToken'], key) =>
      answer(api.POST('/api/v1/nodes/{node}/client/tokens', { params: { path: { node }, header: { 'Idempotency-Key': key } }, body })),
    { topics: ['nodes'], onDone: (result) => onDone(result.token) },
  );
  return (
    <FormDialog
      title="A token for the device API"
      description="The one before is good until it is revoked: give the client the new one first."
      action="Issue"
      send={send}
      pointers={['/token']}
      onSubmit={() => send.send(token.trim() === '' ? {} : { token: token.trim() })}
      onClose={onClose}
    >
      <TextField label="Token that the client has already" pointer="/token" problem={send.problem} value={token} onChange={setToken} help="Empty: one is made, and shown once." />
    </FormDialog>
  );
}

function About({ program }: { program: Program }) {
  const rows: [string, string][] = [
    ['Is', FAMILIES[program.family] + (program.familyOverride === undefined ? '' : ', as somebody said')],
    ...(program.controllerId === undefined ? [] : ([['Controller id', program.controllerId]] as [string, string][])),
    ...(program.hostGuid === undefined ? [] : ([['Host', program.hostGuid]] as [string, string][])),
    ['Downloads', program.downloadsAhead ? 'before its window' : 'in its window'],
    ['Needs its permit', program.permitBeforeDownload ? 'before it downloads' : 'before it installs'],
  ];
  return (
    <div className="mm-stack">
      <Terms rows={rows} />
      {program.limits.length > 0 && (
        <div>
          <div className="mm-subtle">What it cannot do</div>
          <ul>
            {program.limits.map((limit) => (
              <li key={limit.code}>{limit.sentence}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
