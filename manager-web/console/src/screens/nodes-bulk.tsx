import { Alert, Dropdown, DropdownItem, DropdownList, MenuToggle, TextInput } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { asProblem } from '../api/problem';
import { Confirm, useMay } from '../ui/act';
import { useSend } from '../ui/send';
import { plural } from '../ui/words';

type Node = Schemas['Node'];
export type Decision = 'approve' | 'quarantine' | 'release' | 'decommission';

interface DecisionWords {
  verb: string;
  question: string;
  from: readonly Node['state'][];
  permission: string;
  danger: boolean;
}

export const DECISIONS: Record<Decision, DecisionWords> = {
  approve: {
    verb: 'Approve',
    question: 'It then takes part in campaigns like any other node.',
    from: ['PENDING'],
    permission: 'node.operate',
    danger: false,
  },
  quarantine: {
    verb: 'Quarantine',
    question: 'It gets no work until it is released; an update that has a permit ends as it may.',
    from: ['PENDING', 'ACTIVE'],
    permission: 'node.operate',
    danger: true,
  },
  release: {
    verb: 'Release',
    question: 'It takes part in campaigns again.',
    from: ['QUARANTINED'],
    permission: 'node.operate',
    danger: false,
  },
  decommission: {
    verb: 'Decommission',
    question: 'Its credentials are revoked for good. It has to enroll again to come back, as a new node.',
    from: ['PENDING', 'ACTIVE', 'QUARANTINED'],
    permission: 'node.manage',
    danger: true,
  },
};

/** Why a decision cannot be taken for nodes in these states, or undefined. */
export function whyNot(decision: Decision, states: readonly Node['state'][], may: (permission: string) => boolean): string | undefined {
  const { permission, from, verb } = DECISIONS[decision];
  if (!may(permission)) {
    return `Needs the permission ${permission}.`;
  }
  const wrong = states.find((state) => !from.includes(state));
  return wrong === undefined ? undefined : `${verb} is possible from ${from.join(', ')}; this is ${wrong}.`;
}

export async function decide(id: string, decision: Decision, reason: string, key: string): Promise<Node> {
  const options = {
    params: { path: { id }, header: { 'Idempotency-Key': key } },
    body: reason.trim() === '' ? {} : { reason: reason.trim() },
  };
  switch (decision) {
    case 'approve':
      return await answer(api.POST('/api/v1/nodes/{id}:approve', options));
    case 'quarantine':
      return await answer(api.POST('/api/v1/nodes/{id}:quarantine', options));
    case 'release':
      return await answer(api.POST('/api/v1/nodes/{id}:release', options));
    case 'decommission':
      return await answer(api.POST('/api/v1/nodes/{id}:decommission', options));
  }
}

export function DecisionDialog({ nodes, decision, onClose, onDone }: { nodes: readonly Node[]; decision: Decision; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const [failed, setFailed] = useState<{ name: string; why: string }[]>([]);
  const id = useId();
  const words = DECISIONS[decision];
  const send = useSend(
    async ({ reason: said }: { reason: string }, key) => {
      const wrong: { name: string; why: string }[] = [];
      for (const node of nodes) {
        try {
          await decide(node.id, decision, said, `${key}/${node.id}`);
        } catch (error) {
          const problem = asProblem(error);
          // Alone, it is shown as it is; among many, the others go on.
          if (nodes.length === 1 || problem.status === 401 || problem.status === 0) {
            throw error;
          }
          wrong.push({ name: node.name, why: problem.detail ?? problem.title });
        }
      }
      return wrong;
    },
    {
      topics: ['nodes', 'overview'],
      onDone: (wrong) => {
        if (wrong.length === 0) {
          onDone();
          onClose();
        } else {
          setFailed(wrong);
        }
      },
    },
  );
  const one = nodes[0];
  return (
    <Confirm
      title={`${words.verb} ${nodes.length === 1 ? (one?.name ?? '') : plural(nodes.length, 'node')}?`}
      action={words.verb}
      danger={words.danger}
      {...(decision === 'decommission' && nodes.length > 10 ? { typed: String(nodes.length) } : {})}
      send={{ ...send, go: () => send.send({ reason }) }}
      onClose={onClose}
    >
      <p>{words.question}</p>
      <div className="mm-typed">
        <label htmlFor={id}>Reason, shown with the node and in the audit</label>
        <TextInput id={id} value={reason} onChange={(_, value) => setReason(value)} maxLength={1000} />
      </div>
      {failed.length > 0 && (
        <Alert component="p" isInline variant="danger" title={`${plural(failed.length, 'node')} could not be changed; the others are`} role="alert">
          {failed.slice(0, 10).map((each) => (
            <p key={each.name}>
              {each.name}: {each.why}
            </p>
          ))}
        </Alert>
      )}
    </Confirm>
  );
}

/** What can be done to all nodes that are selected on this page. */
export function BulkActions({ nodes, onDone }: { nodes: readonly Node[]; onDone: () => void }) {
  const [open, setOpen] = useState(false);
  const [decision, setDecision] = useState<Decision>();
  const may = useMay();
  const states = nodes.map((node) => node.state);
  return (
    <>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        toggle={(ref) => (
          <MenuToggle ref={ref} isExpanded={open} isDisabled={nodes.length === 0} onClick={() => setOpen(!open)}>
            {nodes.length === 0 ? 'With the selected' : `With ${plural(nodes.length, 'node')}`}
          </MenuToggle>
        )}
      >
        <DropdownList>
          {(Object.keys(DECISIONS) as Decision[]).map((each) => {
            const reason = whyNot(each, states, may);
            return (
              <DropdownItem
                key={each}
                isAriaDisabled={reason !== undefined}
                {...(reason === undefined ? {} : { description: reason })}
                onClick={() => {
                  if (reason === undefined) {
                    setOpen(false);
                    setDecision(each);
                  }
                }}
              >
                {DECISIONS[each].verb}
              </DropdownItem>
            );
          })}
        </DropdownList>
      </Dropdown>
      {decision !== undefined && nodes.length > 0 && (
        <DecisionDialog nodes={nodes} decision={decision} onClose={() => setDecision(undefined)} onDone={onDone} />
      )}
    </>
  );
}
