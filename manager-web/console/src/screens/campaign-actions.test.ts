import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client';
import { reasonFor, shownActs } from './campaign-actions';

/** Of a campaign, only what is looked at here: the contract may have more fields than this test knows. */
function campaign(changes: Partial<Schemas['Campaign']>): Schemas['Campaign'] {
  const looked: Partial<Schemas['Campaign']> = { state: 'RUNNING', waves: [], life: { authors: [], approvals: [] }, actions: [], ...changes };
  return looked as Schemas['Campaign'];
}

describe('what can be done with a campaign', () => {
  it('that has ended is to bring its nodes back', () => {
    expect(shownActs(campaign({ state: 'COMPLETED' }))).toEqual(['roll-back']);
  });

  it('that asks a second person is to answer', () => {
    const asked = { id: 'a', kind: 'WAVE' as const, reasons: [], requestedBy: 'bob', requestedAt: '' };
    const asking = campaign({ life: { authors: [], approvals: [asked] } });
    expect(shownActs(asking).slice(0, 2)).toEqual(['approve', 'deny']);
    const answered = campaign({ life: { authors: [], approvals: [{ ...asked, answer: 'APPROVED' }] } });
    expect(shownActs(answered)).not.toContain('approve');
  });

  it('is refused for the missing permission first, then for what the manager says', () => {
    const refusing = campaign({ actions: [{ name: 'pause', allowed: false, reason: 'It is over.' }] });
    expect(reasonFor('pause', refusing, () => false)).toContain('campaign.pause');
    expect(reasonFor('pause', refusing, () => true)).toBe('It is over.');
    expect(reasonFor('abort', refusing, () => true)).toBeUndefined();
  });
});
