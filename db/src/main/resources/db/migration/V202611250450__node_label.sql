-- Labels as filters mean them, an operator's before the node's own, one row each: a comparison of texts reaches an index below
-- row-level security, one on JSON does not. The columns of the node say what its labels are; these rows follow them.
create table node_label (
    tenant_id uuid not null,
    node_id   uuid not null,
    key       text not null,
    value     text not null,
    primary key (tenant_id, node_id, key),
    foreign key (tenant_id, node_id) references node (tenant_id, id) on delete cascade
);
create index node_label_nodes on node_label (tenant_id, key, value, node_id);
-- Values belong to their keys: how many nodes a label has is no product of both.
create statistics node_label_common (mcv, dependencies) on key, value from node_label;
select protect('node_label');

insert into node_label (tenant_id, node_id, key, value)
select n.tenant_id, n.id, label.key, label.value
from node n
cross join lateral jsonb_each_text(n.node_labels || n.labels) label
where label.value is not null;

create function add_node_labels() returns trigger
    language plpgsql
    as $$
begin
    insert into node_label (tenant_id, node_id, key, value)
    select n.tenant_id, n.id, label.key, label.value
    from added n
    cross join lateral jsonb_each_text(n.node_labels || n.labels) label
    where label.value is not null;
    return null;
end
$$;
create trigger node_labels_added after insert on node
    referencing new table as added
    for each statement execute function add_node_labels();

-- Only what differs is written: a node that says its labels again costs nothing.
create function change_node_labels() returns trigger
    language plpgsql
    as $$
begin
    delete from node_label l
    where (l.tenant_id, l.node_id) = (new.tenant_id, new.id)
      and (new.node_labels || new.labels) ->> l.key is distinct from l.value;
    insert into node_label (tenant_id, node_id, key, value)
    select new.tenant_id, new.id, label.key, label.value
    from jsonb_each_text(new.node_labels || new.labels) label
    where label.value is not null
    on conflict (tenant_id, node_id, key) do nothing;
    return null;
end
$$;
create trigger node_labels_changed after update of labels, node_labels on node
    for each row when ((old.node_labels || old.labels) is distinct from (new.node_labels || new.labels))
    execute function change_node_labels();
