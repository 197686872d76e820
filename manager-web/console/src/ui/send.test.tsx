import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import { Problem } from '../api/problem';
import { useSend } from './send';

function within({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;
}

describe('sending', () => {
  it('twice while the first is on its way sends once', async () => {
    const keys: string[] = [];
    let finish: () => void = () => undefined;
    const hook = renderHook(
      () =>
        useSend(async (_: { name: string }, key) => {
          keys.push(key);
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }),
      { wrapper: within },
    );
    act(() => {
      hook.result.current.send({ name: 'a' });
      hook.result.current.send({ name: 'a' });
    });
    await waitFor(() => expect(hook.result.current.sending).toBe(true));
    act(() => finish());
    await waitFor(() => expect(hook.result.current.sending).toBe(false));
    expect(keys).toHaveLength(1);
  });

  it('the same again after a lost answer keeps the key; something else, or the same after an answer, has another', async () => {
    const keys: string[] = [];
    const hook = renderHook(
      () =>
        useSend(async (_: { name: string }, key) => {
          keys.push(key);
          await Promise.resolve();
          if (keys.length === 1) {
            throw Problem.unreachable(undefined);
          }
        }),
      { wrapper: within },
    );
    const send = async (name: string) => {
      const before = keys.length;
      act(() => hook.result.current.send({ name }));
      await waitFor(() => expect(keys).toHaveLength(before + 1));
      await waitFor(() => expect(hook.result.current.sending).toBe(false));
    };
    await send('a');
    expect(hook.result.current.problem?.code).toBe('unreachable');
    await send('a');
    await send('a');
    await send('b');
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(keys[3]).not.toBe(keys[2]);
  });
});
