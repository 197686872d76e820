import { Alert, Button, Card, CardBody, CardTitle, Checkbox, Form } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked } from '../ui/faces';
import { FormProblem } from '../ui/form';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { useCampaign } from './campaign';
import { campaignPatch, type Draft, draftOf } from './campaign-draft';
import { LimitFields, NodeFields, SeasonFields, WaveFields } from './campaign-fields';
import { RULE_POINTERS, RuleFields } from './campaign-rule-fields';

type Campaign = Schemas['Campaign'];

const POINTERS = ['/startsAt', '/schedule/deadline', '/schedule/endsAt', ...RULE_POINTERS];
const DRAFT_POINTERS = ['/name', '/selector', ...POINTERS];

/** Changes a campaign: a draft as a whole, one that has been started in its limits. */
export default function CampaignChange() {
  const { id = '' } = useParams();
  // What a reload brings is another form; what the stream brings is not, or it would take away what was typed.
  const [reloads, setReloads] = useState(0);
  const query = useCampaign(id);
  return (
    <Screen
      title={query.data === undefined ? 'Campaign' : `Change ${query.data.name}`}
      above={[{ title: 'Campaigns', to: '/campaigns' }, ...(query.data === undefined ? [] : [{ title: query.data.name, to: `/campaigns/${id}` }])]}
    >
      <Asked query={query}>
        {(campaign) => <Fields key={reloads} known={campaign} onReload={() => void query.refetch().then(() => setReloads((before) => before + 1))} />}
      </Asked>
    </Screen>
  );
}

function Fields({ known: latest, onReload }: { known: Campaign; onReload: () => void }) {
  const [known] = useState(latest);
  const [draft, setDraft] = useState<Draft>(() => draftOf(known));
  const navigate = useNavigate();
  const said = known.actions.find(({ name }) => name === 'edit');
  const reason = useReason('campaign.manage', said?.allowed === false ? (said.reason ?? 'Not possible now.') : undefined);
  const back = () => void navigate(`/campaigns/${known.id}`);
  const send = useSend(
    (wanted: Draft) =>
      answer(
        api.PATCH('/api/v1/campaigns/{id}', {
          params: { path: { id: known.id }, header: { 'If-Match': etag(known.revision) } },
          // A merge patch has what is changed alone, which the schema of the whole does not know.
          body: campaignPatch(known, wanted) as Schemas['NewCampaign'],
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      ),
    { topics: ['campaigns', 'overview', 'audit'], onDone: back },
  );
  const { problem } = send;
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const isDraft = known.state === 'DRAFT';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason === undefined) {
      send.send(draft);
    }
  };
  return (
    <Form onSubmit={submit}>
      <div className="mm-stack">
        {!isDraft && (
          <Alert isInline component="h2" variant="info" title="It is no draft any more">
            How many nodes at a time, after how many failures it pauses, its deadline and end, its rules, and the shares and gates of its waves can change now, and hold
            from the next decision on. All else stays.
          </Alert>
        )}
        {isDraft && (
          <Card>
            <CardTitle component="h2">Which nodes?</CardTitle>
            <CardBody>
              <NodeFields draft={draft} onChange={change} problem={problem} />
            </CardBody>
          </Card>
        )}
        <Card>
          <CardTitle component="h2">Waves</CardTitle>
          <CardBody>
            <WaveFields draft={draft} onChange={change} problem={problem} />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Limits</CardTitle>
          <CardBody>
            <LimitFields draft={draft} onChange={change} problem={problem}>
              <SeasonFields draft={draft} onChange={change} problem={problem} />
            </LimitFields>
            {isDraft && (
              <Checkbox
                id="allow-downgrade"
                label="Also bring it to nodes that run a later release (a downgrade)"
                isChecked={draft.allowDowngrade}
                onChange={(_, allowDowngrade) => change({ allowDowngrade })}
              />
            )}
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Failures and delays</CardTitle>
          <CardBody>
            <RuleFields draft={draft} onChange={change} problem={problem} />
          </CardBody>
        </Card>
        <FormProblem problem={problem} pointers={isDraft ? DRAFT_POINTERS : POINTERS} onReload={onReload} />
        <div className="mm-row">
          <ReasonedButton type="submit" variant="primary" reason={reason} isLoading={send.sending}>
            Save
          </ReasonedButton>
          <Button variant="link" onClick={back}>
            Cancel
          </Button>
        </div>
      </div>
    </Form>
  );
}
