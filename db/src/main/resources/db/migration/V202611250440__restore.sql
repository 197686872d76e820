-- After a restore nodes go on with numbers behind ones that the backup does not hold, and that nobody may still have.
alter table node_session add column skips_gap boolean not null default false;
comment on column node_session.skips_gap is 'whether numbers that are missing before the next report are taken as lost';
