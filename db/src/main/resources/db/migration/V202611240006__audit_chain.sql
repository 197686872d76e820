-- The audit events of each tenant form a chain: a job numbers what is committed and hashes each event together with the
-- one before. Events stay insert-only, so number and hash stand in a table of their own.

-- The transaction that wrote the event. Once every older transaction has ended, nothing can appear before it any more.
-- Not in the hash: it means nothing outside of this database.
alter table audit_event add column written_by xid8 not null default pg_current_xact_id();
create index audit_event_written on audit_event (written_by, at, id);
-- For exports of a period. Events lie about in the order of their time, so a few bytes a range of pages do.
create index audit_event_at on audit_event using brin (at);

create table audit_link (
    tenant_id     uuid   not null,
    -- 1, 2, 3 ... in each tenant, without a gap.
    seq           bigint not null check (seq > 0),
    event_id      uuid   not null,
    -- The hash of the link before; 32 zero bytes in the first.
    previous_hash bytea  not null check (length(previous_hash) = 32),
    hash          bytea  not null check (length(hash) = 32),
    primary key (tenant_id, seq),
    unique (tenant_id, event_id)
);

-- Signed statements that the chain had this hash at this number. Kept for good; also written outside of the database.
create table audit_checkpoint (
    tenant_id uuid        not null references tenant,
    seq       bigint      not null check (seq > 0),
    hash      bytea       not null check (length(hash) = 32),
    at        timestamptz not null,
    -- SHA-256 of the public key, in hex.
    key_id    text        not null check (key_id ~ '^[0-9a-f]{64}$'),
    signature bytea       not null check (length(signature) = 64),
    primary key (tenant_id, seq)
);

-- How far the chaining is, in the order of audit_event_written: what is not behind it has its link. One row.
create table audit_progress (
    only_row   boolean     primary key default true check (only_row),
    written_by xid8        not null default '0',
    at         timestamptz not null default '-infinity',
    event_id   uuid        not null default '00000000-0000-0000-0000-000000000000'
);
insert into audit_progress default values;

-- Nothing but prune_audit may delete, and only within itself.
create function refuse_audit_change() returns trigger
    language plpgsql
    as $$
begin
    if tg_op = 'DELETE' and current_setting('maintmgr.audit_prune', true) = pg_current_xact_id()::text then
        return null;
    end if;
    raise exception '% is insert-only', tg_table_name;
end
$$;
drop trigger audit_event_insert_only on audit_event;
create trigger audit_event_insert_only before update or delete or truncate on audit_event
    for each statement execute function refuse_audit_change();
create trigger audit_link_insert_only before update or delete or truncate on audit_link
    for each statement execute function refuse_audit_change();
create trigger audit_checkpoint_insert_only before update or delete or truncate on audit_checkpoint
    for each statement execute function refuse_change();

-- Deletes the chain of a tenant up to the signed checkpoint at this number, which is where it begins from then on. The
-- checkpoint must be 30 days old, so everything before it is. Returns the number of events. Runs with the rights of its
-- owner: a role that may not delete from the tables may still be allowed to call it.
create function prune_audit(pruned_tenant uuid, through bigint) returns bigint
    language plpgsql security definer set search_path from current
    as $$
declare
    gone bigint;
begin
    if not exists (select from audit_checkpoint c
                   where c.tenant_id = pruned_tenant and c.seq = through and c.at < now() - interval '30 days') then
        raise exception 'expected a checkpoint of tenant % at %, 30 days old or older; found none', pruned_tenant, through;
    end if;
    perform set_config('maintmgr.audit_prune', pg_current_xact_id()::text, true);
    with link as (
        delete from audit_link l where l.tenant_id = pruned_tenant and l.seq <= through returning l.event_id
    )
    delete from audit_event e using link where e.tenant_id = pruned_tenant and e.id = link.event_id;
    get diagnostics gone = row_count;
    perform set_config('maintmgr.audit_prune', '', true);
    return gone;
end
$$;
revoke execute on function prune_audit(uuid, bigint) from public;
