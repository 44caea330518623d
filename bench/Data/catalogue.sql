-- A clothing and household catalogue of {products} products, the same for the same seed: rows that are there already stay.
-- Ids are version 7 and sort by the time of creation, a minute apart. The two functions are written so that PostgreSQL can inline them.
create function pg_temp.id_of(kind text, number bigint) returns uuid language sql immutable as $$
    select overlay(overlay(md5('{seed} ' || kind || number) placing lpad(to_hex(1735689600000 + number * 60000), 12, '0') || '7' from 1 for 13)
        placing '8' from 17 for 1)::uuid $$;
create function pg_temp.dice(what text, number bigint, sides int) returns int language sql immutable as $$
    select ('x' || substr(md5('{seed} ' || what || ' ' || number), 1, 7))::bit(28)::int % sides $$;

-- Foreign keys hold by construction; looking each up would take most of the time.
set session_replication_role = replica;
set synchronous_commit = off;

create temp table kinds as select * from (values
    (0, 'Shirt', 'Clothing', 'Size', array['S', 'M', 'L']), (1, 'Dress', 'Clothing', 'Size', array['S', 'M', 'L']),
    (2, 'Jacket', 'Clothing', 'Size', array['M', 'L', 'XL']), (3, 'Trousers', 'Clothing', 'Size', array['30', '32', '34']),
    (4, 'Scarf', 'Clothing', 'Length', array['Short', 'Long', 'Extra long']), (5, 'Belt', 'Clothing', 'Size', array['85', '95', '105']),
    (6, 'Boots', 'Shoes', 'Size', array['40', '42', '44']), (7, 'Sneakers', 'Shoes', 'Size', array['39', '41', '43']),
    (8, 'Bag', 'Bags', 'Size', array['Small', 'Medium', 'Large']), (9, 'Backpack', 'Bags', 'Volume', array['12 l', '18 l', '26 l']),
    (10, 'Mug', 'Kitchen', 'Pack', array['One', 'Two', 'Six']), (11, 'Bowl', 'Kitchen', 'Size', array['Small', 'Medium', 'Large']),
    (12, 'Pan', 'Kitchen', 'Diameter', array['20 cm', '24 cm', '28 cm']), (13, 'Cushion', 'Home', 'Size', array['40', '50', '60']),
    (14, 'Blanket', 'Home', 'Size', array['Single', 'Double', 'King']), (15, 'Lamp', 'Home', 'Height', array['30 cm', '45 cm', '150 cm']),
    (16, 'Basket', 'Home', 'Size', array['Small', 'Medium', 'Large']), (17, 'Notebook', 'Paper', 'Format', array['A6', 'A5', 'A4'])
    ) as k (kind, noun, room, option, choices);

create temp table new_products as
select p.number, pg_temp.id_of('product', p.number) as id, k.kind, k.noun, k.option, k.choices, style, material, maker, colour,
    style || ' ' || material || ' ' || k.noun || ' ' || p.number as title,
    2 + pg_temp.dice('variants', p.number, 2) as variants,
    (50 + pg_temp.dice('price', p.number, 2450)) * 100 as cents,
    timestamptz '2025-01-01' + p.number * interval '1 minute' as created_at, pg_temp.id_of('option', p.number * 10) as option_id,
    pg_temp.id_of('option', p.number * 10 + 1) as colour_option_id, pg_temp.id_of('colour', p.number) as colour_id
from generate_series(1, {products}) as p (number)
join kinds k on k.kind = pg_temp.dice('kind', p.number, 18),
    lateral (select
        (array['Classic', 'Everyday', 'Winter', 'Summer', 'Coastal', 'Vintage', 'Modern', 'Relaxed', 'Tailored', 'Heritage', 'Trail', 'Market',
            'Sunday', 'Studio', 'Harbour', 'Alpine'])[1 + pg_temp.dice('style', p.number, 16)] as style,
        (array['Linen', 'Cotton', 'Merino', 'Denim', 'Leather', 'Canvas', 'Bamboo', 'Oak', 'Copper', 'Ceramic', 'Wool', 'Silk', 'Rattan', 'Cork',
            'Steel', 'Felt'])[1 + pg_temp.dice('material', p.number, 16)] as material,
        (array['Karoo & Co', 'Tafelberg', 'Umoya', 'Highveld Mills', 'Ubuntu Studio', 'Cape Forge', 'Limpopo Craft', 'Drift'])
            [1 + pg_temp.dice('maker', p.number, 8)] as maker,
        (array['Sand', 'Indigo', 'Ochre', 'Charcoal', 'Olive', 'Ivory', 'Rust', 'Sky'])[1 + pg_temp.dice('colour', p.number, 8)] as colour) as words
where not exists (select from catalog.products known where known.handle = 'bench-{seed}-' || p.number and known.deleted_at is null);

create temp table new_variants as
select p.number * 10 + v.rank as number, pg_temp.id_of('variant', p.number * 10 + v.rank) as id, p.id as product_id, p.number as product, v.rank, p.option,
    p.choices[v.rank + 1] as choice, p.colour, p.title as product_title, p.cents + v.rank * 2000 as cents, p.created_at,
    'B{seed}-' || p.number || '-' || v.rank + 1 as sku, p.option_id, p.colour_option_id, p.colour_id,
    pg_temp.id_of('value', p.number * 10 + v.rank) as value_id, pg_temp.id_of('item', p.number * 10 + v.rank) as item_id
from new_products p, generate_series(0, p.variants - 1) as v (rank);

insert into catalog.types (id, value)
select pg_temp.id_of('type', kind), noun from kinds on conflict do nothing;

insert into catalog.tags (id, value)
select pg_temp.id_of('tag', number), value
from unnest(array['bestseller', 'new', 'handmade', 'organic', 'gift', 'outlet', 'local', 'recycled', 'limited', 'vegan']) with ordinality as t (value, number)
on conflict do nothing;

insert into catalog.collections (id, title, handle)
select pg_temp.id_of('collection', n), 'Collection ' || n, 'bench-{seed}-collection-' || n from generate_series(1, 12) as n on conflict do nothing;

insert into catalog.categories (id, name, handle, path, rank, is_active)
select pg_temp.id_of('room', min(kind)), room, 'bench-{seed}-' || lower(room), array[pg_temp.id_of('room', min(kind))], min(kind), true
from kinds group by room on conflict do nothing;

insert into catalog.categories (id, parent_id, name, handle, path, rank, is_active)
select pg_temp.id_of('category', k.kind), r.id, k.noun, 'bench-{seed}-' || lower(k.room || '-' || k.noun), array[r.id, pg_temp.id_of('category', k.kind)], k.kind, true
from kinds k join catalog.categories r on r.handle = 'bench-{seed}-' || lower(k.room) on conflict do nothing;

insert into catalog.products (id, title, subtitle, description, handle, status, thumbnail, collection_id, type_id, weight, origin_country, material,
    vendor, created_at, updated_at)
select p.id, p.title, p.maker,
    'A ' || lower(p.style || ' ' || p.noun) || ' of ' || lower(p.material) || ' in ' || lower(p.colour) || ', made by ' || p.maker || '. Washes well, lasts for years.',
    'bench-{seed}-' || p.number, 'published', '/demo/' || lower(p.noun || '-' || p.colour) || '.svg',
    pg_temp.id_of('collection', 1 + p.number % 12), t.id, 50 * (1 + pg_temp.dice('weight', p.number, 40)), 'za', p.material, p.maker, p.created_at, p.created_at
from new_products p join catalog.types t on lower(t.value) = lower(p.noun) and t.deleted_at is null
order by p.number;

insert into catalog.product_tags (product_id, tag_id)
select p.id, t.id
from (
    select id, (array['bestseller', 'new', 'handmade', 'organic', 'gift'])[1 + pg_temp.dice('tag', number, 5)] as value from new_products
    union all
    select id, (array['outlet', 'local', 'recycled', 'limited', 'vegan'])[1 + pg_temp.dice('second tag', number, 5)] from new_products) as p
join catalog.tags t on t.value = p.value and t.deleted_at is null;

insert into catalog.product_categories (product_id, category_id) select p.id, pg_temp.id_of('category', p.kind) from new_products p;

insert into catalog.product_channels (product_id, sales_channel_id)
select p.id, c.sales_channel_id from new_products p, identity.api_key_channels c join identity.api_keys k on k.id = c.api_key_id
where k.token = current_setting('bench.key');

insert into catalog.images (id, product_id, url, rank)
select pg_temp.id_of('image', p.number * 10 + i.rank), p.id, '/demo/' || lower(p.noun || '-' || p.colour) || i.rank || '.svg', i.rank
from new_products p, generate_series(0, 1) as i (rank);

insert into catalog.options (id, product_id, title, rank)
select o.id, p.id, o.title, o.rank
from new_products p, lateral (values (p.option_id, p.option, 0), (p.colour_option_id, 'Colour', 1)) as o (id, title, rank);

insert into catalog.option_values (id, option_id, value, rank)
select v.value_id, v.option_id, v.choice, v.rank from new_variants v
union all
select p.colour_id, p.colour_option_id, p.colour, 0 from new_products p;

insert into catalog.variants (id, product_id, title, sku, rank, weight, created_at, updated_at)
select v.id, v.product_id, v.choice || ' / ' || v.colour, v.sku, v.rank, 50 * (1 + pg_temp.dice('weight', v.product, 40)), v.created_at, v.created_at
from new_variants v order by v.number;

insert into catalog.variant_values (variant_id, option_id, option_value_id)
select v.id, v.option_id, v.value_id from new_variants v
union all
select v.id, v.colour_option_id, v.colour_id from new_variants v;

insert into catalog.prices (id, variant_id, currency_code, amount)
select pg_temp.id_of(c.code, v.number), v.id, c.code, v.cents / c.rate from new_variants v, (values ('zar', 1), ('usd', 18)) as c (code, rate);

insert into inventory.items (id, sku, title, created_at, updated_at)
select v.item_id, v.sku, v.product_title, v.created_at, v.created_at from new_variants v;

insert into inventory.variant_items (variant_id, item_id) select v.id, v.item_id from new_variants v;

insert into inventory.levels (id, item_id, location_id, stocked)
select pg_temp.id_of('level', v.number * 10 + l.number), v.item_id, l.id,
    case when l.number = 1 then 200 + pg_temp.dice('first stock', v.number, 800) else pg_temp.dice('stock ' || l.number, v.number, 100) end
from new_variants v, (
    select id, row_number() over (order by priority, id) as number from inventory.stock_locations where deleted_at is null
    order by priority, id limit 3) as l;

insert into inventory.movements (item_id, location_id, reason, quantity)
select l.item_id, l.location_id, 'imported', l.stocked from inventory.levels l join new_variants v using (item_id);

-- Only what was filled: plans made for a table known to be empty are bad for as long as it takes PostgreSQL to look again.
analyze catalog.categories, catalog.collections, catalog.images, catalog.option_values, catalog.options, catalog.prices, catalog.product_categories,
    catalog.product_channels, catalog.product_tags, catalog.products, catalog.tags, catalog.types, catalog.variant_values, catalog.variants,
    inventory.items, inventory.levels, inventory.movements, inventory.variant_items;
