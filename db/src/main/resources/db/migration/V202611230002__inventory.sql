-- Every row belongs to a tenant, and every key starts with it.

create table tenant (
    id             uuid primary key default new_id(),
    name           text        not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    state          text        not null default 'ACTIVE' check (state in ('ACTIVE', 'SUSPENDED')),
    zone           text        not null default 'UTC',
    -- The most permits in flight in the whole tenant; null: no cap.
    max_in_flight  integer     check (max_in_flight >= 0),
    in_flight      integer     not null default 0 check (in_flight >= 0),
    -- Grows with each change of a window or freeze, in the same transaction; a grant compares it with what it decided on.
    window_version bigint      not null default 0,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    version        bigint      not null default 0
);

-- One row. Nodes send their full state, and campaigns come up paused, when the epoch is another than before.
create table server_epoch (
    singleton  boolean primary key default true check (singleton),
    epoch      uuid        not null default gen_random_uuid(),
    changed_at timestamptz not null default now()
);
insert into server_epoch default values;

create table site (
    tenant_id  uuid        not null references tenant,
    id         uuid        not null,
    -- '/eu/de/berlin-3'; the subtree of a site is every path that starts with its own and a slash.
    path       text        not null check (path ~ '^(/[a-z0-9][a-z0-9._-]*)+$' and length(path) <= 512),
    name       text        not null check (length(name) between 1 and 200),
    zone       text        not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version    bigint      not null default 0,
    primary key (tenant_id, id)
);
-- "C" order, so that a subtree is one range of the index.
create unique index site_path on site (tenant_id, path collate "C");

create table image (
    tenant_id            uuid        not null references tenant,
    id                   uuid        not null,
    family               text        not null check (length(family) between 1 and 100),
    image_version        text        not null check (length(image_version) between 1 and 100),
    release_counter      bigint      not null check (release_counter >= 0),
    architecture         text        not null check (length(architecture) between 1 and 50),
    -- Hardware names that this image fits; empty: all.
    hardware             text[]      not null default '{}',
    -- Null until the artifact is uploaded, where nobody said it before.
    size_bytes           bigint      check (size_bytes > 0),
    sha256               text        not null check (sha256 ~ '^[0-9a-f]{64}$'),
    sha1                 text        check (sha1 ~ '^[0-9a-f]{40}$'),
    md5                  text        check (md5 ~ '^[0-9a-f]{32}$'),
    -- Where nodes fetch it; null: from the manager's own store.
    url                  text        check (length(url) <= 2048),
    stored               boolean     not null default false,
    signature_envelope   text,
    severity             text        not null default 'NONE'
        check (severity in ('NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    fixed_cves           text[]      not null default '{}',
    notes                text        not null default '' check (length(notes) <= 16384),
    state                text        not null default 'DRAFT' check (state in ('DRAFT', 'PUBLISHED', 'WITHDRAWN')),
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    version              bigint      not null default 0,
    primary key (tenant_id, id),
    check (state = 'DRAFT' or size_bytes is not null),
    unique (tenant_id, family, architecture, image_version)
);
create index image_sha256 on image (tenant_id, sha256);

create table channel (
    tenant_id  uuid        not null,
    id         uuid        not null,
    family     text        not null check (length(family) between 1 and 100),
    name       text        not null check (length(name) between 1 and 100),
    image_id   uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version    bigint      not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, family, name),
    foreign key (tenant_id, image_id) references image
);

create table node (
    tenant_id     uuid        not null references tenant,
    id            uuid        not null,
    name          text        not null check (length(name) between 1 and 200),
    site_id       uuid        not null,
    state         text        not null default 'ACTIVE'
        check (state in ('PENDING', 'ACTIVE', 'QUARANTINED', 'DECOMMISSIONED')),
    state_reason  text,
    architecture  text        not null check (length(architecture) between 1 and 50),
    hardware      text        check (length(hardware) <= 100),
    -- The node's own zone; null: its site's.
    zone          text,
    -- Set by operators.
    labels        jsonb       not null default '{}',
    -- Set by the node about itself.
    node_labels   jsonb       not null default '{}',
    hardware_ids  jsonb       not null default '{}',
    client        text        check (length(client) <= 200),
    public_key    text        check (length(public_key) <= 4096),
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    enrolled_at   timestamptz,
    version       bigint      not null default 0,
    primary key (tenant_id, id),
    foreign key (tenant_id, site_id) references site
);
create unique index node_name on node (tenant_id, name) where state <> 'DECOMMISSIONED';
create index node_site on node (tenant_id, site_id);
-- Few, and looked for every second: what is still planned for them has to be canceled.
create index node_decommissioned on node (updated_at) where state = 'DECOMMISSIONED';
create unique index node_public_key on node (tenant_id, md5(public_key)) where public_key is not null and state <> 'DECOMMISSIONED';

create table node_slot (
    tenant_id     uuid        not null,
    node_id       uuid        not null,
    slot          text        not null check (slot in ('A', 'B')),
    state         text        not null check (state in ('ACTIVE', 'INACTIVE', 'STAGED', 'TRIAL', 'BAD')),
    image_version text        check (length(image_version) <= 100),
    image_sha256  text        check (image_sha256 ~ '^[0-9a-f]{64}$'),
    updated_at    timestamptz not null default now(),
    primary key (tenant_id, node_id, slot),
    foreign key (tenant_id, node_id) references node on delete cascade
) with (fillfactor = 80);

-- Narrow, hot, unversioned: written in batches, never by a poll itself.
create table node_presence (
    tenant_id        uuid        not null,
    node_id          uuid        not null,
    last_seen_at     timestamptz not null,
    boot_id          text        check (length(boot_id) <= 100),
    previous_boot_id text        check (length(previous_boot_id) <= 100),
    -- How often a node came back with the boot id before the present one: two machines with one identity.
    boot_returns     integer     not null default 0,
    primary key (tenant_id, node_id),
    foreign key (tenant_id, node_id) references node on delete cascade
) with (fillfactor = 70);

-- The node's report counter: all up to acked_seq are stored and applied in order.
create table node_session (
    tenant_id  uuid        not null,
    node_id    uuid        not null,
    acked_seq  bigint      not null default 0,
    -- Whether reports above acked_seq + 1 are stored, waiting for the missing one.
    has_gap    boolean     not null default false,
    -- Counts enrollments: a node that enrolls again numbers its reports from 1 again.
    enrollment integer     not null default 1,
    primary key (tenant_id, node_id),
    foreign key (tenant_id, node_id) references node on delete cascade
) with (fillfactor = 70);

create table node_block (
    tenant_id  uuid        not null,
    node_id    uuid        not null,
    image_id   uuid        not null,
    reason     text        not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, node_id, image_id),
    foreign key (tenant_id, node_id) references node on delete cascade,
    foreign key (tenant_id, image_id) references image
);

-- A node's identity. The secret itself is never stored.
create table credential (
    tenant_id     uuid        not null,
    id            uuid        not null,
    node_id       uuid        not null,
    kind          text        not null default 'NODE_TOKEN' check (kind in ('NODE_TOKEN')),
    secret_sha256 bytea       not null check (length(secret_sha256) = 32),
    created_at    timestamptz not null default now(),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, node_id) references node on delete cascade
);
-- A token carries only its id; the tenant follows from it.
create unique index credential_id on credential (id);
create index credential_node on credential (tenant_id, node_id);

create table enrollment_token (
    tenant_id     uuid        not null references tenant,
    id            uuid        not null,
    name          text        not null check (length(name) between 1 and 200),
    secret_sha256 bytea       not null check (length(secret_sha256) = 32),
    site_id       uuid        not null,
    approval      text        not null default 'AUTO' check (approval in ('AUTO', 'MANUAL')),
    max_uses      integer     not null check (max_uses > 0),
    uses          integer     not null default 0 check (uses between 0 and max_uses),
    expires_at    timestamptz not null,
    revoked_at    timestamptz,
    created_at    timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, site_id) references site
);
create unique index enrollment_token_id on enrollment_token (id);

create table api_token (
    tenant_id     uuid        not null references tenant,
    id            uuid        not null,
    name          text        not null check (length(name) between 1 and 200),
    secret_sha256 bytea       not null check (length(secret_sha256) = 32),
    -- 'read' or 'write' or both.
    scopes        text[]      not null,
    expires_at    timestamptz not null,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    created_at    timestamptz not null default now(),
    primary key (tenant_id, id)
);
create unique index api_token_id on api_token (id);

create table maintenance_window (
    tenant_id        uuid        not null references tenant,
    id               uuid        not null,
    name             text        not null check (length(name) between 1 and 200),
    kind             text        not null check (kind in ('PERMIT', 'FREEZE')),
    recurrence       text        not null check (recurrence in ('ONE_SHOT', 'WEEKLY', 'RRULE')),
    -- Local to the zone. A one-shot ends at ends_at; the others last for duration_seconds of elapsed time.
    starts_at        timestamp   not null,
    ends_at          timestamp,
    -- RFC 5545, for WEEKLY and RRULE; WEEKLY is FREQ=WEEKLY with BYDAY.
    rrule            text        check (length(rrule) <= 1000),
    -- ISO 8601 without zone: no driver may take them for instants of its own zone.
    exdates          text[]      not null default '{}',
    rdates           text[]      not null default '{}',
    duration_seconds bigint      check (duration_seconds between 300 and 604800),
    -- An IANA zone, or NODE_LOCAL.
    zone             text        not null,
    target           text        not null check (target in ('TENANT', 'SITE', 'SELECTOR', 'NODE')),
    target_site_id   uuid,
    target_selector  text        check (length(target_selector) <= 4000),
    target_node_id   uuid,
    enabled          boolean     not null default true,
    valid_from       timestamptz,
    valid_until      timestamptz,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    version          bigint      not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, name),
    foreign key (tenant_id, target_site_id) references site,
    foreign key (tenant_id, target_node_id) references node on delete cascade,
    check ((recurrence = 'ONE_SHOT') = (ends_at is not null)),
    check ((recurrence = 'ONE_SHOT') = (rrule is null)),
    check ((recurrence = 'ONE_SHOT') = (duration_seconds is null)),
    check ((target = 'SITE') = (target_site_id is not null)),
    check ((target = 'SELECTOR') = (target_selector is not null)),
    check ((target = 'NODE') = (target_node_id is not null))
);

-- At most this many permits in flight in a site's subtree.
create table budget (
    tenant_id     uuid        not null,
    id            uuid        not null,
    name          text        not null check (length(name) between 1 and 200),
    site_id       uuid        not null,
    max_in_flight integer     not null check (max_in_flight >= 0),
    -- The conditional counter: changed only in the transaction of a grant or of a permit's end.
    in_flight     integer     not null default 0 check (in_flight >= 0),
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    version       bigint      not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, name),
    unique (tenant_id, site_id),
    foreign key (tenant_id, site_id) references site
) with (fillfactor = 50);
