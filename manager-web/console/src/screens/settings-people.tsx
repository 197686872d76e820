import { Button, FormSelect, FormSelectOption, Label, TextInput } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, etag, type Schemas } from '../api/client';
import type { Problem } from '../api/problem';
import { Confirm, ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { FormProblem, TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { ShownOnce } from '../ui/issue';
import { mergePatch } from '../ui/merge-patch';
import { useSend } from '../ui/send';
import { Time } from '../ui/time';
import { browserName } from '../ui/words';

type Person = Schemas['Person'];
type Grant = Schemas['AccessGrant'];
type Role = Grant['role'];

export const ROLES: readonly { role: Role; does: string }[] = [
  { role: 'viewer', does: 'sees the fleet' },
  { role: 'operator', does: 'looks after nodes, and may pause campaigns' },
  { role: 'release-manager', does: 'images and campaigns' },
  { role: 'fleet-admin', does: 'all about the fleet' },
  { role: 'security-admin', does: 'people, tokens and the audit' },
  { role: 'auditor', does: 'reads the audit' },
];

/** What the roles are good for; who has them is with the people. */
function Roles() {
  return (
    <details>
      <summary>What the roles are good for</summary>
      <Table aria-label="Roles" variant="compact" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>Role</Th>
            <Th>What it is good for</Th>
          </Tr>
        </Thead>
        <Tbody>
          {ROLES.map(({ role, does }) => (
            <Tr key={role}>
              <Td dataLabel="Role">
                <Label isCompact variant="outline">
                  {role}
                </Label>
              </Td>
              <Td dataLabel="What it is good for">{does}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      <p className="mm-subtle mm-tab">A role holds in the whole tenant, or at a site and below. Whoever may let people in may not start campaigns, and the other way round.</p>
    </details>
  );
}

function grantWords(grants: readonly Grant[]) {
  return grants.map((grant) => (
    <Label key={`${grant.role}/${grant.site ?? ''}`} isCompact variant="outline">
      {grant.site === undefined ? grant.role : `${grant.role} at ${grant.site}`}
    </Label>
  ));
}

export function People() {
  const [editing, setEditing] = useState<Person | 'new'>();
  const [secret, setSecret] = useState<Schemas['InitialPassword']>();
  const [doing, setDoing] = useState<{ what: 'reset' | 'delete'; person: Person }>();
  const reason = useReason('person.manage');
  const query = useQuery({
    queryKey: ['people', 'list'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/people', { params: { query: { limit: 200, sort: 'name' } }, signal })),
  });
  const act = useSend(
    async ({ what, person }: { what: 'reset' | 'delete'; person: Person }) => {
      if (what === 'reset') {
        return await answer(api.POST('/api/v1/people/{id}:resetPassword', { params: { path: { id: person.id } } }));
      }
      await answer(api.DELETE('/api/v1/people/{id}', { params: { path: { id: person.id }, header: { 'If-Match': etag(person.revision) } } }));
      return undefined;
    },
    {
      topics: ['people'],
      onDone: (made) => {
        setDoing(undefined);
        setSecret(made);
      },
    },
  );
  return (
    <div className="mm-stack mm-tab">
      <div>
        <ReasonedButton variant="primary" reason={reason} onClick={() => setEditing('new')}>
          New person
        </ReasonedButton>
      </div>
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There are no people yet">The first secret logs in until an administrator has done so by name.</Empty>
          ) : (
            <Table aria-label="People" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Name</Th>
                  <Th>Roles</Th>
                  <Th>Second factor</Th>
                  <Th>Last log-in</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((person) => (
                  <Tr key={person.id}>
                    <Td dataLabel="Name">
                      {person.displayName ?? person.name} <span className="mm-subtle">{person.displayName === undefined ? '' : person.name}</span>{' '}
                      {person.state === 'DISABLED' && (
                        <Label isCompact color="orange">
                          disabled
                        </Label>
                      )}
                      {person.issuer !== undefined && <div className="mm-subtle">by {person.issuer}</div>}
                    </Td>
                    <Td dataLabel="Roles">{grantWords(person.grants)}</Td>
                    <Td dataLabel="Second factor">{person.totp ? 'yes' : 'no'}</Td>
                    <Td dataLabel="Last log-in">
                      <Time at={person.lastLoginAt} />
                    </Td>
                    <Td dataLabel="Actions">
                      <div className="mm-row">
                        <ReasonedButton variant="link" isInline reason={reason} aria-label={`Change ${person.name}`} onClick={() => setEditing(person)}>
                          Change
                        </ReasonedButton>
                        {person.issuer === undefined && (
                          <ReasonedButton variant="link" isInline reason={reason} aria-label={`New password for ${person.name}`} onClick={() => setDoing({ what: 'reset', person })}>
                            New password
                          </ReasonedButton>
                        )}
                        <ReasonedButton variant="link" isInline isDanger reason={reason} aria-label={`Delete ${person.name}`} onClick={() => setDoing({ what: 'delete', person })}>
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
      <Roles />
      {editing !== undefined && (
        <PersonDialog
          person={editing}
          onClose={() => setEditing(undefined)}
          onMade={(made) => {
            setEditing(undefined);
            setSecret(made);
          }}
        />
      )}
      {secret !== undefined && <ShownOnce title={`The first password of ${secret.name}`} secret={secret.password} onClose={() => setSecret(undefined)} />}
      {doing !== undefined && (
        <Confirm
          title={doing.what === 'reset' ? `A new password for ${doing.person.name}?` : `Delete ${doing.person.name}?`}
          action={doing.what === 'reset' ? 'Make it' : 'Delete'}
          danger={doing.what === 'delete'}
          send={{ ...act, go: () => act.send(doing) }}
          onClose={() => {
            act.reset();
            setDoing(undefined);
          }}
        >
          <p>{doing.what === 'reset' ? 'It ends all sessions and removes the code generator. The password is shown once.' : 'The audit keeps the name.'}</p>
        </Confirm>
      )}
    </div>
  );
}

/** Roles, each in the whole tenant or at a site and below. */
export function GrantFields({ grants, onChange, problem }: { grants: readonly Grant[]; onChange: (grants: readonly Grant[]) => void; problem: Problem | undefined }) {
  const set = (index: number, grant: Grant) => onChange(grants.map((each, other) => (other === index ? grant : each)));
  return (
    <>
      {grants.map((grant, index) => (
        <div key={index} className="mm-row">
          <FormSelect
            aria-label={`Role ${index + 1}`}
            value={grant.role}
            onChange={(_, value) => {
              const role = ROLES.find((each) => each.role === value)?.role;
              if (role !== undefined) {
                set(index, { ...grant, role });
              }
            }}
          >
            {ROLES.map(({ role, does }) => (
              <FormSelectOption key={role} value={role} label={`${role}: ${does}`} />
            ))}
          </FormSelect>
          <TextInput
            className="mm-grow"
            aria-label={`Site of role ${index + 1}; empty: everywhere`}
            placeholder="everywhere, or a site: /eu/de"
            value={grant.site ?? ''}
            onChange={(_, site) => set(index, { ...grant, site })}
          />
          <Button variant="link" isDanger onClick={() => onChange(grants.filter((_, other) => other !== index))}>
            Take away
          </Button>
        </div>
      ))}
      {problem?.at('/grants') !== undefined && (
        <p className="mm-wrong" role="alert">
          {problem.at('/grants')}
        </p>
      )}
      <div>
        <Button variant="secondary" onClick={() => onChange([...grants, { role: 'viewer' }])}>
          Add a role
        </Button>
      </div>
    </>
  );
}

/** As the API takes them: where no site is typed, the role holds in the whole tenant. */
export function saidGrants(grants: readonly Grant[]): Grant[] {
  return grants.map(({ role, site }) => (site === undefined || site.trim() === '' ? { role } : { role, site: site.trim() }));
}

function PersonDialog({ person, onClose, onMade }: { person: Person | 'new'; onClose: () => void; onMade: (made: Schemas['InitialPassword']) => void }) {
  const known = person === 'new' ? undefined : person;
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState(known?.displayName ?? '');
  const [disabled, setDisabled] = useState(known?.state === 'DISABLED');
  const [grants, setGrants] = useState<readonly Grant[]>(known?.manualGrants ?? [{ role: 'viewer' }]);
  // Those of groups are not to be given by hand as well: they would stay when the group has gone.
  const ofGroups = (known?.grants ?? []).filter(({ role, site }) => known?.manualGrants.every((each) => each.role !== role || each.site !== site));
  const send = useSend(
    async (wanted: { name: string; displayName: string; disabled: boolean; grants: Grant[] }, key): Promise<Schemas['InitialPassword'] | undefined> => {
      const called = wanted.displayName === '' ? {} : { displayName: wanted.displayName };
      if (known === undefined) {
        return (await answer(
          api.POST('/api/v1/people', { params: { header: { 'Idempotency-Key': key } }, body: { name: wanted.name, grants: wanted.grants, ...called } }),
        )) as Schemas['InitialPassword'];
      }
      const before: Schemas['PersonChange'] = { displayName: known.displayName, state: known.state, grants: known.manualGrants };
      await answer(
        api.PATCH('/api/v1/people/{id}', {
          params: { path: { id: known.id }, header: { 'If-Match': etag(known.revision) } },
          body: mergePatch<Schemas['PersonChange']>(before, { state: wanted.disabled ? 'DISABLED' : 'ACTIVE', grants: wanted.grants, ...called }),
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      );
      return undefined;
    },
    { topics: ['people'], onDone: (made) => (made === undefined ? onClose() : onMade(made)) },
  );
  const submit = () => {
    send.send({
      name: name.trim(),
      displayName: displayName.trim(),
      disabled,
      grants: saidGrants(grants),
    });
  };
  return (
    <FormDialog
      title={known === undefined ? 'New person' : known.name}
      action={known === undefined ? 'Make it' : 'Save'}
      variant="medium"
      send={send}
      pointers={['/name', '/displayName', '/grants']}
      onSubmit={submit}
      onClose={onClose}
    >
      {known === undefined && <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required help="To log in with." />}
      <TextField label="Full name" pointer="/displayName" problem={send.problem} value={displayName} onChange={setDisplayName} />
      <fieldset className="mm-stack mm-wave-list">
        <legend>Roles</legend>
        {ofGroups.length > 0 && <p>By groups of {known?.issuer ?? 'the provider'}, and only changed there: {grantWords(ofGroups)}</p>}
        <GrantFields grants={grants} onChange={setGrants} problem={send.problem} />
      </fieldset>
      {known !== undefined && (
        <label className="mm-row">
          <input type="checkbox" checked={disabled} onChange={(event) => setDisabled(event.target.checked)} /> Disabled: cannot log in, and all sessions end
        </label>
      )}
    </FormDialog>
  );
}

/** Who is logged in to the console now. */
export function Sessions() {
  const reason = useReason('person.manage');
  const query = useQuery({
    queryKey: ['people', 'sessions'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/sessions', { params: { query: { limit: 200 } }, signal })),
  });
  const end = useSend((id: string) => answer(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } })), { topics: ['people'] });
  return (
    <div className="mm-stack">
      <FormProblem problem={end.problem} />
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty variant="xs" title="Nobody is logged in" />
          ) : (
            <Table aria-label="Sessions" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th>Who</Th>
                  <Th>From</Th>
                  <Th>Used</Th>
                  <Th>Ends</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((session) => (
                  <Tr key={session.id}>
                    <Td dataLabel="Who">{session.name}</Td>
                    <Td dataLabel="From">
                      {session.address} <div className="mm-subtle">{browserName(session.client)}</div>
                    </Td>
                    <Td dataLabel="Used">
                      <Time at={session.lastUsedAt} />
                    </Td>
                    <Td dataLabel="Ends">
                      <Time at={session.expiresAt} />
                    </Td>
                    <Td dataLabel="Actions">
                      <ReasonedButton variant="link" isInline isDanger reason={reason} aria-label={`End the session of ${session.name}`} onClick={() => end.send(session.id)}>
                        End
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
  );
}
