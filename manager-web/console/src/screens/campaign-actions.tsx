import { Alert } from '@patternfly/react-core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useMay, useReason } from '../ui/act';
import { TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { useSend } from '../ui/send';
import { READERS_ZONE, Time } from '../ui/time';
import { WindowChoice } from './campaign-rule-fields';

type Campaign = Schemas['Campaign'];

const NAMES = ['start', 'pause', 'resume', 'approve', 'deny', 'promote-wave', 'skip-wave', 'retry-failed', 'roll-back', 'overrideWindows', 'clearOverride', 'abort', 'delete'] as const;
export type Act = (typeof NAMES)[number];

interface ActWords {
  verb: string;
  permission: string;
  question: string;
  /** Asks with a warning. */
  danger?: boolean;
  /** Cannot be taken back, and is red before it is asked. */
  final?: boolean;
  /** What has to be said with it. */
  says?: 'remark' | 'reason';
}

const ACTS: Record<Act, ActWords> = {
  start: { verb: 'Start', permission: 'campaign.run', question: 'Nodes begin to download; they are restarted inside their windows.' },
  pause: { verb: 'Pause', permission: 'campaign.pause', question: 'No node gets a permit any more. Nodes that hold one finish what they do.' },
  resume: { verb: 'Resume', permission: 'campaign.run', question: 'Nodes get permits again.' },
  approve: { verb: 'Approve', permission: 'campaign.approve', question: 'It does what it asks for.', says: 'remark' },
  deny: { verb: 'Deny', permission: 'campaign.approve', question: 'It does not do what it asks for.', says: 'remark', danger: true, final: true },
  'promote-wave': {
    verb: 'Open the next wave',
    permission: 'campaign.run',
    question: 'It opens now, whatever the gate before it still wants.',
    says: 'reason',
    danger: true,
  },
  'skip-wave': { verb: 'Leave out this wave', permission: 'campaign.run', question: 'Its nodes that hold no permit are called off.', says: 'reason', danger: true },
  'retry-failed': {
    verb: 'Retry failed',
    permission: 'campaign.run',
    question: 'Updates that failed, rolled back or were lost get another attempt, each in its wave. The failures stay counted.',
  },
  'roll-back': {
    verb: 'Roll back',
    permission: 'campaign.manage',
    question: 'Campaigns are drafted that bring its nodes back to what they ran before. Look at them, then start them.',
    says: 'reason',
    danger: true,
  },
  overrideWindows: {
    verb: 'Override windows',
    permission: 'campaign.run',
    question: 'Its nodes may be disturbed outside of their windows, for a while.',
    says: 'reason',
    danger: true,
  },
  clearOverride: { verb: 'Let windows hold again', permission: 'campaign.run', question: 'Nodes are disturbed inside their windows only, from now on.' },
  abort: { verb: 'Abort', permission: 'campaign.run', question: 'It ends for good. Nodes that hold a permit finish what they do.', danger: true, final: true },
  delete: { verb: 'Delete', permission: 'campaign.manage', question: 'The draft is gone.', danger: true, final: true },
};

/** Those that stand on the page; whether they are possible now, the button says. */
export function shownActs(campaign: Campaign): Act[] {
  const asked = campaign.life.approvals.some((approval) => approval.answer === undefined);
  const answers: Act[] = asked ? ['approve', 'deny'] : [];
  switch (campaign.state) {
    case 'DRAFT':
      return ['start', 'delete'];
    case 'AWAITING_APPROVAL':
      return [...answers, 'abort'];
    case 'SCHEDULED':
      return ['start', 'abort'];
    case 'RUNNING':
    case 'PAUSED': {
      const overridden = campaign.windowOverride !== undefined && Date.parse(campaign.windowOverride.until) > Date.now();
      return [
        ...answers,
        campaign.state === 'RUNNING' ? 'pause' : 'resume',
        ...(campaign.waves.length > 1 ? (['promote-wave', 'skip-wave'] as const) : []),
        ...(campaign.failures > 0 ? (['retry-failed'] as const) : []),
        overridden ? 'clearOverride' : 'overrideWindows',
        'abort',
      ];
    }
    case 'COMPLETED':
    case 'ABORTED':
      return ['roll-back'];
  }
}

/** Why it cannot be done: what the manager says of the campaign, after what it says of the caller. */
export function reasonFor(act: Act, campaign: Campaign, may: (permission: string) => boolean): string | undefined {
  const { permission } = ACTS[act];
  if (!may(permission)) {
    return `Needs the permission ${permission}.`;
  }
  const said = campaign.actions.find((each) => each.name === act);
  return said === undefined || said.allowed ? undefined : (said.reason ?? 'Not possible now.');
}

interface Said {
  act: Act;
  text: string;
  until: string;
  freezes: readonly string[];
  seen: Campaign;
}

/** Which question is answered; the one that was asked first, where several are open. */
function question(campaign: Campaign): { kind?: Schemas['CampaignApproval']['kind'] } {
  const open = campaign.life.approvals.find((approval) => approval.answer === undefined);
  return open === undefined ? {} : { kind: open.kind };
}

async function send({ act, text, until, freezes, seen }: Said, key: string): Promise<Act> {
  const params = { path: { id: seen.id }, header: { 'Idempotency-Key': key } };
  switch (act) {
    case 'start':
      await answer(api.POST('/api/v1/campaigns/{id}:start', { params }));
      break;
    case 'pause':
      await answer(api.POST('/api/v1/campaigns/{id}:pause', { params }));
      break;
    case 'resume':
      await answer(api.POST('/api/v1/campaigns/{id}:resume', { params }));
      break;
    case 'approve':
      await answer(api.POST('/api/v1/campaigns/{id}:approve', { params, body: { remark: text, revision: seen.revision, ...question(seen) } }));
      break;
    case 'deny':
      await answer(api.POST('/api/v1/campaigns/{id}:deny', { params, body: { remark: text, revision: seen.revision, ...question(seen) } }));
      break;
    case 'promote-wave':
      await answer(api.POST('/api/v1/campaigns/{id}:promote-wave', { params, body: { reason: text } }));
      break;
    case 'skip-wave':
      await answer(api.POST('/api/v1/campaigns/{id}:skip-wave', { params, body: { reason: text } }));
      break;
    case 'retry-failed':
      await answer(api.POST('/api/v1/campaigns/{id}:retry-failed', { params, body: {} }));
      break;
    case 'roll-back':
      await answer(api.POST('/api/v1/campaigns/{id}:roll-back', { params, body: { reason: text } }));
      break;
    case 'overrideWindows':
      await answer(
        api.POST('/api/v1/campaigns/{id}:overrideWindows', { params, body: { reason: text, until: new Date(until).toISOString(), ...(freezes.length === 0 ? {} : { freezes: [...freezes] }) } }),
      );
      break;
    case 'clearOverride':
      await answer(api.POST('/api/v1/campaigns/{id}:clearOverride', { params }));
      break;
    case 'abort':
      await answer(api.POST('/api/v1/campaigns/{id}:abort', { params }));
      break;
    case 'delete':
      await answer(api.DELETE('/api/v1/campaigns/{id}', { params: { path: { id: seen.id }, header: { 'If-Match': etag(seen.revision) } } }));
  }
  return act;
}

export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const [doing, setDoing] = useState<Act>();
  const navigate = useNavigate();
  const may = useMay();
  const edit = campaign.actions.find(({ name }) => name === 'edit');
  const change = useReason('campaign.manage', edit?.allowed === false ? (edit.reason ?? 'Not possible now.') : undefined);
  return (
    <div className="mm-row">
      {shownActs(campaign).map((act) => (
        <ReasonedButton
          key={act}
          variant={act === 'start' || act === 'resume' || act === 'approve' || act === 'pause' ? 'primary' : 'secondary'}
          {...(ACTS[act].final === true ? { isDanger: true } : {})}
          reason={reasonFor(act, campaign, may)}
          onClick={() => setDoing(act)}
        >
          {ACTS[act].verb}
        </ReasonedButton>
      ))}
      {campaign.endedAt === undefined && (
        <ReasonedButton variant="secondary" reason={change} onClick={() => void navigate(`/campaigns/${campaign.id}/change`)}>
          Change
        </ReasonedButton>
      )}
      {doing !== undefined && <ActDialog key={doing} act={doing} campaign={campaign} onClose={() => setDoing(undefined)} />}
    </div>
  );
}

function ActDialog({ act, campaign, onClose }: { act: Act; campaign: Campaign; onClose: () => void }) {
  // What was looked at when the dialog opened is what is answered, whatever the stream brings meanwhile.
  const [seen] = useState(campaign);
  const [text, setText] = useState('');
  const [until, setUntil] = useState('');
  const [freezes, setFreezes] = useState<readonly string[]>([]);
  const navigate = useNavigate();
  const { verb, question, danger, says } = ACTS[act];
  const sending = useSend(send, {
    topics: ['campaigns', 'overview', 'audit'],
    onDone: (done) => {
      onClose();
      if (done === 'delete') {
        void navigate('/campaigns');
      } else if (done === 'roll-back') {
        void navigate('/campaigns?filter=state%3D%3DDRAFT');
      }
    },
  });
  const submit = () => {
    sending.send({ act, text: text.trim(), until, freezes, seen });
  };
  const pointer = says === 'remark' ? '/remark' : '/reason';
  return (
    <FormDialog
      title={`${verb}: ${seen.name}?`}
      action={verb}
      danger={danger === true}
      incomplete={(says !== undefined && text.trim() === '') || (act === 'overrideWindows' && until === '')}
      send={sending}
      pointers={[pointer, '/until', '/freezes']}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{question}</p>
      {says !== undefined && (
        <TextField
          label={says === 'remark' ? 'Remark' : 'Reason'}
          pointer={pointer}
          problem={sending.problem}
          value={text}
          onChange={setText}
          required
          help="For the audit, and for whoever asks later."
        />
      )}
      {act === 'overrideWindows' && (
        <>
          <TextField
            label={`Until (${READERS_ZONE})`}
            pointer="/until"
            problem={sending.problem}
            type="datetime-local"
            value={until}
            onChange={setUntil}
            required
            help="It ends by itself then, after 14 days at most."
          />
          <WindowChoice
            label="Freezes that are overridden as well"
            kind="FREEZE"
            none="No freeze"
            pointer="/freezes"
            problem={sending.problem}
            chosen={freezes}
            onChange={setFreezes}
          />
        </>
      )}
    </FormDialog>
  );
}

const QUESTIONS: Record<Schemas['CampaignApproval']['kind'], string> = {
  START: 'May it begin?',
  WAVE: 'May the next wave open?',
  OVERRIDE: 'May windows be overridden?',
};

/** What it asks a second person, and what was answered before. */
export function Approvals({ campaign }: { campaign: Campaign }) {
  const { approvals } = campaign.life;
  const open = approvals.filter((approval) => approval.answer === undefined);
  return (
    <>
      {open.map((approval) => (
        <Alert component="h2" key={approval.id} isInline variant="warning" title={`It waits for a second person: ${QUESTIONS[approval.kind]}`}>
          Asked by {approval.requestedBy}, <Time at={approval.requestedAt} />. Whoever wrote it cannot approve it.
        </Alert>
      ))}
    </>
  );
}

export function AnsweredApprovals({ campaign }: { campaign: Campaign }) {
  const answered = campaign.life.approvals.filter((approval) => approval.answer !== undefined);
  if (answered.length === 0) {
    return null;
  }
  return (
    <ul className="mm-plain-list">
      {answered.map((approval) => (
        <li key={approval.id}>
          {QUESTIONS[approval.kind]} <strong>{approval.answer?.toLowerCase()}</strong> by {approval.decidedBy}, <Time at={approval.decidedAt} />
          {approval.remark !== undefined && <div className="mm-subtle">{approval.remark}</div>}
        </li>
      ))}
    </ul>
  );
}
