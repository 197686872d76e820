import type { Schemas } from '../api/client';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units, as disks and networks have them. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) {
    return 'unknown';
  }
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat('en-GB').format(value);
}

/** `over 10,000` where counting stopped. */
export function formatCount(count: { count: number; capped: boolean }): string {
  return count.capped ? `over ${formatNumber(count.count)}` : formatNumber(count.count);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** What a node does next, from what the list knows; its own page explains it. */
export function nextAction(node: Schemas['Node']): string {
  const campaign = node.campaign === undefined ? '' : ` for ${node.campaign}`;
  switch (node.state) {
    case 'PENDING':
      return 'Waits for somebody to let it in.';
    case 'QUARANTINED':
      return 'Is kept from any work.';
    case 'DECOMMISSIONED':
      return 'Is out for good.';
    case 'ACTIVE':
      break;
  }
  switch (node.updateState) {
    case undefined:
      return 'Nothing is planned.';
    case 'OFFERED':
      return `Will download${campaign}.`;
    case 'DOWNLOADING':
      return `Downloads${campaign}.`;
    case 'DOWNLOADED':
      return `Waits to install${campaign}.`;
    case 'INSTALLING':
      return `Installs${campaign}.`;
    case 'STAGED':
      return `Waits to reboot${campaign}.`;
    case 'REBOOTING':
      return `Reboots into the other slot${campaign}.`;
    case 'TRIAL':
      return `Tries the new image${campaign}.`;
    default:
      return 'Nothing is planned.';
  }
}

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\/(\d+)/, 'Edge'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/Chrome\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).*Safari\//, 'Safari'],
];
const SYSTEMS = /Windows|Android|iPhone|iPad|Mac OS X|Linux/;

/** `Chrome 156, Linux`: what a browser calls itself, as short as people say it. */
export function browserName(client: string | undefined): string {
  if (client === undefined) {
    return 'not said';
  }
  for (const [pattern, name] of BROWSERS) {
    const version = pattern.exec(client)?.[1];
    if (version !== undefined) {
      return [`${name} ${version}`, SYSTEMS.exec(client)?.[0]].filter((part) => part !== undefined).join(', ');
    }
  }
  return client.length > 60 ? `${client.slice(0, 60)}…` : client;
}
