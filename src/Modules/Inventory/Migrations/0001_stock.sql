create schema inventory;

-- Where stock lies: warehouses and shops. Smaller priority ships first; a location without channel links serves every channel.
create table inventory.stock_locations (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    kind text not null default 'warehouse' check (kind in ('warehouse', 'shop')),
    priority int not null default 0,
    address_id uuid,
    address_1 text,
    address_2 text,
    company text,
    city text,
    province text,
    postal_code text,
    country_code text check (country_code = lower(country_code) and length(country_code) = 2),
    phone text,
    latitude double precision check (latitude between -90 and 90),
    longitude double precision check (longitude between -180 and 180),
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check ((latitude is null) = (longitude is null)),
    check ((address_id is null) = (address_1 is null)));

-- Sales channels are the catalogue's; their ids are all we know of them.
create table inventory.location_channels (
    location_id uuid not null references inventory.stock_locations (id),
    sales_channel_id uuid not null,
    primary key (location_id, sales_channel_id));

create table inventory.items (
    id uuid primary key,
    sku text check (length(sku) between 1 and 255),
    title text,
    description text,
    thumbnail text,
    requires_shipping boolean not null default true,
    low_stock_threshold bigint check (low_stock_threshold >= 0),
    is_low boolean not null default false,
    origin_country text,
    hs_code text,
    mid_code text,
    material text,
    weight bigint,
    length bigint,
    height bigint,
    width bigint,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz);

create unique index items_sku on inventory.items (sku) where deleted_at is null;

-- A variant with several rows is a kit. Links of deleted items are deleted with them.
create table inventory.variant_items (
    variant_id uuid not null,
    item_id uuid not null references inventory.items (id),
    required_quantity int not null default 1 check (required_quantity between 1 and 1000000),
    primary key (variant_id, item_id));

create index variant_items_item on inventory.variant_items (item_id);

-- What can be promised is stocked − reserved − backordered: backordered pieces are owed but not on the shelf.
create table inventory.levels (
    id uuid primary key,
    item_id uuid not null references inventory.items (id),
    location_id uuid not null references inventory.stock_locations (id),
    stocked bigint not null default 0 check (stocked >= 0),
    reserved bigint not null default 0 check (reserved >= 0),
    backordered bigint not null default 0 check (backordered >= 0),
    incoming bigint not null default 0 check (incoming >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (item_id, location_id),
    check (reserved <= stocked));

create index levels_location on inventory.levels (location_id);

-- One hold per key (a cart's id). fingerprint tells a repeated request from a changed one.
create table inventory.reservations (
    key uuid primary key,
    status text not null check (status in ('held', 'committed', 'released', 'canceled')),
    fingerprint text not null,
    -- The version of the order it stands for: edits are taken once, one after the other.
    order_version bigint not null default 1,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now());

create index reservations_expiry on inventory.reservations (expires_at) where status = 'held';

create table inventory.reservation_lines (
    id uuid primary key,
    key uuid not null references inventory.reservations (key) on delete cascade,
    item_id uuid not null,
    location_id uuid not null,
    quantity bigint not null check (quantity >= 0),
    backordered bigint not null check (backordered >= 0),
    check (quantity + backordered > 0),
    unique (key, item_id, location_id));

create index reservation_lines_level on inventory.reservation_lines (item_id, location_id);

-- Why the number on the shelf changed; nobody edits the past.
create table inventory.movements (
    id bigint generated always as identity primary key,
    item_id uuid not null,
    location_id uuid not null,
    reason text not null check (reason in ('counted', 'imported', 'sold', 'canceled')),
    quantity bigint not null,
    reference uuid,
    created_at timestamptz not null default now());

create index movements_item on inventory.movements (item_id, id);

create function inventory.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'inventory.movements is append-only';
end $$;

create trigger movements_append_only before update or delete on inventory.movements
    for each row execute function inventory.refuse_change();

-- Keys under which stock was set: a repeat sets nothing.
create table inventory.stock_keys (
    key uuid primary key,
    created_at timestamptz not null default now());
