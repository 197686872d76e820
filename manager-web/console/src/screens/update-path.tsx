import { Label } from '@patternfly/react-core';
import { Link } from 'react-router';
import type { Schemas } from '../api/client';
import { plural } from '../ui/words';

/** `from 41 to 43`, or `from 41`, as release counters. */
export function sourceWords({ from, upTo }: Schemas['ForbiddenSource']): string {
  return upTo === undefined || upTo === from ? `release ${from}` : `releases ${from} to ${upTo}`;
}

/** From which releases an image can be installed, as sentences. */
export function pathSentences({ floor, barrier, forbidden = [] }: Schemas['ImagePath']): string[] {
  return [
    ...(floor === undefined ? [] : [`Can be installed from release ${floor} on.`]),
    ...(barrier === true ? ['A barrier: older nodes have to run it before they go further.'] : []),
    ...forbidden.map((source) => `Not from ${sourceWords(source)}: ${source.reason}`),
  ];
}

/** What holds nodes up on their way to an image, or over it: beside its version in lists. */
export function PathMarks({ path }: { path: Schemas['ImagePath'] }) {
  return (
    <>
      {path.barrier === true && (
        <Label isCompact color="purple">
          barrier
        </Label>
      )}{' '}
      {path.floor !== undefined && (
        <Label isCompact variant="outline">
          from release {path.floor}
        </Label>
      )}{' '}
      {path.forbidden !== undefined && path.forbidden.length > 0 && (
        <Label isCompact variant="outline" color="orange">
          {`not from ${path.forbidden.length === 1 ? path.forbidden.map(sourceWords).join() : plural(path.forbidden.length, 'range')}`}
        </Label>
      )}
    </>
  );
}

/** Images one after the other, as a node installs them. */
export function Way({ steps, label }: { steps: readonly Schemas['PathStep'][]; label: string }) {
  return (
    <ol className="mm-way" aria-label={label}>
      {steps.map((step) => (
        <li key={step.imageId}>
          <Link to={`/images/${step.imageId}`}>{step.version}</Link>
        </li>
      ))}
    </ol>
  );
}
