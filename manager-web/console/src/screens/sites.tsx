import { Card, CardBody, Tab, Tabs, TabTitleText, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { answer, api, etag, type Schemas } from '../api/client';
import { ReasonedButton, useReason } from '../ui/act';
import { Asked, Empty } from '../ui/faces';
import { TextField } from '../ui/form';
import { FormDialog, Removal, useAsking } from '../ui/form-dialog';
import { sortOf } from '../ui/listing';
import { Screen } from '../ui/page';
import { PagedList } from '../ui/paged-list';
import { useSend } from '../ui/send';
import { Time } from '../ui/time';
import { formatNumber } from '../ui/words';
import { LiveCount } from './campaign-fields';
import { ZONES } from './zones';

type Site = Schemas['Site'];
type Budget = Schemas['Budget'];

export default function Sites() {
  const [parameters, setParameters] = useSearchParams();
  const [editing, setEditing] = useState<Site | 'new'>();
  const [budget, setBudget] = useState<Budget | 'new'>();
  const manageSites = useReason('site.manage');
  const manageBudgets = useReason('budget.manage');
  const tab = parameters.get('tab') === 'budgets' ? 'budgets' : 'sites';
  return (
    <Screen
      title="Sites"
      actions={
        tab === 'sites' ? (
          <ReasonedButton variant="primary" reason={manageSites} onClick={() => setEditing('new')}>
            Add a site
          </ReasonedButton>
        ) : (
          <ReasonedButton variant="primary" reason={manageBudgets} onClick={() => setBudget('new')}>
            Add a budget
          </ReasonedButton>
        )
      }
    >
      <Tabs
        activeKey={tab}
        aria-label="Sites and budgets"
        mountOnEnter
        unmountOnExit
        onSelect={(_, key) => setParameters(key === 'budgets' ? { tab: 'budgets' } : {}, { replace: true })}
      >
        <Tab eventKey="sites" title={<TabTitleText>Sites</TabTitleText>}>
          <SiteList onEdit={setEditing} />
        </Tab>
        <Tab eventKey="budgets" title={<TabTitleText>Budgets</TabTitleText>}>
          <BudgetList onEdit={setBudget} />
        </Tab>
      </Tabs>
      {editing !== undefined && <SiteDialog site={editing} onClose={() => setEditing(undefined)} />}
      {budget !== undefined && <BudgetDialog budget={budget} onClose={() => setBudget(undefined)} />}
    </Screen>
  );
}

const SORTABLE = ['path', 'name', 'zone'] as const;

function SiteList({ onEdit }: { onEdit: (site: Site) => void }) {
  const reason = useReason('site.manage');
  const remove = useAsking((site: Site) => answer(api.DELETE('/api/v1/sites/{id}', { params: { path: { id: site.id }, header: { 'If-Match': etag(site.revision) } } })), ['tenant']);
  return (
    <>
      <PagedList
        queryKey={['tenant', 'sites']}
        load={(query, signal) => answer(api.GET('/api/v1/sites', { params: { query }, signal }))}
        sort="path"
        limit={100}
        example="path==/eu/*"
        none={<Empty title="There is no site yet">A site is a place in a tree: /eu/de/berlin. Windows and budgets hold for all below theirs.</Empty>}
      >
        {(items, list) => {
          const sort = sortOf(list, SORTABLE, 'path');
          return (
            <Table aria-label="Sites" variant="compact" gridBreakPoint="grid-md">
              <Thead>
                <Tr>
                  <Th sort={sort('path')}>Path</Th>
                  <Th sort={sort('name')}>Name</Th>
                  <Th sort={sort('zone')}>Zone</Th>
                  <Th>Nodes</Th>
                  <Th screenReaderText="Actions" />
                </Tr>
              </Thead>
              <Tbody>
                {items.map((site) => (
                  <Tr key={site.id}>
                    <Td dataLabel="Path">
                      <span style={{ paddingInlineStart: list.sort === undefined && list.filter === '' ? `${(site.path.split('/').length - 2) * 1.25}rem` : 0 }}>
                        {site.path}
                      </span>
                    </Td>
                    <Td dataLabel="Name">{site.name}</Td>
                    <Td dataLabel="Zone">{site.zone}</Td>
                    <Td dataLabel="Nodes">
                      <Link to={`/nodes?${new URLSearchParams({ filter: `site==${site.path},site==${site.path}/*` })}`}>Here and below</Link>
                    </Td>
                    <Td dataLabel="Actions">
                      <div className="mm-row">
                        <ReasonedButton variant="link" isInline reason={reason} aria-label={`Change ${site.path}`} onClick={() => onEdit(site)}>
                          Change
                        </ReasonedButton>
                        <ReasonedButton variant="link" isInline isDanger reason={reason} aria-label={`Delete ${site.path}`} onClick={() => remove.ask(site)}>
                          Delete
                        </ReasonedButton>
                      </div>
                    </Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          );
        }}
      </PagedList>
      <Removal asking={remove} name={({ path }) => path}>
        {() => <p>Only a site that nothing uses can be deleted.</p>}
      </Removal>
    </>
  );
}

function SiteDialog({ site, onClose }: { site: Site | 'new'; onClose: () => void }) {
  const known = site === 'new' ? undefined : site;
  const [path, setPath] = useState(known?.path ?? '');
  const [name, setName] = useState(known?.name ?? '');
  const [zone, setZone] = useState(known?.zone ?? '');
  const send = useSend(
    async (wanted: { path: string; name: string; zone: string }, key) => {
      if (known === undefined) {
        const body: Schemas['NewSite'] = {
          path: wanted.path,
          ...(wanted.name === '' ? {} : { name: wanted.name }),
          ...(wanted.zone === '' ? {} : { zone: wanted.zone }),
        };
        await answer(api.POST('/api/v1/sites', { params: { header: { 'Idempotency-Key': key } }, body }));
      } else {
        await answer(
          api.PATCH('/api/v1/sites/{id}', {
            params: { path: { id: known.id }, header: { 'If-Match': etag(known.revision) } },
            body: { name: wanted.name, zone: wanted.zone },
            headers: { 'Content-Type': 'application/merge-patch+json' },
          }),
        );
      }
    },
    { topics: ['tenant'], onDone: onClose },
  );
  const submit = () => {
    send.send({ path: path.trim(), name: name.trim(), zone: zone.trim() });
  };
  return (
    <FormDialog
      title={known === undefined ? 'Add a site' : `Change ${known.path}`}
      action={known === undefined ? 'Add' : 'Save'}
      send={send}
      pointers={['/path', '/name', '/zone']}
      onSubmit={submit}
      onClose={onClose}
    >
      {known === undefined && (
        <TextField label="Path" pointer="/path" problem={send.problem} value={path} onChange={setPath} required help="/eu/de/berlin-3" />
      )}
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} help={known === undefined ? "Empty: the path's last part." : undefined} />
      <TextField
        label="Zone"
        pointer="/zone"
        problem={send.problem}
        value={zone}
        onChange={setZone}
        list="zones"
        help={known === undefined ? 'Empty: that of the nearest site above.' : 'An IANA name, such as Europe/Berlin.'}
      />
      <datalist id="zones">
        {ZONES.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </FormDialog>
  );
}

function BudgetList({ onEdit }: { onEdit: (budget: Budget) => void }) {
  const reason = useReason('budget.manage');
  const query = useQuery({
    queryKey: ['tenant', 'budgets'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/budgets', { params: { query: { limit: 1000, sort: 'name' } }, signal })),
    refetchInterval: 10_000,
  });
  const remove = useAsking((budget: Budget) => answer(api.DELETE('/api/v1/budgets/{id}', { params: { path: { id: budget.id }, header: { 'If-Match': etag(budget.revision) } } })), ['tenant']);
  return (
    <Card isPlain>
      <CardBody>
        <Asked query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="There is no budget yet">A budget says how many nodes below a site, or of a selector, may be disturbed or may download at once.</Empty>
            ) : (
              <Table aria-label="Budgets" variant="compact" gridBreakPoint="grid-md">
                <Thead>
                  <Tr>
                    <Th>Budget</Th>
                    <Th>For</Th>
                    <Th>In use</Th>
                    <Th>Downloads</Th>
                    <Th>Changed</Th>
                    <Th screenReaderText="Actions" />
                  </Tr>
                </Thead>
                <Tbody>
                  {items.map((budget) => (
                    <Tr key={budget.id}>
                      <Td dataLabel="Budget">{budget.name}</Td>
                      <Td dataLabel="For">
                        <Link to={`/nodes?${new URLSearchParams({ filter: budget.selector ?? `site==${budget.sitePath},site==${budget.sitePath}/*` })}`} className={budget.selector === undefined ? '' : 'mm-mono'}>
                          {budget.selector ?? budget.sitePath}
                        </Link>
                      </Td>
                      <Td dataLabel="In use">
                        {formatNumber(budget.inFlight)} {budget.maxInFlight === undefined ? '' : `of ${formatNumber(budget.maxInFlight)}`}
                      </Td>
                      <Td dataLabel="Downloads">{paceOf(budget)}</Td>
                      <Td dataLabel="Changed">
                        <Time at={budget.updatedAt} />
                      </Td>
                      <Td dataLabel="Actions">
                        <div className="mm-row">
                          <ReasonedButton variant="link" isInline reason={reason} aria-label={`Change ${budget.name}`} onClick={() => onEdit(budget)}>
                            Change
                          </ReasonedButton>
                          <ReasonedButton variant="link" isInline isDanger reason={reason} aria-label={`Delete ${budget.name}`} onClick={() => remove.ask(budget)}>
                            Delete
                          </ReasonedButton>
                        </div>
                      </Td>
                    </Tr>
                  ))}
                </Tbody>
              </Table>
            )
          }
        </Asked>
      </CardBody>
      <Removal asking={remove} name={({ name }) => name}>
        {() => <p>Its nodes may be disturbed, and download, without this limit from then on.</p>}
      </Removal>
    </Card>
  );
}

function paceOf({ downloads, downloading }: Budget): string {
  if (downloads === undefined) {
    return 'as they come';
  }
  const most = downloads.max === undefined ? `${formatNumber(downloading)} now` : `${formatNumber(downloading)} of ${formatNumber(downloads.max)}`;
  return downloads.bytesPerSecond === undefined ? most : `${most}, ${formatNumber(downloads.bytesPerSecond)} bytes/s`;
}

/** A merge patch takes away by null, which the schema of the whole does not know. */
const numberOrNull = (text: string) => (text === '' ? null : Number(text)) as number;

function BudgetDialog({ budget, onClose }: { budget: Budget | 'new'; onClose: () => void }) {
  const known = budget === 'new' ? undefined : budget;
  const [name, setName] = useState(known?.name ?? '');
  const [sitePath, setSitePath] = useState(known?.sitePath ?? '');
  const [selects, setSelects] = useState(false);
  const [selector, setSelector] = useState('');
  const [max, setMax] = useState(known === undefined ? '10' : String(known.maxInFlight ?? ''));
  const [downloads, setDownloads] = useState(String(known?.downloads?.max ?? ''));
  const [bytes, setBytes] = useState(String(known?.downloads?.bytesPerSecond ?? ''));
  const send = useSend(
    async (wanted: { name: string; selects: boolean; sitePath: string; selector: string; max: string; downloads: string; bytes: string }, key) => {
      const paced = { ...(wanted.downloads === '' ? {} : { max: Number(wanted.downloads) }), ...(wanted.bytes === '' ? {} : { bytesPerSecond: Number(wanted.bytes) }) };
      if (known === undefined) {
        await answer(
          api.POST('/api/v1/budgets', {
            params: { header: { 'Idempotency-Key': key } },
            body: {
              name: wanted.name,
              ...(wanted.selects ? { selector: wanted.selector } : { sitePath: wanted.sitePath }),
              ...(wanted.max === '' ? {} : { maxInFlight: Number(wanted.max) }),
              ...(Object.keys(paced).length === 0 ? {} : { downloads: paced }),
            },
          }),
        );
      } else {
        await answer(
          api.PATCH('/api/v1/budgets/{id}', {
            params: { path: { id: known.id }, header: { 'If-Match': etag(known.revision) } },
            body: {
              name: wanted.name,
              maxInFlight: numberOrNull(wanted.max),
              downloads: { max: numberOrNull(wanted.downloads), bytesPerSecond: numberOrNull(wanted.bytes) },
            },
            headers: { 'Content-Type': 'application/merge-patch+json' },
          }),
        );
      }
    },
    { topics: ['tenant'], onDone: onClose },
  );
  const submit = () => {
    send.send({ name: name.trim(), selects, sitePath: sitePath.trim(), selector: selector.trim(), max, downloads, bytes });
  };
  return (
    <FormDialog
      title={known === undefined ? 'Add a budget' : `Change ${known.name}`}
      action={known === undefined ? 'Add' : 'Save'}
      send={send}
      pointers={['/name', '/sitePath', '/selector', '/maxInFlight', '/downloads/max', '/downloads/bytesPerSecond']}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label="Name" pointer="/name" problem={send.problem} value={name} onChange={setName} required />
      {known === undefined && (
        <>
          <ToggleGroup aria-label="For">
            <ToggleGroupItem buttonId="budget-site" text="A site" isSelected={!selects} onChange={() => setSelects(false)} />
            <ToggleGroupItem buttonId="budget-selector" text="A selector" isSelected={selects} onChange={() => setSelects(true)} />
          </ToggleGroup>
          {selects ? (
            <TextField label="Nodes with" pointer="/selector" problem={send.problem} value={selector} onChange={setSelector} required help="Wherever they are: label.line==a" />
          ) : (
            <TextField label="Site" pointer="/sitePath" problem={send.problem} value={sitePath} onChange={setSitePath} required help="Its path; the budget holds for all below." />
          )}
          {selects && selector.trim() !== '' && <LiveCount filter={selector.trim()} />}
        </>
      )}
      <TextField label="Nodes at once" pointer="/maxInFlight" problem={send.problem} type="number" min={0} value={max} onChange={setMax} help="0 lets nobody start; without any, only downloads are paced." />
      <TextField label="Downloads at once" pointer="/downloads/max" problem={send.problem} type="number" min={0} value={downloads} onChange={setDownloads} help="Those whose window opens first go first." />
      <TextField label="Bytes per second" pointer="/downloads/bytesPerSecond" problem={send.problem} type="number" min={1} value={bytes} onChange={setBytes} help="Of all downloads together." />
    </FormDialog>
  );
}
