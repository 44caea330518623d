-- What is not so once every event was heard, in a sentence each.
select format('cart %s still holds stock', key) from inventory.reservations where status = 'held'
union all
select format('cart %s is still being completed', id) from ordering.carts where completing_token is not null
union all
select format('%s pieces of %s ordered, %s of them sold or owed', o.pieces, c.sku, coalesce(s.pieces, 0))
from (select variant_id, sum(quantity) as pieces from ordering.order_lines group by 1) o
join catalog.variants c on c.id = o.variant_id
left join (
    select v.variant_id, sum(l.quantity + l.backordered) as pieces
    from inventory.reservation_lines l join inventory.reservations r using (key) join inventory.variant_items v using (item_id)
    where r.status = 'committed' group by 1) s on s.variant_id = o.variant_id
where c.manage_inventory and o.pieces <> coalesce(s.pieces, 0)
