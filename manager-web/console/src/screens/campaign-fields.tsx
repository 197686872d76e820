import { Button, Checkbox } from '@patternfly/react-core';
import { type ReactNode, useDeferredValue } from 'react';
import type { Schemas } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { ChoiceField, PartProblem, TextField } from '../ui/form';
import { READERS_ZONE } from '../ui/time';
import { formatCount } from '../ui/words';
import { type Draft, NO_GATE, type RulesDraft, type WaveDraft, type WaveKind } from './campaign-draft';
import { useNodeCount } from './nodes';

/** Above this many nodes, their number has to be typed. */
const TYPED_FROM = 100;

/** What has to be typed before so many nodes are disturbed; nothing for a few. */
export function toType(count: Schemas['NodeCount'] | undefined): string | undefined {
  return count !== undefined && (count.capped || count.count > TYPED_FROM) ? String(count.count) : undefined;
}

/** How many nodes a selector chooses, while it is typed. */
export function LiveCount({ filter }: { filter: string }) {
  const settled = useDeferredValue(filter);
  const count = useNodeCount(settled);
  if (count.isError) {
    const problem = asProblem(count.error);
    return (
      <p className="mm-wrong" role="status">
        {problem.at('/filter') ?? problem.detail ?? problem.title}
      </p>
    );
  }
  return (
    <p role="status">
      {count.data === undefined ? 'Counting' : `${formatCount(count.data)} ${count.data.count === 1 ? 'node' : 'nodes'} now`}
    </p>
  );
}


const WAVE_KINDS: readonly { value: WaveKind; label: string }[] = [
  { value: 'percent', label: 'percent of the nodes' },
  { value: 'count', label: 'so many nodes' },
  { value: 'selector', label: 'by selector' },
  { value: 'rest', label: 'all the rest' },
];

/** Those fields of a wave that are shown, by their pointers below it. */
function waveFields({ kind }: WaveDraft, isLast: boolean): string[] {
  return ['name', 'rest', kind, 'minConfirmedShare', ...(isLast ? [] : ['gate/soakTime', 'gate/notBefore', 'gate/unheardAfter'])];
}

export interface RulesProps {
  draft: RulesDraft;
  onChange: (changes: Partial<RulesDraft>) => void;
  problem: Problem | undefined;
  /** JSON pointer of the object that has the rules: empty for a campaign itself. */
  at?: string;
}

/** The waves with their gates. */
export function WaveFields({ draft, onChange, problem, at = '' }: RulesProps) {
  const set = (key: number, changes: Partial<WaveDraft>) =>
    onChange({ waves: draft.waves.map((wave) => (wave.key === key ? { ...wave, ...changes } : wave)) });
  const add = () => {
    const key = Math.max(0, ...draft.waves.map((wave) => wave.key)) + 1;
    const wave: WaveDraft = { key, name: `wave ${key}`, kind: 'percent', value: '10', minConfirmedPercent: '95', ...NO_GATE };
    const rest = draft.waves.findIndex((each) => each.kind === 'rest');
    onChange({ waves: rest < 0 ? [...draft.waves, wave] : draft.waves.toSpliced(rest, 0, wave) });
  };
  const last = draft.waves.length - 1;
  return (
    <div className="mm-stack">
      <PartProblem problem={problem} at={`${at}/waves`} fields={draft.waves.map((_, index) => `${at}/waves/${index}`)} />
      <p>A wave begins when enough nodes of the one before it are confirmed. Nodes are disturbed only inside their windows.</p>
      <ol className="mm-waves">
        {draft.waves.map((wave, index) => (
          <li key={wave.key}>
            <fieldset className="mm-wave">
              <legend>Wave {index + 1}</legend>
              <PartProblem problem={problem} at={`${at}/waves/${index}`} fields={waveFields(wave, index === last).map((field) => `${at}/waves/${index}/${field}`)} />
              <TextField label="Name" pointer={`${at}/waves/${index}/name`} problem={problem} value={wave.name} onChange={(name) => set(wave.key, { name })} />
              <ChoiceField
                label="Takes"
                pointer={`${at}/waves/${index}/rest`}
                problem={problem}
                value={wave.kind}
                onChange={(kind) => set(wave.key, { kind })}
                choices={WAVE_KINDS}
              />
              {wave.kind !== 'rest' && (
                <TextField
                  label={wave.kind === 'percent' ? 'Percent' : wave.kind === 'count' ? 'Nodes' : 'Selector'}
                  pointer={`${at}/waves/${index}/${wave.kind}`}
                  problem={problem}
                  type={wave.kind === 'selector' ? 'text' : 'number'}
                  value={wave.value}
                  onChange={(value) => set(wave.key, { value })}
                />
              )}
              <TextField
                label="Must confirm, in percent"
                pointer={`${at}/waves/${index}/minConfirmedShare`}
                problem={problem}
                type="number"
                min={0}
                max={100}
                value={wave.minConfirmedPercent}
                onChange={(minConfirmedPercent) => set(wave.key, { minConfirmedPercent })}
              />
              {/* The last wave has no next one that its gate could hold. */}
              {index < last && (
                <>
                  <TextField
                    label="Must hold for"
                    pointer={`${at}/waves/${index}/gate/soakTime`}
                    problem={problem}
                    value={wave.soakTime}
                    onChange={(soakTime) => set(wave.key, { soakTime })}
                    help="For example 12 h or 2 d. Empty: the next wave opens at once."
                  />
                  <TextField
                    label={`Next wave not before (${READERS_ZONE})`}
                    pointer={`${at}/waves/${index}/gate/notBefore`}
                    problem={problem}
                    type="datetime-local"
                    value={wave.notBefore}
                    onChange={(notBefore) => set(wave.key, { notBefore })}
                  />
                  <TextField
                    label="Passes unheard after"
                    pointer={`${at}/waves/${index}/gate/unheardAfter`}
                    problem={problem}
                    value={wave.unheardAfter}
                    onChange={(unheardAfter) => set(wave.key, { unheardAfter })}
                    help="Where none of its nodes can be reached. Empty: it waits for them, or for a person."
                  />
                  <Checkbox
                    id={`approval-${wave.key}`}
                    label="A second person opens the next wave"
                    isChecked={wave.approval}
                    onChange={(_, approval) => set(wave.key, { approval })}
                  />
                </>
              )}
              <div className="mm-wave-remove">
                <Button
                  variant="link"
                  isDanger
                  isDisabled={draft.waves.length === 1}
                  onClick={() => onChange({ waves: draft.waves.filter((each) => each.key !== wave.key) })}
                >
                  Remove wave {index + 1}
                </Button>
              </div>
            </fieldset>
          </li>
        ))}
      </ol>
      <div>
        <Button variant="secondary" onClick={add}>
          Add a wave
        </Button>
      </div>
    </div>
  );
}

/** How many at once, until when it stops, and who takes part; `children` are further fields beside them. */
export function LimitFields({ draft, onChange, problem, at = '', children }: RulesProps & { children?: ReactNode }) {
  return (
    <>
      <div className="mm-two">
        <TextField
          label="Nodes disturbed at a time, at most"
          pointer={`${at}/maxInFlight`}
          problem={problem}
          type="number"
          min={1}
          value={draft.maxInFlight}
          onChange={(maxInFlight) => onChange({ maxInFlight })}
          help="Budgets of sites hold beside it."
        />
        <TextField
          label="Failures after which it pauses itself"
          pointer={`${at}/maxFailures`}
          problem={problem}
          type="number"
          min={1}
          value={draft.maxFailures}
          onChange={(maxFailures) => onChange({ maxFailures })}
          help="Empty: no fixed number."
        />
        <TextField
          label="Longest permit"
          pointer={`${at}/permitLimit`}
          problem={problem}
          value={draft.permitLimit}
          onChange={(permitLimit) => onChange({ permitLimit })}
          help="For example 45 min. Empty: one hour."
        />
        <TextField
          label="Needed time"
          pointer={`${at}/neededTime`}
          problem={problem}
          value={draft.neededTime}
          onChange={(neededTime) => onChange({ neededTime })}
          help="No permit when less of the window is left. Empty: what is usual for the hardware."
        />
        <TextField
          label="Boot deadline"
          pointer={`${at}/bootDeadline`}
          problem={problem}
          value={draft.bootDeadline}
          onChange={(bootDeadline) => onChange({ bootDeadline })}
          help="How long after its permit a silent node keeps its place among those that are disturbed. Empty: 15 minutes."
        />
        <TextField
          label="Priority"
          pointer={`${at}/rules/priority`}
          problem={problem}
          type="number"
          min={-1000}
          max={1000}
          value={draft.priority}
          onChange={(priority) => onChange({ priority })}
          help="Of campaigns that want the same node, the one with more goes first. Empty: 0."
        />
        {children}
      </div>
      <Checkbox
        id="join-later"
        label="Nodes that match only after the beginning join as well"
        isChecked={draft.joinLater}
        onChange={(_, joinLater) => onChange({ joinLater })}
      />
      <Checkbox
        id="prestage"
        label="Nodes may write the inactive slot before their window opens"
        isChecked={draft.prestage}
        onChange={(_, prestage) => onChange({ prestage })}
      />
    </>
  );
}

/** When a campaign begins, should be done, and ends. */
export function SeasonFields({ draft, onChange, problem }: { draft: Draft; onChange: (changes: Partial<Draft>) => void; problem: Problem | undefined }) {
  return (
    <>
      <TextField
        label={`Begins (${READERS_ZONE})`}
        pointer="/startsAt"
        problem={problem}
        type="datetime-local"
        value={draft.startsAt}
        onChange={(startsAt) => onChange({ startsAt })}
        help="Empty: as soon as it is started."
      />
      <TextField
        label={`Should be done by (${READERS_ZONE})`}
        pointer="/schedule/deadline"
        problem={problem}
        type="datetime-local"
        value={draft.deadline}
        onChange={(deadline) => onChange({ deadline })}
        help="Nothing stops then; it is told, and shown all the way."
      />
      <TextField
        label={`Ends at the latest (${READERS_ZONE})`}
        pointer="/schedule/endsAt"
        problem={problem}
        type="datetime-local"
        value={draft.endsAt}
        onChange={(endsAt) => onChange({ endsAt })}
        help="Nodes that have not begun by then are called off."
      />
    </>
  );
}

/** Its name, and which nodes it is for. */
export function NodeFields({
  draft,
  onChange,
  problem,
}: {
  draft: Pick<Draft, 'name' | 'everyone' | 'selector'>;
  onChange: (changes: Partial<Pick<Draft, 'name' | 'everyone' | 'selector'>>) => void;
  problem: Problem | undefined;
}) {
  return (
    <div className="mm-stack">
      <TextField label="Name of the campaign" pointer="/name" problem={problem} value={draft.name} onChange={(name) => onChange({ name })} required />
      <Checkbox id="everyone" label="All nodes of the tenant" isChecked={draft.everyone} onChange={(_, everyone) => onChange({ everyone })} />
      {!draft.everyone && (
        <TextField
          label="Selector"
          pointer="/selector"
          problem={problem}
          value={draft.selector}
          onChange={(selector) => onChange({ selector })}
          required
          help="The same words as the filter of the list of nodes: site==/eu/*;label.ring==canary"
        />
      )}
      {(draft.everyone || draft.selector.trim() !== '') && <LiveCount filter={draft.everyone ? '' : draft.selector.trim()} />}
    </div>
  );
}
