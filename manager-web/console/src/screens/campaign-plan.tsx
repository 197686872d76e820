import { Alert, Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../api/client';
import { Asked } from '../ui/faces';
import { formatBytes, formatNumber, plural } from '../ui/words';
import { Assumptions, Outlook } from './campaign-outlook';
import { Way } from './update-path';

/** What the campaign would come to if it were started as it is; nothing is kept. */
export function PlanStep({ body }: { body: Schemas['NewCampaign'] }) {
  const query = useQuery({
    queryKey: ['forecasts', 'plan', body],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/campaigns:plan', { body, signal })),
    retry: false,
  });
  return (
    <Asked query={query} rows={6}>
      {(plan) => {
        const skipped = plan.skips.reduce((sum, skip) => sum + skip.nodes, 0);
        const detours = plan.paths.filter(({ steps }) => steps.length > 1);
        return (
          <div className="mm-two">
            <Card>
              <CardTitle component="h2">
                {formatNumber(plan.selected - skipped)} of {plural(plan.selected, 'node')} will be updated
              </CardTitle>
              <CardBody>
                <div className="mm-stack">
                  {plan.findings.map((finding) => (
                    <Alert component="p" key={finding.code} isInline variant="warning" title={`${plural(finding.nodes, 'node')}: ${finding.sentence}`}>
                      {finding.sites.length > 0 && `Most of them at ${finding.sites.join(', ')}.`}
                    </Alert>
                  ))}
                  {plan.skips.length > 0 && (
                    <div>
                      <strong>Left out</strong>
                      <ul>
                        {plan.skips.map((skip) => (
                          <li key={skip.code}>
                            {plural(skip.nodes, 'node')}: {skip.sentence}
                          </li>
                        ))}
                      </ul>
                    </div>
                  )}
                  {plan.findings.length + plan.skips.length === 0 && <p>None is left out, and all have windows.</p>}
                  {detours.length > 0 && (
                    <div>
                      <strong>Through other releases</strong>
                      <ul>
                        {detours.map((path) => (
                          <li key={path.steps.map(({ imageId }) => imageId).join()}>
                            {plural(path.nodes, 'node')}: <Way steps={path.steps} label="What they install, in order" />
                          </li>
                        ))}
                      </ul>
                      <p className="mm-subtle">Each step is a download, a permit and a window of its own.</p>
                    </div>
                  )}
                  <div>
                    <strong>{formatBytes(plan.bytes)} to download in all</strong>
                    <ul>
                      {plan.sites.slice(0, 8).map((site) => (
                        <li key={site.sitePath}>
                          {site.sitePath}: {formatBytes(site.bytes)} for {plural(site.nodes, 'node')}
                        </li>
                      ))}
                    </ul>
                  </div>
                </div>
              </CardBody>
            </Card>
            <Card>
              <CardTitle component="h2">Forecast</CardTitle>
              <CardBody>
                <div className="mm-stack">
                  <Outlook outlook={plan.forecast} />
                  <Assumptions assumptions={plan.assumptions} />
                </div>
              </CardBody>
            </Card>
          </div>
        );
      }}
    </Asked>
  );
}
