import { Button, Checkbox } from '@patternfly/react-core';
import { useState } from 'react';
import { answer, api, etag, type Schemas } from '../api/client';
import { AreaField, ChoiceField, TextField } from '../ui/form';
import { FormDialog } from '../ui/form-dialog';
import { useSend } from '../ui/send';
import { SEVERITY_LOOKS } from '../ui/status';

type Image = Schemas['Image'];

interface SourceDraft {
  /** Of this form only, so that a row keeps its place when another goes. */
  key: number;
  from: string;
  upTo: string;
  reason: string;
}

const number = (text: string) => (text.trim() === '' ? undefined : Number(text));

/** The rules as the API takes them: null takes away, which the schema of the whole does not know. */
export function pathOf(floor: string, barrier: boolean, sources: readonly SourceDraft[]): Schemas['ImagePath'] {
  return {
    floor: (number(floor) ?? null) as number,
    barrier,
    forbidden: sources.map(({ from, upTo, reason }) => {
      const first = number(from);
      const last = number(upTo);
      return { ...(first === undefined ? {} : { from: first }), ...(last === undefined ? {} : { upTo: last }), reason: reason.trim() };
    }),
  };
}

/** Severity, what it fixes, and from which releases it may be installed: what can be said of an image at any time. */
export function ChangeImage({ image: latest, onClose }: { image: Image; onClose: () => void }) {
  // What the stream brings meanwhile is not what was looked at.
  const [image] = useState(latest);
  const [severity, setSeverity] = useState(image.severity);
  const [cves, setCves] = useState(image.fixedCves.join(' '));
  const [notes, setNotes] = useState(image.notes);
  const [floor, setFloor] = useState(String(image.path.floor ?? ''));
  const [barrier, setBarrier] = useState(image.path.barrier ?? false);
  const [sources, setSources] = useState<SourceDraft[]>(
    (image.path.forbidden ?? []).map((source, key) => ({ key, from: String(source.from ?? ''), upTo: String(source.upTo ?? ''), reason: source.reason ?? '' })),
  );
  const send = useSend(
    (body: Schemas['NewImage']) =>
      answer(
        api.PATCH('/api/v1/images/{id}', {
          params: { path: { id: image.id }, header: { 'If-Match': etag(image.revision) } },
          body,
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['campaigns', 'audit'], onDone: onClose },
  );
  const { problem } = send;
  const set = (key: number, changes: Partial<SourceDraft>) => setSources((before) => before.map((each) => (each.key === key ? { ...each, ...changes } : each)));
  const submit = () => {
    send.send({ severity, fixedCves: cves.split(/[\s,]+/).filter((cve) => cve !== ''), notes, path: pathOf(floor, barrier, sources) });
  };
  return (
    <FormDialog
      title={`Change ${image.family} ${image.version}`}
      description="It holds for the next permit of each node, also in campaigns that run."
      action="Save"
      variant="medium"
      send={send}
      pointers={['/severity', '/fixedCves', '/notes', '/path/floor', ...sources.map((_, index) => `/path/forbidden/${index}`)]}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChoiceField
        label="Severity"
        pointer="/severity"
        problem={problem}
        value={severity}
        onChange={setSeverity}
        choices={(Object.keys(SEVERITY_LOOKS) as Schemas['ImageSeverity'][]).map((value) => ({ value, label: SEVERITY_LOOKS[value].text }))}
      />
      <TextField label="CVEs that it fixes" pointer="/fixedCves" problem={problem} value={cves} onChange={setCves} help="CVE-2026-1234, several with blanks between." />
      <AreaField label="Notes" pointer="/notes" problem={problem} value={notes} onChange={setNotes} />
      <TextField
        label="Lowest release that it can be installed from"
        pointer="/path/floor"
        problem={problem}
        type="number"
        min={0}
        value={floor}
        onChange={setFloor}
        help="A release counter. Older nodes go through other releases, or have no way. Empty: it can be installed from all."
      />
      <Checkbox id="image-barrier" label="A barrier: older nodes have to run this one before they go further" isChecked={barrier} onChange={(_, on) => setBarrier(on)} />
      <fieldset className="mm-stack">
        <legend>Releases that it must not be installed from</legend>
        {sources.map((source, index) => (
          <div key={source.key} className="mm-wave">
            <TextField label="From release" pointer={`/path/forbidden/${index}/from`} problem={problem} type="number" min={0} value={source.from} onChange={(from) => set(source.key, { from })} required />
            <TextField label="Up to release" pointer={`/path/forbidden/${index}/upTo`} problem={problem} type="number" min={0} value={source.upTo} onChange={(upTo) => set(source.key, { upTo })} help="Empty: only that one." />
            <TextField label="Because" pointer={`/path/forbidden/${index}/reason`} problem={problem} value={source.reason} onChange={(reason) => set(source.key, { reason })} required />
            <div className="mm-wave-remove">
              <Button variant="link" isDanger aria-label={`Allow release ${source.from}`} onClick={() => setSources(sources.filter(({ key }) => key !== source.key))}>
                Take away
              </Button>
            </div>
          </div>
        ))}
        <div>
          <Button variant="secondary" onClick={() => setSources([...sources, { key: Math.max(-1, ...sources.map(({ key }) => key)) + 1, from: '', upTo: '', reason: '' }])}>
            Forbid releases
          </Button>
        </div>
      </fieldset>
    </FormDialog>
  );
}
