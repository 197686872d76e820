import {
  ActionGroup,
  Alert,
  Button,
  Form,
  Modal,
  ModalBody,
  ModalHeader,
  Title,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { answer, own } from './api/client';
import { useSessionAccess } from './api/session';
import { asProblem, type Problem } from './api/problem';
import { FormProblem, TextField } from './ui/form';
import { Mark } from './ui/mark';

type Way = 'person' | 'secret';

/** One step, whichever way: a secret alone, or name and password with a code where the account wants one. */
function LogInForm() {
  const { logIn } = useSessionAccess();
  const [way, setWay] = useState<Way>(() => (localStorage.getItem('login') === 'person' ? 'person' : 'secret'));
  const [secret, setSecret] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const wantsCode = problem?.code === 'code-required' || totp !== '';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      localStorage.setItem('login', way);
      await logIn(
        way === 'secret'
          ? { secret: secret.trim() }
          : { name: name.trim(), password, ...(totp.trim() === '' ? {} : { totp: totp.trim() }) },
      );
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form onSubmit={(event) => void submit(event)} aria-label="Log in">
      <ToggleGroup aria-label="How to log in" isCompact>
        <ToggleGroupItem text="Secret" isSelected={way === 'secret'} onChange={() => setWay('secret')} />
        <ToggleGroupItem text="Name and password" isSelected={way === 'person'} onChange={() => setWay('person')} />
      </ToggleGroup>
      {way === 'secret' ? (
        <TextField
          label="Secret"
          pointer="/secret"
          type="password"
          autoComplete="current-password"
          problem={problem}
          value={secret}
          onChange={setSecret}
          required
          help="It starts with mmat_. The manager prints the first one where it is started."
        />
      ) : (
        <>
          <TextField
            label="Name"
            pointer="/name"
            autoComplete="username"
            problem={problem}
            value={name}
            onChange={setName}
            required
          />
          <TextField
            label="Password"
            pointer="/password"
            type="password"
            autoComplete="current-password"
            problem={problem}
            value={password}
            onChange={setPassword}
            required
          />
          {wantsCode && (
            <TextField
              label="Code"
              pointer="/totp"
              autoComplete="one-time-code"
              problem={problem}
              value={totp}
              onChange={setTotp}
              required
              help="Of your authenticator app, or one of your recovery codes."
            />
          )}
        </>
      )}
      {problem?.status === 401 && problem.code === 'unauthenticated' ? (
        <Alert component="p" isInline variant="danger" title={way === 'secret' ? 'This secret does not log in' : 'Name or password is wrong'} role="alert">
          {way === 'secret' && 'The first secret is good until the first administrator has logged in by name.'}
        </Alert>
      ) : (
        <FormProblem problem={problem} pointers={['/secret', '/name', '/password', '/totp']} />
      )}
      <ActionGroup>
        <Button type="submit" variant="primary" isBlock isLoading={busy} isDisabled={way === 'secret' && secret === ''}>
          Log in
        </Button>
      </ActionGroup>
    </Form>
  );
}

/** OpenID providers to log in with; none where none is set up. They come back to the console's first page. */
function Providers() {
  const query = useQuery({
    queryKey: ['own', 'providers'],
    queryFn: ({ signal }) => answer(own.GET('/console/login-providers', { signal })),
    staleTime: Infinity,
  });
  const items = query.data?.items ?? [];
  return items.length === 0 ? null : (
    <div className="mm-stack mm-providers">
      {items.map((provider) => (
        <Button key={provider.name} component="a" href={provider.url} variant="secondary" isBlock>
          {provider.title}
        </Button>
      ))}
    </div>
  );
}

/** What became of a log-in at a provider, which sends people back without any session. */
function ProviderFailure() {
  switch (new URLSearchParams(window.location.search).get('login')) {
    case 'failed':
      return (
        <Alert component="p" isInline variant="danger" title="That log-in did not work" role="alert">
          The provider could not be asked, or you have no role here.
        </Alert>
      );
    case 'second-factor':
      return (
        <Alert component="p" isInline variant="danger" title="A second factor is missing" role="alert">
          Your role demands one, and the provider does not say that you showed one. Set one up there, then log in again.
        </Alert>
      );
    default:
      return null;
  }
}

export function LogInPage() {
  return (
    <main className="mm-login">
      <div className="mm-login-card">
        <div className="mm-login-brand">
          <Mark />
          <Title headingLevel="h1" size="xl">
            Maintenance Manager
          </Title>
        </div>
        <ProviderFailure />
        <LogInForm />
        <Providers />
      </div>
    </main>
  );
}

/**
 * A dialog over another one: each of them hides everything else from screen readers whenever it is drawn, and the one below
 * would hide the one in front.
 */
function useInFront(labelId: string): void {
  useEffect(() => {
    const show = () => document.getElementById(labelId)?.closest('body > *')?.removeAttribute('aria-hidden');
    const observer = new MutationObserver(show);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-hidden'] });
    show();
    return () => observer.disconnect();
  }, [labelId]);
}

/** Over the page that was open, so that nothing typed there is lost. */
export function LogInAgain() {
  useInFront('log-in-again');
  return (
    <Modal isOpen variant="small" aria-labelledby="log-in-again" className="mm-again">
      <ModalHeader
        title="Log in again"
        labelId="log-in-again"
        description="Your session ended. What you typed is still there behind this."
      />
      <ModalBody>
        <LogInForm />
      </ModalBody>
    </Modal>
  );
}

/** Before something of weight: is it still the same person? */
export function ProveAgain() {
  useInFront('prove-again');
  const { prove, dismiss, state } = useSessionAccess();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  if (state.kind !== 'in' || !state.session.local) {
    return <LogInAgain />;
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    setBusy(true);
    try {
      await prove({ password, ...(totp === '' ? {} : { totp }) });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal isOpen variant="small" aria-labelledby="prove-again" onClose={dismiss}>
      <ModalHeader title="Is it still you?" labelId="prove-again" description="This is asked before something of weight. Then do it again." />
      <ModalBody>
        <Form onSubmit={(event) => void submit(event)}>
          <TextField label="Password" pointer="/password" type="password" autoComplete="current-password" problem={problem} value={password} onChange={setPassword} required />
          {state.session.totp && (
            <TextField label="Code" pointer="/totp" autoComplete="one-time-code" problem={problem} value={totp} onChange={setTotp} required />
          )}
          <FormProblem problem={problem} pointers={['/password', '/totp']} />
          <ActionGroup>
            <Button type="submit" variant="primary" isLoading={busy}>
              It is me
            </Button>
            <Button variant="link" onClick={dismiss}>
              Cancel
            </Button>
          </ActionGroup>
        </Form>
      </ModalBody>
    </Modal>
  );
}

/** Somebody else made the first password, so it is changed before anything else. */
export function FirstPassword() {
  const { changePassword, logOut } = useSessionAccess();
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const different = repeated !== '' && repeated !== newPassword ? 'is not the same' : undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || newPassword !== repeated) {
      return;
    }
    setBusy(true);
    try {
      await changePassword({ password, newPassword });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="mm-login">
      <div className="mm-login-card">
        <div className="mm-login-brand">
          <Mark />
          <Title headingLevel="h1" size="xl">
            Choose a password
          </Title>
        </div>
        <Form onSubmit={(event) => void submit(event)}>
          <TextField label="The one you were given" pointer="/password" type="password" autoComplete="current-password" problem={problem} value={password} onChange={setPassword} required />
          <TextField label="Your own" pointer="/newPassword" type="password" autoComplete="new-password" problem={problem} value={newPassword} onChange={setNewPassword} required help="Long is better than strange: some words that nobody else would put together." />
          <TextField label="Once more" pointer="/repeated" type="password" autoComplete="new-password" problem={problem} invalid={different} value={repeated} onChange={setRepeated} required />
          <FormProblem problem={problem} pointers={['/password', '/newPassword']} />
          <ActionGroup>
            <Button type="submit" variant="primary" isLoading={busy}>
              Go on
            </Button>
            <Button variant="link" onClick={() => void logOut()}>
              Log out
            </Button>
          </ActionGroup>
        </Form>
      </div>
    </main>
  );
}
