-- Whether the node showed that it has the private key; from then on whoever enrolls with the key must show it.
alter table node add column key_proved boolean not null default false;
