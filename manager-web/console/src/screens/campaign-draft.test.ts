import { describe, expect, it } from 'vitest';
import { curl, FIRST_DRAFT, request, stepOf } from './campaign-draft';

describe('a campaign in the making', () => {
  it('becomes the request that automation would send', () => {
    const body = request({ ...FIRST_DRAFT, name: ' spring ', imageId: 'x', selector: 'site==/eu/*', maxFailures: '3' });
    expect(body).toEqual({
      name: 'spring',
      imageId: 'x',
      selector: 'site==/eu/*',
      waves: [
        { name: 'canary', percent: 5, minConfirmedShare: 1 },
        { name: 'rest', rest: true, minConfirmedShare: 0.95 },
      ],
      maxInFlight: 100,
      maxFailures: 3,
      permitLimit: 'PT60M',
    });
  });

  it('for everyone has no selector', () => {
    expect(request({ ...FIRST_DRAFT, everyone: true, selector: 'left over' })).not.toHaveProperty('selector');
  });

  it('says a share as typed, not as binary fractions have it', () => {
    const [wave] = FIRST_DRAFT.waves;
    if (wave === undefined) {
      throw new Error('expected a wave');
    }
    const body = request({ ...FIRST_DRAFT, waves: [{ ...wave, minConfirmedPercent: '99.9' }] });
    expect(body.waves?.[0]?.minConfirmedShare).toBe(0.999);
  });

  it('is shown as a command that a shell reads right', () => {
    expect(curl('http://h', '/p', { name: "it's" })).toContain(`"name": "it'\\''s"`);
  });

  it('that the manager refuses is shown at the step of the field', () => {
    expect(stepOf('/imageId')).toBe('image');
    expect(stepOf('/selector')).toBe('nodes');
    expect(stepOf('/waves/1/percent')).toBe('waves');
  });
});
