-- "Nodes like these follow this channel": what is promoted to it becomes a campaign.
create table policy (
    tenant_id       uuid        not null references tenant,
    id              uuid        not null,
    name            text        not null check (length(name) between 1 and 150),
    channel_id      uuid        not null,
    selector        text        not null default '' check (length(selector) <= 4000),
    all_nodes       boolean     not null default false,
    -- Whether it makes campaigns; those that run go on without it.
    enabled         boolean     not null default true,
    -- What its campaigns say beside name, image and nodes.
    template        jsonb       not null,
    -- Everybody who said what it does: they are authors of its campaigns.
    authors         text[]      not null default '{}',
    author_subjects text[]      not null default '{}',
    -- Whatever changed of nodes before this instant has been looked at, while no campaign of it was under way.
    looked_upto     timestamptz,
    looked_fully_at timestamptz,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    version         bigint      not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, name),
    foreign key (tenant_id, channel_id) references channel,
    check (all_nodes <> (selector <> ''))
);
create index policy_channel on policy (tenant_id, channel_id);
select protect('policy');

alter table campaign
    -- The policy that made it; null: a person did.
    add column policy_id uuid,
    -- Whatever changed of nodes before this instant has been looked at for those that do not match any more.
    add column left_upto timestamptz,
    add column left_fully_at timestamptz,
    add foreign key (tenant_id, policy_id) references policy on delete set null (policy_id);
create index campaign_policy on campaign (tenant_id, policy_id, created_at) where policy_id is not null;
