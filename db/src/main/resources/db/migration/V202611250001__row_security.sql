-- The second lock on every tenant's rows. The manager's connections run as the role maintmgr_app, which owns nothing; the
-- first lock, the tenant in each statement's condition, stays what it is.

-- A role belongs to the whole server, so another database may have made it already, or is making it now.
do $$
begin
    if not exists (select from pg_roles where rolname = 'maintmgr_app') then
        create role maintmgr_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        raise exception 'the role maintmgr_app is missing, and % may not create it', current_user
            using hint = format('As an administrator of the database: create role maintmgr_app nologin; grant maintmgr_app to %I;',
                                current_user);
end
$$;
do $$
begin
    -- A superuser may be any role; whoever made the role has to be told that it may (PostgreSQL 16 and later).
    if not (select rolsuper from pg_roles where rolname = current_user)
       and not exists (select from pg_auth_members m
                       where m.roleid = 'maintmgr_app'::regrole and m.member = current_user::regrole
                         and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) then
        execute format('grant maintmgr_app to %I', current_user);
    end if;
exception
    when insufficient_privilege then
        raise exception '% may not become maintmgr_app', current_user
            using hint = format('As an administrator of the database: grant maintmgr_app to %I;', current_user);
end
$$;
do $$
begin
    execute format('grant usage on schema %I to maintmgr_app', current_schema());
    execute format('grant select, insert, update, delete on all tables in schema %I to maintmgr_app', current_schema());
    execute format('grant usage on all sequences in schema %I to maintmgr_app', current_schema());
    execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to maintmgr_app',
                   current_schema());
    execute format('alter default privileges in schema %I grant usage on sequences to maintmgr_app', current_schema());
end
$$;
do $$
begin
    -- Flyway's own; it is not there when somebody runs these files by hand.
    if to_regclass('flyway_schema_history') is not null then
        revoke insert, update, delete on flyway_schema_history from maintmgr_app;
    end if;
end
$$;
-- The audit is insert-only by its triggers; here also by right.
revoke update, delete on audit_event, audit_link, audit_checkpoint from maintmgr_app;
grant execute on function prune_audit(uuid, bigint) to maintmgr_app;

-- The tenant whose rows the present statement may touch: what the manager says with "set maintmgr.tenant". Whoever says
-- nothing gets an error instead of an empty answer that looks right.
create function row_tenant() returns uuid
    language plpgsql stable parallel safe
    as $$
declare
    said text := current_setting('maintmgr.tenant', true);
begin
    if coalesce(said, '') = '' then
        raise exception 'no tenant is set: rows of tenants are for those who say whose'
            using errcode = 'insufficient_privilege',
                  hint = 'In the manager: run inside of CallContext or EveryTenant. In psql: set maintmgr.tenant = ''<uuid>'', or ''all''.';
    end if;
    return said::uuid;
end
$$;

-- Puts a table under the lock. A migration calls it for each table it creates: select protect('my_table');
-- Both sub-selects are evaluated once a statement, whatever the number of rows; the planner may still use any index on
-- the conditions of the statement itself, as long as their operators are leakproof (comparisons of the plain types are;
-- jsonb and functions of columns are not).
create function protect(protected regclass, tenant_column text default 'tenant_id') returns void
    language plpgsql
    as $$
begin
    execute format('alter table %s enable row level security', protected);
    -- Also for the owner, in case the manager logs in as the owner and somebody turns the change of role off.
    execute format('alter table %s force row level security', protected);
    execute format('create policy rows_of_tenant on %s using ('
                   '(select current_setting(''maintmgr.tenant'', true) = ''all'') or %I = (select row_tenant()))',
                   protected, tenant_column);
end
$$;

select protect('tenant', 'id');
select protect(c.oid::regclass)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
order by c.relname;
