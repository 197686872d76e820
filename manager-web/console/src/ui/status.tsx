import { Label, type LabelProps } from '@patternfly/react-core';
import ArchiveIcon from '@patternfly/react-icons/dist/esm/icons/archive-icon';
import BanIcon from '@patternfly/react-icons/dist/esm/icons/ban-icon';
import BullhornIcon from '@patternfly/react-icons/dist/esm/icons/bullhorn-icon';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ClockIcon from '@patternfly/react-icons/dist/esm/icons/clock-icon';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import ExclamationTriangleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import HistoryIcon from '@patternfly/react-icons/dist/esm/icons/history-icon';
import InProgressIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import InfoCircleIcon from '@patternfly/react-icons/dist/esm/icons/info-circle-icon';
import PauseCircleIcon from '@patternfly/react-icons/dist/esm/icons/pause-circle-icon';
import PencilAltIcon from '@patternfly/react-icons/dist/esm/icons/pencil-alt-icon';
import PowerOffIcon from '@patternfly/react-icons/dist/esm/icons/power-off-icon';
import UnlinkIcon from '@patternfly/react-icons/dist/esm/icons/unlink-icon';
import UserClockIcon from '@patternfly/react-icons/dist/esm/icons/user-clock-icon';
import type { ComponentType } from 'react';
import type { Schemas } from '../api/client';

/** One colour a meaning: good, busy, waiting, attention, bad, quiet. */
export type Meaning = 'good' | 'busy' | 'waiting' | 'attention' | 'bad' | 'quiet';

const COLORS: Record<Meaning, LabelProps['color']> = {
  good: 'green',
  busy: 'blue',
  waiting: 'teal',
  attention: 'orange',
  bad: 'red',
  quiet: 'grey',
};

export interface Look {
  text: string;
  meaning: Meaning;
  icon: ComponentType;
}

export const UPDATE_LOOKS: Record<Schemas['UpdateState'], Look> = {
  OFFERED: { text: 'Offered', meaning: 'waiting', icon: BullhornIcon },
  DOWNLOADING: { text: 'Downloading', meaning: 'busy', icon: DownloadIcon },
  DOWNLOADED: { text: 'Downloaded', meaning: 'waiting', icon: ClockIcon },
  INSTALLING: { text: 'Installing', meaning: 'busy', icon: InProgressIcon },
  STAGED: { text: 'Staged', meaning: 'waiting', icon: ClockIcon },
  REBOOTING: { text: 'Rebooting', meaning: 'busy', icon: PowerOffIcon },
  TRIAL: { text: 'On trial', meaning: 'busy', icon: InProgressIcon },
  CONFIRMED: { text: 'Confirmed', meaning: 'good', icon: CheckCircleIcon },
  FAILED: { text: 'Failed', meaning: 'bad', icon: ExclamationCircleIcon },
  ROLLED_BACK: { text: 'Rolled back', meaning: 'bad', icon: HistoryIcon },
  LOST: { text: 'Lost', meaning: 'bad', icon: UnlinkIcon },
  CANCELED: { text: 'Canceled', meaning: 'quiet', icon: BanIcon },
  SUPERSEDED: { text: 'Superseded', meaning: 'quiet', icon: ArchiveIcon },
  SKIPPED: { text: 'Skipped', meaning: 'quiet', icon: BanIcon },
};

export const NODE_LOOKS: Record<Schemas['Node']['state'], Look> = {
  PENDING: { text: 'Pending', meaning: 'attention', icon: UserClockIcon },
  ACTIVE: { text: 'Active', meaning: 'good', icon: CheckCircleIcon },
  QUARANTINED: { text: 'Quarantined', meaning: 'bad', icon: BanIcon },
  DECOMMISSIONED: { text: 'Decommissioned', meaning: 'quiet', icon: ArchiveIcon },
};

export const CAMPAIGN_LOOKS: Record<string, Look> = {
  DRAFT: { text: 'Draft', meaning: 'quiet', icon: PencilAltIcon },
  AWAITING_APPROVAL: { text: 'Awaiting approval', meaning: 'attention', icon: UserClockIcon },
  SCHEDULED: { text: 'Scheduled', meaning: 'waiting', icon: ClockIcon },
  RUNNING: { text: 'Running', meaning: 'busy', icon: InProgressIcon },
  PAUSED: { text: 'Paused', meaning: 'attention', icon: PauseCircleIcon },
  COMPLETED: { text: 'Completed', meaning: 'good', icon: CheckCircleIcon },
  ABORTED: { text: 'Aborted', meaning: 'bad', icon: BanIcon },
};

export const IMAGE_LOOKS: Record<Schemas['ImageState'], Look> = {
  DRAFT: { text: 'Draft', meaning: 'quiet', icon: PencilAltIcon },
  PUBLISHED: { text: 'Published', meaning: 'good', icon: CheckCircleIcon },
  WITHDRAWN: { text: 'Withdrawn', meaning: 'bad', icon: BanIcon },
};

export const POLICY_LOOKS: Record<'FOLLOWS' | 'SUSPENDED', Look> = {
  FOLLOWS: { text: 'Follows', meaning: 'good', icon: CheckCircleIcon },
  SUSPENDED: { text: 'Suspended', meaning: 'attention', icon: PauseCircleIcon },
};

export const SEVERITY_LOOKS: Record<Schemas['ImageSeverity'], Look> = {
  NONE: { text: 'No fixes', meaning: 'quiet', icon: InfoCircleIcon },
  LOW: { text: 'Low', meaning: 'quiet', icon: InfoCircleIcon },
  MEDIUM: { text: 'Medium', meaning: 'waiting', icon: InfoCircleIcon },
  HIGH: { text: 'High', meaning: 'attention', icon: ExclamationTriangleIcon },
  CRITICAL: { text: 'Critical', meaning: 'bad', icon: ExclamationCircleIcon },
};

/** Never by colour alone: icon and text say the same. A state that this console does not know yet is shown by its code. */
export function Status({ look, code }: { look: Look | undefined; code?: string }) {
  const Icon = look?.icon ?? InfoCircleIcon;
  return (
    <Label color={COLORS[look?.meaning ?? 'quiet']} icon={<Icon />} isCompact>
      {look?.text ?? code}
    </Label>
  );
}

export const UPDATE_ORDER = Object.keys(UPDATE_LOOKS) as Schemas['UpdateState'][];
