-- Windows and freezes that come from calendars, and calendars that go out.
create table calendar (
    tenant_id uuid not null references tenant (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 100),
    kind text not null check (kind in ('PERMIT', 'FREEZE')),
    zone text not null,
    target text not null check (target in ('TENANT', 'DEFAULT', 'SITE', 'SELECTOR', 'NODE')),
    target_site_id uuid,
    target_selector text check (length(target_selector) <= 4000),
    target_node_id uuid,
    enabled boolean not null default true,
    url text check (length(url) <= 2000),
    refresh_minutes integer not null default 360 check (refresh_minutes between 15 and 10080),
    content text check (length(content) <= 2097152),
    content_sha256 text,
    etag text,
    last_modified text,
    events integer not null default 0,
    checked_at timestamptz,
    loaded_at timestamptz,
    problem text,
    next_check_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, name),
    foreign key (tenant_id, target_site_id) references site (tenant_id, id),
    foreign key (tenant_id, target_node_id) references node (tenant_id, id) on delete cascade,
    check ((target = 'SITE') = (target_site_id is not null)),
    check ((target = 'SELECTOR') = (target_selector is not null)),
    check ((target = 'NODE') = (target_node_id is not null)),
    check ((content is null) = (content_sha256 is null))
);

create index calendar_due on calendar (next_check_at) where url is not null and enabled;

alter table maintenance_window
    add column whole_days boolean not null default false,
    add column calendar_id uuid,
    add column calendar_event text,
    add constraint maintenance_window_whole_days_check
        check (not whole_days or recurrence = 'RRULE' and duration_seconds % 86400 = 0),
    add constraint maintenance_window_calendar_check check ((calendar_id is null) = (calendar_event is null)),
    add constraint maintenance_window_calendar_fkey
        foreign key (tenant_id, calendar_id) references calendar (tenant_id, id) on delete cascade;

create unique index maintenance_window_calendar_event
    on maintenance_window (tenant_id, calendar_id, calendar_event) where calendar_id is not null;

create table calendar_feed (
    tenant_id uuid not null references tenant (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 100),
    site_id uuid not null,
    secret_sha256 bytea not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (id),
    unique (tenant_id, name),
    foreign key (tenant_id, site_id) references site (tenant_id, id) on delete cascade
);
