create table campaign (
    tenant_id            uuid        not null references tenant,
    id                   uuid        not null,
    name                 text        not null check (length(name) between 1 and 200),
    state                text        not null default 'DRAFT'
        check (state in ('DRAFT', 'AWAITING_APPROVAL', 'SCHEDULED', 'RUNNING', 'PAUSED', 'COMPLETED', 'ABORTED')),
    -- Why it is paused or aborted: a code (OPERATOR, WAVE_GATE, MAX_FAILURES, IMAGE_WITHDRAWN, ...) and a sentence.
    state_reason         text,
    state_detail         text,
    image_id             uuid        not null,
    selector             text        not null default '' check (length(selector) <= 4000),
    all_nodes            boolean     not null default false,
    max_in_flight        integer     not null check (max_in_flight > 0),
    -- Failed, rolled back and lost updates after which the campaign pauses itself; null: no limit.
    max_failures         integer     check (max_failures > 0),
    -- Whether nodes may write the inactive slot without a permit, so that only the reboot waits for the window.
    prestage             boolean     not null default false,
    allow_downgrade      boolean     not null default false,
    -- The longest that a permit may be valid.
    permit_limit_seconds integer     not null default 3600 check (permit_limit_seconds between 10 and 604800),
    -- What install, reboot and health check take: no permit when less of the window is left.
    needed_seconds       integer     not null default 900 check (needed_seconds between 1 and 86400),
    -- How long after a permit's end a silent node keeps its slot, before it counts as lost.
    boot_deadline_seconds integer    not null default 900 check (boot_deadline_seconds between 1 and 86400),
    starts_at            timestamptz,
    started_at           timestamptz,
    ended_at             timestamptz,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    version              bigint      not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, name),
    foreign key (tenant_id, image_id) references image,
    check (all_nodes or selector <> '')
);
create index campaign_state on campaign (state) where state in ('SCHEDULED', 'RUNNING', 'PAUSED');

create table wave (
    tenant_id           uuid         not null,
    campaign_id         uuid         not null,
    ordinal             integer      not null check (ordinal >= 0),
    name                text         not null check (length(name) between 1 and 100),
    kind                text         not null check (kind in ('PERCENT', 'COUNT', 'SELECTOR', 'REST')),
    -- Of all the campaign's nodes.
    percent             numeric(6,3) check (percent > 0 and percent <= 100),
    node_count          integer      check (node_count > 0),
    selector            text         check (length(selector) <= 4000),
    -- The gate at the wave's end: this share of its reachable nodes must be confirmed before the next wave opens.
    min_confirmed_share numeric(5,4) not null default 1 check (min_confirmed_share between 0 and 1),
    opened_at           timestamptz,
    passed_at           timestamptz,
    -- Members that nobody has heard of for a while: they neither block the gate nor count as failures. Counted now and then.
    unreachable         integer      not null default 0 check (unreachable >= 0),
    unreachable_at      timestamptz,
    primary key (tenant_id, campaign_id, ordinal),
    foreign key (tenant_id, campaign_id) references campaign on delete cascade,
    check ((kind = 'PERCENT') = (percent is not null)),
    check ((kind = 'COUNT') = (node_count is not null)),
    check ((kind = 'SELECTOR') = (selector is not null))
);

-- One row a campaign, locked by each batch of grants, and by pause: whoever comes later sees the other's doing.
create table campaign_counter (
    tenant_id     uuid    not null,
    campaign_id   uuid    not null,
    in_flight     integer not null default 0 check (in_flight >= 0),
    -- Failed, rolled back and lost updates that speak against the image; a download that failed does not.
    failures      integer not null default 0 check (failures >= 0),
    -- False at once when the campaign pauses, stops or ends.
    granting      boolean not null default false,
    primary key (tenant_id, campaign_id),
    foreign key (tenant_id, campaign_id) references campaign on delete cascade
) with (fillfactor = 50);

-- How many updates of a wave are in each state; kept by whoever changes a state, in the same transaction.
create table wave_counter (
    tenant_id   uuid    not null,
    campaign_id uuid    not null,
    wave        integer not null,
    state       text    not null,
    updates     integer not null default 0 check (updates >= 0),
    primary key (tenant_id, campaign_id, wave, state),
    foreign key (tenant_id, campaign_id, wave) references wave on delete cascade
) with (fillfactor = 50);

-- One sequence for the whole database: whatever gets a number later gets a higher one, so a node's only grow.
create sequence assignment_version cache 1;

-- One node's part in one campaign.
create table node_update (
    tenant_id          uuid        not null,
    id                 uuid        not null,
    node_id            uuid        not null,
    campaign_id        uuid        not null,
    wave               integer     not null,
    attempt            integer     not null default 1,
    image_id           uuid        not null,
    -- What ran before, as far as known: a node that runs it again after a permit has rolled back.
    from_sha256        text,
    -- The boot in which the node said that it would reboot; the old image in another boot is a rollback.
    reboot_boot_id     text        check (length(reboot_boot_id) <= 100),
    state              text        not null default 'OFFERED'
        check (state in ('OFFERED', 'DOWNLOADING', 'DOWNLOADED', 'INSTALLING', 'STAGED', 'REBOOTING', 'TRIAL',
                         'CONFIRMED', 'FAILED', 'ROLLED_BACK', 'LOST', 'CANCELED', 'SUPERSEDED', 'SKIPPED')),
    -- Generated, so that a mere change of state touches no index (a heap-only update).
    active             boolean     not null generated always as
        (state in ('OFFERED', 'DOWNLOADING', 'DOWNLOADED', 'INSTALLING', 'STAGED', 'REBOOTING', 'TRIAL')) stored,
    state_since        timestamptz not null default now(),
    progress_percent   smallint    check (progress_percent between 0 and 100),
    failure_phase      text        check (failure_phase in ('DOWNLOAD', 'VERIFY', 'INSTALL', 'REBOOT', 'TRIAL')),
    -- For FAILED and SKIPPED: the node's error code, or why it was skipped.
    code               text        check (length(code) <= 100),
    detail             text        check (length(detail) <= 16384),
    assignment_version bigint      not null default nextval('assignment_version'),
    -- The permit in flight.
    permit_id          uuid,
    created_at         timestamptz not null default now(),
    -- No foreign keys to node and wave: one statement makes all members of a campaign out of both, neither is ever deleted
    -- while it has members, and a check of each of a million rows would double what a start takes.
    primary key (tenant_id, id)
) with (fillfactor = 70);
create unique index node_update_active on node_update (tenant_id, node_id) where active;
create index node_update_latest on node_update (tenant_id, node_id, assignment_version desc);
create unique index node_update_member on node_update (tenant_id, campaign_id, wave, node_id, attempt);

-- The history of a node update: one row a transition, written in the same transaction. Never changed.
create table update_transition (
    tenant_id   uuid        not null,
    id          uuid        not null default new_id(),
    update_id   uuid        not null,
    node_id     uuid        not null,
    from_state  text        not null,
    to_state    text        not null,
    -- REPORT, TICK, OPERATOR or FACTS, and what exactly.
    cause       text        not null check (cause in ('REPORT', 'TICK', 'OPERATOR', 'FACTS')),
    detail      text,
    at          timestamptz not null default now(),
    primary key (tenant_id, id)
);
create index update_transition_update on update_transition (tenant_id, update_id);

create table permit (
    tenant_id     uuid        not null,
    id            uuid        not null,
    campaign_id   uuid        not null,
    node_id       uuid        not null,
    update_id     uuid        not null,
    wave          integer     not null,
    granted_at    timestamptz not null,
    valid_until   timestamptz not null,
    -- When a node that stayed silent counts as lost.
    lost_at       timestamptz not null,
    -- The end of the effective window that it was granted in.
    window_end    timestamptz not null,
    -- The budgets that it uses a slot of.
    budget_ids    uuid[]      not null default '{}',
    ended_at      timestamptz,
    -- FINISHED, EXPIRED (unused), LOST or CANCELED.
    outcome       text        check (outcome in ('FINISHED', 'EXPIRED', 'LOST', 'CANCELED')),
    primary key (tenant_id, id),
    foreign key (tenant_id, update_id) references node_update (tenant_id, id) on delete cascade,
    check ((ended_at is null) = (outcome is null)),
    check (valid_until <= window_end)
) with (fillfactor = 80);
create unique index permit_in_flight on permit (tenant_id, update_id) where ended_at is null;
create index permit_campaign on permit (tenant_id, campaign_id);
create index permit_due on permit (lost_at) where ended_at is null;

-- What nodes said, as they said it.
create table report (
    tenant_id        uuid        not null,
    node_id          uuid        not null,
    -- The node_session's, when it was received.
    enrollment       integer     not null,
    seq              bigint      not null check (seq > 0),
    boot_id          text        not null check (length(boot_id) between 1 and 100),
    update_id        uuid,
    state            text        not null,
    failure_phase    text,
    progress_percent smallint,
    error_code       text        check (length(error_code) <= 100),
    text             text        check (length(text) <= 16384),
    received_at      timestamptz not null default now(),
    -- Null while an earlier number is missing.
    applied          boolean,
    reason           text,
    primary key (tenant_id, node_id, enrollment, seq, boot_id)
) with (fillfactor = 90);
