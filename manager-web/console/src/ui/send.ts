import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { asProblem, type Problem } from '../api/problem';

export interface Send<V, R> {
  send: (variables: V) => void;
  sending: boolean;
  problem: Problem | undefined;
  result: R | undefined;
  /** Whether the last one was taken. */
  done: boolean;
  reset: () => void;
}

/** Keeps one key for one intent: the same content keeps its key until it was answered, another content gets another. */
export class IdempotencyKeys {
  private content: string | undefined;
  private key = '';

  keyFor(content: string): string {
    if (content !== this.content) {
      this.content = content;
      this.key = crypto.randomUUID();
    }
    return this.key;
  }

  done(): void {
    this.content = undefined;
  }
}

/**
 * Sends something that changes the fleet, once: further clicks while it is on its way do nothing, and a repetition after a
 * lost answer carries the same Idempotency-Key, so the manager does it once. Whatever it may have changed is asked for again.
 */
export function useSend<V, R>(
  call: (variables: V, idempotencyKey: string) => Promise<R>,
  options: { topics?: readonly string[]; onDone?: (result: R, variables: V) => void } = {},
): Send<V, R> {
  const queries = useQueryClient();
  const keys = useRef(new IdempotencyKeys());
  const busy = useRef(false);
  const mutation = useMutation<R, Error, V>({
    mutationFn: (variables) => call(variables, keys.current.keyFor(JSON.stringify(variables) ?? '')),
    onSuccess: (result, variables) => {
      keys.current.done();
      for (const topic of options.topics ?? []) {
        void queries.invalidateQueries({ queryKey: [topic] });
      }
      options.onDone?.(result, variables);
    },
    onSettled: () => {
      busy.current = false;
    },
  });
  const { mutate } = mutation;
  const send = useCallback(
    (variables: V) => {
      if (!busy.current) {
        busy.current = true;
        mutate(variables);
      }
    },
    [mutate],
  );
  return {
    send,
    sending: mutation.isPending,
    problem: mutation.error === null ? undefined : asProblem(mutation.error),
    result: mutation.data,
    done: mutation.isSuccess,
    reset: mutation.reset,
  };
}
