-- Counters of parts of a fleet as well: of the sites that somebody may see who may not see all. The paths of these sites, one a
-- line; empty: the whole tenant.
alter table overview add column scope text not null default '';
alter table overview drop constraint overview_pkey;
alter table overview add primary key (tenant_id, scope);
