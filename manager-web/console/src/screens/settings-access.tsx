import { Card, CardBody, CardTitle, Checkbox, Form } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api, etag, own, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { FormProblem, TextField } from '../ui/form';
import { useSend } from '../ui/send';
import { ROLES, Sessions } from './settings-people';

/** When a second person has to approve a campaign. */
export function Approvals() {
  const query = useQuery({
    queryKey: ['tenant', 'approval-rule'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/approval-rule', { signal })),
  });
  return (
    <div className="mm-tab">
      <Asked query={query}>{(rule) => <ApprovalForm key={rule.revision} rule={rule} onReload={() => void query.refetch()} />}</Asked>
    </div>
  );
}

function ApprovalForm({ rule, onReload }: { rule: Schemas['ApprovalRule']; onReload: () => void }) {
  const [maxNodes, setMaxNodes] = useState(rule.maxNodes === undefined ? '' : String(rule.maxNodes));
  const [selector, setSelector] = useState(rule.selector ?? '');
  const [downgrade, setDowngrade] = useState(rule.downgrade);
  const [override, setOverride] = useState(rule.override);
  const reason = useReason('tenant.manage');
  const send = useSend(
    (wanted: { maxNodes: string; selector: string; downgrade: boolean; override: boolean }) =>
      answer(
        api.PATCH('/api/v1/approval-rule', {
          params: { header: { 'If-Match': etag(rule.revision) } },
          // A merge patch removes by null, which the schema of the whole does not know.
          body: {
            maxNodes: (wanted.maxNodes === '' ? null : Number(wanted.maxNodes)) as number,
            selector: (wanted.selector === '' ? null : wanted.selector) as string,
            downgrade: wanted.downgrade,
            override: wanted.override,
          },
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['tenant', 'audit'] },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason === undefined) {
      send.send({ maxNodes: maxNodes.trim(), selector: selector.trim(), downgrade, override });
    }
  };
  return (
    <Card>
      <CardTitle component="h2">A second person approves a campaign that</CardTitle>
      <CardBody>
        <Form onSubmit={submit} isWidthLimited>
          <TextField label="has more nodes than" pointer="/maxNodes" problem={send.problem} type="number" min={0} value={maxNodes} onChange={setMaxNodes} help="Empty: of any size go without." />
          <TextField
            label="has a node that this selects"
            pointer="/selector"
            problem={send.problem}
            value={selector}
            onChange={setSelector}
            help="Such as label.stage==production; empty: none."
          />
          <Checkbox id="rule-downgrade" label="may bring older images" isChecked={downgrade} onChange={(_, on) => setDowngrade(on)} />
          <Checkbox id="rule-override" label="may disturb nodes outside of their windows" isChecked={override} onChange={(_, on) => setOverride(on)} />
          <p className="mm-subtle">Any of these is enough. Whoever wrote or started a campaign cannot approve it. The rule holds for campaigns that are started afterwards.</p>
          <FormProblem problem={send.problem} pointers={['/maxNodes', '/selector']} onReload={onReload} />
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

/** Whose role demands a second factor. */
function SecondFactor() {
  const query = useQuery({
    queryKey: ['people', 'log-in-rule'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/log-in-rule', { signal })),
  });
  return (
    <Card>
      <CardTitle component="h2">A second factor is needed by whoever is</CardTitle>
      <CardBody>
        <Asked query={query} rows={2}>
          {(rule) => <SecondFactorForm key={rule.revision} rule={rule} onReload={() => void query.refetch()} />}
        </Asked>
      </CardBody>
    </Card>
  );
}

function SecondFactorForm({ rule, onReload }: { rule: Schemas['LogInRule']; onReload: () => void }) {
  const [roles, setRoles] = useState(rule.secondFactorRoles);
  const reason = useReason('person.manage');
  const send = useSend(
    (secondFactorRoles: Schemas['LogInRule']['secondFactorRoles']) =>
      answer(
        api.PATCH('/api/v1/log-in-rule', {
          params: { header: { 'If-Match': etag(rule.revision) } },
          body: { secondFactorRoles },
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['people', 'audit'] },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason === undefined) {
      send.send(roles);
    }
  };
  return (
    <Form onSubmit={submit} isWidthLimited>
      {ROLES.map(({ role, does }) => (
        <Checkbox
          key={role}
          id={`second-factor-${role}`}
          label={`${role}: ${does}`}
          isChecked={roles.includes(role)}
          onChange={(_, on) => setRoles(on ? [...roles, role] : roles.filter((each) => each !== role))}
        />
      ))}
      <p className="mm-subtle">
        Anywhere. Sessions without one end; who has a password of the manager sets up an authenticator app before anything else, and who comes from a provider must have
        shown one there.
      </p>
      <FormProblem problem={send.problem} onReload={onReload} />
      <div>
        <ReasonedButton type="submit" variant="primary" reason={reason} isLoading={send.sending}>
          Save
        </ReasonedButton>
      </div>
    </Form>
  );
}

/** How people log in, and who is logged in now. */
export function LogIn() {
  const query = useQuery({
    queryKey: ['own', 'providers'],
    queryFn: ({ signal }) => answer(own.GET('/console/login-providers', { signal })),
  });
  return (
    <div className="mm-tab mm-stack">
      <Card>
        <CardTitle component="h2">OpenID providers</CardTitle>
        <CardBody>
          <Asked query={query} rows={2}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty variant="xs" title="People log in by name and password">
                  An OpenID provider is set up where the manager is started, under manager.oidc; its groups become roles.
                </Empty>
              ) : (
                <Table aria-label="OpenID providers" variant="compact" gridBreakPoint="grid-md">
                  <Thead>
                    <Tr>
                      <Th>Provider</Th>
                      <Th>Shown as</Th>
                      <Th>Begins at</Th>
                    </Tr>
                  </Thead>
                  <Tbody>
                    {items.map((provider) => (
                      <Tr key={provider.name}>
                        <Td dataLabel="Provider">{provider.name}</Td>
                        <Td dataLabel="Shown as">{provider.title}</Td>
                        <Td dataLabel="Begins at" className="mm-mono">
                          {provider.url}
                        </Td>
                      </Tr>
                    ))}
                  </Tbody>
                </Table>
              )
            }
          </Asked>
        </CardBody>
      </Card>
      <SecondFactor />
      <Card>
        <CardTitle component="h2">Who is logged in</CardTitle>
        <CardBody>
          <Sessions />
        </CardBody>
      </Card>
    </div>
  );
}
