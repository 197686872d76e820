import { Alert, Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../api/client';
import { Asked, Empty } from '../ui/faces';
import { formatShort, useClock } from '../ui/time';
import { formatCount, plural } from '../ui/words';
import { useNodeCount } from './nodes';

const DAYS = 14;

/** What is known before anything is made: how many nodes, when they may be disturbed, and who never is. */
export function PlanStep({ body }: { body: Schemas['NewCampaign'] }) {
  const { zone } = useClock();
  const filter = body.selector ?? '';
  const count = useNodeCount(filter);
  const coverage = useQuery({
    queryKey: ['tenant', 'coverage'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/windows/coverage', { signal })),
  });
  const openings = useQuery({
    queryKey: ['tenant', 'plan', body.startsAt],
    queryFn: ({ signal }) => {
      const from = body.startsAt === undefined ? new Date() : new Date(body.startsAt);
      return answer(
        api.GET('/api/v1/windows/openings', {
          params: { query: { from: from.toISOString(), until: new Date(from.getTime() + DAYS * 86_400_000).toISOString() } },
          signal,
        }),
      );
    },
  });
  return (
    <Card>
      <CardTitle component="h2">Plan</CardTitle>
      <CardBody>
        <div className="mm-stack">
          <p>{count.data === undefined ? 'Counting the nodes.' : `${formatCount(count.data)} ${count.data.count === 1 ? 'node is' : 'nodes are'} chosen.`}</p>
          {(coverage.data?.withoutWindow ?? 0) > 0 && (
            <Alert component="p" isInline variant="warning" title={`${plural(coverage.data?.withoutWindow ?? 0, 'node')} of the tenant ${coverage.data?.withoutWindow === 1 ? 'has' : 'have'} no window`}>
              Those among the chosen ones download the image and then wait for good.
            </Alert>
          )}
          <Asked query={openings} rows={3}>
            {(found) =>
              found.openings.length === 0 ? (
                <Empty title={`No window opens within ${DAYS} days`}>The campaign would wait.</Empty>
              ) : (
                <div>
                  <p>Windows of the tenant in the {DAYS} days from then:</p>
                  <ul>
                    {found.openings.slice(0, 12).map((opening) => (
                      <li key={`${opening.windowId}-${opening.startsAt}-${opening.endsAt}`}>
                        {opening.windowName}: {formatShort(opening.startsAt, zone)} to {formatShort(opening.endsAt, zone)}, {plural(opening.nodes, 'node')}
                      </li>
                    ))}
                  </ul>
                </div>
              )
            }
          </Asked>
        </div>
      </CardBody>
    </Card>
  );
}
