-- An agent's token names its project, which may go by another name here: its node is found by its host first.
create index node_client_host_guid on node_client (host_guid) where host_guid is not null;
