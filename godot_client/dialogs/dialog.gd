class_name Dialog
extends Control
## A panel over what goes on behind it, until Escape, or the gamepad's way back.

## The group of all of them.
const GROUP: StringName = &"dialogs"


func _init() -> void:
	add_to_group(GROUP)


func _input(event: InputEvent) -> void:
	if not is_visible_in_tree():
		return
	if event.is_action_pressed(&"menu") or event.is_action_pressed(&"ui_cancel"):
		close()
		get_viewport().set_input_as_handled()


## Shows it; what is to be typed or pressed first takes the focus.
func open() -> void:
	show()


## Hides it.
func close() -> void:
	hide()


## True while any of them is shown.
static func is_any_open(tree: SceneTree) -> bool:
	return tree.get_nodes_in_group(GROUP).any(
		func(dialog: Dialog) -> bool: return dialog.is_visible_in_tree()
	)
