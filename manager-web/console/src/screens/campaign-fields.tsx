import { Button, Checkbox } from '@patternfly/react-core';
import { type ReactNode, useDeferredValue } from 'react';
import type { Schemas } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { ChoiceField, TextField } from '../ui/form';
import { READERS_ZONE } from '../ui/time';
import { formatCount } from '../ui/words';
import { NO_GATE, type RulesDraft, type WaveDraft, type WaveKind } from './campaign-draft';
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

interface RulesProps {
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
  return (
    <div className="mm-stack">
      <p>A wave begins when enough nodes of the one before it are confirmed. Nodes are disturbed only inside their windows.</p>
      <ol className="mm-waves">
        {draft.waves.map((wave, index) => (
          <li key={wave.key}>
            <fieldset className="mm-wave">
              <legend>Wave {index + 1}</legend>
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
              {index < draft.waves.length - 1 && (
                <>
                  <TextField
                    label="Must hold for, in hours"
                    pointer={`${at}/waves/${index}/gate/soakTime`}
                    problem={problem}
                    type="number"
                    min={0}
                    value={wave.soakHours}
                    onChange={(soakHours) => set(wave.key, { soakHours })}
                    help="Empty: the next wave opens at once."
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
                    label="Passes unheard after, in hours"
                    pointer={`${at}/waves/${index}/gate/unheardAfter`}
                    problem={problem}
                    type="number"
                    min={0}
                    value={wave.unheardHours}
                    onChange={(unheardHours) => set(wave.key, { unheardHours })}
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
          label="Longest permit, in minutes"
          pointer={`${at}/permitLimit`}
          problem={problem}
          type="number"
          min={1}
          value={draft.permitMinutes}
          onChange={(permitMinutes) => onChange({ permitMinutes })}
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
