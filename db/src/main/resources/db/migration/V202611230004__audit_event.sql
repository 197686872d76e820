-- Insert-only; written in the transaction of the change.
create table audit_event (
    tenant_id   uuid        not null references tenant,
    id          uuid        not null default new_id(),
    -- When it was written, after the locks that it waited for.
    at          timestamptz not null default clock_timestamp(),
    actor_kind  text        not null check (actor_kind in ('API_TOKEN', 'NODE', 'SYSTEM')),
    actor       text        not null,
    -- 'campaign.started', 'node.quarantined': the object and a past participle.
    action      text        not null,
    object_kind text        not null,
    object_id   text        not null,
    before      jsonb,
    after       jsonb,
    request_id  text,
    primary key (tenant_id, id)
);
create index audit_event_object on audit_event (tenant_id, object_kind, object_id);

create function refuse_change() returns trigger
    language plpgsql
    as $$
begin
    raise exception '% is insert-only', tg_table_name;
end
$$;
create trigger audit_event_insert_only before update or delete or truncate on audit_event
    for each statement execute function refuse_change();

-- Facts for followers (console, webhooks), written in the transaction of the change and delivered after it.
create table outbox (
    tenant_id    uuid        not null references tenant,
    id           uuid        not null default new_id(),
    kind         text        not null,
    object_id    text        not null,
    payload      jsonb       not null,
    created_at   timestamptz not null default now(),
    delivered_at timestamptz,
    primary key (tenant_id, id)
);
create index outbox_undelivered on outbox (created_at) where delivered_at is null;

-- The answer to a POST that came with an Idempotency-Key; kept for a day.
create table idempotency_key (
    tenant_id      uuid        not null references tenant,
    idempotency_key text       not null check (length(idempotency_key) between 1 and 200),
    api_token_id   uuid        not null,
    request_sha256 bytea       not null check (length(request_sha256) = 32),
    -- Null while the first request is still under way.
    status         integer,
    headers        jsonb,
    body           text,
    created_at     timestamptz not null default now(),
    primary key (tenant_id, api_token_id, idempotency_key)
);
create index idempotency_key_age on idempotency_key (created_at);
