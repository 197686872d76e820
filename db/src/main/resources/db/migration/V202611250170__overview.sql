-- Counters of a tenant's fleet, rolled up from other tables and replaced as a whole; some seconds old.
create table overview (
    tenant_id uuid primary key references tenant (id) on delete cascade,
    counted_at timestamptz not null,
    -- How long counting took: what is dear is counted less often.
    effort_millis integer not null check (effort_millis >= 0),
    counts jsonb not null
);
