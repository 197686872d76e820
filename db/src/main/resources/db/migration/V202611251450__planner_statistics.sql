-- A campaign or an import changes a table as a whole in seconds; autovacuum looks once a minute, and until then statements
-- over the whole fleet are planned for a handful of rows. So the manager may have tables analyzed: a right of its own from
-- PostgreSQL 17 on. Before that it is the owner's, the manager's wish is passed over, and autovacuum has to do.
do $$
begin
    if current_setting('server_version_num')::int >= 170000 then
        execute format('grant maintain on all tables in schema %I to maintmgr_app', current_schema());
        execute format('alter default privileges in schema %I grant maintain on tables to maintmgr_app', current_schema());
    end if;
end
$$;
do $$
begin
    if current_setting('server_version_num')::int >= 170000 and to_regclass('flyway_schema_history') is not null then
        revoke maintain on flyway_schema_history from maintmgr_app;
    end if;
end
$$;

-- Written by triggers of the node only, from the node's own row: to look that row up again for each label took as long as
-- writing the label. Nodes go with their tenant, and then so does every table with a tenant.
alter table node_label drop constraint node_label_tenant_id_node_id_fkey;
