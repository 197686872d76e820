-- The roles whose holders log in with a second factor.
create table log_in_rule (
    tenant_id           uuid        primary key references tenant,
    second_factor_roles text[]      not null default '{}',
    updated_at          timestamptz not null default now(),
    version             bigint      not null default 0
);
select protect('log_in_rule');
