DROP TRIGGER card_door_moves_its_list ON card_door;
DROP TRIGGER card_door_place_moves_its_lists ON card_door_place;
DROP FUNCTION card_door_lists_are_stale();
