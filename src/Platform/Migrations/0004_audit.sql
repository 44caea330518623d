create schema audit;

-- What was done to the shop, and who did it. Only ever appended to; what is personal in an entry can be blanked, the entry stays.
create table audit.entries (
    id bigint generated always as identity primary key,
    created_at timestamptz not null default clock_timestamp(),
    kind text not null check (kind in ('change', 'request', 'security')),
    action text not null,
    resource text,
    resource_id text,
    actor_type text not null,
    actor_id text,
    operation text,
    request_id text,
    -- Before and after, address, browser. Kept as written, so that its digest can be made again.
    details json,
    -- Goes with the details: of what was blanked nobody can try out what it may have been.
    salt uuid default gen_random_uuid(),
    check ((details is null) = (salt is null))
);
create index entries_actor on audit.entries (actor_id, id) where actor_id is not null;
create index entries_resource on audit.entries (resource_id, id) where resource_id is not null;
create index entries_operation on audit.entries (operation, id) where operation is not null;
create index entries_request on audit.entries (request_id, id) where request_id is not null;
create index entries_created on audit.entries (created_at);
create index entries_not_changes on audit.entries (kind, action, id) where kind <> 'change';

-- Entries that are not in the chain yet: a transaction need not wait for the chain's end.
create table audit.unsealed (
    entry_id bigint primary key
);

-- The chain: each seal is made of the one before it, its position and the entry. See docs/decisions/0031.
create table audit.chain (
    position bigint primary key,
    entry_id bigint not null unique,
    details_digest bytea not null,
    digest bytea not null,
    seal bytea not null,
    sealed_at timestamptz not null default clock_timestamp()
);

-- Where the chain begins, once its oldest part was dropped.
create table audit.beginning (
    position bigint primary key,
    seal bytea not null,
    at timestamptz not null default clock_timestamp()
);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and tg_table_name = 'entries' then
        -- Forgetting a person.
        if new.details is null and new.salt is null
            and (to_jsonb(new) - 'details' - 'salt') = (to_jsonb(old) - 'details' - 'salt') then
            return new;
        end if;
    elsif tg_op = 'DELETE' and current_setting('headlesspro.audit_cut', true) = 'on' then
        return old;
    end if;
    raise exception 'audit.% is only ever appended to', tg_table_name;
end $$;
create trigger append_only before update or delete on audit.entries for each row execute function audit.refuse_change();
create trigger never_truncated before truncate on audit.entries for each statement execute function audit.refuse_change();
create trigger append_only before update or delete on audit.chain for each row execute function audit.refuse_change();
create trigger never_truncated before truncate on audit.chain for each statement execute function audit.refuse_change();

-- An id as the wire spells it: prod, uuid → prod_01M7XESKKC7JM10TENH30FRX3Y.
create function audit.wire_id(prefix text, id uuid) returns text language plpgsql immutable strict as $$
declare
    bits bit(130) := b'00' || ('x' || replace(id::text, '-', ''))::bit(128);
    text text := prefix || '_';
begin
    for i in 0..25 loop
        text := text || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + substring(bits from 5 * i + 1 for 5)::bit(5)::int, 1);
    end loop;
    return text;
end $$;

-- Writes an entry, with a plan that a connection makes once, as all of these. The caller: type, id, operation, request, address, agent, app.
create function audit.write(kind text, action text, resource text, resource_id text, caller jsonb, details jsonb) returns void language plpgsql as $$
#variable_conflict use_variable
begin
    with entry as (
        insert into audit.entries (kind, action, resource, resource_id, actor_type, actor_id, operation, request_id, details)
        values (kind, action, resource, resource_id, caller ->> 'type', caller ->> 'id', caller ->> 'operation', caller ->> 'request',
            (details || jsonb_strip_nulls(jsonb_build_object('address', caller -> 'address', 'user_agent', caller -> 'agent', 'app', caller -> 'app')))::text::json)
        returning id)
    insert into audit.unsealed (entry_id) select id from entry;
end $$;

-- A row as an entry shows it: that a secret changed, not the secret.
create function audit.shown(row_ jsonb) returns jsonb language plpgsql immutable as $$
begin
    return (
        select jsonb_object_agg(key, case when key ~ '(hash|secret|token|password|private_key)' and value <> 'null' then '"[hidden]"'::jsonb else value end)
        from jsonb_each(row_));
end $$;

-- Arguments: what the row is about, the prefix of its wire id ('' for none), the column with its id, columns that are not written.
create function audit.row() returns trigger language plpgsql as $$
declare
    without text[] := tg_argv[3]::text[];
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - without end;
    now_ jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - without end;
    key text := coalesce(now_, was) ->> tg_argv[2];
    action text := case tg_op when 'INSERT' then 'created' when 'DELETE' then 'deleted' else 'updated' end;
begin
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, now_ -> o.key) into was, now_
        from jsonb_each(was) o where o.key <> 'updated_at' and o.value is distinct from now_ -> o.key;
        if was is null then return null; end if;
        if was -> 'deleted_at' = 'null' then action := 'deleted'; end if;
    end if;
    if tg_argv[1] <> '' then key := audit.wire_id(tg_argv[1], key::uuid); end if;
    perform audit.write('change', action, tg_argv[0], key, current_setting('headlesspro.caller')::jsonb,
        jsonb_build_object('table', tg_table_schema || '.' || tg_table_name, 'before', audit.shown(was), 'after', audit.shown(now_)));
    return null;
end $$;

-- Has changes of a table written down, where the transaction says who makes them. Others pay for one look at a setting.
create function audit.watch(watched regclass, resource text, prefix text default '', key text default 'id', without text[] default '{}') returns void language plpgsql as $$
begin
    execute format($f$
        create trigger audit after insert or update or delete on %s for each row
        when (current_setting('headlesspro.caller', true) <> '') execute function audit.row(%L, %L, %L, %L)
        $f$, watched, resource, prefix, key, without);
end $$;
