create schema fulfillment;

-- A way out of a location: parcels or pickup. Location and channels are other modules' ids; the address is a copy.
create table fulfillment.fulfillment_sets (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    type text not null check (type in ('shipping', 'pickup')),
    location_id uuid,
    address_id uuid,
    address_1 text,
    address_2 text,
    company text,
    city text,
    province text,
    postal_code text,
    country_code text,
    phone text,
    sales_channel_ids uuid[] not null default '{}',
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check ((address_id is null) = (address_1 is null)));

create unique index fulfillment_sets_name on fulfillment.fulfillment_sets (name) where deleted_at is null;

create table fulfillment.service_zones (
    id uuid primary key,
    fulfillment_set_id uuid not null references fulfillment.fulfillment_sets (id),
    name text not null check (length(name) between 1 and 255),
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz);

create unique index service_zones_name on fulfillment.service_zones (fulfillment_set_id, name) where deleted_at is null;

create table fulfillment.geo_zones (
    id uuid primary key,
    service_zone_id uuid not null references fulfillment.service_zones (id) on delete cascade,
    type text not null check (type in ('country', 'province', 'zip')),
    country_code text not null check (country_code ~ '^[a-z]{2}$'),
    province_code text,
    postal_prefix text,
    position int not null,
    check (type <> 'province' or province_code is not null),
    check (type <> 'zip' or postal_prefix is not null));

create index geo_zones_zone on fulfillment.geo_zones (service_zone_id);

create table fulfillment.shipping_profiles (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    type text not null,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz);

create unique index shipping_profiles_name on fulfillment.shipping_profiles (name) where deleted_at is null;

insert into fulfillment.shipping_profiles (id, name, type) values (gen_random_uuid(), 'Default Shipping Profile', 'default');

create table fulfillment.shipping_option_types (
    id uuid primary key,
    label text not null check (length(label) between 1 and 255),
    description text,
    code text not null check (length(code) between 1 and 255),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz);

create table fulfillment.shipping_options (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    price_type text not null check (price_type in ('flat', 'calculated')),
    provider_id text not null,
    service_zone_id uuid not null references fulfillment.service_zones (id),
    shipping_profile_id uuid not null references fulfillment.shipping_profiles (id),
    shipping_option_type_id uuid not null references fulfillment.shipping_option_types (id),
    price_set_id uuid not null,
    data jsonb,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz);

-- When an option may be chosen at all.
create table fulfillment.shipping_option_rules (
    id uuid primary key,
    shipping_option_id uuid not null references fulfillment.shipping_options (id) on delete cascade,
    attribute text not null,
    operator text not null check (operator in ('eq', 'ne', 'in', 'nin', 'gt', 'gte', 'lt', 'lte')),
    value jsonb not null,
    position int not null);

create index shipping_option_rules_option on fulfillment.shipping_option_rules (shipping_option_id);

create table fulfillment.shipping_option_prices (
    id uuid primary key,
    shipping_option_id uuid not null references fulfillment.shipping_options (id) on delete cascade,
    currency_code text not null check (currency_code ~ '^[a-z]{3}$'),
    region_id uuid,
    amount bigint not null check (amount >= 0),
    position int not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now());

create index shipping_option_prices_option on fulfillment.shipping_option_prices (shipping_option_id);

-- «free above an amount»: value in minor units of the price's currency.
create table fulfillment.shipping_price_rules (
    id uuid primary key,
    price_id uuid not null references fulfillment.shipping_option_prices (id) on delete cascade,
    attribute text not null check (attribute = 'item_total'),
    operator text not null check (operator in ('eq', 'gt', 'gte', 'lt', 'lte')),
    value bigint not null,
    position int not null);

create index shipping_price_rules_price on fulfillment.shipping_price_rules (price_id);
