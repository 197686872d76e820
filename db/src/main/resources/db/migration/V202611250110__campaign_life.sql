-- The gate at a wave's end: what it wants besides its share of confirmed nodes.
alter table wave
    -- How long its share must have been reached before the next wave opens.
    add column soak_seconds integer not null default 0 check (soak_seconds between 0 and 7776000),
    -- Whether a person has to let the next wave open.
    add column approval boolean not null default false,
    -- Before this instant the next wave stays shut.
    add column not_before timestamptz,
    -- Since when its share has been reached.
    add column reached_at timestamptz,
    -- Since when its nodes are left out; those that had a permit finished.
    add column skipped_at timestamptz,
    -- When an operator opened the next wave, whatever this one's gate still wanted.
    add column promoted_at timestamptz;

alter table campaign
    -- Whether nodes that match later become members too.
    add column join_later boolean not null default true,
    -- Whatever changed of nodes before this instant has been looked at.
    add column joined_upto timestamptz,
    -- When what has not ended is called off.
    add column ends_at timestamptz,
    -- By when it should be done: a wish that forecasts are held against.
    add column deadline timestamptz,
    add column deadline_missed_at timestamptz,
    -- What is allowed when it takes too long: windows are overridden once, for a limited time.
    add column escalate_after_seconds integer check (escalate_after_seconds between 60 and 31622400),
    add column escalate_for_seconds integer check (escalate_for_seconds between 60 and 1209600),
    add column escalate_reason text check (length(escalate_reason) between 1 and 1000),
    add column escalate_windows uuid[],
    add column escalate_freezes uuid[],
    add column escalated_at timestamptz,
    -- The windows whose nodes the override in force is for; empty: those of all.
    add column override_windows uuid[],
    -- The campaign whose nodes this one brings back.
    add column rollback_of uuid,
    -- Everybody who said what it does: none of them may approve it.
    add column authors text[] not null default '{}',
    add foreign key (tenant_id, rollback_of) references campaign (tenant_id, id),
    add constraint campaign_escalation_check check ((escalate_after_seconds is null) = (escalate_for_seconds is null)
               and (escalate_after_seconds is null) = (escalate_reason is null)
               and (escalate_after_seconds is null) = (escalate_windows is null)
               and (escalate_after_seconds is null) = (escalate_freezes is null)),
    drop constraint campaign_check,
    add constraint campaign_check check (all_nodes or selector <> '' or rollback_of is not null);

-- Campaigns that were begun under the old rule keep it.
update campaign set join_later = false where state in ('RUNNING', 'PAUSED');

-- What changed since a campaign looked last.
create index node_updated_at on node (tenant_id, updated_at);

-- Questions to a second person, and the answers. Kept as history.
create table campaign_approval (
    tenant_id    uuid        not null,
    id           uuid        not null default new_id(),
    campaign_id  uuid        not null,
    -- START: may it begin? WAVE: may the wave after this one open? OVERRIDE: may windows be overridden?
    kind         text        not null check (kind in ('START', 'WAVE', 'OVERRIDE')),
    wave         integer,
    -- Why one is needed: codes, and what is asked in the words of the API.
    reasons      text[]      not null default '{}',
    request      jsonb,
    requested_by text        not null,
    requested_at timestamptz not null default now(),
    decided_by   text,
    decided_at   timestamptz,
    -- APPROVED, DENIED, or WITHDRAWN by who asked, or because the question is void.
    decision     text        check (decision in ('APPROVED', 'DENIED', 'WITHDRAWN')),
    remark       text        check (length(remark) between 1 and 1000),
    primary key (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade,
    check ((kind = 'WAVE') = (wave is not null)),
    check ((kind = 'OVERRIDE') = (request is not null)),
    check ((decision is null) = (decided_at is null) and (decision is null) = (decided_by is null))
);
create unique index campaign_approval_open
    on campaign_approval (tenant_id, campaign_id, kind, coalesce(wave, -1)) where decision is null;
create index campaign_approval_campaign on campaign_approval (tenant_id, campaign_id);

-- When a tenant wants a second person. No row: never.
create table approval_rule (
    tenant_id  uuid        primary key references tenant,
    -- Campaigns of more nodes than this; null: of any size go.
    max_nodes  integer     check (max_nodes >= 0),
    -- Campaigns with a node that this selects.
    selector   text        check (length(selector) between 1 and 4000),
    downgrade  boolean     not null default false,
    override   boolean     not null default false,
    updated_at timestamptz not null default now(),
    version    bigint      not null default 0
);

-- Who of a campaign is still on the way: for whatever walks through those alone, however many have come to an end.
create index node_update_on_its_way on node_update (tenant_id, campaign_id, node_id) where active;
