-- Nodes whose program speaks another protocol than ours: the hawkBit device API (DDI) or maintmgr.v1 (EMF).

-- What a DDI client calls an update: a positive number of 32 bits, never changed. It may come round again after two
-- billion updates; it only has to be unlike those of the same node.
create sequence update_action as integer cycle;
alter table node_update add column action_number integer not null default nextval('update_action');

create table node_client (
    tenant_id            uuid        not null,
    node_id              uuid        not null,
    -- What the program was recognized as, and what an operator says that it is, which counts.
    family               text        check (family in ('OWN', 'SWUPDATE', 'RAUC', 'DDI_OTHER', 'EMF')),
    family_override      text        check (family_override in ('OWN', 'SWUPDATE', 'RAUC', 'DDI_OTHER', 'EMF')),
    -- As it names itself.
    user_agent           text        check (length(user_agent) <= 200),
    -- The name that DDI knows the node by, and the one that EMF does.
    controller_id        text        check (length(controller_id) between 1 and 256),
    host_guid            uuid,
    -- From when on the client is asked for its attributes; null: not.
    attributes_wanted_at timestamptz default now(),
    -- The canceled action that the client has acknowledged last.
    canceled_action      integer,
    updated_at           timestamptz not null default now(),
    primary key (tenant_id, node_id),
    foreign key (tenant_id, node_id) references node on delete cascade
);
create unique index node_client_controller on node_client (tenant_id, controller_id) where controller_id is not null;
create unique index node_client_host on node_client (tenant_id, host_guid) where host_guid is not null;

-- What such a client proves its identity with. Chosen by us or brought along from another manager; the secret itself is
-- never stored.
create table client_token (
    tenant_id     uuid        not null,
    id            uuid        not null,
    node_id       uuid        not null,
    secret_sha256 bytea       not null check (length(secret_sha256) = 32),
    created_at    timestamptz not null default now(),
    revoked_at    timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, node_id) references node on delete cascade
);
create index client_token_node on client_token (tenant_id, node_id);

-- The token that all DDI clients of a tenant may share, and what becomes of clients that nobody registered.
create table ddi_gateway (
    tenant_id     uuid        primary key references tenant,
    secret_sha256 bytea       not null check (length(secret_sha256) = 32),
    enabled       boolean     not null default true,
    -- Null: unknown clients are refused.
    register_site uuid,
    register_architecture text check (length(register_architecture) between 1 and 50),
    approval      text        not null default 'MANUAL' check (approval in ('AUTO', 'MANUAL')),
    max_nodes     integer     not null default 1000 check (max_nodes > 0),
    registered    integer     not null default 0 check (registered between 0 and max_nodes),
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    version       bigint      not null default 0,
    foreign key (tenant_id, register_site) references site,
    check ((register_site is null) = (register_architecture is null))
);

select protect('node_client');
select protect('client_token');
select protect('ddi_gateway');
