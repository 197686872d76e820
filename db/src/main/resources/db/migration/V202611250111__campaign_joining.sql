alter table campaign
    -- When all nodes were looked at for new members, not only those that changed.
    add column joined_fully_at timestamptz;

create index campaign_due on campaign (ends_at)
    where state in ('AWAITING_APPROVAL', 'SCHEDULED', 'RUNNING', 'PAUSED') and ends_at is not null;

-- Who they are, whatever they are called: people are compared by this, and shown by the other.
alter table campaign
    add column author_subjects text[] not null default '{}';
alter table campaign_approval
    add column requested_subject text not null default '';
