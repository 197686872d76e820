import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../api/client';
import { Asked } from '../ui/faces';
import { Terms } from '../ui/terms';

type Program = Schemas['NodeProgram'];

const FAMILIES: Record<Program['family'], string> = {
  OWN: 'A client of the node API',
  SWUPDATE: 'SWUpdate',
  RAUC: 'RAUC hawkBit updater',
  DDI_OTHER: 'A client of the device API',
  EMF: 'Edge Microvisor Toolkit agent',
};

/** Which program speaks for the node, and what it cannot do: the manager goes by that. */
export function ClientCard({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['nodes', 'one', id, 'client'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/nodes/{node}/client', { params: { path: { node: id } }, signal })),
  });
  return (
    <Card>
      <CardTitle component="h2">Client</CardTitle>
      <CardBody>
        <Asked query={query}>{(program) => <About program={program} />}</Asked>
      </CardBody>
    </Card>
  );
}

function About({ program }: { program: Program }) {
  const rows: [string, string][] = [
    ['Is', FAMILIES[program.family] + (program.familyOverride === undefined ? '' : ', as somebody said')],
    ...(program.controllerId === undefined ? [] : ([['Controller id', program.controllerId]] as [string, string][])),
    ...(program.hostGuid === undefined ? [] : ([['Host', program.hostGuid]] as [string, string][])),
    ['Downloads', program.downloadsAhead ? 'before its window' : 'in its window'],
    ['Needs its permit', program.permitBeforeDownload ? 'before it downloads' : 'before it installs'],
  ];
  return (
    <div className="mm-stack">
      <Terms rows={rows} />
      {program.limits.length > 0 && (
        <div>
          <div className="mm-subtle">What it cannot do</div>
          <ul>
            {program.limits.map((limit) => (
              <li key={limit.code}>{limit.sentence}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
