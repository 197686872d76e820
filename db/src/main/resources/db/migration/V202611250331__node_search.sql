-- Which nodes run a version: the list of nodes asks for it, and few of a million may do.
create index node_slot_runs on node_slot (tenant_id, image_version, node_id) where state = 'ACTIVE';
-- Names by their beginning, whatever the collation: ~>=~ and ~<~ are leakproof, so that they reach the index below row-level
-- security, where like does not.
create index node_name_prefix on node (tenant_id, name text_pattern_ops);
-- A campaign's updates by page. Neither column ever changes, so that reports are as cheap as before.
create index node_update_of_campaign on node_update (tenant_id, campaign_id, id);
