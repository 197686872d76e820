import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { BASE } from './client';

/** What the stream of changes says: which lists are stale, and which nodes if they are few. */
export interface Change {
  topics: string[];
  nodes?: string[];
}

/** Query keys start with the topic that they are about; these are kept up to date by the stream. */
export const TOPICS = ['nodes', 'campaigns', 'tenant', 'images', 'tokens', 'audit'] as const;
export type Topic = (typeof TOPICS)[number];

export type LiveState = 'live' | 'paused' | 'connecting' | 'refused';

interface Live {
  state: LiveState;
  setPaused: (paused: boolean) => void;
}

const Context = createContext<Live>({ state: 'connecting', setPaused: () => undefined });

/** Which cached answers a change makes stale. A node's own page cares for that node alone, where the change names nodes. */
export function isStale(queryKey: readonly unknown[], change: Change): boolean {
  const [topic, kind, id] = queryKey;
  if (typeof topic !== 'string' || !change.topics.includes(topic)) {
    return false;
  }
  if (topic === 'nodes' && kind === 'one' && change.nodes !== undefined && typeof id === 'string') {
    return change.nodes.includes(id);
  }
  return true;
}

export function apply(queries: QueryClient, change: Change): void {
  void queries.invalidateQueries({ predicate: (query) => isStale(query.queryKey, change) });
}

function changeOf(data: string): Change | undefined {
  const parsed: unknown = JSON.parse(data);
  if (typeof parsed !== 'object' || parsed === null || !('topics' in parsed) || !Array.isArray(parsed.topics)) {
    return undefined;
  }
  return parsed as Change;
}

/** Follows the manager's stream of changes. A hidden page and a paused one do not follow; they catch up afterwards. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [paused, setPaused] = useState(false);
  const [hidden, setHidden] = useState(document.hidden);
  const [connected, setConnected] = useState<LiveState>('connecting');
  const missed = useRef(false);

  useEffect(() => {
    const listener = () => setHidden(document.hidden);
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }, []);

  useEffect(() => {
    if (paused || hidden) {
      return undefined;
    }
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let delay = 1000;

    const open = () => {
      source = new EventSource(`${BASE}/api/v1/events`);
      source.addEventListener('open', () => {
        delay = 1000;
        setConnected('live');
        if (missed.current) {
          missed.current = false;
          void queries.invalidateQueries();
        }
      });
      source.addEventListener('change', (event: MessageEvent<string>) => {
        const change = changeOf(event.data);
        if (change !== undefined) {
          apply(queries, change);
        }
      });
      source.addEventListener('error', () => {
        missed.current = true;
        // A refusal (too many streams, no session) closes it for good; a lost connection is taken up by the browser.
        if (source?.readyState === EventSource.CLOSED) {
          setConnected('refused');
          retry = setTimeout(open, delay);
          delay = Math.min(delay * 2, 30_000);
        } else {
          setConnected('connecting');
        }
      });
    };
    open();
    return () => {
      missed.current = true;
      source?.close();
      clearTimeout(retry);
    };
  }, [paused, hidden, queries]);

  const live = useMemo<Live>(
    () => ({ state: paused ? 'paused' : connected, setPaused }),
    [paused, connected],
  );
  return <Context value={live}>{children}</Context>;
}

export function useLive(): Live {
  return useContext(Context);
}
