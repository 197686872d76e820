-- Whether a second factor was shown at the log-in: a code here, or what an OpenID provider says it saw.
alter table console_session add column second_factor boolean not null default false;
