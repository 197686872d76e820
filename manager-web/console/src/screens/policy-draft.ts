import type { Schemas } from '../api/client';
import { mergePatch } from '../ui/merge-patch';
import { type RulesDraft, rulesOf, templateOf, templatePatch } from './campaign-draft';

/** What the form of a policy gathers, as it is typed. */
export interface PolicyWanted {
  name: string;
  channelId: string;
  everyone: boolean;
  selector: string;
  rules: RulesDraft;
}

function whoOf({ name, channelId, everyone, selector }: Omit<PolicyWanted, 'rules'>) {
  return { name: name.trim(), channelId, allNodes: everyone, selector: everyone ? undefined : selector.trim() };
}

export function newPolicy(wanted: PolicyWanted): Schemas['NewPolicy'] {
  // A template lacks what a campaign must have, which the schema of both does not know.
  return { ...whoOf(wanted), template: templateOf(wanted.rules) as Schemas['NewCampaign'] };
}

/** As the form has it. */
export function wantedOf({ name, channelId, allNodes, selector = '', template }: Schemas['Policy']): PolicyWanted {
  return { name, channelId, everyone: allNodes, selector, rules: rulesOf(template) };
}

/** What was changed of a policy, as a merge patch (RFC 7396): what was not touched is not said, and stays. */
export function policyPatch(known: Schemas['Policy'], wanted: PolicyWanted): Schemas['NewPolicy'] {
  const template = templatePatch(known.template, wanted.rules);
  return {
    ...mergePatch(whoOf(wantedOf(known)), whoOf(wanted)),
    ...(Object.keys(template).length === 0 ? {} : { template: template as Schemas['NewCampaign'] }),
  };
}
