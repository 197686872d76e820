import type { Schemas } from '../api/client';
import { durationSeconds, formatDuration } from '../ui/time';
import { formatNumber, plural } from '../ui/words';

/** Which nodes a wave takes. */
export function shareWords(wave: Pick<Schemas['NewWave'], 'percent' | 'count' | 'selector' | 'rest'>): string {
  if (wave.percent !== undefined) {
    return `${formatNumber(wave.percent)} % of the nodes`;
  }
  if (wave.count !== undefined) {
    return plural(wave.count, 'node');
  }
  return wave.selector ?? 'all the rest';
}

/** What the gate at a wave's end wants besides its share, but for instants; empty where that is nothing. */
export function gateWords({ soakTime, approval, unheardAfter }: Schemas['WaveGate']): string {
  return [
    soakTime !== undefined && durationSeconds(soakTime) !== 0 ? `Then it soaks for ${formatDuration(soakTime)}.` : '',
    approval === true ? 'A second person opens the next wave.' : '',
    unheardAfter === undefined ? '' : `Passes after ${formatDuration(unheardAfter)} if none of its nodes can be reached.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
