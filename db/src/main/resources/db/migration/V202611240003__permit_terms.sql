-- How long updates of some hardware take, measured from those that were confirmed; and a campaign's leave to disturb nodes
-- outside of their windows for a while.
create table hardware_timing (
    tenant_id uuid not null references tenant (id),
    hardware text not null,
    samples integer not null check (samples > 0),
    p50_seconds integer not null check (p50_seconds > 0),
    p95_seconds integer not null check (p95_seconds >= p50_seconds),
    refreshed_at timestamptz not null default now(),
    primary key (tenant_id, hardware)
);

-- For the latest permits of confirmed updates.
create index permit_finished on permit (tenant_id, ended_at) where outcome = 'FINISHED';

alter table campaign
    alter column needed_seconds drop not null,
    alter column needed_seconds drop default,
    add column override_id uuid,
    add column override_reason text check (length(override_reason) between 1 and 1000),
    add column override_by text,
    add column override_since timestamptz,
    add column override_until timestamptz,
    add column override_freezes uuid[],
    add constraint campaign_override_check check (
        (override_id is null) = (override_reason is null)
        and (override_id is null) = (override_by is null)
        and (override_id is null) = (override_since is null)
        and (override_id is null) = (override_until is null)
        and (override_id is null) = (override_freezes is null)
        and override_since < override_until);
