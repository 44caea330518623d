-- What is not so once every event was heard, in a sentence each.
select format('cart %s still holds stock', key) from inventory.reservations where status = 'held'
union all
select format('cart %s is still being completed', id) from ordering.carts where completing_token is not null
union all
select format('%s pieces of item %s ordered, %s of them sold or owed', o.pieces, o.item_id, coalesce(s.pieces, 0))
from (
    select v.item_id, sum(l.quantity * v.required_quantity) as pieces
    from ordering.order_lines l join catalog.variants c on c.id = l.variant_id join inventory.variant_items v using (variant_id)
    where c.manage_inventory group by 1) o
left join (
    select l.item_id, sum(l.quantity + l.backordered) as pieces
    from inventory.reservation_lines l join inventory.reservations r using (key) where r.status = 'committed' group by 1) s using (item_id)
where o.pieces <> coalesce(s.pieces, 0)
