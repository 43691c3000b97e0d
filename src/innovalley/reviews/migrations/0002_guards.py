"""What a CHECK cannot say: weights, scales, and that what was submitted stays as it was submitted."""

from django.db import migrations

SQL = """
CREATE FUNCTION reviews_weights_sum_to_100() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rubric bigint := coalesce(NEW.rubric_id, OLD.rubric_id);
    total numeric;
BEGIN
    SELECT sum(weight) INTO total FROM reviews_criterion WHERE rubric_id = rubric;
    IF total IS NOT NULL AND total <> 100 THEN
        RAISE EXCEPTION 'the weights of rubric % sum to %, not to 100', rubric, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER criterion_weights_sum_to_100 AFTER INSERT OR UPDATE OR DELETE ON reviews_criterion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reviews_weights_sum_to_100();

CREATE FUNCTION reviews_mark_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reviewed record;
    scale record;
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        SELECT state INTO reviewed FROM reviews_review WHERE id = OLD.review_id;
        IF reviewed.state = 'submitted' THEN
            RAISE EXCEPTION 'review % is submitted', OLD.review_id USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
    END IF;
    SELECT review.state, round.rubric_id INTO reviewed
        FROM reviews_review review
        JOIN reviews_seat seat ON seat.id = review.seat_id
        JOIN reviews_item item ON item.id = seat.item_id
        JOIN reviews_round round ON round.id = item.round_id
        WHERE review.id = NEW.review_id;
    IF reviewed.state = 'submitted' THEN
        RAISE EXCEPTION 'review % is submitted', NEW.review_id USING ERRCODE = 'check_violation';
    END IF;
    SELECT rubric_id, minimum, maximum, step INTO scale FROM reviews_criterion WHERE id = NEW.criterion_id;
    IF scale.rubric_id <> reviewed.rubric_id THEN
        RAISE EXCEPTION 'criterion % is of another rubric', NEW.criterion_id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.value < scale.minimum OR NEW.value > scale.maximum
        OR mod(NEW.value - scale.minimum, scale.step) <> 0 THEN
        RAISE EXCEPTION '% is not on the scale of criterion %', NEW.value, NEW.criterion_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_is_allowed BEFORE INSERT OR UPDATE OR DELETE ON reviews_mark
    FOR EACH ROW EXECUTE FUNCTION reviews_mark_is_allowed();

CREATE FUNCTION reviews_submitted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'submitted' THEN
        IF TG_OP = 'UPDATE' AND NEW.state = 'draft' AND NEW.times_reopened = OLD.times_reopened + 1 THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'review % is submitted; it has to be reopened first', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER review_submitted_stays BEFORE UPDATE OR DELETE ON reviews_review
    FOR EACH ROW EXECUTE FUNCTION reviews_submitted_stays();

CREATE FUNCTION reviews_item_is_of_the_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_type <> (SELECT subject_type FROM reviews_round WHERE id = NEW.round_id) THEN
        RAISE EXCEPTION 'round % reviews another kind of objects', NEW.round_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER item_is_of_the_round BEFORE INSERT OR UPDATE ON reviews_item
    FOR EACH ROW EXECUTE FUNCTION reviews_item_is_of_the_round();

CREATE FUNCTION reviews_seed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.seed IS NOT NULL AND NEW.seed IS DISTINCT FROM OLD.seed THEN
        RAISE EXCEPTION 'the seed of round % is published', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_seed_stays BEFORE UPDATE ON reviews_round
    FOR EACH ROW EXECUTE FUNCTION reviews_seed_stays();
"""

UNDO = """
DROP FUNCTION reviews_weights_sum_to_100() CASCADE;
DROP FUNCTION reviews_mark_is_allowed() CASCADE;
DROP FUNCTION reviews_submitted_stays() CASCADE;
DROP FUNCTION reviews_item_is_of_the_round() CASCADE;
DROP FUNCTION reviews_seed_stays() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
