import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '../api/client';
import { Asked, Empty } from '../ui/faces';
import { ChoiceField } from '../ui/form';
import { Histogram } from '../ui/bar';
import { formatInstant, useClock } from '../ui/time';
import { formatNumber, plural } from '../ui/words';

const PERIODS = [
  { value: '12', label: 'the last 12 hours' },
  { value: '24', label: 'the last 24 hours' },
  { value: '168', label: 'the last 7 days' },
  { value: '720', label: 'the last 30 days' },
] as const;
type Hours = (typeof PERIODS)[number]['value'];

/** What happened while nobody looked. */
export function NightReport() {
  const [hours, setHours] = useState<Hours>('24');
  const { zone } = useClock();
  const query = useQuery({
    queryKey: ['night', hours],
    queryFn: ({ signal }) => {
      const until = new Date();
      const from = new Date(until.getTime() - Number(hours) * 3_600_000);
      return answer(api.GET('/api/v1/reports/night', { params: { query: { from: from.toISOString(), until: until.toISOString() } }, signal }));
    },
  });
  return (
    <div className="mm-stack mm-tab">
      <div className="mm-narrow">
        <ChoiceField label="What happened in" pointer="/from" problem={undefined} value={hours} onChange={setHours} choices={PERIODS} />
      </div>
      <Asked query={query}>
        {(report) => (
          <div className="mm-stack">
            <Card>
              <CardTitle component="h2">
                {formatInstant(report.from, zone)} to {formatInstant(report.until, zone)}
              </CardTitle>
              <CardBody>
                <div className="mm-stack">
                  <p className="mm-sentence">{report.counts.sentence}</p>
                  <Missed counts={report.counts} />
                  {report.truncated && <p className="mm-subtle">There was more than is looked at: choose a shorter time.</p>}
                </div>
              </CardBody>
            </Card>
            <div className="mm-two">
              <Counted
                title="Campaigns"
                rows={report.campaigns.map(({ campaignId, name, counts }) => ({ key: campaignId, name, to: `/campaigns/${campaignId}`, counts }))}
              />
              <Counted
                title="Sites"
                rows={report.sites.slice(0, 50).map(({ sitePath, counts }) => ({
                  key: sitePath,
                  name: sitePath,
                  to: `/nodes?${new URLSearchParams({ filter: `site==${sitePath}` })}`,
                  counts,
                }))}
              />
            </div>
          </div>
        )}
      </Asked>
    </div>
  );
}

/** Why windows went by unused, the most frequent reason first. */
function Missed({ counts }: { counts: Schemas['NightCounts'] }) {
  if (counts.missed.length === 0) {
    return null;
  }
  const most = Math.max(...counts.missed.map(({ windows }) => windows));
  return (
    <section aria-label="Missed windows" className="mm-stack">
      <strong>Windows that went by for nodes that waited</strong>
      <Histogram rows={counts.missed.map(({ reason, sentence, windows }) => ({ key: reason, text: sentence, value: windows, words: plural(windows, 'window') }))} most={most} />
    </section>
  );
}

interface Row {
  key: string;
  name: string;
  to: string;
  counts: Schemas['NightCounts'];
}

function Counted({ title, rows }: { title: string; rows: readonly Row[] }) {
  return (
    <Card>
      <CardTitle component="h2">{title}</CardTitle>
      <CardBody>
        {rows.length === 0 ? (
          <Empty variant="xs" title="Nothing happened" />
        ) : (
          <Table variant="compact" aria-label={title} gridBreakPoint="grid-md">
            <Thead>
              <Tr>
                <Th>Where</Th>
                <Th>Started</Th>
                <Th>Confirmed</Th>
                <Th>Rolled back</Th>
                <Th>Lost</Th>
                <Th>Failed</Th>
                <Th>Missed</Th>
              </Tr>
            </Thead>
            <Tbody>
              {rows.map(({ key, name, to, counts }) => (
                <Tr key={key}>
                  <Td dataLabel="Where">
                    <Link to={to}>{name}</Link>
                  </Td>
                  <Td dataLabel="Started">{formatNumber(counts.started)}</Td>
                  <Td dataLabel="Confirmed">{formatNumber(counts.confirmed)}</Td>
                  <Td dataLabel="Rolled back">{formatNumber(counts.rolledBack)}</Td>
                  <Td dataLabel="Lost">{formatNumber(counts.lost)}</Td>
                  <Td dataLabel="Failed">{formatNumber(Object.values(counts.failed).reduce((sum, each) => sum + each, 0))}</Td>
                  <Td dataLabel="Missed">{formatNumber(counts.missed.reduce((sum, { windows }) => sum + windows, 0))}</Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
    </Card>
  );
}
