import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { BASE, onReauthentication, onSessionLost, type Schemas, useCsrfToken as setCsrfToken } from './client';
import { asProblem, Problem, problemOf } from './problem';

/** Who looks, as GET /console/session says it. */
export type Session = Schemas['ConsoleSession'];

export type Credentials = { secret: string } | { name: string; password: string; totp?: string };

type State =
  | { kind: 'loading' }
  | { kind: 'out' }
  | { kind: 'failed'; problem: Problem }
  | { kind: 'in'; session: Session; ask: Ask };

/** What has to be proved again before the page can go on: that there is somebody, or that it is still the same. */
type Ask = 'nothing' | 'log in' | 'prove';

interface SessionAccess {
  state: State;
  logIn: (credentials: Credentials) => Promise<void>;
  logOut: () => Promise<void>;
  retry: () => void;
  /** Asks again who looks, with the page in its place. */
  reload: () => Promise<void>;
  /** Proves again who looks, for what is asked of those only who did so lately. */
  prove: (proof: { password: string; totp?: string }) => Promise<void>;
  dismiss: () => void;
  changePassword: (change: { password: string; newPassword: string }) => Promise<void>;
}

const Context = createContext<SessionAccess | undefined>(undefined);

async function request(method: string, path: string, body?: unknown, csrf?: string): Promise<Response> {
  try {
    return await fetch(BASE + path, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json, application/problem+json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(csrf === undefined ? {} : { 'X-CSRF-Token': csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw Problem.unreachable(cause);
  }
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** Keeps who is logged in. A session that is lost on the way leaves the page, and what was typed, where it is. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>({ kind: 'loading' });

  const load = useCallback(async () => {
    try {
      const response = await request('GET', '/session');
      if (response.status === 401) {
        setState({ kind: 'out' });
        return;
      }
      if (!response.ok) {
        throw problemOf(response.status, await json(response));
      }
      const session = (await json(response)) as Session;
      setCsrfToken(session.csrf);
      setState({ kind: 'in', session, ask: 'nothing' });
    } catch (error) {
      setState({ kind: 'failed', problem: asProblem(error) });
    }
  }, []);

  useEffect(() => {
    void load();
  }, [load]);

  useEffect(
    () =>
      onSessionLost(() => {
        setState((before) => (before.kind === 'in' ? { ...before, ask: 'log in' } : before));
      }),
    [],
  );

  useEffect(
    () =>
      onReauthentication(() => {
        setState((before) => (before.kind === 'in' && before.ask === 'nothing' ? { ...before, ask: 'prove' } : before));
      }),
    [],
  );

  const logIn = useCallback(async (credentials: Credentials) => {
    const response = await request('POST', '/login', credentials);
    if (!response.ok) {
      throw problemOf(response.status, await json(response));
    }
    const session = (await json(response)) as Session;
    setCsrfToken(session.csrf);
    setState({ kind: 'in', session, ask: 'nothing' });
  }, []);

  const prove = useCallback(
    async (proof: { password: string; totp?: string }) => {
      if (state.kind !== 'in') {
        return;
      }
      const response = await request('POST', '/session:reauthenticate', proof, state.session.csrf);
      if (!response.ok) {
        throw problemOf(response.status, await json(response));
      }
      const session = (await json(response)) as Session;
      setCsrfToken(session.csrf);
      setState({ kind: 'in', session, ask: 'nothing' });
    },
    [state],
  );

  const dismiss = useCallback(() => {
    setState((before) => (before.kind === 'in' && before.ask === 'prove' ? { ...before, ask: 'nothing' } : before));
  }, []);

  const changePassword = useCallback(
    async (change: { password: string; newPassword: string }) => {
      if (state.kind !== 'in') {
        return;
      }
      const response = await request('PUT', '/password', change, state.session.csrf);
      if (!response.ok) {
        throw problemOf(response.status, await json(response));
      }
      await load();
    },
    [state, load],
  );

  const logOut = useCallback(async () => {
    if (state.kind === 'in') {
      await request('DELETE', '/session', undefined, state.session.csrf);
    }
    setState({ kind: 'out' });
  }, [state]);

  const retry = useCallback(() => {
    setState({ kind: 'loading' });
    void load();
  }, [load]);

  const access = useMemo(
    () => ({ state, logIn, logOut, retry, reload: load, prove, dismiss, changePassword }),
    [state, logIn, logOut, retry, load, prove, dismiss, changePassword],
  );
  return <Context value={access}>{children}</Context>;
}

export function useSessionAccess(): SessionAccess {
  const access = useContext(Context);
  if (access === undefined) {
    throw new Error('expected a SessionProvider above');
  }
  return access;
}

/** Who looks; only below the log-in. */
export function useSession(): Session {
  const { state } = useSessionAccess();
  if (state.kind !== 'in') {
    throw new Error(`expected a session, found ${state.kind}`);
  }
  return state.session;
}
