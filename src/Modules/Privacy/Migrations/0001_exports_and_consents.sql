create schema privacy;

-- What somebody is given of all that is held of them: a zip archive under the key ring, kept for some days.
create table privacy.exports (
    id uuid primary key,
    customer_id uuid not null,
    requested_by text not null check (requested_by in ('customer', 'staff')),
    status text not null default 'pending' check (status in ('pending', 'ready')),
    archive bytea,
    -- Of the archive as it is handed out.
    sha256 bytea,
    size bigint,
    created_at timestamptz not null default now(),
    completed_at timestamptz,
    expires_at timestamptz,
    check ((status = 'ready') = (completed_at is not null and expires_at is not null and sha256 is not null and size is not null)),
    check (archive is null or status = 'ready')
);
create unique index exports_pending on privacy.exports (customer_id) where status = 'pending';
create index exports_customer on privacy.exports (customer_id, created_at);
create index exports_expires on privacy.exports (expires_at) where archive is not null;

-- Who agreed to what, and when they took it back: a row each time, the last one counts. Only ever appended to.
create table privacy.consents (
    id bigint generated always as identity primary key,
    customer_id uuid,
    purpose text not null,
    is_granted boolean not null,
    -- Of the text that they were shown.
    text_version text not null,
    ip inet,
    user_agent text,
    created_at timestamptz not null default clock_timestamp(),
    -- Whose it was, once they are forgotten: a hash that only they can name.
    proof bytea,
    check ((customer_id is null) = (proof is not null))
);
create index consents_customer on privacy.consents (customer_id, purpose, id) where customer_id is not null;

create function privacy.refuse_change() returns trigger language plpgsql as $$
begin
    -- Forgetting a person: what was agreed to stays, and that somebody did.
    if tg_op = 'UPDATE' and old.customer_id is not null and new.customer_id is null and new.ip is null and new.user_agent is null
        and (to_jsonb(new) - '{customer_id,ip,user_agent,proof}'::text[]) = (to_jsonb(old) - '{customer_id,ip,user_agent,proof}'::text[]) then
        return new;
    end if;
    raise exception 'privacy.% is only ever appended to', tg_table_name;
end $$;
create trigger append_only before update or delete on privacy.consents for each row execute function privacy.refuse_change();
create trigger never_truncated before truncate on privacy.consents for each statement execute function privacy.refuse_change();
