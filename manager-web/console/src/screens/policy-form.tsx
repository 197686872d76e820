import { Button, Card, CardBody, CardTitle, Checkbox, Form } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { Confirm, ReasonedButton, useReason } from '../ui/act';
import { Asked } from '../ui/faces';
import { ChoiceField, FormProblem, TextField } from '../ui/form';
import { Screen } from '../ui/page';
import { useSend } from '../ui/send';
import { plural } from '../ui/words';
import { FIRST_RULES, type RulesDraft } from './campaign-draft';
import { LimitFields, LiveCount, toType, WaveFields } from './campaign-fields';
import { RULE_POINTERS, RuleFields } from './campaign-rule-fields';
import { useNodeCount } from './nodes';
import { usePolicy } from './policy';
import { newPolicy, policyPatch, type PolicyWanted, wantedOf } from './policy-draft';

type Policy = Schemas['Policy'];

/** Makes a policy, or changes one. */
export default function PolicyForm() {
  const { id = '' } = useParams();
  // What a reload brings is another form; what the stream brings is not, or it would take away what was typed.
  const [reloads, setReloads] = useState(0);
  const query = usePolicy(id);
  const policies = { title: 'Policies', to: '/campaigns?tab=policies' };
  if (id === '') {
    return (
      <Screen title="New policy" above={[{ title: 'Campaigns', to: '/campaigns' }, policies]}>
        <Fields known={undefined} />
      </Screen>
    );
  }
  return (
    <Screen
      title={query.data === undefined ? 'Policy' : `Change ${query.data.name}`}
      above={[{ title: 'Campaigns', to: '/campaigns' }, policies, ...(query.data === undefined ? [] : [{ title: query.data.name, to: `/campaigns/policies/${id}` }])]}
    >
      <Asked query={query}>
        {(policy) => <Fields key={reloads} known={policy} onReload={() => void query.refetch().then(() => setReloads((before) => before + 1))} />}
      </Asked>
    </Screen>
  );
}

const POINTERS = ['/name', '/channelId', '/selector', ...RULE_POINTERS.map((pointer) => `/template${pointer}`)];

function Fields({ known: latest, onReload }: { known: Policy | undefined; onReload?: () => void }) {
  const [known] = useState(latest);
  const navigate = useNavigate();
  const reason = useReason('campaign.run');
  const [first] = useState<PolicyWanted>(() =>
    known === undefined ? { name: '', channelId: '', everyone: false, selector: '', rules: FIRST_RULES } : wantedOf(known),
  );
  const [name, setName] = useState(first.name);
  const [channelId, setChannelId] = useState(first.channelId);
  const [everyone, setEveryone] = useState(first.everyone);
  const [selector, setSelector] = useState(first.selector);
  const [rules, setRules] = useState(first.rules);
  const [asking, setAsking] = useState(false);
  const channels = useQuery({
    queryKey: ['campaigns', 'channels'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/channels', { params: { query: { limit: 1000, sort: 'family,name' } }, signal })),
  });
  const count = useNodeCount(everyone ? '' : selector.trim(), everyone || selector.trim() !== '');
  const send = useSend(
    async (wanted: PolicyWanted, key): Promise<string> => {
      if (known === undefined) {
        const made = await answer(api.POST('/api/v1/policies', { params: { header: { 'Idempotency-Key': key } }, body: newPolicy(wanted) }));
        return (made as Policy).id;
      }
      await answer(
        api.PATCH('/api/v1/policies/{id}', {
          params: { path: { id: known.id }, header: { 'If-Match': etag(known.revision) } },
          body: policyPatch(known, wanted),
          headers: { 'Content-Type': 'application/merge-patch+json' },
        }),
      );
      return known.id;
    },
    { topics: ['campaigns', 'overview', 'audit'], onDone: (id) => void navigate(`/campaigns/policies/${id}`) },
  );
  const { problem } = send;
  const missing =
    name.trim() === ''
      ? 'Give the policy a name.'
      : channelId === ''
        ? 'Choose a channel.'
        : !everyone && selector.trim() === ''
          ? 'Say which nodes, or choose all.'
          : undefined;
  const blocked = reason ?? missing;
  const points = channels.data?.items.find((each) => each.id === channelId)?.imageId !== undefined;
  const typed = toType(count.data);
  const change = (changes: Partial<RulesDraft>) => setRules((before) => ({ ...before, ...changes }));
  const save = () => {
    setAsking(false);
    send.send({ name, channelId, everyone, selector, rules });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (blocked !== undefined) {
      return;
    }
    // Where the channel has an image, nodes follow at once; a policy that is suspended makes nothing.
    if (points && known?.enabled !== false) {
      setAsking(true);
    } else {
      save();
    }
  };
  return (
    <Form onSubmit={submit}>
      <div className="mm-stack">
        <Card>
          <CardTitle component="h2">Who follows what</CardTitle>
          <CardBody>
            <div className="mm-stack">
              <TextField label="Name" pointer="/name" problem={problem} value={name} onChange={setName} required help="Campaigns are named after it and the version." />
              <ChoiceField
                label="Channel"
                pointer="/channelId"
                problem={problem}
                value={channelId}
                onChange={setChannelId}
                choices={[
                  { value: '', label: channels.isPending ? 'Loading' : 'Choose a channel' },
                  ...(channels.data?.items ?? []).map((channel) => ({
                    value: channel.id,
                    label: `${channel.family} ${channel.name}${channel.imageId === undefined ? ', points nowhere yet' : ''}`,
                  })),
                ]}
              />
              <Checkbox id="policy-everyone" label="All nodes of the tenant" isChecked={everyone} onChange={(_, on) => setEveryone(on)} />
              {!everyone && (
                <TextField
                  label="Selector"
                  pointer="/selector"
                  problem={problem}
                  value={selector}
                  onChange={setSelector}
                  required
                  help="The same words as the filter of the list of nodes: site==/eu/*;label.role==gateway"
                />
              )}
              {(everyone || selector.trim() !== '') && <LiveCount filter={everyone ? '' : selector.trim()} />}
            </div>
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Waves of its campaigns</CardTitle>
          <CardBody>
            <WaveFields draft={rules} onChange={change} problem={problem} at="/template" />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Limits of its campaigns</CardTitle>
          <CardBody>
            <LimitFields draft={rules} onChange={change} problem={problem} at="/template" />
            <Checkbox
              id="policy-downgrade"
              label="Also bring it to nodes that run a later release (a downgrade)"
              isChecked={rules.allowDowngrade}
              onChange={(_, allowDowngrade) => change({ allowDowngrade })}
            />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Failures and delays of its campaigns</CardTitle>
          <CardBody>
            <RuleFields draft={rules} onChange={change} problem={problem} at="/template" />
          </CardBody>
        </Card>
        <FormProblem problem={problem} pointers={POINTERS} {...(onReload === undefined ? {} : { onReload })} />
        <div className="mm-row">
          <ReasonedButton type="submit" variant="primary" reason={blocked} isLoading={send.sending}>
            {known === undefined ? 'Make it' : 'Save'}
          </ReasonedButton>
          <Button variant="link" onClick={() => void navigate(known === undefined ? '/campaigns?tab=policies' : `/campaigns/policies/${known.id}`)}>
            Cancel
          </Button>
        </div>
      </div>
      {asking && (
        <Confirm
          title={known === undefined ? `Make ${name.trim()}?` : `Save ${name.trim()}?`}
          action={known === undefined ? 'Make it' : 'Save'}
          {...(typed === undefined ? {} : { typed })}
          send={{ go: save, sending: send.sending, problem: undefined }}
          onClose={() => setAsking(false)}
        >
          <p>
            The channel points to an image: {known === undefined ? 'a' : 'other nodes, another channel or other rules make a'} campaign for{' '}
            {count.data === undefined ? 'these nodes' : count.data.capped ? `over ${plural(count.data.count, 'node')}` : plural(count.data.count, 'node')} that starts at
            once, unless a second person has to approve it. Nodes are restarted, inside their windows.
          </p>
        </Confirm>
      )}
    </Form>
  );
}
