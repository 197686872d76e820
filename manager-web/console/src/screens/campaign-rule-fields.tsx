import { Checkbox, ExpandableSection, Label, LabelGroup } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { ChoiceField, TextField } from '../ui/form';
import { type EscalationDraft, type GuardDraft, LIMITED_PHASES, type RetryDraft, RETRIED_PHASES, type RetriedPhase } from './campaign-draft';
import type { RulesProps } from './campaign-fields';
import { PHASE_WORDS } from './campaign-words';

const GUARD_FIELDS = ['baseline', 'alpha', 'maxFailurePercent', 'percentFrom'] as const;
const ESCALATION_FIELDS = ['after', 'lasts', 'reason', 'windows', 'freezes'] as const;

/** Pointers of all fields by which campaigns and templates say their rules: what is wrong there, is shown there. */
export const RULE_POINTERS: readonly string[] = [
  '/waves',
  '/maxInFlight',
  '/maxFailures',
  '/permitLimit',
  '/neededTime',
  '/bootDeadline',
  '/rules/priority',
  ...GUARD_FIELDS.map((field) => `/rules/guard/${field}`),
  ...RETRIED_PHASES.flatMap((phase) => [`/rules/retries/${phase}/limit`, `/rules/retries/${phase}/backoff`]),
  ...LIMITED_PHASES.map((phase) => `/rules/phaseLimits/${phase}`),
  ...ESCALATION_FIELDS.map((field) => `/schedule/escalation/${field}`),
];

/** What most never touch: the guard, what is tried again, how long a phase may take, and the leave to override windows. */
export function RuleFields(props: RulesProps) {
  return (
    <div className="mm-stack">
      <Part {...props} title="Guard" below={['/rules/guard']}>
        <GuardFields {...props} />
      </Part>
      <Part {...props} title="Retries and time limits" below={['/rules/retries', '/rules/phaseLimits']}>
        <PhaseFields {...props} />
      </Part>
      <Part {...props} title="Escalation" below={['/schedule/escalation']}>
        <EscalationFields {...props} />
      </Part>
    </div>
  );
}

/** Folded, but where something in it is wrong. */
function Part({ title, below, problem, at = '', children }: RulesProps & { title: string; below: readonly string[]; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const wrong = below.some((pointer) => problem?.at(`${at}${pointer}`) !== undefined);
  const shown = open || wrong;
  return (
    <ExpandableSection toggleText={title} isExpanded={shown} onToggle={(_, on) => setOpen(on)} isIndented>
      {shown && children}
    </ExpandableSection>
  );
}

function GuardFields({ draft, onChange, problem, at = '' }: RulesProps) {
  const { guard } = draft;
  const set = (changes: Partial<GuardDraft>) => onChange({ guard: { ...guard, ...changes } });
  return (
    <div className="mm-stack">
      <Checkbox
        id="guard-enabled"
        label="The guard watches, and stops it when the image is worse than what is accepted"
        isChecked={guard.enabled}
        onChange={(_, enabled) => set({ enabled })}
      />
      <Checkbox
        id="guard-cohorts"
        label="It may hold a single kind of hardware, site or former image alone"
        isChecked={guard.cohorts}
        onChange={(_, cohorts) => set({ cohorts })}
      />
      <div className="mm-two">
        <TextField
          label="Failures that are accepted, in percent"
          pointer={`${at}/rules/guard/baseline`}
          problem={problem}
          type="number"
          min={0}
          max={50}
          value={guard.baselinePercent}
          onChange={(baselinePercent) => set({ baselinePercent })}
          help="Empty: what earlier campaigns teach, or 2."
        />
        <TextField
          label="Accepted chance to stop a healthy image, in percent"
          pointer={`${at}/rules/guard/alpha`}
          problem={problem}
          type="number"
          min={0}
          max={20}
          value={guard.alphaPercent}
          onChange={(alphaPercent) => set({ alphaPercent })}
          help="Empty: 1."
        />
        <TextField
          label="Pauses itself above failures of, in percent"
          pointer={`${at}/rules/guard/maxFailurePercent`}
          problem={problem}
          type="number"
          min={0}
          max={100}
          value={guard.maxFailurePercent}
          onChange={(maxFailurePercent) => set({ maxFailurePercent })}
          help="Holds with the guard off as well. Empty: no limit."
        />
        <TextField
          label="That share counts from so many finished nodes"
          pointer={`${at}/rules/guard/percentFrom`}
          problem={problem}
          type="number"
          min={1}
          value={guard.percentFrom}
          onChange={(percentFrom) => set({ percentFrom })}
          help="Empty: 20."
        />
      </div>
    </div>
  );
}

function PhaseFields({ draft, onChange, problem, at = '' }: RulesProps) {
  const { retries, phaseLimits } = draft;
  const set = (phase: RetriedPhase, changes: Partial<RetryDraft>) => onChange({ retries: { ...retries, [phase]: { ...retries[phase], ...changes } } });
  return (
    <div className="mm-stack">
      <p>
        What failed is tried again so often, after a wait that doubles each time. Empty: downloads three times after 15 minutes, all else never. An image that
        rolled back is not tried again by itself. A phase that takes longer than its limit has failed.
      </p>
      <ol className="mm-waves">
        {RETRIED_PHASES.map((phase) => {
          const limited = LIMITED_PHASES.find((each) => each === phase);
          return (
            <li key={phase}>
              <fieldset className="mm-wave">
                <legend>{PHASE_WORDS[phase]}</legend>
                <TextField
                  label="Tried again, times"
                  pointer={`${at}/rules/retries/${phase}/limit`}
                  problem={problem}
                  type="number"
                  min={0}
                  max={10}
                  value={retries[phase].limit}
                  onChange={(limit) => set(phase, { limit })}
                />
                <TextField
                  label="Waits first"
                  pointer={`${at}/rules/retries/${phase}/backoff`}
                  problem={problem}
                  value={retries[phase].backoff}
                  onChange={(backoff) => set(phase, { backoff })}
                  help="For example 15 min."
                />
                {limited !== undefined && (
                  <TextField
                    label="May take"
                    pointer={`${at}/rules/phaseLimits/${limited}`}
                    problem={problem}
                    value={phaseLimits[limited]}
                    onChange={(limit) => onChange({ phaseLimits: { ...phaseLimits, [limited]: limit } })}
                    help={limited === 'download' ? 'Empty: two days.' : 'For example 20 min.'}
                  />
                )}
              </fieldset>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function EscalationFields({ draft, onChange, problem, at = '' }: RulesProps) {
  const { escalation } = draft;
  const set = (changes: Partial<EscalationDraft>) => onChange({ escalation: { ...escalation, ...changes } });
  const pointer = `${at}/schedule/escalation`;
  return (
    <div className="mm-stack">
      <p>Once it has taken so long, nodes may be disturbed outside of their windows, for a while, and once. All empty: never.</p>
      <div className="mm-two">
        <TextField label="After" pointer={`${pointer}/after`} problem={problem} value={escalation.after} onChange={(after) => set({ after })} help="For example 10 d." />
        <TextField label="For" pointer={`${pointer}/lasts`} problem={problem} value={escalation.lasts} onChange={(lasts) => set({ lasts })} help="14 days at most." />
      </div>
      <TextField
        label="Reason to override windows"
        pointer={`${pointer}/reason`}
        problem={problem}
        value={escalation.reason}
        onChange={(reason) => set({ reason })}
        help="For the audit, and for whoever asks why a node restarted at noon."
      />
      <div className="mm-two">
        <WindowChoice
          label="Only nodes of these windows"
          kind="PERMIT"
          none="All nodes"
          pointer={`${pointer}/windows`}
          problem={problem}
          chosen={escalation.windows}
          onChange={(windows) => set({ windows })}
        />
        <WindowChoice
          label="Freezes that are overridden as well"
          kind="FREEZE"
          none="No freeze"
          pointer={`${pointer}/freezes`}
          problem={problem}
          chosen={escalation.freezes}
          onChange={(freezes) => set({ freezes })}
        />
      </div>
    </div>
  );
}

interface WindowChoiceProps extends Pick<RulesProps, 'problem'> {
  label: string;
  kind: Schemas['WindowKind'];
  /** What it means that none is chosen. */
  none: string;
  pointer: string;
  chosen: readonly string[];
  onChange: (ids: readonly string[]) => void;
}

/** Some of the windows, or of the freezes, by name. */
export function WindowChoice({ label, kind, none, pointer, problem, chosen, onChange }: WindowChoiceProps) {
  const query = useQuery({
    queryKey: ['tenant', 'window-choices', kind],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/windows', { params: { query: { filter: `kind==${kind}`, sort: 'name', limit: 1000 } }, signal })),
  });
  const windows = query.data?.items ?? [];
  return (
    <div className="mm-stack">
      <ChoiceField
        label={label}
        pointer={pointer}
        problem={problem}
        value=""
        onChange={(id) => onChange([...chosen, id])}
        choices={[
          { value: '', label: query.isPending ? 'Loading' : chosen.length === 0 ? none : 'Add another' },
          ...windows.filter(({ id }) => !chosen.includes(id)).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      {chosen.length > 0 && (
        <LabelGroup aria-label={label} numLabels={20}>
          {chosen.map((id) => {
            const name = windows.find((window) => window.id === id)?.name ?? id;
            return (
              <Label key={id} onClose={() => onChange(chosen.filter((each) => each !== id))} closeBtnAriaLabel={`Leave out ${name}`}>
                {name}
              </Label>
            );
          })}
        </LabelGroup>
      )}
    </div>
  );
}
