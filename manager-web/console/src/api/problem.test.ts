import { describe, expect, it } from 'vitest';
import { problemOf } from './problem';

describe('a problem', () => {
  const problem = problemOf(400, {
    title: 'The request is not valid',
    code: 'invalid-request',
    errors: [
      { pointer: '/name', detail: 'is empty' },
      { pointer: '/waves/0/percent', detail: 'is 120' },
    ],
  });

  it('is shown at the field that it names, and at the one above it', () => {
    expect(problem.at('/name')).toBe('is empty');
    expect(problem.at('/waves')).toBe('is 120');
    expect(problem.at('/na')).toBeUndefined();
  });

  it('leaves what no field shows to the form', () => {
    expect(problem.besides(['/name'])).toEqual([{ pointer: '/waves/0/percent', detail: 'is 120' }]);
    expect(problem.besides(['/name', '/waves'])).toEqual([]);
  });

  it("of a proxy's page has a title all the same", () => {
    expect(problemOf(502, '<html>').title).toBe('The manager answered with status 502');
    expect(problemOf(502, undefined).errors).toEqual([]);
  });

  it('tells a change by somebody else from a wrong request', () => {
    expect(problemOf(412, {}).isConflict).toBe(true);
    expect(problemOf(409, { code: 'illegal-state' }).isConflict).toBe(true);
    expect(problemOf(409, { code: 'conflict' }).isConflict).toBe(false);
    expect(problem.isConflict).toBe(false);
  });
});
