create schema catalog;
create extension if not exists pg_trgm with schema public;
-- Carts ask with it for copies of variants and prices that are as current as the cart itself.
insert into events.versions (topic) values ('catalog');

create table catalog.sales_channels (
    id uuid primary key,
    name text not null,
    description text,
    is_disabled boolean not null default false,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table catalog.collections (
    id uuid primary key,
    title text not null,
    handle text not null,
    external_id text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index collections_handle on catalog.collections (handle) where deleted_at is null;

create table catalog.types (
    id uuid primary key,
    value text not null,
    external_id text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index types_value on catalog.types (lower(value)) where deleted_at is null;

create table catalog.tags (
    id uuid primary key,
    value text not null,
    external_id text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index tags_value on catalog.tags (lower(value)) where deleted_at is null;

-- A tree: path holds the ids from the root down to the category itself, so that descendants are one index look-up.
create table catalog.categories (
    id uuid primary key,
    parent_id uuid references catalog.categories (id),
    name text not null,
    description text not null default '',
    handle text not null,
    path uuid[] not null,
    rank int not null default 0,
    is_active boolean not null default false,
    is_internal boolean not null default false,
    external_id text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check (path[cardinality(path)] = id),
    check (parent_id is null or parent_id <> id)
);
create unique index categories_handle on catalog.categories (handle) where deleted_at is null;
create index categories_parent on catalog.categories (parent_id);
create index categories_path on catalog.categories using gin (path);

create table catalog.products (
    id uuid primary key,
    title text not null,
    subtitle text,
    description text,
    handle text not null,
    status text not null default 'draft' check (status in ('draft', 'proposed', 'published', 'rejected')),
    is_giftcard boolean not null default false,
    discountable boolean not null default true,
    thumbnail text,
    collection_id uuid references catalog.collections (id),
    type_id uuid references catalog.types (id),
    weight numeric, length numeric, height numeric, width numeric,
    hs_code text, origin_country text, mid_code text, material text,
    external_id text,
    vendor text,
    seo_title text,
    seo_description text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index products_handle on catalog.products (handle) where deleted_at is null;
create index products_published on catalog.products (id) where deleted_at is null and status = 'published';
create index products_created on catalog.products (created_at, id) where deleted_at is null;
create index products_collection on catalog.products (collection_id) where deleted_at is null;
create index products_type on catalog.products (type_id) where deleted_at is null;
create index products_title on catalog.products (title, id) where deleted_at is null;
create index products_search on catalog.products
    using gin ((title || ' ' || coalesce(subtitle, '') || ' ' || coalesce(description, '')) gin_trgm_ops) where deleted_at is null;

create table catalog.product_tags (
    product_id uuid not null references catalog.products (id),
    tag_id uuid not null references catalog.tags (id),
    primary key (product_id, tag_id)
);
create index product_tags_tag on catalog.product_tags (tag_id);

create table catalog.product_categories (
    product_id uuid not null references catalog.products (id),
    category_id uuid not null references catalog.categories (id),
    primary key (product_id, category_id)
);
create index product_categories_category on catalog.product_categories (category_id);

create table catalog.product_channels (
    product_id uuid not null references catalog.products (id),
    sales_channel_id uuid not null references catalog.sales_channels (id),
    primary key (product_id, sales_channel_id)
);
create index product_channels_channel on catalog.product_channels (sales_channel_id, product_id);

create table catalog.images (
    id uuid primary key,
    product_id uuid not null references catalog.products (id),
    url text not null,
    alt text,
    rank int not null default 0,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index images_product on catalog.images (product_id, rank);

create table catalog.options (
    id uuid primary key,
    product_id uuid not null references catalog.products (id),
    title text not null,
    rank int not null default 0,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (product_id, title)
);

create table catalog.option_values (
    id uuid primary key,
    option_id uuid not null references catalog.options (id) on delete cascade,
    value text not null,
    rank int,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (option_id, value)
);

create table catalog.variants (
    id uuid primary key,
    product_id uuid not null references catalog.products (id),
    title text not null,
    sku text, barcode text, ean text, upc text,
    allow_backorder boolean not null default false,
    manage_inventory boolean not null default true,
    requires_shipping boolean not null default true,
    hs_code text, origin_country text, mid_code text, material text,
    weight numeric, length numeric, height numeric, width numeric,
    rank int not null default 0,
    thumbnail text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index variants_sku on catalog.variants (sku) where deleted_at is null and sku is not null;
create unique index variants_barcode on catalog.variants (barcode) where deleted_at is null and barcode is not null;
create index variants_product on catalog.variants (product_id, rank) where deleted_at is null;
create index variants_sku_search on catalog.variants using gin (sku gin_trgm_ops) where deleted_at is null;

-- One value for each option of the product.
create table catalog.variant_values (
    variant_id uuid not null references catalog.variants (id),
    option_id uuid not null references catalog.options (id) on delete cascade,
    option_value_id uuid not null references catalog.option_values (id) on delete cascade,
    primary key (variant_id, option_id)
);
create index variant_values_value on catalog.variant_values (option_value_id);

create table catalog.price_lists (
    id uuid primary key,
    title text not null,
    description text not null default '',
    type text not null check (type in ('sale', 'override')),
    status text not null check (status in ('draft', 'active')),
    starts_at timestamptz,
    ends_at timestamptz,
    -- {"customer.groups.id": ["cusgroup_…"]}: prepared for customers; other attributes are refused.
    rules jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    check (starts_at is null or ends_at is null or starts_at < ends_at)
);

-- Amounts are minor units of their currency. Without a price list: the variant's own price. compare_at: struck through beside it.
create table catalog.prices (
    id uuid primary key,
    variant_id uuid not null references catalog.variants (id),
    price_list_id uuid references catalog.price_lists (id),
    currency_code text not null check (currency_code = lower(currency_code) and length(currency_code) = 3),
    amount bigint not null check (amount >= 0),
    compare_at_amount bigint check (compare_at_amount >= 0),
    region_id uuid,
    min_quantity int check (min_quantity > 0),
    max_quantity int check (max_quantity > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (min_quantity is null or max_quantity is null or min_quantity <= max_quantity),
    constraint prices_once unique nulls not distinct (variant_id, price_list_id, currency_code, region_id, min_quantity, max_quantity)
);
create index prices_variant on catalog.prices (variant_id, currency_code);
-- Sorting products by price walks the plain prices in order and compares only what has others beside them.
create index prices_plain on catalog.prices (currency_code, amount, variant_id)
    where price_list_id is null and region_id is null and min_quantity is null and max_quantity is null;
create index prices_special on catalog.prices (variant_id)
    where price_list_id is not null or region_id is not null or min_quantity is not null or max_quantity is not null;
create index prices_list on catalog.prices (price_list_id) where price_list_id is not null;

create table catalog.imports (
    id uuid primary key,
    status text not null check (status in ('pending', 'running', 'completed', 'failed', 'canceled')),
    file_name text not null,
    -- What was asked for: dry_run, atomic, currency_code, separator, sales_channel_ids.
    options jsonb not null,
    rows_total bigint,
    rows_done bigint not null default 0,
    rows_failed bigint not null default 0,
    products_created bigint not null default 0,
    products_updated bigint not null default 0,
    variants_created bigint not null default 0,
    variants_updated bigint not null default 0,
    ignored_columns text[] not null default '{}',
    error text,
    -- Everything up to this line of the file is in the catalogue: where a run that was cut off goes on.
    resume_line bigint not null default 0,
    attempts int not null default 0,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
);
create index imports_created on catalog.imports (created_at, id);

-- The file, in pieces, as UTF-8 without byte order mark; dropped when the import has ended. Written before the import's own row.
create table catalog.import_chunks (
    import_id uuid not null,
    number int not null,
    content bytea not null,
    created_at timestamptz not null default now(),
    primary key (import_id, number)
);
alter table catalog.import_chunks alter column content set storage external;

create table catalog.import_errors (
    id bigint generated always as identity primary key,
    import_id uuid not null references catalog.imports (id),
    line bigint not null,
    column_name text,
    handle text,
    message text not null
);
create index import_errors_import on catalog.import_errors (import_id, line, id);
