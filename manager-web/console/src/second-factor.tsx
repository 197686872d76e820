import { ActionGroup, Alert, Button, Content, Form, List, ListItem, Title } from '@patternfly/react-core';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { answer, own, type Schemas } from './api/client';
import { asProblem, type Problem } from './api/problem';
import { useSessionAccess } from './api/session';
import { LogInAgain, ProveAgain } from './login';
import { Loading } from './ui/faces';
import { FormProblem, TextField } from './ui/form';
import { Mark } from './ui/mark';

// Few need it, and the shell has to be there fast.
const AppKey = lazy(() => import('./ui/app-key'));

/** A role demands a second factor: an authenticator app is set up before anything else. */
export function SecondFactor() {
  const { state, retry, logOut } = useSessionAccess();
  const [app, setApp] = useState<Schemas['TotpSecret']>();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState<string[]>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const attempt = async (work: () => Promise<void>) => {
    if (busy) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const begin = () => attempt(async () => setApp(await answer(own.POST('/console/totp'))));
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => setRecovery((await answer(own.POST('/console/totp:confirm', { body: { code: code.trim() } }))).recoveryCodes));
  };

  return (
    <main className="mm-login">
      <div className="mm-login-card">
        <div className="mm-login-brand">
          <Mark />
          <Title headingLevel="h1" size="xl">
            Set up an authenticator app
          </Title>
        </div>
        {recovery !== undefined ? (
          <>
            <Alert component="p" isInline variant="warning" title="Keep these codes">
              Each opens once, in place of the app. They are shown this once.
            </Alert>
            <List isPlain aria-label="Recovery codes">
              {recovery.map((one) => (
                <ListItem key={one}>
                  <code>{one}</code>
                </ListItem>
              ))}
            </List>
            <Button variant="primary" isBlock onClick={retry}>
              I have kept them
            </Button>
          </>
        ) : app === undefined ? (
          <>
            <Content component="p">
              A role of yours demands a second factor: a code of an app on your phone with each log-in.
            </Content>
            <FormProblem problem={problem} pointers={[]} />
            <ActionGroup>
              <Button variant="primary" isLoading={busy} onClick={() => void begin()}>
                Begin
              </Button>
              <Button variant="link" onClick={() => void logOut()}>
                Log out
              </Button>
            </ActionGroup>
          </>
        ) : (
          <Form onSubmit={confirm}>
            <Suspense fallback={<Loading rows={3} />}>
              <AppKey app={app} />
            </Suspense>
            <TextField
              label="The code that it shows"
              pointer="/code"
              autoComplete="one-time-code"
              problem={problem}
              value={code}
              onChange={setCode}
              required
            />
            <FormProblem problem={problem} pointers={['/code']} />
            <ActionGroup>
              <Button type="submit" variant="primary" isLoading={busy} isDisabled={code.trim() === ''}>
                Confirm
              </Button>
              <Button variant="link" onClick={() => void logOut()}>
                Log out
              </Button>
            </ActionGroup>
          </Form>
        )}
        {state.kind === 'in' && state.ask === 'log in' && <LogInAgain />}
        {state.kind === 'in' && state.ask === 'prove' && <ProveAgain />}
      </div>
    </main>
  );
}
