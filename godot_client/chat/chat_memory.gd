class_name ChatMemory
extends RefCounted
## What the chat remembers for as long as the game runs, from world to world.

## The most lines of one's own that are kept.
const MOST_SAID: int = 50

## What one has said and commanded, the oldest first.
static var said: PackedStringArray = PackedStringArray()
## Whose words one does not want to see, by player_id.
static var unheard: Dictionary[int, bool] = {}


## Keeps a line of one's own.
static func keep(text: String) -> void:
	if said.is_empty() or said[-1] != text:
		said.append(text)
	if said.size() > MOST_SAID:
		said = said.slice(said.size() - MOST_SAID)


## Whether what that player says and shows is to be shown.
static func hears(player_id: int) -> bool:
	return not unheard.has(player_id)


## Shows what that player says and shows, or no longer.
static func hear(player_id: int, wanted: bool) -> void:
	if wanted:
		unheard.erase(player_id)
	else:
		unheard[player_id] = true


## Forgets all, as when the game starts.
static func forget() -> void:
	said = PackedStringArray()
	unheard = {}
