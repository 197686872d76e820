import { Alert, Button, Card, CardBody, CardTitle, Form, List, ListItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { answer, own } from '../api/client';
import { useSession, useSessionAccess } from '../api/session';
import { Asked, Empty, Loading } from '../ui/faces';
import { FormProblem, TextField } from '../ui/form';
import { Removal, useAsking } from '../ui/form-dialog';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { Time } from '../ui/time';
import { browserName } from '../ui/words';

/** What somebody can do about the own log-in. */
export default function Account() {
  const session = useSession();
  const roles = (session.grants ?? session.roles.map((role) => ({ role, site: undefined }))).map(({ role, site }) => (site === undefined ? role : `${role} at ${site}`));
  return (
    <Screen title="Your account" lead={`${session.name}, in the tenant ${session.tenant}${roles.length === 0 ? '' : `: ${roles.join(', ')}`}`}>
      <div className="mm-stack">
        {session.local ? (
          <div className="mm-two">
            <Password />
            <SecondFactor on={session.totp} />
          </div>
        ) : (
          <Alert isInline component="h2" variant="info" title="This log-in has no password of its own">
            It is that of a token, or of an OpenID provider, which looks after password and second factor.
          </Alert>
        )}
        <OwnSessions />
      </div>
    </Screen>
  );
}

function Password() {
  const { changePassword } = useSessionAccess();
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const send = useSend((change: { password: string; newPassword: string }) => changePassword(change), {
    topics: ['own'],
    onDone: () => {
      setPassword('');
      setNewPassword('');
      setRepeated('');
    },
  });
  const different = repeated !== '' && repeated !== newPassword ? 'is not the same' : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (newPassword === repeated) {
      send.send({ password, newPassword });
    }
  };
  return (
    <Card>
      <CardTitle component="h2">Password</CardTitle>
      <CardBody>
        <Form onSubmit={submit}>
          <TextField label="The present one" pointer="/password" type="password" autoComplete="current-password" problem={send.problem} value={password} onChange={setPassword} required />
          <TextField label="The new one" pointer="/newPassword" type="password" autoComplete="new-password" problem={send.problem} value={newPassword} onChange={setNewPassword} required />
          <TextField label="Once more" pointer="/repeated" type="password" autoComplete="new-password" problem={send.problem} invalid={different} value={repeated} onChange={setRepeated} required />
          <FormProblem problem={send.problem} pointers={['/password', '/newPassword']} />
          {send.done && <Alert isInline component="p" variant="success" title="Changed; all other sessions have ended" role="status" />}
          <div>
            <Button type="submit" variant="secondary" isLoading={send.sending} isDisabled={password === '' || newPassword === '' || different !== undefined}>
              Change the password
            </Button>
          </div>
        </Form>
      </CardBody>
    </Card>
  );
}

const AppKey = lazy(() => import('../ui/app-key'));

/** An authenticator app: its secret is shown, one code proves that it works, and recovery codes are shown once. */
function SecondFactor({ on }: { on: boolean }) {
  const { reload } = useSessionAccess();
  const [code, setCode] = useState('');
  const enroll = useSend((_: Record<string, never>) => answer(own.POST('/console/totp')));
  const confirm = useSend((typed: string) => answer(own.POST('/console/totp:confirm', { body: { code: typed } })), { onDone: () => void reload() });
  const remove = useAsking((_: 'generator') => answer(own.DELETE('/console/totp')), [], () => {
    enroll.reset();
    confirm.reset();
    void reload();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.send(code.trim());
  };
  return (
    <Card>
      <CardTitle component="h2">Second factor</CardTitle>
      <CardBody>
        <div className="mm-stack">
          {confirm.result !== undefined && (
            <Alert isInline component="p" variant="success" title="It works. Keep these recovery codes: they are shown this once" role="status">
              <List isPlain>
                {confirm.result.recoveryCodes.map((each) => (
                  <ListItem key={each} className="mm-mono">
                    {each}
                  </ListItem>
                ))}
              </List>
            </Alert>
          )}
          {on ? (
            <>
              <p>Each log-in asks for a code of your authenticator app.</p>
              <div>
                <Button variant="secondary" isDanger onClick={() => remove.ask('generator')}>
                  Remove the second factor
                </Button>
              </div>
            </>
          ) : enroll.result === undefined ? (
            <>
              <p>A code of an authenticator app beside the password: whoever finds out the password alone does not get in.</p>
              <FormProblem problem={enroll.problem} />
              <div>
                <Button variant="secondary" isLoading={enroll.sending} onClick={() => enroll.send({})}>
                  Set one up
                </Button>
              </div>
            </>
          ) : (
            <Form onSubmit={submit}>
              <Suspense fallback={<Loading rows={3} />}>
                <AppKey app={enroll.result} />
              </Suspense>
              <TextField label="Code" pointer="/code" autoComplete="one-time-code" problem={confirm.problem} value={code} onChange={setCode} required />
              <FormProblem problem={confirm.problem} pointers={['/code']} />
              <div>
                <Button type="submit" variant="primary" isLoading={confirm.sending} isDisabled={code.trim() === ''}>
                  It shows this code
                </Button>
              </div>
            </Form>
          )}
          <Removal asking={remove} verb="Remove" name={() => 'the second factor'}>
            {() => <p>The password alone is enough then.</p>}
          </Removal>
        </div>
      </CardBody>
    </Card>
  );
}

function OwnSessions() {
  const query = useQuery({
    queryKey: ['own', 'sessions'],
    queryFn: ({ signal }) => answer(own.GET('/console/sessions', { params: { query: { limit: 100 } }, signal })),
  });
  const end = useSend((id: string) => answer(own.DELETE('/console/sessions/{id}', { params: { path: { id } } })), { topics: ['own'] });
  return (
    <Card>
      <CardTitle component="h2">Where you are logged in</CardTitle>
      <CardBody>
        <FormProblem problem={end.problem} />
        <Asked query={query} rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty variant="xs" title="Nowhere else" />
            ) : (
              <Table aria-label="Your sessions" variant="compact" gridBreakPoint="grid-md">
                <Thead>
                  <Tr>
                    <Th>Browser</Th>
                    <Th>From</Th>
                    <Th>Since</Th>
                    <Th>Used</Th>
                    <Th screenReaderText="End" />
                  </Tr>
                </Thead>
                <Tbody>
                  {items.map((session) => (
                    <Tr key={session.id}>
                      <Td dataLabel="Browser">{browserName(session.client)}</Td>
                      <Td dataLabel="From">{session.address}</Td>
                      <Td dataLabel="Since">
                        <Time at={session.createdAt} />
                      </Td>
                      <Td dataLabel="Used">
                        <Time at={session.lastUsedAt} />
                      </Td>
                      <Td dataLabel="End">
                        <Button variant="link" isInline isDanger aria-label={`End the session from ${session.address}`} onClick={() => end.send(session.id)}>
                          End
                        </Button>
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
  );
}
