-- The latest forecast of each campaign that has started, and what is compared of its first. Made by a tick; losing it costs
-- nothing but the comparison.
create table campaign_forecast (
    tenant_id     uuid        not null,
    campaign_id   uuid        not null,
    made_at       timestamptz not null,
    took_ms       integer     not null check (took_ms >= 0),
    forecast      jsonb       not null,
    -- What came of the campaign so far.
    actual        jsonb       not null,
    assumptions   text[]      not null,
    first_at      timestamptz not null,
    first_members integer     not null,
    -- Null where it would not have ended by itself.
    first_p50     timestamptz,
    first_p90     timestamptz,
    primary key (tenant_id, campaign_id),
    foreign key (tenant_id, campaign_id) references campaign on delete cascade
);

select protect('campaign_forecast');
