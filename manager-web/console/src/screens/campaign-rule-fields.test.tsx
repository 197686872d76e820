import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../api/problem';
import { FormProblem } from '../ui/form';
import { FIRST_RULES } from './campaign-draft';
import { LimitFields, WaveFields } from './campaign-fields';
import { RULE_POINTERS, RuleFields } from './campaign-rule-fields';

/** The form of rules, when the manager finds wrong what is at these pointers below `/template`. */
function show(...pointers: string[]) {
  const problem = new Problem({
    status: 400,
    code: 'invalid-input',
    title: 'Invalid',
    errors: pointers.map((pointer) => ({ pointer: `/template${pointer}`, detail: `wrong at ${pointer}` })),
  });
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  for (const kind of ['PERMIT', 'FREEZE']) {
    queries.setQueryData(['tenant', 'window-choices', kind], { items: [] });
  }
  const props = { draft: FIRST_RULES, onChange: () => undefined, problem, at: '/template' };
  render(
    <QueryClientProvider client={queries}>
      <WaveFields {...props} />
      <LimitFields {...props} />
      <RuleFields {...props} />
      <FormProblem problem={problem} pointers={RULE_POINTERS.map((pointer) => `/template${pointer}`)} />
    </QueryClientProvider>,
  );
}

afterEach(cleanup);

describe('what the manager finds wrong', () => {
  const fields = RULE_POINTERS.filter((pointer) => pointer !== '/waves');

  it.each([...fields, '/waves/0/name', '/waves/0/percent', '/waves/1/rest', '/waves/1/minConfirmedShare', '/waves/0/gate/soakTime', '/waves/0/gate/unheardAfter'])(
    'with %s stands at its field, unfolded',
    (pointer) => {
      show(pointer);
      const field = screen.getByText(`wrong at ${pointer}`).closest('.pf-v6-c-form__group');
      expect(field?.querySelector('[aria-invalid="true"], select')).not.toBeNull();
      expect(screen.getAllByText('Correct what is marked.', { exact: false })).toHaveLength(1);
    },
  );

  it.each(['/waves', '/waves/0', '/waves/1/gate/soakTime', '/waves/0/gate/approval', '/schedule/escalation/freezes/3'])(
    'with %s, which has no field of its own, stands in the part of the form that it is about',
    (pointer) => {
      show(pointer);
      expect(screen.getByText(`wrong at ${pointer}`)).toBeDefined();
    },
  );

  it('with what the form does not show stands below it', () => {
    show('/rules/retries/download', '/maxFailures');
    expect(screen.getByText('wrong at /maxFailures')).toBeDefined();
    expect(screen.getByText(/wrong at \/rules\/retries\/download/)).toBeDefined();
  });

  it('nowhere leaves the rest folded', () => {
    show();
    expect(screen.queryByLabelText('After')).toBeNull();
    expect(screen.getByRole('button', { name: 'Guard' }).getAttribute('aria-expanded')).toBe('false');
  });
});
