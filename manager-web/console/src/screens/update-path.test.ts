import { describe, expect, it } from 'vitest';
import { pathOf } from './image-change';
import { pathSentences } from './update-path';

describe('an update path', () => {
  it('is said in sentences', () => {
    expect(pathSentences({})).toEqual([]);
    expect(
      pathSentences({
        floor: 40,
        barrier: true,
        forbidden: [
          { from: 41, reason: 'Loses its network.' },
          { from: 43, upTo: 44, reason: 'Does not boot.' },
        ],
      }),
    ).toEqual([
      'Can be installed from release 40 on.',
      'A barrier: older nodes have to run it before they go further.',
      'Not from release 41: Loses its network.',
      'Not from releases 43 to 44: Does not boot.',
    ]);
  });

  it('is sent whole: an emptied floor is taken away', () => {
    expect(pathOf('', false, [{ key: 0, from: '41', upTo: '', reason: ' Loses its network. ' }])).toEqual({
      floor: null,
      barrier: false,
      forbidden: [{ from: 41, reason: 'Loses its network.' }],
    });
  });
});
