-- From which releases an image may be installed, by release counter.
alter table image
    -- The lowest release that it can be installed from; null: any.
    add column path_floor bigint check (path_floor >= 0),
    -- Whether older nodes have to run it before they go further.
    add column path_barrier boolean not null default false,
    -- Releases that it must not be installed from, from one to another, and why.
    add column path_forbidden_from bigint[] not null default '{}',
    add column path_forbidden_upto bigint[] not null default '{}',
    add column path_forbidden_reasons text[] not null default '{}',
    add constraint image_path_check check (cardinality(path_forbidden_from) = cardinality(path_forbidden_upto)
               and cardinality(path_forbidden_from) = cardinality(path_forbidden_reasons));

-- Grows with whatever changes the ways between releases, in the same transaction; a grant compares it with what it decided on.
alter table tenant add column path_version bigint not null default 0;

-- Up to which of these versions the steps of the campaign's nodes have been looked at.
alter table campaign add column path_version bigint not null default 0;
