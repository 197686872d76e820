-- Trying again, giving up in time, and two campaigns that want the same node.
alter table campaign
    -- Of two campaigns that want the same node, the one with more goes first; among equals the older one.
    add column priority integer not null default 0 check (priority between -1000 and 1000),
    -- By phase of the failure (DOWNLOAD, VERIFY, INSTALL, REBOOT, TRIAL, LOST): how often a node is tried again after it, and
    -- how long it waits before the first time; twice as long before each further one.
    add column retries jsonb not null default '{"DOWNLOAD": {"limit": 3, "backoffSeconds": 900}}',
    -- By phase: how many seconds of permitted time it may take.
    add column phase_limits jsonb not null default '{"DOWNLOAD": 172800}';

alter table node_update
    -- Not before this instant does an attempt begin.
    add column not_before timestamptz,
    -- Another campaign has the node: this update waits until that one is done with it.
    add column queued boolean not null default false;

-- What is queued is not under way: a node has at most one active update, and any number that wait.
alter table node_update drop column active;
alter table node_update add column active boolean not null generated always as
    (not queued and state in ('OFFERED', 'DOWNLOADING', 'DOWNLOADED', 'INSTALLING', 'STAGED', 'REBOOTING', 'TRIAL')) stored;
create unique index node_update_active on node_update (tenant_id, node_id) where active;
create index node_update_queued on node_update (tenant_id, node_id) where queued;
create index node_update_on_its_way on node_update (tenant_id, campaign_id, node_id) where active or queued;

-- When the phase that an update is in has to be looked at. Written with the change of the state; a tick takes those that are
-- due, so that nobody looks at all members.
create table phase_clock (
    tenant_id uuid        not null,
    update_id uuid        not null,
    state     text        not null,
    since     timestamptz not null,
    due_at    timestamptz not null,
    primary key (tenant_id, update_id),
    foreign key (tenant_id, update_id) references node_update (tenant_id, id) on delete cascade
) with (fillfactor = 80);
create index phase_clock_due on phase_clock (due_at);

-- When a campaign ran, and when it was held: the time that downloads were permitted.
create table campaign_run (
    tenant_id   uuid        not null,
    campaign_id uuid        not null,
    began_at    timestamptz not null,
    ended_at    timestamptz,
    primary key (tenant_id, campaign_id, began_at),
    foreign key (tenant_id, campaign_id) references campaign on delete cascade,
    check (ended_at >= began_at)
);
create unique index campaign_run_open on campaign_run (tenant_id, campaign_id) where ended_at is null;
insert into campaign_run (tenant_id, campaign_id, began_at)
    select tenant_id, id, coalesce(started_at, updated_at) from campaign where state = 'RUNNING';

select protect('phase_clock'), protect('campaign_run');
