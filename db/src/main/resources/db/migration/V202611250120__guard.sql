-- What the guard of a campaign is told.
alter table campaign
    add column guard_enabled boolean not null default true,
    -- The failure rate that is accepted; null: what the tenant's earlier campaigns teach.
    add column guard_baseline numeric(5,4) check (guard_baseline between 0.001 and 0.5),
    -- The accepted chance to stop a healthy image.
    add column guard_alpha numeric(5,4) not null default 0.01 check (guard_alpha between 0.0001 and 0.2),
    -- Whether a single kind of hardware, site or source image may be held while the others go on.
    add column guard_cohorts boolean not null default true,
    -- A plain limit beside the test: so many percent of at least so many finished updates.
    add column max_failure_percent numeric(6,3) check (max_failure_percent > 0 and max_failure_percent <= 100),
    add column max_failure_percent_from integer not null default 20 check (max_failure_percent_from between 1 and 1000000);

-- One row a campaign, locked by whoever finishes updates of it: results are weighed one batch after another.
create table campaign_guard (
    tenant_id         uuid             not null,
    campaign_id       uuid             not null,
    learned_baseline  numeric(5,4)     not null default 0.02 check (learned_baseline between 0.001 and 0.5),
    -- Nodes that came to an end, and those that failed, without held cohorts, since the start or since an operator resumed
    -- after a stop. A node speaks once, however often it is tried.
    finished          integer          not null default 0 check (finished >= 0),
    failures          integer          not null default 0 check (failures between 0 and finished),
    -- All of them, since the start.
    total_finished    integer          not null default 0 check (total_finished >= 0),
    total_failures    integer          not null default 0 check (total_failures between 0 and total_finished),
    -- A signal of its own: a download that fails says nothing about the image.
    download_failures integer          not null default 0 check (download_failures >= 0),
    evidence          double precision not null default 1 check (evidence > 0),
    -- From 0, nothing speaks against the image, to 1, it is condemned: how much slower permits are granted.
    suspicion         double precision not null default 0 check (suspicion between 0 and 1),
    -- At how many finished nodes the last point of the history was written.
    last_point        integer          not null default 0,
    restarted_at      timestamptz,
    primary key (tenant_id, campaign_id),
    foreign key (tenant_id, campaign_id) references campaign on delete cascade
) with (fillfactor = 50);

insert into campaign_guard (tenant_id, campaign_id) select tenant_id, id from campaign;

-- The same by hardware, by site and by the image that ran before; the name is '' where that is unknown.
create table guard_cohort (
    tenant_id         uuid        not null,
    campaign_id       uuid        not null,
    kind              text        not null check (kind in ('HARDWARE', 'SITE', 'SOURCE')),
    cohort            text        not null,
    finished          integer     not null default 0 check (finished >= 0),
    failures          integer     not null default 0 check (failures between 0 and finished),
    download_failures integer     not null default 0 check (download_failures >= 0),
    -- While it is held, none of its nodes gets a permit.
    held_at           timestamptz,
    held_by           text,
    held_reason       text        check (length(held_reason) between 1 and 1000),
    primary key (tenant_id, campaign_id, kind, cohort),
    foreign key (tenant_id, campaign_id) references campaign_guard on delete cascade,
    check ((held_at is null) = (held_by is null) and (held_at is null) = (held_reason is null))
) with (fillfactor = 70);
create index guard_cohort_held on guard_cohort (tenant_id, campaign_id) where held_at is not null;

-- The same by all three at once: from these the others are counted again when a cohort is held or released.
create table guard_cell (
    tenant_id   uuid    not null,
    campaign_id uuid    not null,
    hardware    text    not null,
    site        text    not null,
    source      text    not null,
    finished    integer not null check (finished >= 0),
    failures    integer not null check (failures between 0 and finished),
    primary key (tenant_id, campaign_id, hardware, site, source),
    foreign key (tenant_id, campaign_id) references campaign_guard on delete cascade
) with (fillfactor = 70);

-- How the evidence went: a point for every fiftieth part that the count grows, so that a history stays short.
create table guard_point (
    tenant_id   uuid             not null,
    campaign_id uuid             not null,
    id          uuid             not null default new_id(),
    at          timestamptz      not null default clock_timestamp(),
    finished    integer          not null,
    failures    integer          not null,
    evidence    double precision not null,
    primary key (tenant_id, campaign_id, id),
    foreign key (tenant_id, campaign_id) references campaign_guard on delete cascade
);

select protect('campaign_guard'), protect('guard_cohort'), protect('guard_cell'), protect('guard_point');
