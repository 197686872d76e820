-- The list of nodes by name, at any page, without sorting the fleet.
create index node_order on node (tenant_id, name, id);

-- The few nodes that somebody has to look at, among all others.
create index node_to_look_at on node (tenant_id, state, name, id) where state in ('PENDING', 'QUARANTINED');
