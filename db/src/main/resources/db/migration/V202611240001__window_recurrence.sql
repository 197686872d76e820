-- Cron as another way to say when windows start, freezes that come back each year for up to 31 days, and windows for nodes
-- that no other window names.
alter table maintenance_window
    add column cron text check (length(cron) <= 200),
    alter column starts_at drop not null,
    drop constraint maintenance_window_recurrence_check,
    drop constraint maintenance_window_duration_seconds_check,
    drop constraint maintenance_window_check1,
    add constraint maintenance_window_recurrence_check check (recurrence in ('ONE_SHOT', 'WEEKLY', 'RRULE', 'CRON')),
    add constraint maintenance_window_duration_seconds_check
        check (duration_seconds between 300 and 604800 or kind = 'FREEZE' and duration_seconds between 300 and 2678400),
    drop constraint maintenance_window_target_check,
    add constraint maintenance_window_target_check
        check (target in ('TENANT', 'DEFAULT', 'SITE', 'SELECTOR', 'NODE')),
    add constraint maintenance_window_default_check check (target <> 'DEFAULT' or kind = 'PERMIT'),
    add constraint maintenance_window_rrule_check1 check ((recurrence in ('WEEKLY', 'RRULE')) = (rrule is not null)),
    add constraint maintenance_window_cron_check1 check ((recurrence = 'CRON') = (cron is not null)),
    add constraint maintenance_window_starts_at_check check ((recurrence = 'CRON') = (starts_at is null));
