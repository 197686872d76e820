-- Says nothing to a table that is under the lock already.
create or replace function protect(protected regclass, tenant_column text default 'tenant_id') returns void
    language plpgsql
    as $$
begin
    execute format('alter table %s enable row level security', protected);
    -- Also for the owner, in case the manager logs in as the owner and somebody turns the change of role off.
    execute format('alter table %s force row level security', protected);
    if not exists (select from pg_policy p where p.polrelid = protected and p.polname = 'rows_of_tenant') then
        execute format('create policy rows_of_tenant on %s using ('
                       '(select current_setting(''maintmgr.tenant'', true) = ''all'') or %I = (select row_tenant()))',
                       protected, tenant_column);
    end if;
end
$$;
