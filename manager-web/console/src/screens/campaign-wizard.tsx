import {
  Alert,
  Button,
  Card,
  CardBody,
  CardTitle,
  Checkbox,
  ClipboardCopyButton,
  CodeBlock,
  CodeBlockAction,
  CodeBlockCode,
  Label,
  ProgressStep,
  ProgressStepper,
  TextInput,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { FormProblem } from '../ui/form';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { SEVERITY_LOOKS, Status } from '../ui/status';
import { Time } from '../ui/time';
import { formatCount, plural } from '../ui/words';
import { curl, type Draft, FIRST_DRAFT, request, stepOf, yaml } from './campaign-draft';
import { LimitFields, NodeFields, SeasonFields, toType, WaveFields } from './campaign-fields';
import { PlanStep } from './campaign-plan';
import { RuleFields } from './campaign-rule-fields';
import { useNodeCount } from './nodes';

const STEPS = [
  { id: 'image', title: 'Image' },
  { id: 'nodes', title: 'Nodes' },
  { id: 'waves', title: 'Windows and waves' },
  { id: 'plan', title: 'Plan' },
  { id: 'confirm', title: 'Confirm' },
] as const;
type StepId = (typeof STEPS)[number]['id'];

export default function CampaignWizard() {
  const [draft, setDraft] = useState<Draft>(FIRST_DRAFT);
  const [step, setStep] = useState<StepId>('image');
  const navigate = useNavigate();
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));

  const make = useSend(
    async ({ body, start }: { body: Schemas['NewCampaign']; start: boolean }, key) => {
      const made = (await answer(
        api.POST('/api/v1/campaigns', { params: { header: { 'Idempotency-Key': key } }, body }),
      )) as Schemas['Campaign'];
      if (start) {
        await answer(
          api.POST('/api/v1/campaigns/{id}:start', {
            params: { path: { id: made.id }, header: { 'Idempotency-Key': `${key}/start` } },
          }),
        );
      }
      return made;
    },
    { topics: ['campaigns', 'overview'], onDone: (made) => void navigate(`/campaigns/${made.id}`) },
  );

  const at = STEPS.findIndex((each) => each.id === step);
  const ready: Record<StepId, string | undefined> = {
    image: draft.imageId === '' ? 'Choose an image first.' : undefined,
    nodes:
      draft.name.trim() === ''
        ? 'Give the campaign a name.'
        : !draft.everyone && draft.selector.trim() === ''
          ? 'Say which nodes, or choose all.'
          : undefined,
    waves: draft.waves.length === 0 ? 'A campaign has at least one wave.' : undefined,
    plan: undefined,
    confirm: undefined,
  };
  const blocked = STEPS.slice(0, at + 1).map((each) => ready[each.id]).find((reason) => reason !== undefined);
  const wrong = new Set((make.problem?.errors ?? []).map((error) => stepOf(error.pointer)));
  const next = STEPS[at + 1];
  const previous = STEPS[at - 1];

  return (
    <Screen title="New campaign" above={[{ title: 'Campaigns', to: '/campaigns' }]}>
      <div className="mm-stack">
        <ProgressStepper aria-label="Steps">
          {STEPS.map((each, index) => (
            <ProgressStep
              key={each.id}
              id={`step-${each.id}`}
              titleId={`step-${each.id}-title`}
              variant={[...wrong].some((id) => id === each.id) ? 'danger' : index < at ? 'success' : index === at ? 'info' : 'pending'}
              isCurrent={index === at}
              aria-label={each.title}
            >
              {each.title}
            </ProgressStep>
          ))}
        </ProgressStepper>
        {step === 'image' && <ImageStep draft={draft} onChange={change} />}
        {step === 'nodes' && <NodesStep draft={draft} onChange={change} problem={make.problem} />}
        {step === 'waves' && <WavesStep draft={draft} onChange={change} problem={make.problem} />}
        {step === 'plan' && <PlanStep body={request(draft)} />}
        {step === 'confirm' && (
          <ConfirmStep draft={draft} send={(start) => make.send({ body: request(draft), start })} sending={make.sending} problem={make.problem} />
        )}
        <div className="mm-row">
          {previous !== undefined && (
            <Button variant="secondary" onClick={() => setStep(previous.id)}>
              Back
            </Button>
          )}
          {next !== undefined && (
            <ReasonedButton variant="primary" reason={blocked} onClick={() => setStep(next.id)}>
              Next
            </ReasonedButton>
          )}
          <Button variant="link" onClick={() => void navigate('/campaigns')}>
            Cancel
          </Button>
        </div>
      </div>
    </Screen>
  );
}

type Change = (changes: Partial<Draft>) => void;
type Sent = ReturnType<typeof useSend>['problem'];

function ImageStep({ draft, onChange }: { draft: Draft; onChange: Change }) {
  const [family, setFamily] = useState('');
  const query = useQuery({
    queryKey: ['campaigns', 'images', 'choices', family],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/images', {
          params: {
            query: { filter: family.trim() === '' ? 'state==PUBLISHED' : `state==PUBLISHED;family==${family.trim()}*`, sort: '-createdAt', limit: 50 },
          },
          signal,
        }),
      ),
  });
  return (
    <Card>
      <CardTitle component="h2">Which image shall they run?</CardTitle>
      <CardBody>
        <div className="mm-stack">
          <TextInput aria-label="Family" placeholder="Family" value={family} onChange={(_, value) => setFamily(value)} />
          <Asked query={query}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty title="No published image" action={<Link to="/images">Open images</Link>}>
                  Only a published image can be brought to nodes.
                </Empty>
              ) : (
                <Table variant="compact" aria-label="Published images" gridBreakPoint="grid-md">
                  <Thead>
                    <Tr>
                      <Th screenReaderText="Choose" />
                      <Th>Image</Th>
                      <Th>Architecture</Th>
                      <Th>Hardware</Th>
                      <Th>Severity</Th>
                      <Th>Added</Th>
                    </Tr>
                  </Thead>
                  <Tbody>
                    {items.map((image, rowIndex) => (
                      <Tr key={image.id} isRowSelected={image.id === draft.imageId}>
                        <Td
                          dataLabel="Choose"
                          select={{
                            rowIndex,
                            variant: 'radio',
                            isSelected: image.id === draft.imageId,
                            onSelect: () =>
                              onChange({ imageId: image.id, ...(draft.name === '' ? { name: `${image.family} ${image.version}` } : {}) }),
                          }}
                        />
                        <Td dataLabel="Image">
                          {image.family} <strong>{image.version}</strong>
                        </Td>
                        <Td dataLabel="Architecture">{image.architecture}</Td>
                        <Td dataLabel="Hardware">{image.hardware.length === 0 ? 'all' : image.hardware.join(', ')}</Td>
                        <Td dataLabel="Severity">
                          <Status look={SEVERITY_LOOKS[image.severity]} code={image.severity} />
                        </Td>
                        <Td dataLabel="Added">
                          <Time at={image.createdAt} />
                        </Td>
                      </Tr>
                    ))}
                  </Tbody>
                </Table>
              )
            }
          </Asked>
          <Checkbox
            id="allow-downgrade"
            label="Also bring it to nodes that run a later release (a downgrade)"
            isChecked={draft.allowDowngrade}
            onChange={(_, on) => onChange({ allowDowngrade: on })}
          />
        </div>
      </CardBody>
    </Card>
  );
}

function NodesStep({ draft, onChange, problem }: { draft: Draft; onChange: Change; problem: Sent }) {
  return (
    <Card>
      <CardTitle component="h2">Which nodes?</CardTitle>
      <CardBody>
        <NodeFields draft={draft} onChange={onChange} problem={problem} />
      </CardBody>
    </Card>
  );
}

function WavesStep({ draft, onChange, problem }: { draft: Draft; onChange: Change; problem: Sent }) {
  return (
    <div className="mm-stack">
      <Card>
        <CardTitle component="h2">Waves</CardTitle>
        <CardBody>
          <WaveFields draft={draft} onChange={onChange} problem={problem} />
        </CardBody>
      </Card>
      <Card>
        <CardTitle component="h2">Limits</CardTitle>
        <CardBody>
          <LimitFields draft={draft} onChange={onChange} problem={problem}>
            <SeasonFields draft={draft} onChange={onChange} problem={problem} />
          </LimitFields>
        </CardBody>
      </Card>
      <Card>
        <CardTitle component="h2">Failures and delays</CardTitle>
        <CardBody>
          <RuleFields draft={draft} onChange={onChange} problem={problem} />
        </CardBody>
      </Card>
    </div>
  );
}

export function RequestText({ title, text }: { title: string; text: string }) {
  return (
    <CodeBlock
      actions={
        <CodeBlockAction>
          <ClipboardCopyButton
            id={`copy-${title}`}
            textId={`text-${title}`}
            aria-label={`Copy ${title}`}
            variant="plain"
            onClick={() => void navigator.clipboard.writeText(text)}
          >
            Copy
          </ClipboardCopyButton>
        </CodeBlockAction>
      }
    >
      <CodeBlockCode id={`text-${title}`}>{text}</CodeBlockCode>
    </CodeBlock>
  );
}

type Shape = 'json' | 'yaml' | 'curl';

const SHAPES: Record<Shape, { title: string; text: (body: Schemas['NewCampaign']) => string }> = {
  json: { title: 'JSON', text: (body) => JSON.stringify(body, null, 2) },
  yaml: { title: 'YAML', text: (body) => yaml(body) },
  curl: { title: 'curl', text: (body) => curl(location.origin, '/api/v1/campaigns', body) },
};

function ConfirmStep({ draft, send, sending, problem }: { draft: Draft; send: (start: boolean) => void; sending: boolean; problem: Sent }) {
  const [typed, setTyped] = useState('');
  const [shown, setShown] = useState<Shape>('json');
  const count = useNodeCount(draft.everyone ? '' : draft.selector.trim());
  const reason = useReason('campaign.run');
  const expected = toType(count.data);
  const body = request(draft);
  const missing = count.data === undefined ? 'The nodes are being counted.' : expected !== undefined && typed !== expected ? `Type ${expected} first.` : undefined;
  return (
    <div className="mm-stack">
      <Card>
        <CardTitle component="h2">
          {draft.name} {count.data !== undefined && <Label>{`${formatCount(count.data)} ${count.data.count === 1 ? 'node' : 'nodes'}`}</Label>}
        </CardTitle>
        <CardBody>
          <div className="mm-stack">
            <p>
              In {plural(draft.waves.length, 'wave')}, {draft.waves.map((wave) => wave.name).join(', then ')}. Nodes are restarted, inside
              their windows.
            </p>
            {expected !== undefined && (
              <div>
                <label htmlFor="typed-count">
                  Type <strong>{expected}</strong>, {count.data?.capped === true ? 'at least as many nodes as are affected' : 'the number of nodes'}, to start
                </label>
                <TextInput id="typed-count" value={typed} onChange={(_, value) => setTyped(value)} autoComplete="off" />
              </div>
            )}
            <FormProblem problem={problem} />
            {problem !== undefined && problem.errors.length > 0 && (
              <Alert component="p" isInline variant="danger" title="The manager refuses it" role="alert">
                {problem.errors.map((error) => (
                  <p key={error.pointer}>
                    {STEPS.find((step) => step.id === stepOf(error.pointer))?.title}: <code>{error.pointer}</code> {error.detail}
                  </p>
                ))}
              </Alert>
            )}
            <div className="mm-row">
              <ReasonedButton variant="primary" reason={reason ?? missing} isLoading={sending} onClick={() => send(true)}>
                Start it
              </ReasonedButton>
              <Button variant="secondary" isDisabled={sending} onClick={() => send(false)}>
                Keep it as a draft
              </Button>
            </div>
          </div>
        </CardBody>
      </Card>
      <Card>
        <CardTitle component="h2">The same by the API</CardTitle>
        <CardBody>
          <div className="mm-stack">
            <ToggleGroup aria-label="Show as">
              {(Object.keys(SHAPES) as Shape[]).map((shape) => (
                <ToggleGroupItem key={shape} buttonId={`shape-${shape}`} text={SHAPES[shape].title} isSelected={shown === shape} onChange={() => setShown(shape)} />
              ))}
            </ToggleGroup>
            <RequestText title={SHAPES[shown].title} text={SHAPES[shown].text(body)} />
          </div>
        </CardBody>
      </Card>
    </div>
  );
}
