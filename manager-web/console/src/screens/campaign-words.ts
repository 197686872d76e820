import type { Schemas } from '../api/client';
import { durationSeconds, formatDuration } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { LIMITED_PHASES, RETRIED_PHASES, type RetriedPhase } from './campaign-draft';

/** What is done to a node, phase by phase, and that it is not heard of any more. */
export const PHASE_WORDS: Readonly<Record<RetriedPhase, string>> = {
  download: 'Download',
  verify: 'Check of the image',
  install: 'Installation',
  reboot: 'Restart',
  trial: 'Trial',
  lost: 'Lost nodes',
};

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

const percent = (rate: number) => formatNumber(Math.round(rate * 100_000) / 1000);

/** What of the rules about failures and rivals a campaign or a template says, each with its name. */
export function ruleWords({ priority, guard = {}, retries = {}, phaseLimits = {} }: Schemas['CampaignRules'] = {}): [string, string][] {
  const guarding = [
    guard.enabled === false
      ? 'off'
      : `on, ${guard.baseline === undefined ? 'accepts what earlier campaigns teach' : `accepts ${percent(guard.baseline)} % failures`}${guard.cohorts === false ? ', holds no cohorts' : ''}`,
    guard.maxFailurePercent === undefined ? '' : `pauses above ${formatNumber(guard.maxFailurePercent)} % failures from ${plural(guard.percentFrom ?? 20, 'node')} on`,
  ];
  const tried = RETRIED_PHASES.flatMap((phase) => {
    const { limit = 0, backoff } = retries[phase] ?? {};
    return limit === 0 ? [] : [`${PHASE_WORDS[phase].toLowerCase()} ${formatNumber(limit)}×${backoff === undefined ? '' : ` after ${formatDuration(backoff)}`}`];
  });
  const limits = LIMITED_PHASES.flatMap((phase) => {
    const limit = phaseLimits[phase];
    return limit === undefined ? [] : [`${PHASE_WORDS[phase].toLowerCase()} ${formatDuration(limit)}`];
  });
  return [
    ['Priority', formatNumber(priority ?? 0)],
    ['Guard', guarding.filter((part) => part !== '').join('; ')],
    ['Tried again', tried.length === 0 ? 'nothing' : tried.join(', ')],
    ['Time limits', limits.length === 0 ? 'as usual' : limits.join(', ')],
  ];
}

/** When windows are overridden because it takes too long. */
export function escalationWords(escalation: Schemas['CampaignEscalation'] | undefined): string {
  return escalation === undefined ? 'never' : `after ${formatDuration(escalation.after)}, for ${formatDuration(escalation.lasts)}: ${escalation.reason}`;
}
