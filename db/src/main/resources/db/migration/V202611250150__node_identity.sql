-- Nodes that prove themselves with a certificate of the manager's own authority; credentials that replace one another;
-- machines known by what is printed on them.

alter table credential drop constraint credential_kind_check;
alter table credential add check (kind in ('NODE_TOKEN', 'CERTIFICATE'));
-- Of a certificate, secret_sha256 is the digest of the certificate itself, and its serial number is the id.
alter table credential
    -- What it takes the place of, as soon as it is used for the first time; until then both are good.
    add column replaces      uuid,
    add column first_used_at timestamptz,
    -- The key that a certificate is about; it becomes the node's with the first use.
    add column public_key    text check (length(public_key) <= 4096);

alter table node
    -- SHA-256 of the public key (SubjectPublicKeyInfo, DER) in hex: what an operator compares before approving.
    add column key_fingerprint text generated always as (
        encode(sha256(decode(regexp_replace(public_key, '-----[A-Z ]+-----|\s', '', 'g'), 'base64')), 'hex')) stored,
    -- The serial number of the machine, where it says one.
    add column serial text generated always as (nullif(hardware_ids ->> 'serial', '')) stored,
    -- The living node that this one claims to be, by name or serial number, with another key.
    add column re_enrollment_of uuid,
    add column enrollment_token_id uuid,
    -- An operator denied it: its key gets no second chance.
    add column denied boolean not null default false;
create index node_serial on node (tenant_id, serial) where serial is not null and state <> 'DECOMMISSIONED';
create index node_denied_key on node (tenant_id, md5(public_key)) where denied;

alter table enrollment_token
    -- What the machine must say of its hardware, each of them; empty: anything.
    add column hardware_ids jsonb not null default '{}';
