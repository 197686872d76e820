import {
  Alert,
  Button,
  Checkbox,
  Form,
  Label,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { answer, api, etag, type Schemas } from '../api/client';
import { asProblem } from '../api/problem';
import { ReasonedButton, useReason } from '../ui/act';
import { ChoiceField, FormProblem, TextField } from '../ui/form';
import { useSend } from '../ui/send';
import { READERS_ZONE, wallClock } from '../ui/time';
import { formatNumber, plural } from '../ui/words';
import { DAYS, draftOf, newDraft, NTHS, type Pattern, PRESETS, type TargetType, type WindowDraft, windowPatch, windowRequest } from './window-draft';
import { ZONES } from './zones';

const PATTERNS: readonly { value: Pattern; label: string }[] = [
  { value: 'weekly', label: 'on days of the week' },
  { value: 'monthly', label: 'on a weekday of the month' },
  { value: 'once', label: 'once' },
  { value: 'rule', label: 'by a rule (RFC 5545)' },
  { value: 'cron', label: 'by cron' },
];

const TARGETS: readonly { value: TargetType; label: string }[] = [
  { value: 'TENANT', label: 'all nodes' },
  { value: 'SITE', label: 'a site and all below it' },
  { value: 'SELECTOR', label: 'nodes by selector' },
  { value: 'DEFAULT', label: 'nodes without another window' },
  { value: 'NODE', label: 'one node' },
];

const PATTERN_FIELDS: Record<Pattern, readonly string[]> = {
  weekly: ['interval', 'startsAt', 'exdates', 'rdates'],
  monthly: ['rrule', 'startsAt', 'exdates', 'rdates'],
  rule: ['rrule', 'startsAt', 'exdates', 'rdates'],
  once: ['startsAt', 'endsAt'],
  cron: ['cron'],
};

const TARGET_FIELDS: Record<TargetType, readonly string[]> = { TENANT: [], DEFAULT: [], SITE: ['sitePath'], SELECTOR: ['selector'], NODE: ['nodeId'] };

/** Of the fields that are drawn for it; what is wrong elsewhere is told below them. */
function shownPointers({ pattern, target }: WindowDraft): string[] {
  return [
    '/name',
    '/zone',
    '/validFrom',
    '/validUntil',
    ...(pattern === 'once' ? [] : ['/duration']),
    ...['type', ...PATTERN_FIELDS[pattern]].map((field) => `/recurrence/${field}`),
    ...['type', ...TARGET_FIELDS[target]].map((field) => `/target/${field}`),
  ];
}

/** Today on the reader's wall clock, as a date field has it. */
function today(): string {
  return new Intl.DateTimeFormat('en-CA').format(new Date());
}

/** The value once it has not changed for a moment: previews are asked for when typing pauses. */
function useSettled<T>(value: T, millis: number): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), millis);
    return () => clearTimeout(timer);
    // The text tells whether it changed; the object is another one at each draw.
  }, [text, millis]);
  return settled;
}

export function WindowEditor({ window: known, day, onClose }: { window: Schemas['Window'] | undefined; day?: string; onClose: () => void }) {
  const [first] = useState<WindowDraft>(() => (known === undefined ? newDraft(day ?? today()) : draftOf(known, today())));
  const [draft, setDraft] = useState(first);
  const change = (changes: Partial<WindowDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const body = windowRequest(draft);
  const imported = known?.calendarId === undefined ? undefined : 'It comes from an imported calendar, and changes with that alone.';
  const reason = useReason('window.manage', imported);
  const send = useSend(
    async (wanted: WindowDraft, key) => {
      if (known === undefined) {
        await answer(api.POST('/api/v1/windows', { params: { header: { 'Idempotency-Key': key } }, body: windowRequest(wanted) }));
      } else {
        await answer(
          api.PATCH('/api/v1/windows/{id}', {
            params: { path: { id: known.id }, header: { 'If-Match': etag(known.revision) } },
            body: windowPatch(first, wanted),
            headers: { 'Content-Type': 'application/merge-patch+json' },
          }),
        );
      }
    },
    { topics: ['tenant'], onDone: onClose },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason === undefined) {
      send.send(draft);
    }
  };
  const { problem } = send;
  return (
    <Modal isOpen variant="large" aria-labelledby="window-editor" onClose={onClose}>
      <ModalHeader title={known === undefined ? 'New window or freeze' : known.name} labelId="window-editor" />
      <ModalBody>
        <div className="mm-editor">
          <Form id="window-form" onSubmit={submit}>
            <ToggleGroup aria-label="Kind">
              <ToggleGroupItem text="Window: nodes may be disturbed" isSelected={draft.kind === 'PERMIT'} onChange={() => change({ kind: 'PERMIT' })} />
              <ToggleGroupItem text="Freeze: they must not" isSelected={draft.kind === 'FREEZE'} onChange={() => change({ kind: 'FREEZE' })} />
            </ToggleGroup>
            {known === undefined && (
              <div className="mm-row" role="group" aria-label="Presets">
                {PRESETS.map((preset) => (
                  <Label key={preset.name} variant="outline" onClick={() => change({ ...preset.changes, ...(draft.name === '' ? { name: preset.name } : {}) })}>
                    {preset.name}
                  </Label>
                ))}
              </div>
            )}
            <TextField label="Name" pointer="/name" problem={problem} value={draft.name} onChange={(name) => change({ name })} required />
            <ChoiceField label="Opens" pointer="/recurrence/type" problem={problem} value={draft.pattern} onChange={(pattern) => change({ pattern })} choices={PATTERNS} />
            {draft.pattern === 'weekly' && (
              <>
                <ToggleGroup aria-label="Days">
                  {DAYS.map((each) => (
                    <ToggleGroupItem
                      key={each.value}
                      text={each.short}
                      isSelected={draft.days.includes(each.value)}
                      onChange={(_, on) =>
                        change({ days: DAYS.map((one) => one.value).filter((one) => (one === each.value ? on : draft.days.includes(one))) })
                      }
                    />
                  ))}
                </ToggleGroup>
                <TextField
                  label="Every so many weeks"
                  pointer="/recurrence/interval"
                  problem={problem}
                  type="number"
                  min={1}
                  max={52}
                  value={draft.interval}
                  onChange={(interval) => change({ interval })}
                />
              </>
            )}
            {draft.pattern === 'monthly' && (
              <div className="mm-pair">
                <ChoiceField label="The" pointer="/recurrence/rrule" problem={problem} value={draft.nth} onChange={(nth) => change({ nth })} choices={NTHS.map(({ value, label }): { value: string; label: string } => ({ value, label }))} />
                <ChoiceField
                  label="Day"
                  pointer="/recurrence/rrule"
                  problem={undefined}
                  value={draft.nthDay}
                  onChange={(nthDay) => change({ nthDay })}
                  choices={DAYS.map((each) => ({ value: each.value, label: each.value.charAt(0) + each.value.slice(1).toLowerCase() }))}
                />
              </div>
            )}
            {draft.pattern === 'rule' && (
              <TextField label="Rule" pointer="/recurrence/rrule" problem={problem} value={draft.rule} onChange={(rule) => change({ rule })} help="FREQ=MONTHLY;BYDAY=-1SU" />
            )}
            {draft.pattern === 'cron' && (
              <TextField label="Cron" pointer="/recurrence/cron" problem={problem} value={draft.cron} onChange={(cron) => change({ cron })} help="Minute, hour, day of the month, month, day of the week." />
            )}
            {draft.pattern !== 'cron' && (
              <div className="mm-pair">
                <TextField label={draft.pattern === 'once' ? 'Opens on' : 'From'} pointer="/recurrence/startsAt" problem={problem} type="date" value={draft.date} onChange={(date) => change({ date })} />
                <TextField label="At" pointer="/recurrence/startsAt" problem={undefined} type="time" value={draft.time} onChange={(time) => change({ time })} />
              </div>
            )}
            {draft.pattern === 'once' ? (
              <div className="mm-pair">
                <TextField label="Closes on" pointer="/recurrence/endsAt" problem={problem} type="date" value={draft.endDate} onChange={(endDate) => change({ endDate })} />
                <TextField label="At (end)" pointer="/recurrence/endsAt" problem={undefined} type="time" value={draft.endTime} onChange={(endTime) => change({ endTime })} />
              </div>
            ) : (
              <TextField label="For so many hours" pointer="/duration" problem={problem} value={draft.hours} onChange={(hours) => change({ hours })} help="As the clock of the node's processor counts them: 1.5 is an hour and a half." />
            )}
            {draft.pattern !== 'once' && draft.pattern !== 'cron' && (
              <>
                <TextField
                  label="Not on"
                  pointer="/recurrence/exdates"
                  problem={problem}
                  value={draft.excluded}
                  onChange={(excluded) => change({ excluded })}
                  help="Dates by comma, 2026-12-24, of openings to leave out."
                />
                <TextField
                  label="Also on"
                  pointer="/recurrence/rdates"
                  problem={problem}
                  value={draft.added}
                  onChange={(added) => change({ added })}
                  help="Dates by comma of further openings."
                />
                <Checkbox
                  id="window-whole-days"
                  label="Whole days of the wall clock, from midnight to midnight, though the clock change"
                  isChecked={draft.wholeDays}
                  onChange={(_, wholeDays) => change({ wholeDays })}
                />
              </>
            )}
            <TextField
              label="Zone"
              pointer="/zone"
              problem={problem}
              value={draft.zone}
              onChange={(zone) => change({ zone })}
              list="window-zones"
              help="NODE_LOCAL: each node's own, or that of its site."
            />
            <datalist id="window-zones">
              <option value="NODE_LOCAL" />
              {ZONES.map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
            <ChoiceField label="For" pointer="/target/type" problem={problem} value={draft.target} onChange={(target) => change({ target })} choices={TARGETS} />
            {draft.target === 'SITE' && (
              <TextField label="Site" pointer="/target/sitePath" problem={problem} value={draft.sitePath} onChange={(sitePath) => change({ sitePath })} required help="Its path, /eu/de." />
            )}
            {draft.target === 'SELECTOR' && (
              <TextField label="Selector" pointer="/target/selector" problem={problem} value={draft.selector} onChange={(selector) => change({ selector })} required />
            )}
            {draft.target === 'NODE' && (
              <TextField label="Id of the node" pointer="/target/nodeId" problem={problem} value={draft.nodeId} onChange={(nodeId) => change({ nodeId })} required />
            )}
            <div className="mm-pair">
              <TextField
                label={`In force from (${READERS_ZONE})`}
                pointer="/validFrom"
                problem={problem}
                type="datetime-local"
                value={draft.validFrom}
                onChange={(validFrom) => change({ validFrom })}
              />
              <TextField
                label={`Until (${READERS_ZONE})`}
                pointer="/validUntil"
                problem={problem}
                type="datetime-local"
                value={draft.validUntil}
                onChange={(validUntil) => change({ validUntil })}
              />
            </div>
            <Checkbox id="window-enabled" label="It is in force" isChecked={draft.enabled} onChange={(_, enabled) => change({ enabled })} />
            <FormProblem problem={problem} pointers={shownPointers(draft)} onReload={onClose} />
          </Form>
          <Preview body={body} id={known?.id} />
        </div>
      </ModalBody>
      <ModalFooter>
        <ReasonedButton type="submit" form="window-form" variant="primary" reason={reason} isLoading={send.sending}>
          {known === undefined ? 'Make it' : 'Save'}
        </ReasonedButton>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

const CLOCK_WORDS: Record<Exclude<Schemas['WindowOccurrence']['clockChange'], 'NONE'>, string> = {
  START_MOVED: 'DST: its start does not exist on that day, and moves',
  START_AMBIGUOUS: 'DST: its start comes twice on that day; the first counts',
  INSIDE: 'DST: the clock changes while it is open',
};

const SEVERITIES = { ERROR: 'danger', WARNING: 'warning', INFO: 'info' } as const;

/** What it comes to, before it is kept: the next openings, what is probably not meant, whom it changes something for. */
function Preview({ body, id }: { body: Schemas['NewWindow']; id: string | undefined }) {
  const settled = useSettled(body, 400);
  const zone = body.zone === 'NODE_LOCAL' ? READERS_ZONE : undefined;
  const named = { ...settled, name: settled.name === '' ? 'preview' : (settled.name ?? 'preview') };
  const preview = useQuery({
    queryKey: ['tenant', 'preview', named, zone],
    queryFn: ({ signal }) =>
      answer(api.POST('/api/v1/windows:preview', { params: { query: zone === undefined ? {} : { zone } }, body: named, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const lint = useQuery({
    queryKey: ['tenant', 'lint', named, id],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/windows:lint', { params: { query: id === undefined ? {} : { id } }, body: named, signal })),
    placeholderData: keepPreviousData,
    retry: false,
    enabled: preview.isSuccess,
  });
  if (preview.isError) {
    const problem = asProblem(preview.error);
    return (
      <section aria-label="Preview" className="mm-stack">
        <Alert component="p" isInline variant="info" title="No preview yet" role="status">
          {problem.errors.length === 0
            ? (problem.detail ?? problem.title)
            : problem.errors.map((error) => (
                <p key={error.pointer}>
                  {error.pointer.replace(/^\//, '').replaceAll('/', ', ')}: {error.detail}
                </p>
              ))}
        </Alert>
      </section>
    );
  }
  if (preview.data === undefined) {
    return <section aria-label="Preview" />;
  }
  const { text, occurrences, openHoursAYear } = preview.data;
  const findings = lint.data?.findings ?? preview.data.findings;
  return (
    <section aria-label="Preview" className="mm-stack">
      <p className="mm-sentence">{text}</p>
      <p className="mm-subtle">
        About {formatNumber(Math.round(openHoursAYear))} hours a year. Times in {preview.data.zone}
        {body.zone === 'NODE_LOCAL' && ', as if the node were there'}.
      </p>
      {lint.data !== undefined && (
        <p>
          {lint.data.nodes === 0 ? 'No node is in it now.' : `For ${plural(lint.data.nodes, 'node')}.`}{' '}
          {lint.data.impact.firstWindow > 0 && `The first window of ${plural(lint.data.impact.firstWindow, 'node')}. `}
          {lint.data.impact.lastWindow > 0 && `${plural(lint.data.impact.lastWindow, 'node')} would have none left. `}
        </p>
      )}
      {findings.map((finding) => (
        <Alert component="p" key={`${finding.code}-${finding.sentence}`} isInline variant={SEVERITIES[finding.severity]} title={finding.sentence} />
      ))}
      <Table variant="compact" aria-label="The next openings" gridBreakPoint="">
        <Thead>
          <Tr>
            <Th>Opens</Th>
            <Th>Closes</Th>
          </Tr>
        </Thead>
        <Tbody>
          {occurrences.map((occurrence) => (
            <Tr key={occurrence.startsAt}>
              <Td dataLabel="Opens">
                {wallClock(occurrence.localStartsAt)}
                {occurrence.clockChange !== 'NONE' && (
                  <div>
                    <Label color="orange" isCompact>
                      {CLOCK_WORDS[occurrence.clockChange]}
                    </Label>
                  </div>
                )}
              </Td>
              <Td dataLabel="Closes">{wallClock(occurrence.localEndsAt)}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </section>
  );
}
