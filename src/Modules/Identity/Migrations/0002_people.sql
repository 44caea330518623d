-- Whoever can sign in; a customer or a member of staff stands behind it, or nobody yet.
create table identity.identities (
    id uuid primary key,
    -- How often all their sessions were ended at once: a sign-in that was begun before the last time opens none.
    revocations int not null default 0,
    created_at timestamptz not null default now()
);

-- The ways in that an identity has. The secret is a hash; null where somebody else checks.
create table identity.sign_ins (
    id uuid primary key,
    identity_id uuid not null references identity.identities (id) on delete cascade,
    provider text not null,
    subject text not null,
    secret text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (provider, subject)
);
create index sign_ins_identity on identity.sign_ins (identity_id);
-- What a hash's check costs: its kind and its parameters. Who is refused is made to wait for one of each that there is.
create function identity.hash_kind(hash text) returns text language sql immutable strict parallel safe return
    case
        when hash like '$2%' then 'bcrypt ' || substr(hash, 5, 2)
        when hash like 'pbkdf2\_sha256$%' then 'pbkdf2_sha256 ' || split_part(hash, '$', 2)
        -- Format, function, rounds, length of the salt; only the format; "scrypt" with its three parameters.
        else encode(substr(decode(hash, 'base64'), 1, case get_byte(decode(hash, 'base64'), 0) when 1 then 13 when 0 then 1 else 16 end), 'hex')
    end;
create index sign_ins_kinds on identity.sign_ins (identity.hash_kind(secret)) where secret is not null;
-- Kinds are few: from each to the next, each step one look into the index.
create function identity.hash_of_each_kind() returns table (kind text, hash text) language sql stable as $$
    with recursive kinds as (
        (select identity.hash_kind(s.secret) as kind from identity.sign_ins s where s.secret is not null order by 1 limit 1)
        union all
        select (
            select identity.hash_kind(s.secret) from identity.sign_ins s
            where s.secret is not null and identity.hash_kind(s.secret) > k.kind order by 1 limit 1)
        from kinds k where k.kind is not null)
    select k.kind, (select s.secret from identity.sign_ins s where s.secret is not null and identity.hash_kind(s.secret) = k.kind limit 1)
    from kinds k where k.kind is not null
$$;

create table identity.customers (
    id uuid primary key,
    identity_id uuid unique references identity.identities (id),
    email text not null check (email = lower(email)),
    -- When staff made sure of it, where there is no account whose owner does.
    email_verified_at timestamptz,
    first_name text,
    last_name text,
    company_name text,
    phone text,
    metadata jsonb check (metadata is null or jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index customers_email on identity.customers (email) where identity_id is not null and deleted_at is null;
create index customers_any_email on identity.customers (email) where deleted_at is null;

create table identity.customer_addresses (
    id uuid primary key,
    customer_id uuid not null references identity.customers (id),
    -- Where it is and who is there, under the key ring.
    sealed text not null,
    is_default_shipping boolean not null default false,
    is_default_billing boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index customer_addresses_customer on identity.customer_addresses (customer_id);
create unique index customer_addresses_shipping on identity.customer_addresses (customer_id) where is_default_shipping;
create unique index customer_addresses_billing on identity.customer_addresses (customer_id) where is_default_billing;

-- Every token belongs to one, and is worth nothing once it is revoked.
create table identity.sessions (
    id uuid primary key,
    identity_id uuid not null references identity.identities (id) on delete cascade,
    actor_type text not null check (actor_type in ('customer', 'user')),
    provider text not null,
    cookie_hash bytea unique,
    -- When a second factor was shown, at sign-in or since.
    second_factor_at timestamptz,
    ip inet,
    user_agent text,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_identity on identity.sessions (identity_id);
create index sessions_expired on identity.sessions (expires_at);

-- Private keys, under the key ring; published in their public half before they sign, and for as long as what they signed is good.
create table identity.signing_keys (
    id text primary key,
    private_key text not null,
    public_key bytea not null,
    signs_from timestamptz not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
