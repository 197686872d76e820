-- How long after its opening a wave passes of whose nodes none can be reached; null: it waits.
alter table wave add column unheard_seconds integer check (unheard_seconds between 60 and 7776000);
