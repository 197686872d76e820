-- Tenants come and go; each may take so much.
alter table tenant drop constraint tenant_state_check;
alter table tenant
    -- DELETED: all rows but the audit are gone, the name is free; the row stays for the audit.
    add constraint tenant_state_check check (state in ('ACTIVE', 'SUSPENDED', 'DELETED')),
    add column state_reason         text check (length(state_reason) <= 1000),
    -- When it will be deleted; can be taken back until then. Null: it stays.
    add column delete_at            timestamptz check (delete_at is null or state <> 'ACTIVE'),
    -- Quotas; null: none.
    add column max_nodes            integer check (max_nodes >= 0),
    add column max_campaigns        integer check (max_campaigns >= 0),
    add column max_artifact_bytes   bigint  check (max_artifact_bytes >= 0),
    -- Of all its nodes together, at each replica.
    add column max_polls_per_second integer check (max_polls_per_second > 0);
create index tenant_delete_at on tenant (delete_at) where delete_at is not null;
