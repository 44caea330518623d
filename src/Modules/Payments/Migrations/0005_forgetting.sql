-- Assessments are the shop's experience; whose they were is forgotten with the person.
create function payments.refuse_change_of_assessment() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.customer_id is null and (to_jsonb(new) - 'customer_id') = (to_jsonb(old) - 'customer_id') then return new; end if;
    raise exception '% is only ever appended to', tg_table_name;
end $$;
drop trigger assessments_append_only on payments.assessments;
create trigger assessments_append_only before update or delete on payments.assessments for each row execute function payments.refuse_change_of_assessment();
create trigger assessments_never_truncated before truncate on payments.assessments for each statement execute function payments.refuse_change();
