-- What is never so, whoever meets whom, in a sentence each. One statement, so one consistent snapshot of the whole database.
with hold as (
    select l.item_id, l.location_id, sum(l.quantity) filter (where r.status = 'held') as reserved,
        sum(l.backordered) filter (where r.status <> 'released') as owed
    from inventory.reservation_lines l join inventory.reservations r using (key) group by 1, 2),
moved as (
    select item_id, location_id, sum(quantity) as stocked, sum(quantity) filter (where reason <> 'sold') as counted
    from inventory.movements group by 1, 2),
had as (select item_id, sum(counted) as pieces from moved group by 1),
ordered as (
    select v.item_id, sum(l.quantity * v.required_quantity) as pieces, bool_or(c.allow_backorder) as may_owe
    from ordering.order_lines l join catalog.variants c on c.id = l.variant_id join inventory.variant_items v using (variant_id)
    where c.manage_inventory group by 1),
live as (
    select c.cart_id, p.amount, c.currency_code from payments.payments p join payments.collections c on c.id = p.collection_id
    where p.canceled_at is null and not p.is_stray),
claims as (select promotion_id, count(*) as uses from pricing.promotion_claims group by 1),
limited as (select id from pricing.promotions where use_limit is not null or budget_type is not null),
open_carts as (select id from ordering.carts where order_id is null and completing_token is null)

select format('item %s at %s: reserved %s, but %s are held', v.item_id, v.location_id, v.reserved, coalesce(h.reserved, 0))
from inventory.levels v left join hold h using (item_id, location_id) where v.reserved <> coalesce(h.reserved, 0)
union all
select format('item %s at %s: backordered %s, but %s are owed', v.item_id, v.location_id, v.backordered, coalesce(h.owed, 0))
from inventory.levels v left join hold h using (item_id, location_id) where v.backordered <> coalesce(h.owed, 0)
union all
select format('item %s at %s: held without a level', h.item_id, h.location_id)
from hold h where (h.reserved > 0 or h.owed > 0) and not exists (select from inventory.levels v where v.item_id = h.item_id and v.location_id = h.location_id)
union all
select format('item %s at %s: stocked %s, but %s came and went', v.item_id, v.location_id, v.stocked, coalesce(m.stocked, 0))
from inventory.levels v left join moved m using (item_id, location_id) where v.stocked <> coalesce(m.stocked, 0)
union all
select format('item %s at %s: reserved %s of %s', v.item_id, v.location_id, v.reserved, v.stocked) from inventory.levels v where v.reserved > v.stocked
union all
select format('item %s oversold: %s pieces ordered, there were %s', o.item_id, o.pieces, h.pieces)
from ordered o join had h using (item_id) where not o.may_owe and o.pieces > h.pieces
union all
select format('cart %s has %s orders', cart_id, count(*)) from ordering.orders group by cart_id having count(*) > 1
union all
select format('order %s and its cart do not know each other', o.id) from ordering.orders o join ordering.carts c on c.id = o.cart_id
where c.order_id is distinct from o.id
union all
select format('order %s costs %s, its lines and shipping %s', o.id, o.total, sum(e.total))
from ordering.orders o join (
    select order_id, total from ordering.order_lines union all select order_id, total from ordering.order_shipping_methods) e on e.order_id = o.id
group by o.id having o.total <> sum(e.total)
union all
select format('order %s of %s %s has live payments: %s', o.id, o.total, o.currency_code, coalesce(string_agg(p.amount::text, ', '), 'none'))
from ordering.orders o left join live p using (cart_id)
group by o.id having count(p.cart_id) <> case when o.total > 0 then 1 else 0 end or min(p.amount) <> o.total or min(p.currency_code) <> o.currency_code
union all
select format('cart %s is nobody''s turn, and has a live payment', id) from open_carts where id in (select cart_id from live)
union all
select format('cart %s is nobody''s turn, and holds stock', id) from open_carts where id in (select key from inventory.reservations where status = 'held')
union all
select format('cart %s is nobody''s turn, and uses a promotion', id) from open_carts where id in (select key from pricing.promotion_claims)
union all
select format('promotion %s: used %s, but %s claims', p.code, p.used, coalesce(c.uses, 0))
from pricing.promotions p join limited using (id) left join claims c on c.promotion_id = p.id where p.used <> coalesce(c.uses, 0)
union all
select format('promotion %s: used %s of %s', p.code, p.used, p.use_limit) from pricing.promotions p where p.used > p.use_limit
union all
select format('order %s carries promotions %s, its cart used %s', o.id, carries.ids, uses.ids)
from ordering.orders o
cross join lateral (
    select array(
        select distinct l.id
        from (select order_id, adjustments from ordering.order_lines union all select order_id, adjustments from ordering.order_shipping_methods) e,
            json_array_elements(e.adjustments) a join limited l on l.id = (a ->> 'promotion_id')::uuid
        where e.order_id = o.id and (a ->> 'total')::bigint > 0 order by 1) as ids) carries
cross join lateral (
    select array(select h.promotion_id from pricing.promotion_claims h join limited l on l.id = h.promotion_id where h.key = o.cart_id order by 1) as ids) uses
where carries.ids <> uses.ids
union all
select format('payment %s of %s: captured %s, refunded %s; by its ledger %s, %s, %s', p.id, p.amount, p.captured, p.refunded, l.authorized, l.captured, l.refunded)
from payments.payments p cross join lateral (
    select coalesce(sum(amount) filter (where kind = 'authorization'), 0) as authorized, coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
        coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
    from payments.ledger where payment_id = p.id) l
where (p.amount, p.captured, p.refunded) <> (l.authorized, l.captured, l.refunded)
