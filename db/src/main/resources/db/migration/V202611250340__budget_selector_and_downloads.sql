-- Budgets of nodes that a selector chooses, and of downloads.
alter table budget
    alter column site_id drop not null,
    -- Null: no limit of permits, only of downloads.
    alter column max_in_flight drop not null,
    add column selector text check (length(selector) between 1 and 4000),
    add column max_downloads integer check (max_downloads >= 0),
    add column bytes_per_second bigint check (bytes_per_second > 0),
    -- Until then, what was begun takes up all the bytes per second.
    add column downloads_free_at timestamptz not null default now(),
    add constraint budget_target_check check ((site_id is null) <> (selector is null)),
    add constraint budget_limit_check
        check (max_in_flight is not null or max_downloads is not null or bytes_per_second is not null);

-- Leave to download, where a budget limits that. As many rows as downloads go on; taken back when they no longer do. No
-- foreign key: it would lock the update after the budget, against the order of locks.
create table download_turn (
    tenant_id  uuid        not null,
    update_id  uuid        not null,
    node_id    uuid        not null,
    budget_ids uuid[]      not null,
    given_at   timestamptz not null default now(),
    primary key (tenant_id, update_id)
);
select protect('download_turn');
