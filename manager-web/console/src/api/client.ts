import createClient, { type Middleware } from 'openapi-fetch';
import { Problem, problemOf } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** Where the public API answers under the session of the browser. */
export const BASE = '/console';

let csrfToken = '';
const lossListeners = new Set<() => void>();
const proofListeners = new Set<() => void>();

/** What every request that changes something has to carry. */
export function useCsrfToken(token: string): void {
  csrfToken = token;
}

export function currentCsrfToken(): string {
  return csrfToken;
}

/** Called whenever the manager says that there is no session (any more). */
export function onSessionLost(listener: () => void): () => void {
  lossListeners.add(listener);
  return () => lossListeners.delete(listener);
}

export function reportSessionLost(): void {
  lossListeners.forEach((listener) => listener());
}

/** Called when the manager wants to know again who asks, before something of weight. */
export function onReauthentication(listener: () => void): () => void {
  proofListeners.add(listener);
  return () => proofListeners.delete(listener);
}

const session: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      request.headers.set('X-CSRF-Token', csrfToken);
    }
    return request;
  },
  onResponse({ response }) {
    if (response.status === 401) {
      reportSessionLost();
    }
  },
};

export const api = createClient<paths>({ baseUrl: BASE, credentials: 'same-origin' });
api.use(session);

/** What somebody asks about the own log-in, which is no part of the API for automation. */
export const own = createClient<paths>({ credentials: 'same-origin' });
own.use(session);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; everything else is thrown as a Problem. */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await call;
  } catch (cause) {
    throw Problem.unreachable(cause);
  }
  if (!result.response.ok) {
    const problem = problemOf(result.response.status, result.error);
    if (problem.code === 'reauthentication-required') {
      proofListeners.forEach((listener) => listener());
    }
    throw problem;
  }
  // A 204 has no body, and its caller asks for none.
  return result.data as T;
}

/** The ETag of a revision, as If-Match wants it. */
export function etag(revision: number): string {
  return `"${revision}"`;
}
