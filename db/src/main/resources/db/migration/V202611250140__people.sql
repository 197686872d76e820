-- People, what they and API tokens may do, and the sessions of the console.

alter table audit_event drop constraint audit_event_actor_kind_check;
alter table audit_event add constraint audit_event_actor_kind_check
    check (actor_kind in ('API_TOKEN', 'NODE', 'SYSTEM', 'PERSON', 'OIDC_CLIENT'));

create table person (
    tenant_id         uuid        not null references tenant,
    id                uuid        not null,
    -- What a local person logs in with; of others, what their provider calls them.
    name              text        not null check (length(name) between 1 and 200),
    display_name      text        check (length(display_name) between 1 and 200),
    -- Of a person who logs in by OpenID Connect: the key is both together, never the name.
    issuer            text        check (length(issuer) <= 2048),
    issuer_subject    text        check (length(issuer_subject) <= 255),
    -- Argon2id, in its own text form; null: cannot log in by password.
    password_hash     text        check (length(password_hash) <= 500),
    -- Made by the manager for the first log-in: good until then, and only for choosing another one.
    initial_until     timestamptz,
    -- Sealed with a key that lies outside of the database.
    totp_secret       bytea,
    -- Null: enrolled, but no code was shown yet, so none is asked for.
    totp_confirmed_at timestamptz,
    -- The last step whose code was taken; none is taken twice.
    totp_last_step    bigint      not null default 0,
    state             text        not null default 'ACTIVE' check (state in ('ACTIVE', 'DISABLED')),
    last_login_at     timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    version           bigint      not null default 0,
    primary key (tenant_id, id),
    check ((issuer is null) = (issuer_subject is null)),
    check (issuer is null or (password_hash is null and totp_secret is null)),
    check (password_hash is not null or initial_until is null),
    check (totp_secret is not null or totp_confirmed_at is null)
);
create unique index person_id on person (id);
-- A log-in names no tenant, so the names of local people are unique over all of them.
create unique index person_name on person (lower(name)) where issuer is null;
create unique index person_issuer_subject on person (issuer, issuer_subject) where issuer is not null;

-- Each opens once, in place of a code. 80 random bits, so a plain hash is enough.
create table recovery_code (
    tenant_id   uuid        not null,
    person_id   uuid        not null,
    code_sha256 bytea       not null check (length(code_sha256) = 32),
    used_at     timestamptz,
    primary key (tenant_id, person_id, code_sha256),
    foreign key (tenant_id, person_id) references person on delete cascade
);

alter table api_token add column networks cidr[] not null default '{}';
-- A token without grants may do all that its scopes allow; one with grants only what these allow besides.
alter table api_token add column restricted boolean not null default false;

-- Who has which role where. Null site: in the whole tenant.
create table access_grant (
    tenant_id    uuid        not null,
    id           uuid        not null default new_id(),
    person_id    uuid,
    api_token_id uuid,
    role         text        not null
        check (role in ('viewer', 'operator', 'release-manager', 'fleet-admin', 'security-admin', 'auditor')),
    site_id      uuid,
    -- PROVIDER: from the claims of the last log-in by OpenID Connect; each log-in replaces them.
    origin       text        not null default 'MANUAL' check (origin in ('MANUAL', 'PROVIDER')),
    created_at   timestamptz not null default now(),
    primary key (tenant_id, id),
    unique nulls not distinct (tenant_id, person_id, api_token_id, role, site_id, origin),
    foreign key (tenant_id, person_id) references person on delete cascade,
    foreign key (tenant_id, api_token_id) references api_token on delete cascade,
    foreign key (tenant_id, site_id) references site on delete cascade,
    check (num_nonnulls(person_id, api_token_id) = 1)
);
create index access_grant_token on access_grant (tenant_id, api_token_id) where api_token_id is not null;
create index access_grant_site on access_grant (tenant_id, site_id) where site_id is not null;

-- Somebody who is logged in to the console: a person, or whoever brought an API token.
create table console_session (
    tenant_id        uuid        not null,
    id               uuid        not null,
    person_id        uuid,
    api_token_id     uuid,
    secret_sha256    bytea       not null check (length(secret_sha256) = 32),
    created_at       timestamptz not null default now(),
    -- When the person last proved who it is: at the log-in, or again before a dangerous act.
    authenticated_at timestamptz not null default now(),
    -- Some seconds late.
    last_used_at     timestamptz not null default now(),
    expires_at       timestamptz not null,
    ended_at         timestamptz,
    address          text        not null check (length(address) <= 64),
    client           text        check (length(client) <= 300),
    primary key (tenant_id, id),
    foreign key (tenant_id, person_id) references person on delete cascade,
    foreign key (tenant_id, api_token_id) references api_token on delete cascade,
    check (num_nonnulls(person_id, api_token_id) = 1)
) with (fillfactor = 80);
create unique index console_session_id on console_session (id);
create index console_session_person on console_session (tenant_id, person_id);
create index console_session_token on console_session (tenant_id, api_token_id) where api_token_id is not null;
create index console_session_address on console_session (address);
create index console_session_end on console_session (expires_at);
