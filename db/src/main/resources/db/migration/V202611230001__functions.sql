-- Ids that sort by their time of birth (UUID version 7, RFC 9562), also on PostgreSQL 15 to 17, which have no uuidv7().
-- 48 bits of Unix milliseconds replace the head of a random version 4 UUID; bits 52 and 53 turn its version from 4 to 7.
create function new_id() returns uuid
    language sql volatile parallel safe
    as $$
select encode(
    set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
            from 1 for 6),
        52, 1), 53, 1),
    'hex')::uuid
$$;
